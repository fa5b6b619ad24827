"""Retention of jobs."""

from collections.abc import Sequence
from datetime import timedelta

from shared.artifacts import queries as artifact_queries
from shared.jobs import queries
from shared.kit.database.transactions import Connection, retry_conflicts
from shared.kit.platform import Platform

BATCH = 100


async def expire(platform: Platform) -> int:
    """Delete jobs past their retention, with their artifacts; returns the number of jobs."""
    retention = timedelta(days=platform.settings.job_retention_days)
    deleted = 0
    while batch := await _expire_batch(platform, retention):
        deleted += batch
    return deleted


async def without_row(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Return the keys that belong to no artifact and no job's inputs."""
    unused = await artifact_queries.unreferenced(connection, keys)
    return await queries.without_job(connection, unused)


@retry_conflicts
async def _expire_batch(platform: Platform, retention: timedelta) -> int:
    async with platform.db.transaction() as connection:
        job_ids = await queries.lock_old(connection, retention, BATCH)
        keys = await artifact_queries.remove(connection, job_ids)
        keys += await queries.delete(connection, job_ids)
    # A crash here leaves objects without a row, which are collected; in the opposite order a job would
    # list artifacts that are gone.
    await platform.storage.apart(platform.storage.delete, keys)
    return len(job_ids)
