import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from worker import dispatcher
from worker.dispatcher import BACKLOG_INTERVAL_S, INTERVAL_S, Dispatcher


async def test_a_duty_that_finds_a_backlog_is_performed_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    found = iter([True, True, None, False])

    async def duty() -> bool | None:
        return next(found)

    async def pause(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 4:
            raise asyncio.CancelledError

    # Other tasks of the loop sleep as they should.
    monkeypatch.setattr(dispatcher, "asyncio", SimpleNamespace(sleep=pause))
    dispatching: Any = object.__new__(Dispatcher)
    dispatching._turns = {}

    with pytest.raises(asyncio.CancelledError):
        await dispatching._repeat(duty, INTERVAL_S)

    assert paused == [BACKLOG_INTERVAL_S, BACKLOG_INTERVAL_S, INTERVAL_S, INTERVAL_S]
