"""Parts are sent at the same time, by both clients."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Event, Lock
from typing import Any

import evalserve
import pytest
from evalserve.calls import uploads
from evalserve.connection import parallel
from evalserve.connection.steps import AtOnce, Request, Steps, one
from evalserve.errors import ServiceUnavailable

from tests.client.conftest import Account

# Three parts, the last of which is smaller.
LARGE_BYTES = 17 * 2**20


def conversations(count: int, begun: list[int]) -> Iterator[Steps[Any]]:
    for number in range(count):
        begun.append(number)
        yield one(Request("GET", str(number)))


def target(conversation: Steps[Any]) -> str:
    step = next(conversation)
    assert isinstance(step, Request)
    return step.target


def test_as_many_conversations_as_permitted_are_held_at_once() -> None:
    # None goes on before three are there; a fourth at once would be one too many, and the last three are enough.
    together, lock, at_work, most = Barrier(3), Lock(), [0], [0]
    ended: list[str] = []

    def hold_one(conversation: Steps[Any]) -> str:
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        together.wait(60)
        with lock:
            at_work[0] -= 1
        return target(conversation)

    parallel.hold(AtOnce(conversations(6, []), ended.append, 3), hold_one)

    assert sorted(ended) == ["0", "1", "2", "3", "4", "5"]
    assert most == [3]


def test_after_an_error_the_others_come_to_their_end_and_none_begins() -> None:
    ended: list[str] = []
    begun: list[int] = []
    both, failed = Barrier(2), Event()

    def hold_one(conversation: Steps[Any]) -> str:
        name = target(conversation)
        both.wait(60)
        if name == "0":
            failed.set()
            raise ServiceUnavailable("nobody there")
        assert failed.wait(60)
        return name

    with pytest.raises(ServiceUnavailable, match="nobody there"):
        parallel.hold(AtOnce(conversations(2, begun), ended.append, 2), hold_one)
    both = Barrier(1)
    with pytest.raises(ServiceUnavailable, match="nobody there"):
        parallel.hold(AtOnce(conversations(9, begun), ended.append, 1), hold_one)

    assert ended == ["1"]
    assert begun == [0, 1, 0]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of three parts."""
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(LARGE_BYTES))
    return path


async def test_the_asynchronous_client_sends_parts_at_once(account: Account, large: Path) -> None:
    arrived: list[int] = []
    async with evalserve.AsyncClient(account.url, account.key) as client:
        upload_id = await client.upload(large, progress=lambda sent, _: arrived.append(sent))
        upload = await client.send("GET", f"/v1/uploads/{upload_id}")

    assert (upload["status"], upload["size_bytes"], upload["sha256"]) == (
        "completed",
        LARGE_BYTES,
        uploads.digest(large),
    )
    assert (len(arrived), arrived[-1]) == (3, LARGE_BYTES)


async def test_an_error_ends_what_the_asynchronous_client_does_at_once() -> None:
    cancelled: list[str] = []

    async def hold_one(conversation: Steps[Any]) -> str:
        name = target(conversation)
        if name == "1":
            raise ServiceUnavailable("nobody there")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(name)
            raise
        return name

    with pytest.raises(ServiceUnavailable, match="nobody there"):
        await parallel.hold_async(AtOnce(conversations(3, []), cancelled.append, 2), hold_one)

    assert cancelled == ["0"]


def test_an_error_of_what_makes_the_conversations_is_raised() -> None:
    ended: list[str] = []

    def made() -> Iterator[Steps[Any]]:
        yield from conversations(1, [])
        raise OSError("the disk is away")

    with pytest.raises(OSError, match="away"):
        parallel.hold(AtOnce(made(), ended.append, 3), target)
    assert ended == ["0"]
