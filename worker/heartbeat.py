"""The heartbeat of an attempt: lengthens its lease while the main thread computes."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from shared.jobs import finishing, queries
from shared.jobs.errors import LeaseLost
from shared.jobs.records import JobRecord
from shared.kit.db import DatabaseUnavailable
from worker.runtime import Runtime

log = structlog.get_logger()

INTERVAL_S = 10.0

# Progress is written sooner, but no oftener than this.
PROGRESS_INTERVAL_S = 0.5


class Heartbeat:
    """Beats for as long as the context lasts; stops the computing thread once the job is another's, or nobody's."""

    def __init__(self, runtime: Runtime, job: JobRecord, stop: Callable[[], None]) -> None:
        self._runtime = runtime
        self._job = job
        self._stop = stop
        self._progress = 0.0
        self._moved = asyncio.Event()
        self._lost = False

    def __enter__(self) -> Self:
        self._beating = asyncio.run_coroutine_threadsafe(self._beat(), self._runtime.loop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._beating.cancel()

    def progress(self, fraction: float) -> None:
        """Say how much is done, 0 to 1; raises LeaseLost when it is in vain."""
        if self._lost:
            raise LeaseLost
        self._progress = fraction
        self._runtime.loop.call_soon_threadsafe(self._moved.set)

    async def _beat(self) -> None:
        while not self._lost:
            await self._pause()
            try:
                async with self._runtime.platform.db.connection() as connection:
                    self._lost = not await queries.beat(connection, self._job, finishing.LEASE, self._progress)
            except DatabaseUnavailable:
                # The lease outlives two missed beats; whether it was long enough is what the next beat says.
                log.warning("heartbeat missed: the database is away")
            except Exception:
                # The edge of a task that nobody waits for: were it to end, a live attempt would lose its lease.
                log.exception("heartbeat failed and goes on")
        self._stop()

    async def _pause(self) -> None:
        await asyncio.sleep(PROGRESS_INTERVAL_S)
        try:
            async with asyncio.timeout(INTERVAL_S - PROGRESS_INTERVAL_S):
                await self._moved.wait()
        except TimeoutError:
            return
        self._moved.clear()
