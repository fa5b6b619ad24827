"""A body is counted while it arrives, whatever its headers say, and held only within the budget."""

import asyncio
import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, cast

import pytest

from api.http.bodies.body_stream import BodyCutOff, BodyTooSlow, IncomingBody
from api.http.bodies.budget import BodiesTooMany, BodyBudget
from api.http.bodies.content_encoding import BodyEncoded
from api.http.bodies.limits import BodyLimit, BodyTooLarge
from shared.kit.errors import InvalidInput
from shared.kit.settings import Settings
from shared.kit.settings.requests import RequestSettings

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

KIB = 1024
LARGE = BodyLimit(1024 * KIB, 1)


def _body(
    parts: Iterable[bytes], *, budget: BodyBudget | None = None, is_complete: bool = True, **headers: str
) -> IncomingBody:
    """The body that arrives in these parts; the client then waits, where it is not complete."""
    messages: Iterator[Any] = ({"type": "http.request", "body": part, "more_body": True} for part in parts)
    end = [{"type": "http.request", "body": b"", "more_body": False}] if is_complete else []
    arriving = chain(messages, end)

    async def receive() -> Any:
        return next(arriving, None) or await asyncio.Event().wait()

    names = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    settings = cast(
        "Settings",
        RequestSettings(max_small_body_bytes=64 * KIB, unknown_body_timeout_s=0.05, body_timeout_s=0.1),
    )
    return IncomingBody({"headers": names}, receive, settings, budget or BodyBudget(LARGE.size))  # type: ignore[typeddict-item] # as much as is read


async def test_a_strangers_body_ends_at_the_small_limit_in_whatever_parts_it_comes() -> None:
    body = _body(iter(lambda: b"x" * KIB, None))

    with pytest.raises(BodyTooLarge, match="more than the 65,536 bytes"):
        await body.whole()


async def test_a_stranger_is_refused_by_the_length_alone() -> None:
    body = _body([], is_complete=False, content_length="70000")

    with pytest.raises(BodyTooLarge):
        await body.whole()


async def test_a_known_sender_may_send_as_much_as_the_route_takes() -> None:
    body = _body([b"x" * KIB] * 100)
    body.accept(LARGE)

    assert bytes(await body.whole()) == b"x" * 100 * KIB


async def test_the_beginning_is_received_again_before_the_rest() -> None:
    body = _body([b"a" * 40 * KIB, b"b" * 40 * KIB, b"c"])
    body.accept(LARGE)
    beginning, is_whole = await body.beginning()
    received = b""
    has_more = True
    while has_more:
        message: Any = await body.receive()
        received, has_more = received + message["body"], message["more_body"]

    assert (len(beginning), is_whole) == (64 * KIB, False)
    assert received == b"a" * 40 * KIB + b"b" * 40 * KIB + b"c"


@pytest.mark.parametrize("is_known", [False, True])
async def test_a_body_that_stops_arriving_is_given_up(is_known: bool) -> None:
    body = _body([b"x"], is_complete=False)
    if is_known:
        body.accept(LARGE)

    with pytest.raises(BodyTooSlow):
        await body.whole()


async def test_a_client_that_is_gone_has_cut_its_body_off() -> None:
    async def receive() -> Any:
        return {"type": "http.disconnect"}

    body = _body([])
    body._receive = receive

    with pytest.raises(BodyCutOff):
        await body.whole()


TEXT = b'{"a": [' + b"0," * 100_000 + b"0]}"


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [("gzip", gzip.compress(TEXT)), ("zstd", zstd.compress(TEXT)), ("identity", TEXT), ("GZIP", gzip.compress(TEXT))],
    ids=["gzip", "zstd", "identity", "in capitals"],
)
@pytest.mark.parametrize("size", [7, 64 * KIB])
async def test_compressed_bodies_are_inflated(encoding: str, packed: bytes, size: int) -> None:
    parts = [packed[start : start + size] for start in range(0, len(packed), size)]
    body = _body(parts, content_encoding=encoding, content_length=str(len(packed)))
    body.accept(LARGE)

    assert bytes(await body.whole()) == TEXT


@pytest.mark.parametrize(
    ("encoding", "packed"), [("gzip", gzip.compress(b"0" * 4096 * KIB)), ("zstd", zstd.compress(b"0" * 4096 * KIB))]
)
async def test_no_more_is_inflated_than_the_route_takes(encoding: str, packed: bytes) -> None:
    budget = BodyBudget(8192 * KIB)
    body = _body([packed], budget=budget, content_encoding=encoding)
    body.accept(LARGE)

    with pytest.raises(BodyTooLarge, match="1,048,576 bytes"):
        await body.whole()
    assert budget.used <= LARGE.size


def _nothing() -> Iterable[bytes]:
    # Blocks of a deflate stream that hold nothing, without an end.
    packer = zlib.compressobj(wbits=31)
    yield packer.compress(b"x") + packer.flush(zlib.Z_SYNC_FLUSH)
    while True:
        yield b"\0\0\0\xff\xff" * KIB


async def test_what_inflates_to_nothing_counts() -> None:
    body = _body(_nothing(), content_encoding="gzip")
    body.accept(LARGE)

    with pytest.raises(BodyTooLarge):
        await body.whole()


GZIP, ZSTD = gzip.compress(TEXT), zstd.compress(TEXT)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", GZIP[:-1]),
        ("gzip", GZIP + b"x"),
        ("gzip", b"plain"),
        ("gzip", b""),
        ("zstd", ZSTD[:-1]),
        ("zstd", ZSTD + b"x"),
        ("zstd", b"plain"),
    ],
    ids=range(7),
)
async def test_a_broken_compressed_body_is_refused(encoding: str, packed: bytes) -> None:
    body = _body([packed], content_encoding=encoding)
    body.accept(LARGE)

    with pytest.raises(InvalidInput, match=f"The body has the Content-Encoding {encoding} and"):
        await body.whole()


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
async def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(BodyEncoded):
        await _body([b"x"], content_encoding=encoding).whole()


async def test_bodies_share_a_budget_and_give_it_back() -> None:
    budget = BodyBudget(150 * KIB)
    first, second = _body([b"x" * 100 * KIB], budget=budget), _body([b"x" * 100 * KIB], budget=budget)
    for body in (first, second):
        body.accept(LARGE)

    await first.whole()
    with pytest.raises(BodiesTooMany):
        await second.whole()
    assert budget.used == 100 * KIB
    first.release()
    first.release()
    third = _body([b"x" * 100 * KIB], budget=budget)
    third.accept(LARGE)
    await third.whole()

    assert budget.used == 100 * KIB


async def test_small_bodies_take_no_part_in_the_budget_and_a_lone_one_always_passes() -> None:
    budget = BodyBudget(1)
    small, large, other = (_body([b"x" * size], budget=budget) for size in (64 * KIB, 100 * KIB, 64 * KIB))
    large.accept(LARGE)

    assert [len(await body.whole()) for body in (small, large, other)] == [64 * KIB, 100 * KIB, 64 * KIB]
    assert budget.used == 100 * KIB


async def test_a_table_takes_more_of_the_budget_than_its_bytes() -> None:
    budget = BodyBudget(LARGE.size)
    body = _body([b"x" * 100 * KIB], budget=budget)
    body.accept(BodyLimit(LARGE.size, 8))
    await body.whole()

    assert budget.used == 800 * KIB
