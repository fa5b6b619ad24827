"""The couriers that run, and their clocks, which receivers compare with their own."""

from datetime import timedelta

import msgspec

from shared.kit import clock
from shared.kit.database.transactions import Connection

# A courier reports this often, and counts as running for three times as long.
REPORT_INTERVAL_S = 10.0
LIFETIME = timedelta(seconds=30)

# A receiver refuses a message whose time differs by five minutes (Standard Webhooks); a second is ordinary.
MAX_SKEW_S = 30.0

REPORT = """
    INSERT INTO courier (name, clock_skew_s) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET seen_at = now(), clock_skew_s = excluded.clock_skew_s
"""

LEAVE = "DELETE FROM courier WHERE name = $1"

RUNNING = "SELECT name, clock_skew_s FROM courier WHERE seen_at > now() - $1::interval ORDER BY name"

FORGET = "DELETE FROM courier WHERE seen_at < now() - interval '1 day'"


class RunningCourier(msgspec.Struct, frozen=True):
    """A courier that runs, and how far its clock is ahead of the database's, in seconds."""

    name: str
    clock_skew_s: float


async def report(connection: Connection, name: str) -> float:
    """Report that a courier runs; returns how far its clock is ahead of the database's, in seconds."""
    began = clock.now()
    database_time = await connection.fetchval("SELECT clock_timestamp()")
    skew_s: float = ((began - database_time) + (clock.now() - began) / 2).total_seconds()
    await connection.execute(REPORT, name, skew_s)
    return skew_s


async def leave(connection: Connection, name: str) -> None:
    """Report that a courier ends."""
    await connection.execute(LEAVE, name)


async def running(connection: Connection) -> list[RunningCourier]:
    """List the couriers that run."""
    return [RunningCourier(*record) for record in await connection.fetch(RUNNING, LIFETIME)]


async def forget(connection: Connection) -> None:
    """Forget couriers that ended without a word."""
    await connection.execute(FORGET)
