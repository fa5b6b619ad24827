"""Files of one request, passed on to the real storage."""

import dataclasses
import hashlib
import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared import uploads
from shared.accounts import Caller
from shared.kit import clock
from shared.kit.errors import InvalidInput
from shared.kit.platform import Platform
from shared.kit.storage import parts as storage_parts
from shared.uploads.errors import UploadNotFound, UploadTooLarge
from shared.uploads.files import PART_BYTES, PREFIX
from tests.actors import Client

TWO_PARTS = PART_BYTES + 1000


async def _pieces(body: bytes, size: int = 1_000_000) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def _body(size: int, seed: str = "a") -> bytes:
    return hashlib.shake_256(seed.encode()).digest(size)


@pytest.fixture
async def caller(alice: Client, platform: Platform) -> Caller:
    """Alice, as the verbs know her."""
    return await _caller(alice, platform)


async def _caller(client: Client, platform: Platform) -> Caller:
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT id FROM account WHERE email = $1", client.email)
    return Caller(account_id, "")


@pytest.mark.parametrize("size", [1, 1000, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES, 2 * PART_BYTES + 7])
async def test_a_file_of_one_request_is_stored_as_it_came(platform: Platform, caller: Caller, size: int) -> None:
    body = _body(size, str(size))

    stored = await uploads.store(platform, caller, "../a.csv", _pieces(body), "text/csv")

    assert (stored.filename, stored.content_type, stored.size_bytes) == ("a.csv", "text/csv", size)
    assert (stored.status, stored.sha256) == ("completed", hashlib.sha256(body).hexdigest())
    assert platform.storage.get(stored.key) == body
    read = await uploads.get_completed(platform, caller, str(stored.id))
    assert read == stored
    assert stored.expires_at - stored.created_at == timedelta(days=90)


async def test_the_same_content_is_stored_once_for_an_account(platform: Platform, caller: Caller) -> None:
    body = _body(TWO_PARTS, "twice")

    first = await uploads.store(platform, caller, "a.csv", _pieces(body))
    again = await uploads.store(platform, caller, "b.csv", _pieces(body))

    assert (again.id, again.key, again.filename) == (first.id, first.key, "a.csv")
    assert again.expires_at >= first.expires_at
    assert len(await uploads.list_own(platform, caller, before=None, status=None, limit=10)) == 1


async def test_the_same_content_of_another_account_is_its_own_file(
    platform: Platform, caller: Caller, mallory: Client
) -> None:
    body = _body(5000, "both")
    stranger = await _caller(mallory, platform)

    own = await uploads.store(platform, caller, "a.csv", _pieces(body))
    other = await uploads.store(platform, stranger, "a.csv", _pieces(body))

    assert other.id != own.id
    assert other.key != own.key
    with pytest.raises(UploadNotFound):
        await uploads.get(platform, stranger, str(own.id))


async def test_a_file_over_the_limit_and_one_without_content_are_refused(platform: Platform, caller: Caller) -> None:
    limit = PART_BYTES + 10
    small = platform.settings.model_copy(update={"max_file_bytes": limit})
    limited = dataclasses.replace(platform, settings=small)
    before = _unfinished(platform)

    with pytest.raises(UploadTooLarge) as refused:
        await uploads.store(limited, caller, "a.csv", _pieces(_body(limit + 1)))
    with pytest.raises(InvalidInput) as empty:
        await uploads.store(limited, caller, "a.csv", _pieces(b""))

    assert refused.value.detail == f"The file is larger than the maximum of {limit:,} bytes."
    assert empty.value.detail == "file: is empty; send a file with content."
    assert await uploads.list_own(platform, caller, before=None, status=None, limit=10) == []
    assert _unfinished(platform) == before


async def test_a_file_whose_sender_goes_away_leaves_nothing(platform: Platform, caller: Caller) -> None:
    async def cut_off() -> AsyncIterator[bytes]:
        yield _body(TWO_PARTS)
        raise ConnectionResetError

    before = _unfinished(platform)

    with pytest.raises(ConnectionResetError):
        await uploads.store(platform, caller, "a.csv", cut_off())

    assert await uploads.list_own(platform, caller, before=None, status=None, limit=10) == []
    assert _unfinished(platform) == before


async def test_a_large_file_is_never_in_memory_as_a_whole(platform: Platform, caller: Caller) -> None:
    size = 12 * PART_BYTES

    async def zeros() -> AsyncIterator[bytes]:
        for _ in range(size // 2**20):
            yield bytes(2**20)

    tracemalloc.start()
    try:
        stored = await uploads.store(platform, caller, "zeros", zeros())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (stored.size_bytes, peak < size / 3) == (size, True)


def _unfinished(platform: Platform) -> list[tuple[str, str]]:
    return sorted(storage_parts.begun_before(platform.storage, clock.now() + timedelta(days=1), PREFIX))
