"""An error that ends one of three loops in one process ends the others, once they have cleared up."""

import asyncio
from typing import Any

import pytest

from worker import courier, dispatcher, loops, thumbnailer


async def test_an_error_of_one_loop_ends_all_after_the_deliveries_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    is_courier_busy = asyncio.Event()

    async def deliver(_: Any) -> None:
        try:
            is_courier_busy.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            events.append("delivered")

    async def draw(_: Any) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            events.append("thumbnailer cancelled")
            raise

    async def fail(_: Any) -> None:
        await is_courier_busy.wait()
        raise RuntimeError("a fault of ours")

    for module, loop in ((courier, deliver), (thumbnailer, draw), (dispatcher, fail)):
        monkeypatch.setattr(module, "run", loop)

    platform: Any = None
    with pytest.raises(ExceptionGroup) as raised:
        await loops.run(platform)

    assert [str(error) for error in raised.value.exceptions] == ["a fault of ours"]
    assert sorted(events) == ["delivered", "thumbnailer cancelled"]
