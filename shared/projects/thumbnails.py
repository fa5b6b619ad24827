"""One attempt at a thumbnail, whose outcome is recorded in Postgres.

Thumbnails are not jobs: no user requested one, so no user is notified.
"""

import asyncio
from datetime import timedelta

import structlog

from shared.kit.children import BytesFunction, ChildDied, ChildSilent, longest_call_s
from shared.kit.limits.slots import NoSlot
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.kit.storage.errors import FileGone, StorageRefused, StorageUnavailable
from shared.kit.storage.files import File, StoredFile
from shared.projects import thumbnail_queries
from shared.projects.thumbnail_queries import DueThumbnail

log = structlog.get_logger()

# Reading the image from storage, and storing the thumbnail.
STORAGE_S = 60

# An attempt that ended without a result may have died of the image itself; three are no accident.
MAX_ATTEMPTS = 3

# Storage or the processors are not available: not the image's fault, so it is tried again when they may be.
OUTAGE_DELAY = timedelta(seconds=5)

# Storage refuses the service: that lasts until the operator mends the keys or the bucket.
REFUSAL_DELAY = timedelta(minutes=1)


async def attempt(platform: Platform, due: DueThumbnail, draw: BytesFunction) -> None:
    """Make an attempt that has begun, in a child process; one that is cancelled is given back at once."""
    if due.attempt > MAX_ATTEMPTS:
        await _fail(platform, due, "every attempt fell silent")
        return
    try:
        stored_file = await _make(platform, due, draw)
    except (StorageUnavailable, NoSlot, ChildSilent) as error:
        log.warning("thumbnail put back", image_id=str(due.image_id), reason=type(error).__name__)
        await _give_back(platform, due, REFUSAL_DELAY if isinstance(error, StorageRefused) else OUTAGE_DELAY)
    except asyncio.CancelledError:
        await asyncio.shield(_give_back(platform, due, timedelta()))
        raise
    except ChildDied as error:
        await _fail(platform, due, f"the image cannot be drawn, {error}")
    except FileGone:
        # The image was purged in between, and its row with it; or storage has lost it.
        await _fail(platform, due, "the image is not in storage")
    else:
        await _succeed(platform, due, stored_file)


async def _make(platform: Platform, due: DueThumbnail, draw: BytesFunction) -> StoredFile:
    async with platform.decoders.take(due.account_id) as child:
        body = await platform.storage.apart(platform.storage.get, due.object_key)
        thumbnail = await child.call(draw, b"", body, cpu_s=platform.settings.image_time_limit_s)
    file = File("thumbnail.webp", thumbnail_queries.CONTENT_TYPE, thumbnail)
    return await platform.storage.apart(platform.storage.put, f"images/{due.image_id}/{file.name}", file)


async def _succeed(platform: Platform, due: DueThumbnail, stored_file: StoredFile) -> None:
    async with platform.db.connection() as connection:
        exists = await thumbnail_queries.succeed(connection, due.image_id, stored_file)
    if not exists:
        # The image was purged in the meantime: a permanent deletion must not leave a small copy behind.
        await platform.storage.apart(platform.storage.delete, [stored_file.object_key])


async def _fail(platform: Platform, due: DueThumbnail, reason: str) -> None:
    log.warning("thumbnail given up", image_id=str(due.image_id), reason=reason)
    async with platform.db.connection() as connection:
        await thumbnail_queries.fail(connection, due.image_id)


async def _give_back(platform: Platform, due: DueThumbnail, delay: timedelta) -> None:
    async with platform.db.connection() as connection:
        await thumbnail_queries.give_back(connection, due.image_id, delay)


def lease(settings: Settings) -> timedelta:
    """Return the time after which a silent attempt is dead: more than any may take, a second try included."""
    return timedelta(seconds=settings.image_wait_s + 2 * longest_call_s(settings.image_time_limit_s) + STORAGE_S)
