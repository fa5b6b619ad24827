"""The dispatcher: looks for rows that are due and sends the messages that wake the workers.

A plain loop and not a Celery task, which would wait in the queue that it has to repair. Several dispatchers may run:
each skips the rows that another one has locked.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from shared.jobs import finishing, notifications, queueing
from shared.kit import logging, platform
from shared.kit.broker import BrokerUnavailable, Wakeup
from shared.kit.db import Connection, DatabaseUnavailable
from shared.kit.platform import Platform
from shared.kit.settings import settings
from shared.kit.storage_errors import StorageUnavailable
from shared.operations import retention
from shared.projects import thumbnail_queries
from shared.webhooks import queries as webhook_queries
from worker import heartbeat

log = structlog.get_logger()

# The interval for rows that become due with time; a notification wakes the loop sooner.
INTERVAL_S = 1.0
CLEANING_INTERVAL_S = 3600.0

# A row is dispatched again after this time: the message may have been lost with the broker.
REPEAT_AFTER = timedelta(seconds=10)

# The most messages that wait in a queue. It keeps the workers busy, and bounds the messages that are sent twice while
# the queue is merely long: the backlog itself waits in Postgres.
MAX_WAITING = 200

# No lease can be renewed during an outage of the database. After it every live worker first gets the time for one
# heartbeat, and for the one before, which may still wait for its connection.
GRACE_S = heartbeat.INTERVAL_S + 5.0

# The most jobs that one transaction takes back, since it locks their rows.
MAX_RESCUES = 200

OUTAGES = (DatabaseUnavailable, BrokerUnavailable, StorageUnavailable)

Duty = Callable[[], Awaitable[None]]
Take = Callable[[Connection, timedelta, int], Awaitable[list[UUID]]]


class Dispatcher:
    """The loop of one dispatcher process."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._finished_job = asyncio.Event()
        self._had_outage = False

    async def run(self) -> None:
        """Run every duty until cancelled; an error in one duty does not stop the others."""
        async with asyncio.TaskGroup() as group:
            group.create_task(notifications.listen(self._platform.db, lambda _: self._finished_job.set()))
            group.create_task(self._repeat(self._rescue, INTERVAL_S))
            group.create_task(self._repeat(self._dispatch_jobs, INTERVAL_S))
            group.create_task(self._repeat(self._dispatch_deliveries, INTERVAL_S, wake=self._finished_job))
            group.create_task(self._repeat(self._dispatch_thumbnails, INTERVAL_S))
            group.create_task(self._repeat(self._clean, CLEANING_INTERVAL_S))

    async def _repeat(self, duty: Duty, interval_s: float, wake: asyncio.Event | None = None) -> None:
        while True:
            try:
                await duty()
            except OUTAGES as error:
                log.warning("dispatcher waits: a part of the service is away", reason=str(error))
                await asyncio.sleep(INTERVAL_S)
                continue
            except Exception:
                # The edge of the process: an error with one row must not keep the other rows from being dispatched.
                log.exception("dispatcher failed at a duty and goes on")
            await _pause(interval_s, wake or asyncio.Event())

    async def _rescue(self) -> None:
        try:
            if self._had_outage:
                await self._await_heartbeats()
            rescue_count = await finishing.rescue_expired(self._platform, MAX_RESCUES)
        except DatabaseUnavailable:
            self._had_outage = True
            raise
        if rescue_count:
            log.warning("jobs taken back from silent workers", count=rescue_count)

    async def _await_heartbeats(self) -> None:
        async with self._platform.db.connection() as connection:
            await connection.execute("SELECT 1")
        self._had_outage = False
        await asyncio.sleep(GRACE_S)

    async def _dispatch_jobs(self) -> None:
        for wakeup, share in queueing.SHARES.items():
            await self._dispatch(wakeup, partial(queueing.take_undispatched, share=share))

    async def _dispatch_deliveries(self) -> None:
        await self._dispatch(Wakeup.SEND_DELIVERY, webhook_queries.take_due)

    async def _dispatch_thumbnails(self) -> None:
        await self._dispatch(Wakeup.MAKE_THUMBNAIL, thumbnail_queries.take_due)

    async def _dispatch(self, wakeup: Wakeup, take: Take) -> None:
        waiting = await asyncio.to_thread(self._platform.broker.waiting, wakeup)
        if waiting >= MAX_WAITING:
            return
        async with self._platform.db.connection() as connection:
            ids = await take(connection, REPEAT_AFTER, MAX_WAITING - waiting)
        if ids:
            await asyncio.to_thread(self._platform.broker.publish, wakeup, ids)
            log.info("dispatched", queue=wakeup.queue, count=len(ids))

    async def _clean(self) -> None:
        log.info("cleaned", **await retention.clean(self._platform))


async def _pause(seconds: float, wake: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return
    wake.clear()


async def main() -> None:
    """Run the dispatcher until SIGINT or SIGTERM."""
    async with platform.connect(settings(), pool_size=3) as resources:
        loop = asyncio.ensure_future(Dispatcher(resources).run())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, loop.cancel)
        try:
            await loop
        except asyncio.CancelledError:
            log.info("dispatcher stopped")


if __name__ == "__main__":
    logging.configure(level=settings().log_level, form=settings().log_format)
    asyncio.run(main())
