"""The state of the service by the database and the broker, the same from every process."""

# ruff: noqa: S608 -- the texts are put together from the table of states only

import msgspec

from shared.jobs.lifecycle import Status, status_in
from shared.kit import event_totals
from shared.kit.broker import BrokerUnavailable
from shared.kit.db import DatabaseBusy, DatabaseUnavailable
from shared.kit.event_totals import CountedEvent
from shared.kit.platform import Platform

# Only jobs that may be claimed now: a retry that waits for its time is not late.
WAITING = f"""
    SELECT count(*), count(DISTINCT account_id), coalesce(extract(epoch FROM now() - min(run_after)), 0)::float8
    FROM job WHERE {status_in(Status.QUEUED)} AND run_after <= now()
"""

RUNNING = f"SELECT count(*) FROM job WHERE {status_in(Status.RUNNING)}"

UNDELIVERED = """
    SELECT count(*), count(*) FILTER (WHERE next_attempt_at <= now()),
        coalesce(extract(epoch FROM now() - min(next_attempt_at)), 0)::float8
    FROM webhook_delivery WHERE status = 'pending'
"""

# Of five minutes only: totals would need the jobs that were deleted long ago.
FINISHED = "SELECT status, count(*) FROM job WHERE finished_at > now() - interval '5 minutes' GROUP BY status"


class ServiceState(msgspec.Struct, frozen=True):
    """The state of the service by the database; ages in seconds."""

    waiting: int
    accounts_waiting: int
    oldest_waiting_s: float
    running: int
    undelivered: int
    deliveries_due: int
    oldest_due_s: float
    finished: dict[str, int]
    totals: dict[CountedEvent, int]


async def service_state(platform: Platform) -> ServiceState | None:
    """Read the state of the service; None while the database is unavailable."""
    try:
        async with platform.db.connection() as connection:
            waiting, accounts, oldest_s = await connection.fetchrow(WAITING)
            undelivered, due, oldest_due_s = await connection.fetchrow(UNDELIVERED)
            return ServiceState(
                waiting=waiting,
                accounts_waiting=accounts,
                oldest_waiting_s=oldest_s,
                running=await connection.fetchval(RUNNING),
                undelivered=undelivered,
                deliveries_due=due,
                oldest_due_s=max(0.0, oldest_due_s),
                finished={row["status"]: row["count"] for row in await connection.fetch(FINISHED)},
                totals=await event_totals.totals(connection),
            )
    except (DatabaseUnavailable, DatabaseBusy):
        return None


async def messages(platform: Platform) -> dict[str, int] | None:
    """Return the number of waiting messages in each queue; None while the broker is unavailable."""
    try:
        return await platform.broker.depths()
    except BrokerUnavailable:
        return None
