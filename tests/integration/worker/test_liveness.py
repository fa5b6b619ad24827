"""A process without a port shows that its loop turns by a file, whatever is away."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.commands import commands
from deploy.local.datadir import DataDir
from deploy.local.process import Process
from deploy.local.stack import Stack
from shared.kit.liveness import LivenessFile
from shared.kit.platform import Platform
from tests.actors import ROOT, eventually
from worker import dispatcher
from worker.dispatcher import Dispatcher

NAMES = ("worker", "courier", "thumbnailer", "dispatcher")


@pytest.fixture
def files(environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, Path]]:
    """The files of a worker, a courier, a thumbnailer and a dispatcher that run."""
    parts = commands(host="127.0.0.1", port=0, api_workers=1, worker_concurrency=1).parts
    data = DataDir(tmp_path / "data")
    data.lock()
    paths = {name: tmp_path / name for name in NAMES}
    processes = []
    for name, path in paths.items():
        own = environment | {"LIVENESS_FILE": str(path)}
        # Each loads its libraries itself, as in a container, while those of other tests are forked.
        processes.append(Process(name, parts[name], data=data, environment=own, folder=ROOT))
        processes[-1].spawn()
    yield paths
    for process in processes:
        process.kill()
    data.unlock()


@pytest.mark.timeout(300)
async def test_a_loop_goes_on_touching_its_file_also_while_servers_are_away(
    files: dict[str, Path], stack: Stack
) -> None:
    await eventually(_are_there(files), 120)
    await _are_touched_again(files)

    stack.valkey.kill()
    stack.postgres.kill()
    stack.s3.kill()
    try:
        # What was on its way when they went.
        await _are_touched_again(files)
        await _are_touched_again(files)
    finally:
        for server in (stack.valkey, stack.postgres, stack.s3):
            await asyncio.to_thread(server.start)
    await _are_touched_again(files)


def _are_there(files: dict[str, Path]) -> Callable[[], Awaitable[bool]]:
    async def are_there() -> bool:
        return all(path.exists() for path in files.values())

    return are_there


async def _are_touched_again(files: dict[str, Path]) -> None:
    for path in files.values():
        path.unlink()
    # The probes take a file for old after a minute.
    await eventually(_are_there(files))


async def test_a_duty_that_hangs_lets_the_file_of_a_dispatcher_grow_old(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "INTERVAL_S", 0.01)
    monkeypatch.setattr(dispatcher, "MAX_TURN_S", 0.2)
    path, hangs, rounds = tmp_path / "alive", asyncio.Event(), 0
    dispatching = Dispatcher(platform)
    dispatching._liveness = LivenessFile(path)

    async def work(*_: object) -> None:
        nonlocal rounds
        rounds += 1

    async def work_until_it_hangs() -> None:
        if hangs.is_set():
            await asyncio.Event().wait()

    for name in ("_rescue", "_end_work_of_disabled", "_watch_installation", "_clean"):
        monkeypatch.setattr(dispatching, name, work)
    monkeypatch.setattr(dispatching, "_dispatch_jobs", work_until_it_hangs)
    running = asyncio.create_task(dispatching.run())
    try:
        await eventually(_are_there({"": path}))
        hangs.set()

        async def has_stopped() -> bool:
            path.unlink(missing_ok=True)
            due = rounds + 10

            async def are_done() -> bool:
                return rounds >= due

            await eventually(are_done)
            return not path.exists()

        await eventually(has_stopped)
    finally:
        running.cancel()


def test_without_a_path_nothing_is_touched() -> None:
    LivenessFile(None).touch()
