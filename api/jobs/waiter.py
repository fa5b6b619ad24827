"""Waiting for jobs to end, on behalf of clients."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from shared import jobs
from shared.accounts import Caller
from shared.jobs import Snapshot, notifications
from shared.kit.platform import Platform

# Notifications arrive at once; polling covers those that are lost.
POLL_INTERVAL_S = 2.0

T = TypeVar("T")

_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)
_RESPOND_ASYNC = re.compile(r"(?:^|[,;])\s*respond-async\s*(?=$|[,;])", re.IGNORECASE)


class Waiter:
    """One listening connection for all the waiting requests of this process."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    async def run(self) -> None:
        """Listen until cancelled."""
        await notifications.listen(self.platform.db, self._on_finished)

    async def until_final(self, caller: Caller, snapshot: Snapshot, seconds: float) -> Snapshot:
        """Return the job once it has ended, or as it is after `seconds`."""
        latest = snapshot
        if seconds <= 0 or latest.job.is_final:
            return latest
        try:
            async with asyncio.timeout(seconds):
                async for change in self.changes(caller, snapshot.job.id):
                    latest = change
        except TimeoutError:
            return latest
        return latest

    async def changes(self, caller: Caller, job_id: UUID) -> AsyncIterator[Snapshot]:
        """Yield the job as it is, and again after every observed change, until it has ended."""
        previous = None
        with self._subscription(job_id) as event:
            # Reading comes after subscribing: a change between two reads leaves the event set.
            while previous is None or not previous.job.is_final:
                event.clear()
                snapshot = await jobs.find(self.platform, caller, job_id)
                if snapshot != previous:
                    yield snapshot
                    previous = snapshot
                if not snapshot.job.is_final:
                    await _wait(event)

    @contextmanager
    def _subscription(self, job_id: UUID) -> Iterator[asyncio.Event]:
        event, key = asyncio.Event(), str(job_id)
        self._waiting[key].add(event)
        try:
            yield event
        finally:
            self._waiting[key].discard(event)
            if not self._waiting[key]:
                del self._waiting[key]

    def _on_finished(self, job_id: str) -> None:
        for event in self._waiting.get(job_id, ()):
            event.set()


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


async def _wait(event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(POLL_INTERVAL_S):
            await event.wait()
    except TimeoutError:
        return


def requested_wait(prefer: str | None, *, limit: int, default: int = 0) -> int:
    """Return the seconds to wait that a Prefer header (RFC 7240) requests, within the limit."""
    if prefer and _RESPOND_ASYNC.search(prefer):
        return 0
    match = _WAIT.search(prefer or "")
    return min(int(match[1]), limit) if match else default


def applied(prefer: str | None, *, limit: int) -> dict[str, str]:
    """Return the `Preference-Applied` header for the granted wait; empty if none was requested."""
    seconds = requested_wait(prefer, limit=limit)
    return {"Preference-Applied": f"wait={seconds}"} if seconds else {}
