"""The heartbeat of an attempt: extends its lease while the main thread computes."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from shared.jobs import finishing, part_queries, queries
from shared.jobs.errors import LeaseLost
from shared.jobs.records import JobRecord
from shared.kit.db import DatabaseBusy, DatabaseUnavailable
from worker.runtime import Runtime

log = structlog.get_logger()

INTERVAL_S = 10.0

# The shortest time between two writes of the progress.
PROGRESS_INTERVAL_S = 0.5


class Heartbeat:
    """Extends the lease for as long as the context lasts; stops the computing thread once the lease is lost."""

    def __init__(self, runtime: Runtime, job: JobRecord, stop: Callable[[], None]) -> None:
        self._runtime = runtime
        self._job = job
        self._stop = stop
        self._progress = 0.0
        self._progress_changed = asyncio.Event()
        self._lease_lost = False

    def __enter__(self) -> Self:
        self._beat_task = asyncio.run_coroutine_threadsafe(self._beat(), self._runtime.loop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._beat_task.cancel()

    def progress(self, fraction: float) -> None:
        """Report the progress, 0 to 1; raises LeaseLost when the attempt no longer holds its job."""
        if self._lease_lost:
            raise LeaseLost
        self._progress = fraction
        self._runtime.loop.call_soon_threadsafe(self._progress_changed.set)

    async def _beat(self) -> None:
        while not self._lease_lost:
            await self._pause()
            try:
                async with self._runtime.platform.db.connection() as connection:
                    self._lease_lost = not await queries.beat(connection, self._job, finishing.LEASE, self._progress)
                    if self._job.parent_id is not None:
                        await part_queries.report(connection, self._job.parent_id)
            except (DatabaseUnavailable, DatabaseBusy):
                # The lease outlives two missed heartbeats; the next one tells whether it still holds.
                log.warning("heartbeat missed: the database is away")
            except Exception:
                # The edge of a task that nothing awaits: were it to end, a live attempt would lose its lease.
                log.exception("heartbeat failed and goes on")
        self._stop()

    async def _pause(self) -> None:
        await asyncio.sleep(PROGRESS_INTERVAL_S)
        try:
            async with asyncio.timeout(INTERVAL_S - PROGRESS_INTERVAL_S):
                await self._progress_changed.wait()
        except TimeoutError:
            return
        self._progress_changed.clear()
