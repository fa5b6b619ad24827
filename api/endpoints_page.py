"""The page of all endpoints in the documentation: `python -m api.endpoints_page > docs/endpoints.md`."""

import json
from collections.abc import Iterable
from typing import Any

from api.openapi_file import as_file
from api.openapi_texts import TAGS

_OPENING = """\
# Endpoints

Every request of the API in one line. `/docs` of your service has the fields of each, examples, and a form to try it;
[openapi.json](openapi.json) is the same for programs.

This page is made from the OpenAPI document by `python -m api.endpoints_page`.
"""

_METHODS = ("get", "post", "put", "patch", "delete")


def endpoints_page(document: dict[str, Any]) -> str:
    """List the operations of an OpenAPI document as Markdown, by tag and path."""
    lines: dict[str, list[str]] = {tag: [] for tag in TAGS}
    for path, operations in sorted(document["paths"].items()):
        for method in _METHODS:
            if operation := operations.get(method):
                (tag,) = operation["tags"]
                lines[tag].append(f"| `{method.upper()} {path}` | {operation['summary']} |\n")
    return _OPENING + "".join(_section(tag, lines[tag]) for tag in TAGS)


def _section(tag: str, lines: Iterable[str]) -> str:
    title = tag[0].upper() + tag[1:]
    return f"\n## {title}\n\n{TAGS[tag]}\n\n| request | |\n| --- | --- |\n" + "".join(lines)


if __name__ == "__main__":
    print(endpoints_page(json.loads(as_file())), end="")  # noqa: T201 -- standard output is the file
