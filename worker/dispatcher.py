"""The dispatcher: looks for rows that are due and sends the messages that wake the workers.

A plain loop and not a Celery task, which would wait in the queue that it has to repair. Several dispatchers may run:
each skips the rows that another one has locked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from shared.jobs import finishing, parts, queueing
from shared.kit.broker import BrokerUnavailable, Wakeup
from shared.kit.database.transactions import (
    IS_WRITABLE,
    Connection,
    DatabaseBusy,
    DatabaseReadOnly,
    DatabaseUnavailable,
)
from shared.kit.liveness import LivenessFile
from shared.kit.platform import Platform
from shared.kit.storage.errors import StorageUnavailable
from shared.operations import retention
from shared.operations.administration import disabled_accounts
from shared.operations.orphans import installation
from worker import heartbeat, loop_process

log = structlog.get_logger()

# Most duties use one connection for a few milliseconds; some of them at the same time.
POOL_SIZE = 3

# The interval for rows that become due with time.
INTERVAL_S = 1.0

# The interval while a backlog waits: the share of one account keeps the workers busy for longer than this.
BACKLOG_INTERVAL_S = 0.2
CLEANING_INTERVAL_S = 3600.0

# A restore to a time before this is always noticed by the generation of the installation.
WATCHING_INTERVAL_S = 60.0

# The longest time until a duty is tried again after an outage.
OUTAGE_INTERVAL_S = 60.0

# No short duty takes longer, also while every part of the service hangs until a time-out.
MAX_TURN_S = 60.0

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

# The most jobs, and deliveries, of disabled accounts that one transaction ends, for the same reason.
MAX_ENDED = 200

OUTAGES = (DatabaseUnavailable, DatabaseBusy, BrokerUnavailable, StorageUnavailable)

# Returns True to be performed again soon.
Duty = Callable[[], Awaitable[bool | None]]
Take = Callable[[Connection, timedelta, int], Awaitable[list[UUID]]]


class Dispatcher:
    """The loop of one dispatcher process."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._had_outage = False
        self._liveness = LivenessFile(platform.settings.liveness_file)
        # When each of the short duties last came to its end, with or without success.
        self._turns: dict[Duty, float] = {}

    async def run(self) -> None:
        """Run every duty until cancelled; an error in one duty does not stop the others."""
        short = (self._rescue, self._dispatch_jobs, self._end_work_of_disabled)
        self._turns = dict.fromkeys(short, time.monotonic())
        async with asyncio.TaskGroup() as group:
            for duty in short:
                group.create_task(self._repeat(duty, INTERVAL_S))
            group.create_task(self._repeat(self._watch_installation, WATCHING_INTERVAL_S))
            group.create_task(self._repeat(partial(self._clean, retention.DUTIES), CLEANING_INTERVAL_S))
            group.create_task(self._repeat(partial(self._clean, retention.COLLECTORS), CLEANING_INTERVAL_S))

    async def _repeat(self, duty: Duty, interval_s: float) -> None:
        while True:
            has_outage, pause_s = False, interval_s
            try:
                if await duty():
                    pause_s = BACKLOG_INTERVAL_S
            except OUTAGES as error:
                has_outage = True
                log.warning("dispatcher waits: a part of the service is away", reason=str(error))
            except Exception:
                # The edge of the process: an error with one row must not keep the other rows from being dispatched.
                log.exception("dispatcher failed at a duty and goes on")
            self._note_turn(duty)
            await asyncio.sleep(min(interval_s, OUTAGE_INTERVAL_S) if has_outage else pause_s)

    def _note_turn(self, duty: Duty) -> None:
        """Touch the liveness file, unless one of the short duties hangs."""
        now = time.monotonic()
        if duty in self._turns:
            self._turns[duty] = now
            if min(self._turns.values()) > now - MAX_TURN_S:
                self._liveness.touch()

    async def _rescue(self) -> None:
        try:
            after_outage = self._had_outage
            if after_outage:
                await self._await_heartbeats()
            rescue_count = await finishing.rescue_expired(self._platform, MAX_RESCUES, after_outage=after_outage)
        except DatabaseUnavailable:
            self._had_outage = True
            raise
        if rescue_count:
            log.warning("jobs taken back from silent workers", count=rescue_count)
        if resumed := await parts.resume_forgotten(self._platform):
            log.warning("jobs resumed whose parts have ended", count=resumed)

    async def _await_heartbeats(self) -> None:
        async with self._platform.db.connection() as connection:
            if not await connection.fetchval(IS_WRITABLE):
                raise DatabaseReadOnly
        self._had_outage = False
        await asyncio.sleep(GRACE_S)

    async def _dispatch_jobs(self) -> bool:
        sent = [
            await self._dispatch(wakeup, partial(queueing.take_undispatched, share=share))
            for wakeup, share in queueing.SHARES.items()
        ]
        return any(sent)

    async def _end_work_of_disabled(self) -> None:
        if ended := await disabled_accounts.end_work(self._platform, MAX_ENDED):
            log.info("jobs of disabled accounts cancelled", count=ended)

    async def _dispatch(self, wakeup: Wakeup, take: Take) -> int:
        waiting = await asyncio.to_thread(self._platform.broker.waiting, wakeup)
        if waiting >= MAX_WAITING:
            return 0
        async with self._platform.db.connection() as connection:
            ids = await take(connection, REPEAT_AFTER, MAX_WAITING - waiting)
        if ids:
            await asyncio.to_thread(self._platform.broker.publish, wakeup, ids)
            log.info("dispatched", queue=wakeup.queue, count=len(ids))
        return len(ids)

    async def _watch_installation(self) -> None:
        await installation.watch(self._platform)

    async def _clean(self, duties: Mapping[str, retention.Duty]) -> None:
        deleted = {name: await self._perform(name, duty) for name, duty in duties.items()}
        log.info("cleaned", **{name: count for name, count in deleted.items() if count is not None})

    async def _perform(self, name: str, duty: retention.Duty) -> int | None:
        try:
            return await duty(self._platform)
        except OUTAGES as error:
            log.warning("cleaning skipped: a part of the service is away", duty=name, reason=str(error))
        except Exception:
            # The edge of the process: what one duty meets must not keep the others from being performed.
            log.exception("cleaning failed at a duty and goes on", duty=name)
        return None


async def run(platform: Platform) -> None:
    """Run the dispatcher until cancelled."""
    await Dispatcher(platform).run()


def main() -> None:
    """Run the process of a dispatcher."""
    loop_process.run("dispatcher", run, pool_size=POOL_SIZE)


if __name__ == "__main__":
    main()
