"""One worker's insides in the test's own process."""

import threading
from collections.abc import Iterator

import pytest

from shared.kit.settings import Settings
from tests.actors import Team
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
    made.run(made._stack.aclose())
    made.loop.call_soon_threadsafe(made.loop.stop)
    for thread in threading.enumerate():
        if thread.name == "event-loop":
            thread.join()
    made.loop.close()
