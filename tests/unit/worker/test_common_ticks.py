"""Who waits for the next tick wakes together with all others who do."""

import asyncio

import pytest

from worker.common_ticks import until_next_tick


async def test_the_next_tick_is_the_same_moment_for_all_who_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, moments = asyncio.get_running_loop(), (8.0, 8.125, 8.25, 8.484375)
    for moment in moments:
        monkeypatch.setattr(loop, "time", lambda moment=moment: moment)
        assert moment + until_next_tick(0.5) == 8.5


async def test_a_tick_that_is_now_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 9.0)

    assert until_next_tick(1.0) == 1.0
