"""The rotation of SECRET_KEY: who still uses what a former value derives."""

from datetime import datetime
from typing import NamedTuple

from shared.kit.platform import Platform

# A program that runs monthly is seen.
WINDOW_DAYS = 32

COUNT = """
    SELECT count(*) FILTER (WHERE kind = 'key') AS keys, count(*) FILTER (WHERE kind = 'pipeline') AS pipelines,
        max(used_at) AS last_at
    FROM former_secret_use WHERE used_at > now() - make_interval(days => $1)
"""


class FormerSecretUses(NamedTuple):
    """The keys and pipelines that lately used a form of their secret that a former SECRET_KEY derives."""

    keys: int
    pipelines: int
    last_at: datetime
    days: int = WINDOW_DAYS


async def former_secret_uses(platform: Platform) -> FormerSecretUses | None:
    """Count the uses of former secrets in the last WINDOW_DAYS; None when the rotation is finished."""
    async with platform.db.connection() as connection:
        row = await connection.fetchrow(COUNT, WINDOW_DAYS)
    return FormerSecretUses(row["keys"], row["pipelines"], row["last_at"]) if row["last_at"] else None
