import asyncio
from collections.abc import Iterator

import pytest

from worker import time_limit
from worker.scratch import Scratch
from worker.time_limit import TimeLimit


async def test_work_that_lasts_longer_than_its_limit_is_told() -> None:
    expired = asyncio.Event()

    with TimeLimit(lambda: 0.01, expired.set) as limit:
        limit.watch()
        await asyncio.wait_for(expired.wait(), 60)


async def test_the_limit_is_asked_again_when_it_is_reached() -> None:
    limits: Iterator[float] = iter([0.01, 0.02, 3600])
    asked, expired = asyncio.Event(), asyncio.Event()

    def limit_s() -> float:
        limit = next(limits)
        if limit == 3600:
            asked.set()
        return limit

    with TimeLimit(limit_s, expired.set) as limit:
        limit.watch()
        await asyncio.wait_for(asked.wait(), 60)
    assert not expired.is_set()


async def test_what_does_not_end_after_its_limit_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "GRACE_S", 0.01)
    expired, killed = asyncio.Event(), asyncio.Event()

    with TimeLimit(lambda: 0, expired.set, killed.set) as limit:
        limit.watch()
        await asyncio.wait_for(killed.wait(), 60)
    assert expired.is_set()


async def test_work_that_has_ended_is_neither_told_nor_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "LOOK_S", 0.001)
    told: list[str] = []

    with TimeLimit(lambda: 0.01, lambda: told.append("expired"), lambda: told.append("killed")) as limit:
        limit.watch()
    assert limit._watch is not None
    await asyncio.wait_for(limit._watch, 60)

    assert told == []


async def test_other_threads_than_the_main_one_have_no_limit() -> None:
    expired = asyncio.Event()
    limit = TimeLimit(lambda: 0, expired.set)
    await asyncio.to_thread(limit.__enter__)

    limit.watch()

    assert limit._watch is None


def test_the_size_of_a_folder_is_what_its_files_take_on_disk() -> None:
    with Scratch() as scratch:
        assert scratch.size_bytes() == 0
        (scratch.folder / "within").mkdir()
        (scratch.folder / "within" / "file").write_bytes(b"x" * 100_000)
        with (scratch.folder / "holes").open("wb") as file:
            file.truncate(10**9)

        assert 100_000 <= scratch.size_bytes() < 200_000
