"""The whole service as real processes, each of which can be killed."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from deploy.local.commands import commands
from deploy.local.forking import Nursery
from deploy.local.local_http import get
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.stack import Stack
from tests.actors import ROOT

# The word of each part's command line that becomes the part with its crash points.
REPLACED = {
    "api": ("api", "tests.chaos.api"),
    "worker": ("worker.app:app", "tests.chaos.worker:app"),
    "courier": ("worker.courier", "tests.chaos.courier"),
    "thumbnailer": ("worker.thumbnailer", "worker.thumbnailer"),
    "dispatcher": ("worker.dispatcher", "tests.chaos.dispatcher"),
}
READY_S = 120.0
REVIVAL_INTERVAL_S = 0.5


class Cluster:
    """An api and a worker with two processes each, a thumbnailer, a courier and a dispatcher, on a stack's servers."""

    def __init__(self, stack: Stack, environment: Mapping[str, str], folder: Path) -> None:
        self.stack = stack
        self.environment = dict(environment)
        self.folder = folder
        self._over = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        (port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        table = commands(host="127.0.0.1", port=port, api_workers=2, worker_concurrency=2)
        # As `make run` has one: what dies again and again would spend the run on loading libraries.
        self._nursery = Nursery(ROOT, stack.data.logs / "nursery.log", os.environ, first=("api", "celery", "worker"))
        self.parts = {
            name: Process(
                name,
                _replaced(command, *REPLACED[name]),
                data=stack.data,
                environment=self.environment,
                folder=ROOT,
                nursery=self._nursery,
            )
            for name, command in table.parts.items()
        }

    def start(self) -> None:
        """Start everything, and return when the api is ready."""
        for part in self.parts.values():
            part.spawn()
        self._supervisor.start()
        deadline = time.monotonic() + READY_S
        while not self._is_ready():
            assert time.monotonic() < deadline, self.parts["api"].tail(30)
            time.sleep(0.1)

    def kill_child(self, name: str, random: Random) -> bool:
        """Kill one of the processes that a part has forked; returns whether there was one."""
        leash = self.parts[name]._leash
        children = descendants(leash.pid)[1:] if leash else []
        if not children:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(random.choice(children), signal.SIGKILL)
        return True

    def _supervise(self) -> None:
        while not self._over.wait(REVIVAL_INTERVAL_S):
            for part in self.parts.values():
                if not part.running:
                    part.spawn()

    def _is_ready(self) -> bool:
        try:
            return get(f"{self.url}/readyz")[0] == 200
        except OSError:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        # The supervisor may be starting one at this very moment.
        self._supervisor.join()
        for part in self.parts.values():
            part.kill()
        self._nursery.stop()


def _replaced(command: Sequence[str], word: str, by: str) -> list[str]:
    assert word in command
    return [by if part == word else part for part in command]


def descendants(pid: int) -> list[int]:
    """Return the processes below one, parents before children."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [descendant for child in children for descendant in (child, *descendants(child))]
