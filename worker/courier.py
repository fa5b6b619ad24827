"""The courier: takes deliveries whose turn it is from the database, and sends them, hundreds at once.

A plain loop in one thread, since an attempt mostly waits for somebody else's server. It needs no broker, and none of
the libraries that compute and draw. Several couriers may run: the database counts the attempts of all of them.
"""

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from shared.kit.database import notifications
from shared.kit.database.transactions import DatabaseBusy, DatabaseUnavailable
from shared.kit.liveness import LivenessFile
from shared.kit.platform import Platform
from shared.webhooks import couriers, turns
from shared.webhooks.delivering import LEASE_MARGIN, deliver
from shared.webhooks.network import GuardedTransport
from shared.webhooks.queries import CHANNEL
from shared.webhooks.turns import DueDelivery, FreeSlots
from worker import loop_process
from worker.alarm import Alarm

log = structlog.get_logger()

# The interval for deliveries that become due with time; a notification or an attempt that ends wakes the loop sooner.
INTERVAL_S = 1.0

# Bounds the statements of a courier whose attempts end one by one: at most a third of its time, and so many a second.
MIN_INTERVAL_S = 0.01
PAUSE_RATIO = 2

# The part of the slots that receivers which took long may hold: the others always find one.
SLOW_SHARE = 0.25

# Outcomes are recorded in a few statements each; those that wait for a connection cost nothing else.
POOL_SIZE = 8

OUTAGES = (DatabaseUnavailable, DatabaseBusy)


class Courier:
    """The loop of one courier process."""

    def __init__(self, platform: Platform, transport: GuardedTransport) -> None:
        self._platform = platform
        self._transport = transport
        self._timeout_s = platform.settings.webhook_timeout_s
        self._slow_slots = max(1, int(platform.settings.courier_slots * SLOW_SHARE))
        self._quick_slots = platform.settings.courier_slots - self._slow_slots
        self._attempts: dict[asyncio.Task[None], DueDelivery] = {}
        self._beginning: asyncio.Future[None] | None = None
        self._pause_s = MIN_INTERVAL_S
        self._alarm = Alarm()
        self._liveness = LivenessFile(platform.settings.liveness_file)
        self._name = f"courier@{socket.gethostname()}:{os.getpid()}"

    async def run(self) -> None:
        """Take and send deliveries until cancelled; then let the attempts under way end."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(notifications.listen(self._platform.db, CHANNEL, self._alarm.set))
                group.create_task(self._repeat(self._take, self._pause))
                group.create_task(self._repeat(self._report, lambda: asyncio.sleep(couriers.REPORT_INTERVAL_S)))
        finally:
            log.info("courier takes no more deliveries", under_way=len(self._attempts))
            if self._beginning is not None:
                await asyncio.wait([self._beginning])
            await asyncio.gather(*self._attempts)
            await self._leave()

    async def _repeat(self, duty: Callable[[], Awaitable[None]], pause: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await duty()
            except OUTAGES as error:
                log.warning("courier waits: the database is away", reason=str(error))
                await asyncio.sleep(INTERVAL_S)
            except Exception:
                # The edge of the process: an error with one delivery must not keep the others from being sent.
                log.exception("courier failed at a duty and goes on")
            await pause()

    async def _take(self) -> None:
        slow = sum(due.is_slow for due in self._attempts.values())
        free = FreeSlots(quick=self._quick_slots - (len(self._attempts) - slow), slow=self._slow_slots - slow)
        if not free.quick and not free.slow:
            return
        # Shielded, as an attempt that the database knows of and nobody makes would wait for the end of its lease.
        self._beginning = asyncio.ensure_future(self._begin(free))
        await asyncio.shield(self._beginning)

    async def _begin(self, free: FreeSlots) -> None:
        began = time.monotonic()
        async with self._platform.db.connection() as connection:
            taken = await turns.take(connection, timedelta(seconds=self._timeout_s) + LEASE_MARGIN, free)
        self._pause_s = max(MIN_INTERVAL_S, PAUSE_RATIO * (time.monotonic() - began))
        for due in taken:
            task = asyncio.create_task(self._attempt(due))
            self._attempts[task] = due
            task.add_done_callback(self._end)

    async def _attempt(self, due: DueDelivery) -> None:
        try:
            await deliver(self._platform, self._transport, due, timeout_s=self._timeout_s)
        except OUTAGES as error:
            log.warning("outcome of a delivery lost: it is sent again", reason=str(error))
        except Exception:
            # The edge of the process: nobody else waits for this attempt.
            log.exception("delivery failed by a fault of ours: it is sent again")

    def _end(self, task: asyncio.Task[None]) -> None:
        del self._attempts[task]
        self._alarm.set()

    async def _pause(self) -> None:
        self._liveness.touch()
        await asyncio.sleep(self._pause_s)
        await self._alarm.wait(INTERVAL_S)

    async def _report(self) -> None:
        async with self._platform.db.connection() as connection:
            skew_s = await couriers.report(connection, self._name)
        if abs(skew_s) > couriers.MAX_SKEW_S:
            log.error("clock differs from the database's: receivers may refuse the signatures", skew_s=skew_s)

    async def _leave(self) -> None:
        try:
            async with self._platform.db.connection() as connection:
                await couriers.leave(connection, self._name)
        except OUTAGES:
            log.warning("courier could not report its end")


async def run(platform: Platform) -> None:
    """Run the courier until cancelled."""
    await Courier(platform, GuardedTransport(platform.settings.webhook_allow_nets)).run()


def main() -> None:
    """Run the process of a courier."""
    loop_process.run("courier", run, pool_size=POOL_SIZE)


if __name__ == "__main__":
    main()
