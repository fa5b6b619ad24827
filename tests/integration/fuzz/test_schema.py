"""Schemathesis makes requests from our own schema, right and wrong ones, and looks at every answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.fuzz.conftest import Served

# `make fuzz` takes longer, and looks at more of each operation.
SECONDS = int(os.environ.get("FUZZ_SECONDS", "30"))
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "3")
SEED = int(os.environ.get("FUZZ_SEED", "1"))

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    # Every 4xx and 5xx is documented as problem+json only.
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "allow_header_conformance",
    # Not "ignored_auth": it leaves out the header, but puts keys that it has seen in answers into bodies, where they
    # are good. The authorization matrix asks the same of every operation.
)

LEFT_OUT = (
    # Its answer goes on until the job has ended.
    "jobs.stream_events",
    # They would end the key that all the others are tried with.
    "keys.revoke",
    "keys.rotate",
)


# Python before 3.11.8 says so now and then when a deep program compiles something (CPython issue 106905), oftener with
# two threads at it; what is tried from another seed compiles other things.
MISTAKE_OF_PYTHON = "SystemError: AST constructor recursion depth mismatch"
TRIES = 3


def _run(command: list[str], report: Path) -> subprocess.CompletedProcess[bytes]:
    with report.open("wb") as output:
        return subprocess.run(command, cwd=report.parent, stdout=output, stderr=subprocess.STDOUT, check=False)


@pytest.mark.timeout(TRIES * SECONDS + 240)
def test_every_answer_is_one_that_the_schema_promises(served: Served, key: str, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/openapi.json"),
        *("--header", f"X-API-Key: {key}", "--checks", ",".join(CHECKS), "--phases", "fuzzing"),
        *("--max-time", str(SECONDS), "--max-examples", EXAMPLES, "--workers", "1"),
        *("--continue-on-failure", "--no-shrink", "--suppress-health-check", "all", "--request-timeout", "20"),
        *("--no-color", *(part for name in LEFT_OUT for part in ("--exclude-operation-id", name))),
    ]
    report = tmp_path / "report.txt"
    for seed in range(SEED, SEED + TRIES):
        run = _run([*command, "--seed", str(seed)], report)
        if MISTAKE_OF_PYTHON not in report.read_text():
            break

    assert run.returncode == 0, report.read_text()[-20_000:]
    assert " 0 generated" not in report.read_text()
    assert served.mistakes() == []
