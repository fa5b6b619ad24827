"""Purge of deleted images, of uploads that were never finalized, and of old events."""

from datetime import timedelta
from uuid import UUID

import structlog

from shared.kit import clock
from shared.kit.database.transactions import retry_conflicts
from shared.kit.ids import first_uuid7
from shared.kit.platform import Platform
from shared.kit.storage.errors import StorageUnavailable
from shared.projects import queries, retention_queries
from shared.projects.uploads import PREFIX as UPLOADS

log = structlog.get_logger()

# Analyses, annotations and comments are deleted with each image, which can be many rows.
BATCH = 20
EVENTS_AT_ONCE = 1000


async def purge(platform: Platform) -> int:
    """Purge the images that are due, and deleted projects that are empty; return the number of images."""
    count = 0
    while batch := await _purge(platform, None):
        count += batch
    async with platform.db.connection() as connection:
        await queries.purge_empty(connection)
        uploads = await retention_queries.delete_expired_uploads(connection)
    await platform.storage.apart(platform.storage.delete, [f"{UPLOADS}{upload_id}" for upload_id in uploads])
    return count


async def purge_one(platform: Platform, image_id: UUID) -> None:
    """Purge one image that is due; its objects are left to be collected if storage is unavailable."""
    try:
        await _purge(platform, image_id)
    except StorageUnavailable:
        log.warning("objects of a deleted image are left to be collected", image_id=str(image_id))


async def expire_events(platform: Platform) -> int:
    """Delete the events of images that are past their retention; return their number."""
    oldest = first_uuid7(clock.now() - timedelta(days=platform.settings.image_event_retention_days))
    count = 0
    async with platform.db.connection() as connection:
        while deleted := await retention_queries.delete_events(connection, oldest, EVENTS_AT_ONCE):
            count += deleted
    return count


@retry_conflicts
async def _purge(platform: Platform, image_id: UUID | None) -> int:
    async with platform.db.transaction() as connection:
        image_ids = await retention_queries.lock_due(connection, image_id, BATCH)
        await retention_queries.add_purge_events(connection, image_ids)
        keys = await retention_queries.delete(connection, image_ids)
    # In this order a dying process leaves objects without a row, which are collected; the other way round it would
    # leave an image without its bytes.
    await platform.storage.apart(platform.storage.delete, keys)
    return len(image_ids)
