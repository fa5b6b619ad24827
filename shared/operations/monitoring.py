"""The state of the service by the database and the broker, the same from every process."""

# ruff: noqa: S608 -- the texts are put together from the table of states only

import msgspec

from shared.jobs.lifecycle import Status, status_in
from shared.kit.broker import BrokerUnavailable
from shared.kit.database import event_totals
from shared.kit.database.event_totals import CountedEvent
from shared.kit.database.transactions import DatabaseBusy, DatabaseUnavailable
from shared.kit.platform import Platform
from shared.operations import rotation
from shared.operations.orphans import queries as orphan_queries
from shared.webhooks import couriers

# Only jobs that may be claimed now: a retry that waits for its time is not late.
WAITING = f"""
    SELECT count(*), count(DISTINCT account_id), coalesce(extract(epoch FROM now() - min(run_after)), 0)::float8
    FROM job WHERE {status_in(Status.QUEUED)} AND run_after <= now()
"""

# A job that waits for its parts holds no worker.
RUNNING = f"SELECT count(*) FROM job WHERE {status_in(Status.RUNNING)} AND lease_until < 'infinity'"

# An account that has attempts under way waits for its own receivers; one that has none, for the couriers.
UNDELIVERED = """
    SELECT count(*), count(*) FILTER (WHERE next_attempt_at <= now()),
        coalesce(extract(epoch FROM now() - min(next_attempt_at) FILTER (WHERE account_id NOT IN (
            SELECT account_id FROM webhook_delivery WHERE under_way_until > now() AND status = 'pending'
        ))), 0)::float8
    FROM webhook_delivery WHERE status = 'pending'
"""

# Of five minutes only: totals would need the jobs that were deleted long ago.
FINISHED = "SELECT status, count(*) FROM job WHERE finished_at > now() - interval '5 minutes' GROUP BY status"

IS_BOUND = "SELECT EXISTS (SELECT FROM installation WHERE bound_at IS NOT NULL AND problem IS NULL)"


FORMER_SECRETS = """
    SELECT kind, count(*) FROM former_secret_use WHERE used_at > now() - make_interval(days => $1) GROUP BY kind
"""


class ServiceState(msgspec.Struct, frozen=True):
    """The state of the service by the database; ages in seconds."""

    waiting: int
    accounts_waiting: int
    oldest_waiting_s: float
    running: int
    undelivered: int
    deliveries_due: int
    oldest_due_s: float
    couriers: int
    courier_clock_skew_s: float
    finished: dict[str, int]
    former_secrets: dict[str, int]
    totals: dict[CountedEvent, int]
    is_bound: bool
    orphans: dict[str, int]
    orphans_held: dict[str, int]


async def service_state(platform: Platform) -> ServiceState | None:
    """Read the state of the service; None while the database is unavailable."""
    try:
        async with platform.db.connection() as connection:
            waiting, accounts, oldest_s = await connection.fetchrow(WAITING)
            undelivered, due, oldest_due_s = await connection.fetchrow(UNDELIVERED)
            running_couriers = await couriers.running(connection)
            sweeps = await orphan_queries.sweeps(connection)
            return ServiceState(
                waiting=waiting,
                accounts_waiting=accounts,
                oldest_waiting_s=oldest_s,
                running=await connection.fetchval(RUNNING),
                undelivered=undelivered,
                deliveries_due=due,
                oldest_due_s=max(0.0, oldest_due_s),
                couriers=len(running_couriers),
                courier_clock_skew_s=max((courier.clock_skew_s for courier in running_couriers), key=abs, default=0.0),
                finished={row["status"]: row["count"] for row in await connection.fetch(FINISHED)},
                former_secrets={
                    row["kind"]: row["count"] for row in await connection.fetch(FORMER_SECRETS, rotation.WINDOW_DAYS)
                },
                totals=await event_totals.totals(connection),
                is_bound=await connection.fetchval(IS_BOUND),
                orphans={sweep.prefix: sweep.orphans for sweep in sweeps},
                orphans_held={sweep.prefix: sweep.orphans if sweep.is_held else 0 for sweep in sweeps},
            )
    except (DatabaseUnavailable, DatabaseBusy):
        return None


async def messages(platform: Platform) -> dict[str, int] | None:
    """Return the number of waiting messages in each queue; None while the broker is unavailable."""
    try:
        return await platform.broker.depths()
    except BrokerUnavailable:
        return None
