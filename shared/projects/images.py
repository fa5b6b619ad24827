"""Images: decoded before they are accepted, kept in storage, visible to their owner only."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

from shared.accounts import Caller
from shared.kit.broker import Wakeup
from shared.kit.files import File, StoredFile
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage import Storage
from shared.projects import filenames, image_queries, queries, thumbnail_queries
from shared.projects.errors import ImageNotFound, ProjectNotFound, ThumbnailUnavailable
from shared.projects.models import ThumbnailStatus
from shared.projects.pictures import Picture, decode
from shared.projects.records import ImageRecord, NewImage, Owner

# Two at a time: a burst of uploads waits and costs the memory of two decoded pictures, not the whole machine.
_decoders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="decoder")


async def add(platform: Platform, caller: Caller, project_id: UUID, new: NewImage) -> ImageRecord:
    """Add an image to a project of the caller; raises ProjectNotFound, InvalidImage, ImageTooLarge."""
    picture = await examine(platform, new.body)
    image_id = uuid7()
    stored_file = await put(platform, image_id, picture, new.body)
    owner = Owner(image_id, caller.account_id, project_id)
    async with platform.db.transaction() as connection:
        if not await queries.lock_open(connection, caller.account_id, project_id):
            raise ProjectNotFound
        name = filenames.clean(new.filename)
        image = await image_queries.insert(connection, owner, name, picture, stored_file, new.metadata)
    await platform.broker.try_publish(Wakeup.MAKE_THUMBNAIL, image_id)
    return image


async def examine(platform: Platform, body: bytes) -> Picture:
    """Decode a picture in a thread; raises InvalidImage, ImageTooLarge."""
    work = partial(decode, body, max_pixels=platform.settings.max_image_pixels)
    return await asyncio.get_running_loop().run_in_executor(_decoders, work)


async def put(platform: Platform, image_id: UUID, picture: Picture, body: bytes) -> StoredFile:
    """Store the bytes of an image before its row is written; if no row follows, they are collected.

    The media type is the decoder's, and a link to them only downloads them: a user's bytes are never shown as a page.
    """
    return await asyncio.to_thread(_put, platform.storage, image_id, File("image", picture.content_type, body))


async def find(platform: Platform, caller: Caller, image_id: str, *, include_deleted: bool = False) -> ImageRecord:
    """Return an image of the caller, on request also a deleted one that can be restored; raises ImageNotFound."""
    image_uuid = known_uuid(image_id, ImageNotFound)
    async with platform.db.connection() as connection:
        image = await image_queries.find(connection, caller.account_id, image_uuid, include_deleted=include_deleted)
    if image is None:
        raise ImageNotFound
    return image


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


async def content(platform: Platform, image: ImageRecord) -> Iterator[bytes]:
    """Stream the bytes of an image as they were sent; raises FileGone."""
    return await asyncio.to_thread(platform.storage.stream, image.object_key)


async def thumbnail(platform: Platform, image: ImageRecord) -> StoredFile | None:
    """Return the thumbnail of an image, or None while it is being made; raises ThumbnailUnavailable."""
    if image.thumbnail_status == ThumbnailStatus.FAILED:
        raise ThumbnailUnavailable
    async with platform.db.connection() as connection:
        return await thumbnail_queries.find(connection, image.id)


def _put(storage: Storage, image_id: UUID, file: File) -> StoredFile:
    # The key contains the hash, so that the bytes under a key never change.
    return storage.put(f"images/{image_id}/{file.sha256}", file, disposition="attachment")
