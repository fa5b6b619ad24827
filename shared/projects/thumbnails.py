"""One attempt at a thumbnail, claimed and finished in Postgres.

Thumbnails are not jobs: no user requested one, so no user is notified. As with jobs, Postgres records what is due, and
a message only names the row.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog

from shared.kit.files import File
from shared.kit.platform import Platform
from shared.kit.storage_errors import FileGone, StorageUnavailable
from shared.projects import thumbnail_queries

log = structlog.get_logger()

# A thumbnail takes a second or two; a worker that is silent for so long is dead.
LEASE = timedelta(seconds=60)

# An attempt that ended without a result may have died of the image itself; three are no accident.
MAX_ATTEMPTS = 3

# Storage is unavailable: not the image's fault, so it is tried again when storage may be back.
OUTAGE_DELAY = timedelta(seconds=5)


async def attempt(platform: Platform, image_id: UUID, make: Callable[[bytes], File]) -> None:
    """Attempt a thumbnail that is due; a repeated message finds nothing due and does nothing."""
    async with platform.db.connection() as connection:
        due = await thumbnail_queries.claim(connection, image_id, LEASE)
        if due is None:
            return
        if due.attempt > MAX_ATTEMPTS:
            log.warning("thumbnail given up: every attempt fell silent", image_id=str(image_id))
            await thumbnail_queries.fail(connection, image_id)
            return
    try:
        body = await asyncio.to_thread(platform.storage.get, due.object_key)
        file = await asyncio.to_thread(make, body)
        key = f"images/{image_id}/{file.name}"
        stored_file = await asyncio.to_thread(platform.storage.put, key, file)
    except StorageUnavailable as error:
        log.warning("thumbnail put back: storage is away", reason=error.detail)
        async with platform.db.connection() as connection:
            await thumbnail_queries.give_back(connection, image_id, OUTAGE_DELAY)
    except FileGone:
        # The image was purged in between, and its row with it; or storage has lost it.
        log.warning("thumbnail given up: the image is not in storage", image_id=str(image_id))
        async with platform.db.connection() as connection:
            await thumbnail_queries.fail(connection, image_id)
    else:
        async with platform.db.connection() as connection:
            exists = await thumbnail_queries.succeed(connection, image_id, stored_file)
        if not exists:
            # The image was purged in the meantime: a permanent deletion must not leave a small copy behind.
            await asyncio.to_thread(platform.storage.delete, [key])
