"""The end of what a disabled account has under way: its jobs and its webhooks.

Its keys, sessions and pipelines are refused where they are presented. What runs by itself is ended by the dispatcher,
so that it ends however the account was disabled.
"""

from shared.jobs import finishing
from shared.jobs import queries as job_queries
from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform
from shared.operations.administration import queries


@retry_conflicts
async def end_work(platform: Platform, limit: int) -> int:
    """Cancel jobs and give up deliveries of disabled accounts, `limit` of each at most; returns the number of jobs."""
    async with platform.db.transaction() as connection:
        ended = 0
        for record in await connection.fetch(queries.JOBS_OF_DISABLED_ACCOUNTS, limit):
            if job := await job_queries.cancel(connection, record["account_id"], record["id"]):
                await finishing.announce(platform, connection, job)
                ended += 1
    async with platform.db.connection() as connection:
        await connection.execute(queries.END_DELIVERIES_OF_DISABLED_ACCOUNTS, limit)
    return ended
