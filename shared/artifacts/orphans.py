"""Objects that no row refers to: leftovers of attempts and uploads that died."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from shared.kit import clock
from shared.kit.db import Connection
from shared.kit.platform import Platform

# Returns the keys that no row refers to.
SelectOrphans = Callable[[Connection, Sequence[str]], Awaitable[list[str]]]

# An object is put into storage before its row is written; within a day every attempt has come to an end.
ORPHAN_AGE = timedelta(days=1)

# There may be millions of keys: so many are in memory, and in one statement, at a time.
KEYS_AT_ONCE = 1000


async def collect(platform: Platform, prefix: str, select_orphans: SelectOrphans) -> int:
    """Delete the objects below a prefix that are old enough and have no row; return their number."""
    all_keys = platform.storage.keys_before(clock.now() - ORPHAN_AGE, prefix)
    count = 0
    while keys := await platform.storage.apart(_next, all_keys):
        async with platform.db.connection() as connection:
            orphans = await select_orphans(connection, keys)
        await platform.storage.apart(platform.storage.delete, orphans)
        count += len(orphans)
    return count


def _next(keys: Iterator[str]) -> list[str]:
    return list(islice(keys, KEYS_AT_ONCE))
