"""Statements about thumbnails."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from shared.kit.db import Connection
from shared.kit.files import StoredFile
from shared.projects.models import ThumbnailStatus

# The time of the next attempt is the lease of this one: should the worker die, the thumbnail is due again by itself.
CLAIM = """
    UPDATE thumbnail SET attempt = attempt + 1, due_at = now() + $2::interval, dispatched_at = NULL
    FROM image
    WHERE thumbnail.image_id = $1 AND image.id = $1 AND thumbnail.status = 'queued' AND thumbnail.due_at <= now()
    RETURNING thumbnail.image_id, thumbnail.attempt, image.object_key
"""

# Nothing that ends an attempt needs a fence: every attempt makes the same bytes under the same key.
SUCCEED = """
    WITH done AS (
        UPDATE thumbnail SET status = 'ready', object_key = $2, size_bytes = $3, sha256 = $4
        WHERE image_id = $1 AND status = 'queued'
    )
    SELECT EXISTS (SELECT FROM thumbnail WHERE image_id = $1)
"""

FAIL = "UPDATE thumbnail SET status = 'failed' WHERE image_id = $1 AND status = 'queued'"

GIVE_BACK = """
    UPDATE thumbnail SET attempt = greatest(attempt - 1, 0), due_at = now() + $2::interval
    WHERE image_id = $1 AND status = 'queued'
"""

TAKE_DUE = """
    UPDATE thumbnail SET dispatched_at = now()
    WHERE image_id IN (
        SELECT image_id FROM thumbnail
        WHERE status = 'queued' AND due_at <= now()
            AND (dispatched_at IS NULL OR dispatched_at < now() - $1::interval)
        ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    RETURNING image_id
"""

SELECT = "SELECT status, size_bytes, sha256, object_key FROM thumbnail WHERE image_id = $1"

CONTENT_TYPE = "image/webp"


class DueThumbnail(NamedTuple):
    """A claimed thumbnail: the image, the number of the attempt, and the key of the image's object."""

    image_id: UUID
    attempt: int
    object_key: str


async def claim(connection: Connection, image_id: UUID, lease: timedelta) -> DueThumbnail | None:
    """Begin an attempt at a thumbnail that is due; return None if it is not."""
    record = await connection.fetchrow(CLAIM, image_id, lease)
    return DueThumbnail(*record) if record else None


async def succeed(connection: Connection, image_id: UUID, stored_file: StoredFile) -> bool:
    """Store the thumbnail's key; return False if the image is gone."""
    exists = await connection.fetchval(
        SUCCEED, image_id, stored_file.object_key, stored_file.size_bytes, stored_file.sha256
    )
    return bool(exists)


async def fail(connection: Connection, image_id: UUID) -> None:
    """Mark the thumbnail as failed."""
    await connection.execute(FAIL, image_id)


async def give_back(connection: Connection, image_id: UUID, delay: timedelta) -> None:
    """Make the thumbnail due again after a delay, without counting this attempt."""
    await connection.execute(GIVE_BACK, image_id, delay)


async def take_due(connection: Connection, repeat_after: timedelta, limit: int) -> list[UUID]:
    """Return images whose thumbnails need a message now, and mark them as dispatched."""
    return [record["image_id"] for record in await connection.fetch(TAKE_DUE, repeat_after, limit)]


async def find(connection: Connection, image_id: UUID) -> StoredFile | None:
    """Return the thumbnail of an image, or None if it is not ready."""
    record = await connection.fetchrow(SELECT, image_id)
    if record is None or record["status"] != ThumbnailStatus.READY:
        return None
    return StoredFile("thumbnail.webp", CONTENT_TYPE, record["size_bytes"], record["sha256"], record["object_key"])
