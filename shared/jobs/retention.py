"""Retention of jobs, and removal of the objects that no job refers to."""

from collections.abc import Sequence
from datetime import timedelta

from shared.artifacts import orphans
from shared.artifacts import queries as artifact_queries
from shared.jobs import queries
from shared.kit.db import Connection
from shared.kit.platform import Platform

BATCH = 100


async def expire(platform: Platform) -> int:
    """Delete jobs past their retention, with their artifacts; returns the number of jobs."""
    retention = timedelta(days=platform.settings.job_retention_days)
    deleted = 0
    while batch := await _expire_batch(platform, retention):
        deleted += batch
    return deleted


async def collect_orphans(platform: Platform) -> int:
    """Delete objects that attempts left behind when they died or lost their job; returns the number of objects."""
    return await orphans.collect(platform, "jobs/", _without_row)


async def _expire_batch(platform: Platform, retention: timedelta) -> int:
    async with platform.db.transaction() as connection:
        job_ids = await queries.lock_old(connection, retention, BATCH)
        keys = await artifact_queries.remove(connection, job_ids)
        keys += await queries.delete(connection, job_ids)
    # A crash here leaves objects without a row, which `collect_orphans` deletes; in the opposite order a job would
    # list artifacts that are gone.
    await platform.storage.apart(platform.storage.delete, keys)
    return len(job_ids)


async def _without_row(connection: Connection, keys: Sequence[str]) -> list[str]:
    unused = await artifact_queries.unreferenced(connection, keys)
    return await queries.without_job(connection, unused)
