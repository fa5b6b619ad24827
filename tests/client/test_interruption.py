"""A push that is interrupted at any point registers nothing by halves, and the same command goes on."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import Account
from tests.client.test_command import evalserve as command

PART = 8 * 2**20
# The program says where it is, and waits there for the signal. All parts are sent at once: the others wait in their
# threads, for ever.
STOPS = {
    "second part": """
import threading
import httpx2
real = httpx2.Client.send
def stopping(self, request, **options):
    is_part = request.method == "PUT"
    if is_part and not request.content.startswith(b"id,"):
        threading.Event().wait()
    answer = real(self, request, **options)
    if is_part:
        print("here", flush=True)
    return answer
httpx2.Client.send = stopping
""",
    "before the run": """
import evalserve.calls.runs as module
real = module.post
def stopping(target, **options):
    print("here", flush=True)
    signal.pause()
    return real(target, **options)
module.post = stopping
""",
}


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of three parts."""
    path = tmp_path / "large.csv"
    rows = (f"{number},{number % 2},{number % 3 % 2},{'x' * 100}\n" for number in range(160_000))
    path.write_text("id,y_true,y_pred,filler\n" + "".join(rows))
    assert 2 * PART < path.stat().st_size < 3 * PART
    return path


def interrupted(stop: str, path: Path) -> tuple[int, str]:
    """Push in a process of its own, press Ctrl-C where it stops, and return its exit code and what it said."""
    program = f"import signal\n{STOPS[stop]}\nfrom evalserve.command import main\nmain()\n"
    environment = os.environ | {"PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", program, "push", str(path), "--name", "large"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    return process.returncode, said


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("stop", "status", "arrived"), [("second part", "pending", 1), ("before the run", "completed", 0)]
)
async def test_a_push_that_is_interrupted_goes_on_with_what_has_arrived(
    account: Account, large: Path, stop: str, status: str, arrived: int
) -> None:
    await command("login", account.url, "--api-key", account.key)

    code, said = await asyncio.to_thread(interrupted, stop, large)
    runs, (upload,) = await asyncio.to_thread(_stored, account)
    pushed = await command("push", str(large), "--name", "large")
    after, uploads = await asyncio.to_thread(_stored, account)

    assert (code, said.strip()) == (130, "Interrupted. What was sent is kept: the same command goes on.")
    assert (runs, upload["status"], len(upload["received"])) == ([], status, arrived)
    assert pushed.returncode == 0, pushed.stderr
    assert [(run["name"], run["status"], run["rows"]) for run in after] == [("large", "ready", 160_000)]
    # No byte was sent twice: it is the same upload, complete now.
    assert [(one["id"], one["status"]) for one in uploads] == [(upload["id"], "completed")]


def _stored(account: Account) -> tuple[list[Any], list[Any]]:
    with account.client() as client:
        listed = client.send("GET", "/v1/uploads")["items"]
        uploads = [client.send("GET", f"/v1/uploads/{upload['id']}") for upload in listed]
        return client.list(), uploads
