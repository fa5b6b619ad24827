"""Examples of requests and answers: a JSON file for each namespace of operation ids, and in it an entry for each id.

An entry holds `request`, or several `requests` by name, and `answers` by status. Requests succeed as they stand; ids of
things in a body are placeholders (tests/integration/api/test_openapi_examples.py makes what they stand for).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

JSON = "application/json"


@cache
def examples() -> dict[str, dict[str, Any]]:
    """The entries of all files, by operation id."""
    files = sorted(Path(__file__).parent.glob("*.json"))
    return {name: entry for path in files for name, entry in json.loads(path.read_text()).items()}


def attach(operation: dict[str, Any]) -> None:
    """Put its examples into an operation of the document."""
    entry = examples().get(operation["operationId"], {})
    contents = operation.get("requestBody", {}).get("content", {})
    # Of a body that may also come as a form, the examples are the JSON.
    for content in [contents[JSON]] if JSON in contents else contents.values():
        if "requests" in entry:
            content["examples"] = {name: {"value": value} for name, value in entry["requests"].items()}
        elif "request" in entry:
            content["example"] = entry["request"]
    for status, value in entry.get("answers", {}).items():
        operation["responses"][status]["content"][JSON]["example"] = value
