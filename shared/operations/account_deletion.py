"""The deletion of accounts whose owners have left: all their rows, and all their objects."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import structlog

from shared import audit
from shared.artifacts import queries as artifact_queries
from shared.audit import AuditType
from shared.jobs import queries as job_queries
from shared.kit.database.transactions import Connection, retry_conflicts
from shared.kit.platform import Platform
from shared.operations import account_deletion_queries as queries
from shared.uploads import deletion as upload_deletion

log = structlog.get_logger()

# Rows of other tables are deleted with each, which can be many.
BATCH = 50

# Deletes the rows of these ids; returns the keys of their objects.
Deletion = Callable[[Connection, list[UUID]], Awaitable[list[str]]]


async def delete_due(platform: Platform) -> int:
    """Delete the accounts whose grace is over, with everything that is theirs; return their number.

    What an interruption leaves is deleted by the next call; nobody can add to it, because nobody gets in.
    """
    count = 0
    async with platform.db.connection() as connection:
        account_ids = [record["id"] for record in await connection.fetch(queries.SELECT_DUE)]
    for account_id in account_ids:
        for table, delete in DELETIONS.items():
            while await _delete_batch(platform, account_id, table, delete):
                pass
        while await upload_deletion.delete_some_of(platform, account_id):
            pass
        count += await _delete_account(platform, account_id)
    return count


async def _delete_jobs(connection: Connection, job_ids: list[UUID]) -> list[str]:
    keys = await artifact_queries.remove(connection, job_ids)
    return keys + await job_queries.delete(connection, job_ids)


async def _delete_rows(connection: Connection, ids: list[UUID], *, table: str) -> list[str]:
    keys = [record["key"] for record in await connection.fetch(queries.KEYS[table], ids)]
    await connection.execute(queries.delete_from(table), ids, timeout=queries.TIMEOUT_S)
    return keys


# In this order: what refers to others comes before them.
DELETIONS: dict[str, Deletion] = {
    "job": _delete_jobs,
    **{table: partial(_delete_rows, table=table) for table in queries.KEYS},
}


@retry_conflicts
async def _delete_batch(platform: Platform, account_id: int, table: str, delete: Deletion) -> int:
    async with platform.db.transaction() as connection:
        await connection.execute(queries.SET_TIMEOUT)
        ids = [record["id"] for record in await connection.fetch(queries.select_from(table), account_id, BATCH)]
        keys = await delete(connection, ids)
    # In this order a dying process leaves objects without a row, which are collected.
    await platform.storage.apart(platform.storage.delete, keys)
    return len(ids)


@retry_conflicts
async def _delete_account(platform: Platform, account_id: int) -> int:
    async with platform.db.transaction() as connection:
        await connection.execute(queries.SET_TIMEOUT)
        await connection.execute(queries.FORGET_FORMER_SECRETS, account_id)
        await connection.execute(queries.FORGET_INVITED, account_id)
        deleted = await connection.fetchval(queries.DELETE_ACCOUNT, account_id, timeout=queries.TIMEOUT_S)
        if deleted:
            await audit.write(connection, AuditType.ACCOUNT_DELETED, account_id)
            log.info("deleted an account whose owner has left", account_id=account_id)
    return 1 if deleted else 0
