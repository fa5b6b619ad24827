"""The dispatcher: looks for rows that are due and sends the messages that wake the workers.

A plain loop, not a task: what repairs the queue must not wait in it. Several may run; rows that one of them holds are
skipped by the others.
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

# A notification wakes the loop sooner; this is for rows that become due by themselves.
INTERVAL_S = 1.0
CLEANING_INTERVAL_S = 3600.0

# A row is dispatched again after this: the message may have died with the broker.
REPEAT_AFTER = timedelta(seconds=10)

# So many messages wait in a queue at most. It keeps the workers busy, and bounds what is sent twice when the queue
# is merely long: the backlog itself waits in Postgres.
MAX_WAITING = 200

# While the database was away no lease could be renewed: once it is back, every live worker first gets the time for a
# beat, and for the one before, which may still wait for its connection.
GRACE_S = heartbeat.INTERVAL_S + 5.0

# One transaction must not hold more rows than this.
RESCUED_AT_ONCE = 200

OUTAGES = (DatabaseUnavailable, BrokerUnavailable, StorageUnavailable)

Duty = Callable[[], Awaitable[None]]
Take = Callable[[Connection, timedelta, int], Awaitable[list[UUID]]]


class Dispatcher:
    """The loop and what it acts on."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._notified = asyncio.Event()
        self._was_away = False

    async def run(self) -> None:
        """Go on until cancelled; the duties are independent, so that trouble with one does not stop the others."""
        async with asyncio.TaskGroup() as group:
            group.create_task(notifications.listen(self._platform.db, lambda _: self._notified.set()))
            group.create_task(self._repeat(self._rescue, INTERVAL_S))
            group.create_task(self._repeat(self._dispatch_jobs, INTERVAL_S))
            group.create_task(self._repeat(self._dispatch_deliveries, INTERVAL_S, wake=self._notified))
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
                # The edge of the process: what goes wrong with one row must not keep the rest from being dispatched.
                log.exception("dispatcher failed at a duty and goes on")
            await _pause(interval_s, wake or asyncio.Event())

    async def _rescue(self) -> None:
        try:
            if self._was_away:
                await self._await_heartbeats()
            rescued = await finishing.rescue_expired(self._platform, RESCUED_AT_ONCE)
        except DatabaseUnavailable:
            self._was_away = True
            raise
        if rescued:
            log.warning("jobs taken back from silent workers", count=rescued)

    async def _await_heartbeats(self) -> None:
        async with self._platform.db.connection() as connection:
            await connection.execute("SELECT 1")
        self._was_away = False
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
    """Run the dispatcher until the process is told to end."""
    async with platform.connect(settings(), pool_size=3) as connected:
        work = asyncio.ensure_future(Dispatcher(connected).run())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, work.cancel)
        try:
            await work
        except asyncio.CancelledError:
            log.info("dispatcher stopped")


if __name__ == "__main__":
    logging.configure(level=settings().log_level, form=settings().log_format)
    asyncio.run(main())
