"""Uploads of large images: announced, uploaded to storage through a presigned link, and finalized.

Finalizing decodes the bytes and stores the decoded ones again under the image's own key: bytes that the link takes
afterwards are never shown.
"""

import asyncio
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import structlog

from shared.accounts import Caller
from shared.kit.broker import Wakeup
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage import Link
from shared.kit.storage_errors import FileGone, StorageUnavailable
from shared.projects import filenames, image_queries, queries, upload_queries
from shared.projects.errors import ImageTooLarge, InvalidImage, ProjectNotFound, UploadIncomplete, UploadNotFound
from shared.projects.images import examine, put
from shared.projects.records import ImageRecord, Owner, UploadRecord

log = structlog.get_logger()

PREFIX = "uploads/"

# Time to finalize after the link has expired.
GRACE = timedelta(days=1)


class ImageAnnouncement(NamedTuple):
    """The description of an image before its upload; the link signs its type and size."""

    filename: str
    content_type: str
    size_bytes: int
    metadata: dict[str, object]


async def announce(
    platform: Platform, caller: Caller, project_id: str, announcement: ImageAnnouncement
) -> tuple[UploadRecord, Link]:
    """Create an upload and the link that takes the image's bytes; raises ProjectNotFound, ImageTooLarge."""
    if announcement.size_bytes > platform.settings.max_upload_bytes:
        limit = f"{platform.settings.max_upload_bytes:,}"
        raise ImageTooLarge(f"The image has {announcement.size_bytes:,} bytes; the maximum is {limit}.")
    upload_id = uuid7()
    link = platform.storage.upload_link(
        _key(upload_id), content_type=announcement.content_type, size_bytes=announcement.size_bytes
    )
    upload = UploadRecord(
        id=upload_id,
        account_id=caller.account_id,
        project_id=known_uuid(project_id, ProjectNotFound),
        filename=filenames.clean(announcement.filename),
        content_type=announcement.content_type,
        size_bytes=announcement.size_bytes,
        metadata=announcement.metadata,
        expires_at=link.expires_at + GRACE,
    )
    async with platform.db.transaction() as connection:
        if not await queries.lock_open(connection, caller.account_id, upload.project_id):
            raise ProjectNotFound
        await upload_queries.insert(connection, upload)
    return upload, link


async def finalize(platform: Platform, caller: Caller, upload_id: str) -> ImageRecord:
    """Create the image of an upload; repeating it returns the same image.

    Raises UploadNotFound, UploadIncomplete, InvalidImage, ImageTooLarge.
    """
    upload_uuid = known_uuid(upload_id, UploadNotFound)
    async with platform.db.connection() as connection:
        upload = await upload_queries.find(connection, caller.account_id, upload_uuid)
    if upload is None:
        return await _find_finalized(platform, caller, upload_uuid)
    body = await _read(platform, upload)
    image = await _take(platform, upload, body) if body is not None else None
    if image is None:
        return await _find_finalized(platform, caller, upload_uuid)
    await platform.broker.try_publish(Wakeup.MAKE_THUMBNAIL, image.id)
    await _discard(platform, upload_uuid)
    return image


async def _read(platform: Platform, upload: UploadRecord) -> bytes | None:
    stat = await asyncio.to_thread(platform.storage.stat, _key(upload.id))
    if stat is None:
        return None
    if stat.size_bytes != upload.size_bytes:
        # Most storages refuse a different size already; some do not check signed headers.
        raise InvalidImage(f"The upload was created for {upload.size_bytes:,} bytes, but has {stat.size_bytes:,}.")
    try:
        return await asyncio.to_thread(platform.storage.get, _key(upload.id))
    except FileGone:
        return None


async def _take(platform: Platform, upload: UploadRecord, body: bytes) -> ImageRecord | None:
    picture = await examine(platform, body)
    if picture.content_type != upload.content_type:
        raise InvalidImage(f"The upload was created for {upload.content_type}, but the file is {picture.content_type}.")
    stored_file = await put(platform, upload.id, picture, body)
    owner = Owner(upload.id, upload.account_id, upload.project_id)
    async with platform.db.transaction() as connection:
        if not await queries.lock_open(connection, upload.account_id, upload.project_id):
            raise ProjectNotFound
        # Of two concurrent requests, the second one finds no upload.
        if not await upload_queries.delete(connection, upload.id):
            return None
        return await image_queries.insert(connection, owner, upload.filename, picture, stored_file, upload.metadata)


async def _find_finalized(platform: Platform, caller: Caller, upload_id: UUID) -> ImageRecord:
    # Nothing has been uploaded yet, or another request has finalized it, perhaps just now.
    async with platform.db.connection() as connection:
        is_open = await upload_queries.find(connection, caller.account_id, upload_id) is not None
        image = await image_queries.find(connection, caller.account_id, upload_id, include_deleted=True)
    if image is None:
        raise UploadIncomplete if is_open else UploadNotFound
    return image


async def _discard(platform: Platform, upload_id: UUID) -> None:
    try:
        await asyncio.to_thread(platform.storage.delete, [_key(upload_id)])
    except StorageUnavailable:
        log.warning("the object of a finalized upload is left to be collected", upload_id=str(upload_id))


def _key(upload_id: UUID) -> str:
    return f"{PREFIX}{upload_id}"
