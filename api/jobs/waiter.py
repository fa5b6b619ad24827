"""Waiting for jobs to end, on behalf of clients."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

import msgspec
import structlog

from api.http.request_end import request_end
from api.jobs.preferences import requested_wait
from shared import jobs
from shared.accounts import Caller
from shared.jobs import JobOut, Snapshot
from shared.jobs.errors import JobNotFound, ProcessFull, TooManyStreams, TooManyWaits
from shared.jobs.queries import CHANNEL
from shared.kit.database import notifications
from shared.kit.database.transactions import transaction_hook
from shared.kit.errors import ServiceUnavailable
from shared.kit.limits.concurrency import ConcurrencyLimiter
from shared.kit.platform import Platform
from shared.kit.storage.bucket import Storage

log = structlog.get_logger()

# Notifications arrive at once; polling covers those that are lost, and progress, which nobody is notified of.
POLL_INTERVAL_S = 2.0

# Jobs that have just ended, of which a request may not know yet that waits for one: thousands end in the milliseconds
# from reading a job to waiting for it on no machine. For one that is forgotten there is the poll.
REMEMBERED = 2_000

# The pause after the database did not answer.
RETRY_INTERVAL_S = 0.5

# Streams end when their jobs do, and waits after seconds.
FULL_RETRY_AFTER_S = 5

# The rest of the connections is for requests that are answered at once.
SHARE_OF_CONNECTIONS = 0.75


class JobState:
    """A job at one moment, presented once for all that wait for it."""

    def __init__(self, snapshot: Snapshot, storage: Storage) -> None:
        self.snapshot = snapshot
        self._storage = storage

    @cached_property
    def presented(self) -> JobOut:
        """The job with links, which take longer to sign than all the rest."""
        return JobOut.of(self.snapshot, self._storage)

    @cached_property
    def json(self) -> str:
        """The job as an answer shows it."""
        return msgspec.json.encode(self.presented).decode()


@dataclass(eq=False)
class _Watch:
    """A job that requests of this process wait for; its state is None once the job was deleted."""

    state: JobState | None
    waiting: set[asyncio.Event] = field(default_factory=set)


class Waiter:
    """Watches the jobs of all waiting requests of this process: one listening connection, one statement for a poll."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._limiter = ConcurrencyLimiter(platform.redis_scripts)
        self._watches: dict[str, _Watch] = {}
        # The jobs that nobody waited for when they were notified of, newest last.
        self._heard_of: dict[str, None] = {}
        # The jobs to look at before the next poll.
        self._due: set[str] = set()
        self._is_due = asyncio.Event()

    async def run(self) -> None:
        """Listen and poll until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(notifications.listen(self.platform.db, CHANNEL, self._hear_of))
            group.create_task(self._watch())
            group.create_task(self._limiter.renew_periodically())

    async def admit_stream(self, caller: Caller) -> None:
        """Take a place for an event stream until the request ends; raises TooManyStreams or ProcessFull."""
        limit = self.platform.settings.max_streams_per_account
        if not await self._admit(f"stream:{caller.account_id}", limit):
            raise TooManyStreams(retry_after_s=FULL_RETRY_AFTER_S)

    async def admit_wait(self, caller: Caller, seconds: float) -> None:
        """Take a place for a wait until the request ends; raises TooManyWaits or ProcessFull."""
        limit = self.platform.settings.max_waits_per_account
        if seconds > 0 and not await self._admit(f"wait:{caller.account_id}", limit):
            raise TooManyWaits(retry_after_s=FULL_RETRY_AFTER_S)

    async def follow(self, caller: Caller, job_id: UUID, prefer: str | None) -> bool:
        """Wait for the job behind a resource as a Prefer header requests; True if the resource may have changed.

        Raises TooManyWaits, ProcessFull, JobNotFound.
        """
        seconds = requested_wait(prefer, limit=self.platform.settings.wait_limit_s)
        if not seconds:
            return False
        await self.admit_wait(caller, seconds)
        await self.until_final(await jobs.find(self.platform, caller, job_id), seconds)
        return True

    async def _admit(self, subject: str, limit: int) -> bool:
        if self._limiter.taken >= self.platform.settings.max_connections * SHARE_OF_CONNECTIONS:
            raise ProcessFull(retry_after_s=FULL_RETRY_AFTER_S)
        slot = await self._limiter.take(subject, limit)
        if slot is not None:
            request_end.get().callback(self._limiter.free, subject, slot)
        return slot is not None

    async def until_final(self, snapshot: Snapshot, seconds: float) -> Snapshot:
        """Return the job once it has ended, or as it was seen last after `seconds`, also without the database."""
        latest = snapshot
        if seconds <= 0 or latest.job.is_final:
            return latest
        if (hook := transaction_hook.get()) is not None:
            await hook.begin_wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), aclosing(self.changes(snapshot)) as states:
                async for state in states:
                    latest = state.snapshot
        return latest

    async def changes(self, snapshot: Snapshot) -> AsyncGenerator[JobState]:
        """Yield the job as it is, and again after every observed change, until it has ended; raises JobNotFound."""
        seen = None
        with self._subscription(snapshot) as (watch, event):
            while seen is None or not seen.snapshot.job.is_final:
                event.clear()
                if watch.state is None:
                    raise JobNotFound
                if watch.state is not seen:
                    seen = watch.state
                    yield seen
                    continue
                await event.wait()

    @contextmanager
    def _subscription(self, snapshot: Snapshot) -> Iterator[tuple[_Watch, asyncio.Event]]:
        event, key = asyncio.Event(), str(snapshot.job.id)
        watch = self._watches.setdefault(key, _Watch(JobState(snapshot, self.platform.storage)))
        watch.waiting.add(event)
        # It may have ended since the caller read it, and nobody is notified twice; or another one read it before.
        if key in self._heard_of or watch.state is None or watch.state.snapshot is not snapshot:
            self._look_at(key)
        try:
            yield watch, event
        finally:
            watch.waiting.discard(event)
            if not watch.waiting:
                del self._watches[key]

    def _hear_of(self, job_id: str) -> None:
        if job_id in self._watches:
            self._look_at(job_id)
            return
        self._heard_of[job_id] = None
        if len(self._heard_of) > REMEMBERED:
            del self._heard_of[next(iter(self._heard_of))]

    def _look_at(self, job_id: str) -> None:
        self._due.add(job_id)
        self._is_due.set()

    async def _watch(self) -> None:
        """Look at the jobs that are due, and at all of them in every interval."""
        next_poll = time.monotonic()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(next_poll - time.monotonic()):
                    await self._is_due.wait()
            self._is_due.clear()
            due, self._due = self._due, set()
            if time.monotonic() >= next_poll:
                due, next_poll = set(self._watches), time.monotonic() + POLL_INTERVAL_S
            try:
                await self._refresh(due)
            except ServiceUnavailable:
                # The requests go on waiting, up to the times that they have.
                await asyncio.sleep(RETRY_INTERVAL_S)
                self._due |= due
                self._is_due.set()
            except Exception:
                # The edge of a task that nobody waits for: were it to end, no request would see its job end.
                log.exception("watching jobs failed and is tried again")
                await asyncio.sleep(RETRY_INTERVAL_S)

    async def _refresh(self, job_ids: set[str]) -> None:
        states = [watch.state for key, watch in self._watches.items() if key in job_ids]
        if known := [state.snapshot for state in states if state is not None]:
            for job_id, snapshot in (await jobs.changed(self.platform, known)).items():
                if watch := self._watches.get(str(job_id)):
                    watch.state = JobState(snapshot, self.platform.storage) if snapshot else None
                    for event in watch.waiting:
                        event.set()
