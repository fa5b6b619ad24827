"""One worker's insides in the test's own process."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.commands import commands
from deploy.local.datadir import DataDir
from deploy.local.forking import Nursery
from deploy.local.process import Process
from shared.kit.settings import Settings
from tests.actors import ROOT, Team
from worker import runtime as worker_runtime
from worker.runtime import Runtime


@pytest.fixture
def runtime(team: Team, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A worker's event loop and connections; no other worker or dispatcher takes its jobs."""
    for name in ("worker", "dispatcher"):
        team[name].kill()
    monkeypatch.setattr(worker_runtime, "settings", lambda: settings)
    made = Runtime()
    yield made
    made.run(_end_tasks())
    made.run(made._stack.aclose())
    made.loop.call_soon_threadsafe(made.loop.stop)
    for thread in threading.enumerate():
        if thread.name == "event-loop":
            thread.join()
    made.loop.close()


async def _end_tasks() -> None:
    """End what attempts have left behind, which sees their end later."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
def stubborn(
    team: Team, environment: dict[str, str], tmp_path: Path, nursery: Nursery
) -> Iterator[Callable[..., Process]]:
    """Starts a worker, the only one, whose reports take for ever and swallow exceptions; takes settings by name."""
    yield from _only_worker("stubborn", team, environment, tmp_path, nursery)


@pytest.fixture
def poisoned(
    team: Team, environment: dict[str, str], tmp_path: Path, nursery: Nursery
) -> Iterator[Callable[..., Process]]:
    """Starts a worker, the only one, whose reports kill its process; takes settings by name."""
    yield from _only_worker("poisoned", team, environment, tmp_path, nursery)


@pytest.fixture
def undrawn(
    team: Team, environment: dict[str, str], tmp_path: Path, nursery: Nursery
) -> Iterator[Callable[..., Process]]:
    """Starts a worker, the only one, whose processes die `DEATHS` times before they draw images; takes settings."""
    (tmp_path / "deaths").mkdir()
    folder = {"DEATHS_FOLDER": str(tmp_path / "deaths")}
    yield from _only_worker("undrawn", team, environment | folder, tmp_path, nursery)


def _only_worker(
    name: str, team: Team, environment: dict[str, str], tmp_path: Path, nursery: Nursery
) -> Iterator[Callable[..., Process]]:
    team["worker"].kill()
    usual = commands(host="127.0.0.1", port=0, api_workers=1, worker_concurrency=1).parts["worker"]
    command = [part.replace("worker.app:app", f"tests.integration.worker.{name}:app") for part in usual]
    assert command[0] == sys.executable
    assert command != list(usual)
    data = DataDir(tmp_path)
    data.lock()
    started: list[Process] = []

    def start(**settings: str) -> Process:
        process = Process(name, command, data=data, environment=environment | settings, folder=ROOT, nursery=nursery)
        process.spawn()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
    data.unlock()
