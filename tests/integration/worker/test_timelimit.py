"""The time limit ends an attempt in a real worker process, whatever the libraries catch."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.datadir import DataDir
from deploy.local.parts import commands
from deploy.local.process import Process
from tests.actors import ROOT, Client, Team


@pytest.fixture
def stubborn(team: Team, environment: dict[str, str], tmp_path: Path) -> Iterator[Process]:
    """A worker alone, with a limit of a second and a report that swallows exceptions."""
    team["worker"].kill()
    usual = commands(host="127.0.0.1", port=0, api_workers=1, worker_concurrency=1).parts["worker"]
    command = [part.replace("worker.app:app", "tests.integration.worker.stubborn:app") for part in usual]
    assert command[0] == sys.executable
    assert command != list(usual)
    data = DataDir(tmp_path)
    data.lock()
    process = Process("stubborn", command, data=data, environment=environment | {"JOB_TIME_LIMIT_S": "1"}, folder=ROOT)
    process.spawn()
    yield process
    process.kill()
    data.unlock()


@pytest.mark.usefixtures("stubborn")
async def test_work_that_swallows_every_exception_fails_at_the_time_limit(alice: Client) -> None:
    job = await alice.final((await alice.submit("report"))["id"])

    assert (job["status"], job["attempts"], job["artifacts"]) == ("failed", 1, [])
    assert job["error"]["code"] == "time-limit-exceeded"
