"""Uploads of large images: announced, uploaded to storage through a presigned link, and finalized.

Finalizing decodes the bytes and stores the decoded ones again under the image's own key: bytes that the link takes
afterwards are never shown.
"""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import structlog

from shared import quotas
from shared.accounts import Caller
from shared.kit import filenames
from shared.kit.database.transactions import note_created, retry_conflicts
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage.errors import FileGone, StorageUnavailable
from shared.kit.storage.links import Link
from shared.projects import image_queries, queries, upload_queries
from shared.projects.decoding import Decoder, take_decoder
from shared.projects.errors import ImageTooLarge, InvalidImage, ProjectNotFound
from shared.projects.images import put
from shared.projects.records import ImageRecord, ImageUploadRecord, Owner
from shared.quotas import Quota
from shared.uploads.errors import UploadIncomplete, UploadNotFound

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


@retry_conflicts
async def announce(
    platform: Platform, caller: Caller, project_id: str, announcement: ImageAnnouncement
) -> tuple[ImageUploadRecord, Link]:
    """Create an upload and the link that takes its bytes; raises ProjectNotFound, ImageTooLarge, QuotaReached."""
    if announcement.size_bytes > platform.settings.max_upload_bytes:
        limit = f"{platform.settings.max_upload_bytes:,}"
        raise ImageTooLarge(f"The image has {announcement.size_bytes:,} bytes; the maximum is {limit}.")
    upload_id = uuid7()
    link = platform.storage.upload_link(
        _key(upload_id),
        account_id=caller.account_id,
        content_type=announcement.content_type,
        size_bytes=announcement.size_bytes,
    )
    upload = ImageUploadRecord(
        id=upload_id,
        account_id=caller.account_id,
        project_id=known_uuid(project_id, ProjectNotFound),
        filename=filenames.clean(announcement.filename, "image"),
        content_type=announcement.content_type,
        size_bytes=announcement.size_bytes,
        metadata=announcement.metadata,
        expires_at=link.expires_at + GRACE,
    )
    # The image that it becomes takes over the bytes.
    additions = {Quota.OPEN_UPLOADS: 1, Quota.STORED_BYTES: upload.size_bytes}
    async with platform.db.transaction() as connection:
        await quotas.take(connection, platform.settings, caller, additions)
        if not await queries.lock_open(connection, caller.account_id, upload.project_id):
            raise ProjectNotFound
        await upload_queries.insert(connection, upload)
    return upload, link


async def finalize(platform: Platform, caller: Caller, upload_id: str) -> ImageRecord:
    """Create the image of an upload; repeating it returns the same image.

    Raises UploadNotFound, UploadIncomplete, InvalidImage, ImageTooLarge, ImageTooCostly, ImageDecodersBusy,
    QuotaReached.
    """
    upload_uuid = known_uuid(upload_id, UploadNotFound)
    async with platform.db.connection() as connection:
        upload = await upload_queries.find(connection, caller.account_id, upload_uuid)
    if upload is None:
        return await _find_finalized(platform, caller, upload_uuid)
    async with take_decoder(platform, caller.account_id) as decoder:
        body = await _read(platform, upload)
        image = await _take(platform, caller, upload, body, decoder) if body is not None else None
    if image is None:
        return await _find_finalized(platform, caller, upload_uuid)
    await _discard(platform, upload_uuid)
    return image


async def _read(platform: Platform, upload: ImageUploadRecord) -> bytes | None:
    stat = await platform.storage.apart(platform.storage.stat, _key(upload.id))
    if stat is None:
        return None
    if stat.size_bytes != upload.size_bytes:
        # Most storages refuse a different size already; some do not check signed headers.
        raise InvalidImage(f"The upload was created for {upload.size_bytes:,} bytes, but has {stat.size_bytes:,}.")
    try:
        return await platform.storage.apart(platform.storage.get, _key(upload.id))
    except FileGone:
        return None


@retry_conflicts
async def _take(
    platform: Platform, caller: Caller, upload: ImageUploadRecord, body: bytes, decoder: Decoder
) -> ImageRecord | None:
    picture = await decoder.examine(body)
    if picture.content_type != upload.content_type:
        raise InvalidImage(f"The upload was created for {upload.content_type}, but the file is {picture.content_type}.")
    owner = Owner(upload.id, upload.account_id, upload.project_id)
    stored_file = await put(platform, owner, upload.filename, picture, body)
    async with platform.db.transaction() as connection:
        await quotas.take(connection, platform.settings, caller, {Quota.IMAGES: 1})
        if not await queries.lock_open(connection, upload.account_id, upload.project_id):
            raise ProjectNotFound
        # Of two concurrent requests, the second one finds no upload.
        if not await upload_queries.delete(connection, upload.id):
            return None
        image = await image_queries.insert(connection, owner, upload.filename, picture, stored_file, upload.metadata)
        note_created("image", image.id)
    return image


async def _find_finalized(platform: Platform, caller: Caller, upload_id: UUID) -> ImageRecord:
    # Nothing has been uploaded yet, or another request has finalized it, perhaps just now.
    async with platform.db.connection() as connection:
        is_open = await upload_queries.find(connection, caller.account_id, upload_id) is not None
        image = await image_queries.find(connection, caller.account_id, upload_id, include_deleted=True)
    if image is None:
        raise (
            UploadIncomplete("Nothing has been uploaded to the link yet; upload the file first, then finalize.")
            if is_open
            else UploadNotFound
        )
    return image


async def _discard(platform: Platform, upload_id: UUID) -> None:
    try:
        await platform.storage.apart(platform.storage.delete, [_key(upload_id)])
    except StorageUnavailable:
        log.warning("the object of a finalized upload is left to be collected", upload_id=str(upload_id))


def _key(upload_id: UUID) -> str:
    return f"{PREFIX}{upload_id}"
