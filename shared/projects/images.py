"""Images: decoded before they are accepted, kept in storage, visible to their owner only."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

from shared import quotas
from shared.accounts import Caller
from shared.kit import filenames
from shared.kit.database.transactions import note_created, retry_conflicts
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage.bucket import Storage
from shared.kit.storage.files import File, StoredFile
from shared.kit.storage.links import Link
from shared.pictures.decoding import Picture
from shared.projects import image_queries, object_details, queries, thumbnail_queries
from shared.projects.canvas import canvas
from shared.projects.decoding import take_decoder
from shared.projects.errors import ImageNotFound, ImageWithoutBytes, ProjectNotFound, ThumbnailUnavailable
from shared.projects.models import ThumbnailStatus
from shared.projects.records import ImageRecord, NewImage, Owner
from shared.quotas import Quota


@retry_conflicts
async def add(platform: Platform, caller: Caller, project_id: UUID, new: NewImage) -> ImageRecord:
    """Add an image to a project of the caller.

    Raises ProjectNotFound, InvalidImage, ImageTooLarge, ImageTooCostly, ImageDecodersBusy, QuotaReached.
    """
    async with take_decoder(platform, caller.account_id) as decoder:
        picture = await decoder.examine(new.body)
    owner = Owner(uuid7(), caller.account_id, project_id)
    name = filenames.clean(new.filename, "image")
    stored_file = await put(platform, owner, name, picture, new.body)
    additions = {Quota.IMAGES: 1, Quota.STORED_BYTES: len(new.body)}
    async with platform.db.transaction() as connection:
        await quotas.take(connection, platform.settings, caller, additions)
        if not await queries.lock_open(connection, caller.account_id, project_id):
            raise ProjectNotFound
        image = await image_queries.insert(connection, owner, name, picture, stored_file, new.metadata)
        note_created("image", owner.image_id)
    return image


async def put(platform: Platform, owner: Owner, filename: str, picture: Picture, body: bytes) -> StoredFile:
    """Store the bytes of an image before its row is written; if no row follows, they are collected.

    The media type is the decoder's, and a link to them only downloads them: a user's bytes are never shown as a page.
    """
    file = File("image", picture.content_type, body)
    return await platform.storage.apart(_put, platform.storage, owner, object_details.of_image(owner, filename), file)


async def find(platform: Platform, caller: Caller, image_id: str, *, include_deleted: bool = False) -> ImageRecord:
    """Return an image of the caller, on request also a deleted one that can be restored; raises ImageNotFound."""
    image_uuid = known_uuid(image_id, ImageNotFound)
    async with platform.db.connection() as connection:
        image = await image_queries.find(connection, caller.account_id, image_uuid, include_deleted=include_deleted)
    if image is None:
        raise ImageNotFound
    return image


@retry_conflicts
async def change_metadata(
    platform: Platform, caller: Caller, image_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> ImageRecord:
    """Change the metadata of an image of the caller; raises ImageNotFound, and what the change raises."""
    image_uuid = known_uuid(image_id, ImageNotFound)
    async with platform.db.transaction() as connection:
        metadata = await image_queries.lock_metadata(connection, caller.account_id, image_uuid)
        if metadata is None:
            raise ImageNotFound
        image = await image_queries.set_metadata(connection, caller.account_id, image_uuid, change(metadata))
    assert image is not None, "the row was locked"
    return image


async def content(platform: Platform, image: ImageRecord) -> AsyncIterator[bytes]:
    """Stream the bytes of an image as they were sent, or of its canvas; raises FileGone."""
    if image.object_key is None:
        return _canvas(image)
    return await platform.storage.pieces(image.object_key)


def download_link(platform: Platform, image: ImageRecord, disposition: str) -> Link:
    """Return a link that downloads an image; raises ImageWithoutBytes."""
    if image.object_key is None:
        raise ImageWithoutBytes
    return platform.storage.link(image.object_key, account_id=image.account_id, disposition=disposition)


async def thumbnail(platform: Platform, image: ImageRecord) -> StoredFile | None:
    """Return the thumbnail of an image, or None while it is being made; raises ThumbnailUnavailable."""
    if image.thumbnail_status == ThumbnailStatus.FAILED:
        raise ThumbnailUnavailable
    async with platform.db.connection() as connection:
        return await thumbnail_queries.find(connection, image.id)


async def _canvas(image: ImageRecord) -> AsyncIterator[bytes]:
    yield canvas(image.width, image.height)


def store(storage: Storage, owner: Owner, filename: str, content_type: str, body: bytes) -> StoredFile:
    """Store the bytes of a decoded image as `put` does; blocks."""
    return _put(storage, owner, object_details.of_image(owner, filename), File("image", content_type, body))


def key_of(image_id: UUID, sha256: str) -> str:
    """Return the key of an image; it contains the hash, so that the bytes under a key never change."""
    return f"images/{image_id}/{sha256}"


def _put(storage: Storage, owner: Owner, details: dict[str, str], file: File) -> StoredFile:
    return storage.put(key_of(owner.image_id, file.sha256), file, disposition="attachment", details=details)
