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

# A notification comes at once if it comes; this is for those that got lost.
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
        await notifications.listen(self.platform.db, self._hear)

    async def until_final(self, caller: Caller, snapshot: Snapshot, seconds: float) -> Snapshot:
        """The job once it has come to an end, or as it is when the time is over."""
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
        """The job as it is, and again after every change that was noticed, until it has come to an end."""
        shown = None
        with self._subscription(job_id) as event:
            # Looking comes after subscribing: whatever happens between two looks leaves the event set.
            while shown is None or not shown.job.is_final:
                event.clear()
                snapshot = await jobs.find(self.platform, caller, job_id)
                if snapshot != shown:
                    yield snapshot
                    shown = snapshot
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

    def _hear(self, job_id: str) -> None:
        for event in self._waiting.get(job_id, ()):
            event.set()


async def with_silences(items: AsyncIterator[T], seconds: float) -> AsyncIterator[T | None]:
    """The items as they come, and None whenever none has come for so long."""
    coming = asyncio.ensure_future(anext(items))
    try:
        while True:
            await asyncio.wait({coming}, timeout=seconds)
            if not coming.done():
                yield None
                continue
            try:
                item = coming.result()
            except StopAsyncIteration:
                return
            yield item
            coming = asyncio.ensure_future(anext(items))
    finally:
        coming.cancel()


async def _wait(event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(POLL_INTERVAL_S):
            await event.wait()
    except TimeoutError:
        return


def wanted_wait(prefer: str | None, *, limit: int, default: int = 0) -> int:
    """The seconds that a Prefer header (RFC 7240) asks to wait, within the limit."""
    if prefer and _RESPOND_ASYNC.search(prefer):
        return 0
    match = _WAIT.search(prefer or "")
    return min(int(match[1]), limit) if match else default


def applied(prefer: str | None, *, limit: int) -> dict[str, str]:
    """The header that tells for how many seconds at most a wait that was asked for was granted."""
    seconds = wanted_wait(prefer, limit=limit)
    return {"Preference-Applied": f"wait={seconds}"} if seconds else {}
