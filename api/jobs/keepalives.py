"""Streams that last: they say that there is nothing new, and end when their clients may not have them any more."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from shared.kit.errors import ServiceUnavailable

# A stream ends within this time and that for which a key is remembered: together less than the 5 s that are promised.
ADMISSION_INTERVAL_S = 2.0

# Proxies close streams that are silent for longer, commonly at 30 s; and a client that vanished is noticed by sending.
KEEPALIVE_S = 15.0

T = TypeVar("T")


def keepalive_interval() -> float:
    """Return the seconds after which a stream says that there is nothing new."""
    # Streams that were opened together would otherwise all be served at the same moments.
    return KEEPALIVE_S * random.uniform(0.5, 1)  # noqa: S311 -- no secret


async def with_keepalives(items: AsyncIterator[T], seconds: float) -> AsyncIterator[T | None]:
    """Yield the items as they come, and None whenever none has come for `seconds`."""
    next_item = asyncio.ensure_future(anext(items))
    try:
        while True:
            await asyncio.wait({next_item}, timeout=seconds)
            if not next_item.done():
                yield None
                continue
            try:
                item = next_item.result()
            except StopAsyncIteration:
                return
            yield item
            next_item = asyncio.ensure_future(anext(items))
    finally:
        next_item.cancel()


async def while_admitted(items: AsyncIterator[T], is_admitted: Callable[[], Awaitable[bool]]) -> AsyncIterator[T]:
    """Yield the items as they come, and end when the client may not have them any more.

    While nobody can say whether it may, nothing is yielded.
    """
    async for item in with_keepalives(items, ADMISSION_INTERVAL_S):
        if not await _when_known(is_admitted):
            return
        if item is not None:
            yield item


async def _when_known(is_admitted: Callable[[], Awaitable[bool]]) -> bool:
    while True:
        try:
            return await is_admitted()
        except ServiceUnavailable:
            await asyncio.sleep(ADMISSION_INTERVAL_S)
