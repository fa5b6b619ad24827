"""The heartbeat of an attempt: extends its lease while the main thread computes."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from shared.jobs import finishing, part_queries, queries
from shared.jobs.errors import LeaseLost
from shared.jobs.records import JobRecord
from shared.kit.database.transactions import DatabaseBusy, DatabaseUnavailable
from shared.kit.platform import Platform
from worker.common_ticks import until_next_tick

log = structlog.get_logger()

INTERVAL_S = 10.0

# The shortest time between two writes of the progress, and the longest after which an attempt's end is noticed.
PROGRESS_INTERVAL_S = 0.5


class Heartbeat:
    """Extends the lease for as long as the context lasts; stops the computing thread once the lease is lost."""

    def __init__(self, platform: Platform, job: JobRecord, stop: Callable[[], None]) -> None:
        self._platform = platform
        self._job = job
        self._stop = stop
        self._progress = self._written_progress = 0.0
        self._lease_lost = False
        self._has_ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # The task sees it when it looks next: to wake the loop takes longer than most of a small attempt.
        self._has_ended = True

    def begin(self) -> None:
        """Begin to beat, in the running event loop."""
        self._beat_task = asyncio.ensure_future(self._beat())

    def progress(self, fraction: float) -> None:
        """Report the progress, 0 to 1; raises LeaseLost when the attempt no longer holds its job."""
        if self._lease_lost:
            raise LeaseLost
        self._progress = fraction

    async def _beat(self) -> None:
        while not self._lease_lost:
            await self._pause()
            if self._has_ended:
                return
            self._written_progress = self._progress
            try:
                async with self._platform.db.connection() as connection:
                    self._lease_lost = not await queries.beat(
                        connection, self._job, finishing.LEASE, self._written_progress
                    )
                    if self._job.parent_id is not None:
                        await part_queries.report(connection, self._job.parent_id)
            except (DatabaseUnavailable, DatabaseBusy):
                # The lease outlives two missed heartbeats; the next one tells whether it still holds.
                log.warning("heartbeat missed: the database is away")
            except Exception:
                # The edge of a task that nothing awaits: were it to end, a live attempt would lose its lease.
                log.exception("heartbeat failed and goes on")
        if not self._has_ended:
            self._stop()

    async def _pause(self) -> None:
        """Return when the next beat is due, earlier once there is progress to write, or the attempt has ended."""
        due = time.monotonic() + INTERVAL_S
        while time.monotonic() < due:
            # The watches over small attempts outlive them: at moments of their own, each would wake the loop once more.
            await asyncio.sleep(until_next_tick(PROGRESS_INTERVAL_S))
            if self._has_ended or self._progress != self._written_progress:
                return
