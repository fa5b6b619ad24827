"""Deletion of uploads, by their owner or when their time is over, and of what died in between."""

from datetime import timedelta
from itertools import islice

import structlog

from shared.accounts import Caller
from shared.kit import clock
from shared.kit.ids import known_uuid
from shared.kit.platform import Platform
from shared.kit.storage import parts as storage_parts
from shared.kit.storage.bucket import Storage
from shared.kit.storage.errors import StorageUnavailable
from shared.uploads import queries
from shared.uploads.errors import UploadNotFound
from shared.uploads.files import PREFIX
from shared.uploads.records import UploadRecord

log = structlog.get_logger()

# Aborting and deleting is two calls of storage for each.
BATCH = 100

# A client that comes back in this time is told that the upload has expired, not that there is none.
SHOWN_FOR = timedelta(days=7)


async def delete(platform: Platform, caller: Caller, upload_id: str) -> None:
    """Delete an upload of the caller with its parts or its file; raises UploadNotFound."""
    upload_uuid = known_uuid(upload_id, UploadNotFound)
    async with platform.db.connection() as connection:
        upload = await queries.delete(connection, caller.account_id, upload_uuid)
    if upload is None:
        raise UploadNotFound
    try:
        await platform.storage.apart(_discard, platform.storage, upload)
    except StorageUnavailable:
        log.warning("the bytes of a deleted upload are left to be collected", upload_id=str(upload.id))


async def delete_some_of(platform: Platform, account_id: int) -> int:
    """Delete some uploads of an account with their parts and files; return their number."""
    async with platform.db.connection() as connection:
        uploads = await queries.delete_some_of(connection, account_id, BATCH)
    for upload in uploads:
        await platform.storage.apart(_discard, platform.storage, upload)
    return len(uploads)


async def expire(platform: Platform) -> int:
    """Delete the parts and files of uploads whose time is over; return the number of uploads."""
    count = 0
    while uploads := await _expire(platform):
        count += len(uploads)
    async with platform.db.connection() as connection:
        await queries.delete_over(connection, SHOWN_FOR)
    return count


async def abort_unreferenced(platform: Platform, age: timedelta) -> int:
    """Abort the uploads in parts of at least this age that no row refers to; return their number."""
    storage, count = platform.storage, 0
    unfinished = storage_parts.begun_before(storage, clock.now() - age, PREFIX)
    while batch := dict(await storage.apart(lambda: list(islice(unfinished, BATCH)))):
        async with platform.db.connection() as connection:
            keys = await queries.without_file(connection, list(batch))
        for key in keys:
            await storage.apart(storage_parts.abort, storage, key, batch[key])
        count += len(keys)
    return count


async def _expire(platform: Platform) -> list[UploadRecord]:
    async with platform.db.connection() as connection:
        uploads = await queries.expire(connection, BATCH)
    # In this order a dying process leaves bytes without a row, which are collected; the other way round it would leave
    # a file without its bytes.
    for upload in uploads:
        await platform.storage.apart(_discard, platform.storage, upload)
    return uploads


def _discard(storage: Storage, upload: UploadRecord) -> None:
    if upload.storage_upload_id is not None and upload.completed_at is None:
        storage_parts.abort(storage, upload.key, upload.storage_upload_id)
    # Also of an upload that is not complete: its request may have died after it had made the object.
    storage.delete([upload.key])
