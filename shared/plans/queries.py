"""Statements about usage."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.database.transactions import Connection
from shared.plans.models import Usage

# In the order of the key, so that two processes that count the same never wait for each other in a circle. The join
# drops accounts that have been deleted.
ADD_USAGE = """
    INSERT INTO usage (account_id, day, route, calls)
    SELECT counted.account_id, counted.day, counted.route, counted.calls
    FROM unnest($1::bigint[], $2::date[], $3::text[], $4::bigint[]) AS counted (account_id, day, route, calls)
        JOIN account ON account.id = counted.account_id
    ORDER BY 1, 2, 3
    ON CONFLICT (account_id, day, route) DO UPDATE SET calls = usage.calls + excluded.calls
"""

DRAW_CREDIT = """
    WITH drawn AS (
        SELECT account.id, drawing.calls
        FROM unnest($1::bigint[], $2::bigint[]) AS drawing (id, calls) JOIN account USING (id)
        ORDER BY id FOR NO KEY UPDATE OF account
    )
    UPDATE account SET credit = greatest(credit - drawn.calls, 0), credit_drawn = credit_drawn + drawn.calls
    FROM drawn WHERE account.id = drawn.id
"""

LEVELS = """
    SELECT account.id, account.credit_drawn, coalesce(sum(usage.calls), 0)::bigint AS used
    FROM account LEFT JOIN usage ON usage.account_id = account.id AND usage.day >= $2
    WHERE account.id = ANY($1::bigint[])
    GROUP BY account.id
"""

EXPIRE = "DELETE FROM usage WHERE day < $1"

Level = tuple[int, int]


async def levels(connection: Connection, account_ids: list[int], month: date) -> dict[int, Level]:
    """Return, by account, the calls of the month and all the credit ever drawn."""
    rows = await connection.fetch(LEVELS, account_ids, month)
    return {row["id"]: (row["used"], row["credit_drawn"]) for row in rows}


async def usage_of(session: AsyncSession, account_id: int, month: date) -> Sequence[Usage]:
    """List the calls of an account in a month, by day and route."""
    query = (
        select(Usage)
        .where(Usage.account_id == account_id, Usage.day >= month, Usage.day < next_month(month))
        .order_by(col(Usage.day), col(Usage.route))
    )
    return (await session.exec(query)).all()


def next_month(month: date) -> date:
    """Return the first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
