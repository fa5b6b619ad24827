"""The collector: looks at every object under a prefix, marks orphans, and deletes those that were marked long before.

An orphan never becomes referenced again (the statements of `prefixes` see to it), so what two collectors at once delete
is the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform
from shared.kit.storage.bucket import Storage
from shared.kit.storage.listing import next_page
from shared.operations.orphans import installation, queries
from shared.operations.orphans.installation import InstallationLabel, NotBound
from shared.operations.orphans.prefixes import PREFIXES
from shared.operations.orphans.queries import MarkedObject

log = structlog.get_logger()

# An object is put into storage before its row is written; within a day every attempt has come to an end.
ORPHAN_AGE = timedelta(days=1)

# So few that the check before them is recent.
DELETIONS_AT_ONCE = 200


async def collect(platform: Platform, prefix: str) -> int:
    """Mark the orphans under a prefix and delete those that are due; return the number of deleted objects."""
    try:
        await installation.check(platform)
        async with platform.db.connection() as connection:
            began_at = await connection.fetchval("SELECT clock_timestamp()")
        objects = await _mark(platform, prefix)
        if await _is_held(platform, prefix, began_at, objects):
            return 0
        return await _delete_due(platform, prefix, began_at)
    except NotBound as error:
        log.warning("no orphan is deleted: the database and the bucket are not bound", prefix=prefix, reason=str(error))
        return 0


async def _mark(platform: Platform, prefix: str) -> int:
    """Mark the orphans that are old enough; return the number of all objects."""
    pages = platform.storage.pages(prefix)
    objects = 0
    while (page := await platform.storage.apart(next_page, pages)) is not None:
        objects += len(page)
        etags = {entry.key: entry.etag for entry in page if entry.age >= ORPHAN_AGE}
        if etags:
            async with platform.db.connection() as connection:
                orphans = await PREFIXES[prefix](connection, list(etags))
                await queries.mark(connection, prefix, [MarkedObject(key, etags[key]) for key in orphans])
    return objects


@retry_conflicts
async def _is_held(platform: Platform, prefix: str, began_at: datetime, objects: int) -> bool:
    settings = platform.settings
    async with platform.db.transaction() as connection:
        # The whole listing was read: what it did not show is gone, or is referenced again.
        await queries.unmark_unseen(connection, prefix, began_at)
        orphans: int = await connection.fetchval(queries.COUNT, prefix)
        allowed: int = await connection.fetchval(queries.FIND_ALLOWED, prefix) or 0
        are_many = orphans > settings.orphan_brake_objects and orphans > settings.orphan_brake_share * objects
        is_held = are_many and orphans > allowed
        await connection.execute(queries.RECORD_SWEEP, prefix, objects, orphans, is_held)
    if is_held:
        log.warning("no orphan is deleted: there are too many", prefix=prefix, orphans=orphans, objects=objects)
    return is_held


async def _delete_due(platform: Platform, prefix: str, began_at: datetime) -> int:
    delay = timedelta(hours=platform.settings.orphan_delay_h)
    deleted, last_key = 0, ""
    while True:
        async with platform.db.connection() as connection:
            batch = await queries.due(connection, prefix, began_at, delay, after=last_key, limit=DELETIONS_AT_ONCE)
        if not batch:
            break
        deleted += await _delete(platform, prefix, batch)
        last_key = batch[-1].key
    if deleted:
        async with platform.db.connection() as connection:
            await connection.execute(queries.END_PERMISSION, prefix)
    return deleted


async def _delete(platform: Platform, prefix: str, batch: Sequence[MarkedObject]) -> int:
    label = await installation.check(platform)
    orphans = await _still_orphans(platform, prefix, batch, label)
    deleted = await platform.storage.apart(_delete_unchanged, platform.storage, orphans)
    async with platform.db.connection() as connection:
        # One that was stored anew is marked anew by the next sweep.
        await connection.execute(queries.UNMARK, prefix, [orphan.key for orphan in batch])
    return deleted


@retry_conflicts
async def _still_orphans(
    platform: Platform, prefix: str, batch: Sequence[MarkedObject], label: InstallationLabel
) -> list[MarkedObject]:
    async with platform.db.transaction() as connection:
        keys = set(await PREFIXES[prefix](connection, [orphan.key for orphan in batch]))
        # Last: if the rows were exchanged before they were asked for, so was this one.
        if not await installation.is_current(connection, label):
            raise NotBound("the database was exchanged during a sweep")
    return [orphan for orphan in batch if orphan.key in keys]


def _delete_unchanged(storage: Storage, orphans: Sequence[MarkedObject]) -> int:
    deleted = 0
    for orphan in orphans:
        stat = storage.stat(orphan.key)
        if stat is not None and stat.etag == orphan.etag:
            storage.delete([orphan.key])
            deleted += 1
    return deleted
