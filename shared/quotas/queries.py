"""Statements about what accounts use of their quotas."""

from datetime import timedelta

from shared.kit.database.transactions import Connection
from shared.kit.settings.plans import Quota
from shared.quotas.measures import MEASURES

ADD = """
    UPDATE quota_use SET amount = amount + $3
    WHERE account_id = $1 AND quota = $2 AND amount + $3 <= $4 AND measured_at > now() - $5::interval
    RETURNING true
"""

# Waits for additions that are not committed yet; the statement after this one sees their rows.
LOCK = """
    INSERT INTO quota_use (account_id, quota, amount) VALUES ($1, $2, 0)
    ON CONFLICT (account_id, quota) DO UPDATE SET amount = quota_use.amount
"""

SET = "UPDATE quota_use SET amount = $3, measured_at = now() WHERE account_id = $1 AND quota = $2"

RECENT = "SELECT quota, amount FROM quota_use WHERE account_id = $1 AND measured_at > now() - $2::interval"


async def add(
    connection: Connection, account_id: int, quota: Quota, adding: int, limit: int, trusted_for: timedelta
) -> bool:
    """Add to what is used; return False where that is not known well enough, or would exceed the limit."""
    return bool(await connection.fetchval(ADD, account_id, quota.value, adding, limit, trusted_for))


async def measure(connection: Connection, account_id: int, quota: Quota) -> int:
    """Measure what is used, and let no addition in between until the transaction ends."""
    await connection.execute(LOCK, account_id, quota.value)
    amount: int = await connection.fetchval(MEASURES[quota], account_id)
    return amount


async def set_amount(connection: Connection, account_id: int, quota: Quota, amount: int) -> None:
    """Write what was measured."""
    await connection.execute(SET, account_id, quota.value, amount)


async def recent(connection: Connection, account_id: int, age: timedelta) -> dict[Quota, int]:
    """Return the amounts that were measured lately, by quota."""
    known = {quota.value: quota for quota in Quota}
    rows = await connection.fetch(RECENT, account_id, age)
    return {known[row["quota"]]: row["amount"] for row in rows if row["quota"] in known}
