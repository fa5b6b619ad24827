"""What becomes of old jobs, and of objects that no job refers to."""

from datetime import timedelta

from shared import idempotency, plans, webhooks
from shared.artifacts import queries as artifact_queries
from shared.jobs import queries
from shared.jobs.platform import Platform
from shared.kit import clock

BATCH = 100

# One statement must not look for long.
KEYS_AT_ONCE = 1000

# An object is put into storage before its row is written; within a day every attempt has come to an end.
ORPHAN_AGE = timedelta(days=1)


async def expire(platform: Platform) -> int:
    """Delete jobs whose time is over, their artifacts and old events; the number of jobs."""
    retention = timedelta(days=platform.settings.job_retention_days)
    deleted = 0
    while batch := await _expire_batch(platform, retention):
        deleted += batch
    await webhooks.expire(platform.db, retention)
    await idempotency.expire(platform.db)
    await plans.expire(platform.db)
    return deleted


async def collect_orphans(platform: Platform) -> int:
    """Delete objects that attempts left behind when they died or lost their job; the number of objects."""
    keys = await platform.storage.apart(lambda: list(platform.storage.keys_before(clock.now() - ORPHAN_AGE)))
    collected = 0
    for start in range(0, len(keys), KEYS_AT_ONCE):
        async with platform.db.connection() as connection:
            unused = await artifact_queries.unreferenced(connection, keys[start : start + KEYS_AT_ONCE])
            orphans = await queries.without_job(connection, unused)
        await platform.storage.apart(platform.storage.delete, orphans)
        collected += len(orphans)
    return collected


async def _expire_batch(platform: Platform, retention: timedelta) -> int:
    async with platform.db.transaction() as connection:
        job_ids = await queries.lock_old(connection, retention, BATCH)
        keys = await artifact_queries.remove(connection, job_ids)
        keys += await queries.delete(connection, job_ids)
    # Dying here leaves objects without a row, which is what collect_orphans is for; the other way round a job
    # would show artifacts that are gone.
    await platform.storage.apart(platform.storage.delete, keys)
    return len(job_ids)
