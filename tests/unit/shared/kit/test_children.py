"""Child processes: what happens in one happens to nobody else."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.kit import children
from shared.kit.children import ChildDied, Children, ChildSilent, OutOfTime
from shared.kit.limits.slots import NoSlot
from tests import child_work

MEMORY = 2**30


@pytest.fixture
async def two() -> AsyncIterator[Children]:
    """Two children."""
    pair = Children(2, wait_s=0.05, memory_bytes=MEMORY)
    yield pair
    await asyncio.to_thread(pair.close)


async def test_bytes_go_in_and_come_out_whole(two: Children) -> None:
    body = os.urandom(3 * 2**20)
    async with two.take("a") as child:
        answers = [await child.call(child_work.echo, b"x\n\0", part, cpu_s=5) for part in (body, b"", b"\n")]
    assert answers == [b"x\n\0" + body, b"x\n\0", b"x\n\0\n"]


async def test_a_child_that_uses_up_its_processor_time_is_ended_and_the_next_call_gets_another(two: Children) -> None:
    async with two.take("a") as child, two.take("b") as other:
        endless = asyncio.ensure_future(child.call(child_work.count_up, b"", b"", cpu_s=0.2))
        beside = await other.call(child_work.echo, b"", b"beside", cpu_s=5)
        with pytest.raises(OutOfTime):
            await endless
        after = await child.call(child_work.echo, b"", b"after", cpu_s=5)
    assert (beside, after) == (b"beside", b"after")


async def test_the_time_of_one_call_is_not_taken_from_the_next(two: Children) -> None:
    async with two.take("a") as child:
        pids = {json.loads(await child.call(child_work.environment, b"", b"", cpu_s=0.05))[1] for _ in range(30)}
    assert len(pids) == 1


async def test_a_child_knows_no_secret(two: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "0" * 64)
    async with two.take("a") as child:
        names, _ = json.loads(await child.call(child_work.environment, b"", b"", cpu_s=5))
    assert set(names) - {"LC_CTYPE"} == {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}


async def test_a_child_that_somebody_killed_is_tried_once_more(two: Children, tmp_path: Path) -> None:
    path = str(tmp_path / "tried").encode()
    async with two.take("a") as child:
        assert await child.call(child_work.die_once, path, b"", cpu_s=5) == b"alive"
        with pytest.raises(ChildDied) as error:
            await child.call(child_work.die, b"", b"", cpu_s=5)
    assert type(error.value) is ChildDied


async def test_a_child_that_asks_for_too_much_memory_ends_alone(two: Children) -> None:
    async with two.take("a") as child:
        with pytest.raises(ChildDied):
            await child.call(child_work.eat, b"", b"", cpu_s=5)
        assert await child.call(child_work.echo, b"", b"after", cpu_s=5) == b"after"


async def test_a_child_that_neither_computes_nor_answers_is_given_up(
    two: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "_WALL_EXTRA_S", 0.2)
    async with two.take("a") as child:
        with pytest.raises(ChildSilent):
            await child.call(child_work.wait, b"", b"", cpu_s=0.01)


async def test_a_call_that_nobody_waits_for_ends_its_child(two: Children) -> None:
    async with two.take("a") as child:
        _, before = json.loads(await child.call(child_work.environment, b"", b"", cpu_s=5))
        call = asyncio.ensure_future(child.call(child_work.count_up, b"", b"", cpu_s=60))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        _, after = json.loads(await child.call(child_work.environment, b"", b"", cpu_s=5))
    assert after != before


async def test_who_finds_no_child_free_is_told(two: Children) -> None:
    async with two.take("a"), two.take("b"):
        with pytest.raises(NoSlot):
            async with two.take("c"):
                pass
    async with two.take("c"):
        pass


async def test_one_owner_leaves_a_child_to_others(two: Children) -> None:
    async with two.take("a"):
        with pytest.raises(NoSlot):
            async with two.take("a"):
                pass
        async with two.take("b"):
            pass
    async with two.take("a"):
        pass
