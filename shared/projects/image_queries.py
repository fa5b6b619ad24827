"""Statements about single images."""

# ruff: noqa: S608 -- the texts are put together from our own column names only

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.kit.database.transactions import Connection
from shared.kit.storage.files import StoredFile
from shared.pictures.decoding import Picture
from shared.projects import thumbnail_queries
from shared.projects.models import EventType
from shared.projects.records import ImageEventRecord, ImageRecord, Owner

COLUMNS = ", ".join(f"image.{name}" for name in ImageRecord.__struct_fields__ if name != "thumbnail_status")

STATUS = "(SELECT status FROM thumbnail WHERE image_id = image.id) AS thumbnail_status"

OWN = "image.id = $1 AND image.account_id = $2"

SELECT = f"SELECT {COLUMNS}, {STATUS} FROM image WHERE {OWN} AND image.deleted_at IS NULL"

# An image that can no longer be restored is invisible, even before its purge. The time is that of the statement: a
# transaction that waited for the row may have begun before the one that set `purge_at`.
SELECT_WITH_DELETED = f"""
    SELECT {COLUMNS}, {STATUS} FROM image WHERE {OWN} AND (purge_at IS NULL OR purge_at > clock_timestamp())
"""

# The thumbnail is due from this moment on.
INSERT = f"""
    WITH owed AS (INSERT INTO thumbnail (image_id, account_id, status, attempt) VALUES ($1, $2, 'queued', 0))
    INSERT INTO image (id, account_id, project_id, filename, content_type, size_bytes, sha256, width, height,
                       orientation, object_key, metadata)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    RETURNING {COLUMNS}, 'queued' AS thumbnail_status
"""

LOCK_METADATA = f"SELECT metadata FROM image WHERE {OWN} AND deleted_at IS NULL FOR UPDATE"

SET_METADATA = f"UPDATE image SET metadata = $3, updated_at = now() WHERE {OWN} RETURNING {COLUMNS}, {STATUS}"

SOFT_DELETE = f"""
    UPDATE image SET deleted_at = now(), updated_at = now(), deletion_reason = $3, purge_at = now() + $4::interval
    WHERE {OWN} RETURNING {COLUMNS}, {STATUS}
"""

FORCE_DELETE = f"""
    UPDATE image
    SET deleted_at = coalesce(deleted_at, now()), updated_at = now(), deletion_reason = $3, purge_at = now()
    WHERE {OWN} RETURNING {COLUMNS}, {STATUS}
"""

RESTORE = f"""
    UPDATE image SET deleted_at = NULL, updated_at = now(), deletion_reason = NULL, purge_at = NULL
    WHERE {OWN} RETURNING {COLUMNS}, {STATUS}
"""

LOCK = f"{SELECT_WITH_DELETED} FOR UPDATE OF image"

INSERT_EVENT = """
    INSERT INTO image_event (id, account_id, project_id, image_id, type, filename, reason)
    VALUES (uuidv7(), $1, $2, $3, $4, $5, $6)
"""

EVENT_COLUMNS = ", ".join(ImageEventRecord.__struct_fields__)

LAST_EVENT = """
    SELECT event.type FROM image_event AS event JOIN project ON project.id = event.project_id
    WHERE event.image_id = $1 AND event.account_id = $2 AND event.type <> 'purge' AND project.deleted_at IS NULL
    ORDER BY event.id DESC LIMIT 1
"""

LIST_EVENTS = f"""
    SELECT {EVENT_COLUMNS} FROM image_event
    WHERE project_id = $1 AND account_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4
"""


async def find(
    connection: Connection, account_id: int, image_id: UUID, *, include_deleted: bool = False
) -> ImageRecord | None:
    """Return an image of the account, or None; a deleted one only on request, and while it can be restored."""
    return await _image(connection, SELECT_WITH_DELETED if include_deleted else SELECT, image_id, account_id)


async def insert(
    connection: Connection,
    owner: Owner,
    filename: str,
    picture: Picture,
    stored_file: StoredFile,
    metadata: dict[str, Any],
) -> ImageRecord:
    """Insert an image and its queued thumbnail, which the thumbnailers hear of at the commit."""
    await connection.execute(thumbnail_queries.NOTIFY)
    return ImageRecord(
        *await connection.fetchrow(
            INSERT,
            *owner,
            filename,
            picture.content_type,
            stored_file.size_bytes,
            stored_file.sha256,
            picture.width,
            picture.height,
            picture.orientation,
            stored_file.object_key,
            metadata,
        )
    )


async def lock_metadata(connection: Connection, account_id: int, image_id: UUID) -> dict[str, Any] | None:
    """Return the metadata of an image of the account, locked until the transaction ends; None without such an image."""
    metadata: dict[str, Any] | None = await connection.fetchval(LOCK_METADATA, image_id, account_id)
    return metadata


async def set_metadata(
    connection: Connection, account_id: int, image_id: UUID, metadata: dict[str, Any]
) -> ImageRecord | None:
    """Replace the metadata of an image of the account."""
    return await _image(connection, SET_METADATA, image_id, account_id, metadata)


async def lock(connection: Connection, account_id: int, image_id: UUID) -> ImageRecord | None:
    """Return an image of the account, also a deleted one that can be restored, locked until the transaction ends."""
    return await _image(connection, LOCK, image_id, account_id)


async def soft_delete(connection: Connection, image: ImageRecord, reason: str, retention: timedelta) -> ImageRecord:
    """Hide a locked image."""
    return await _update(connection, SOFT_DELETE, image, reason, retention)


async def force_delete(connection: Connection, image: ImageRecord, reason: str) -> ImageRecord:
    """Delete a locked image and make it due for the purge."""
    return await _update(connection, FORCE_DELETE, image, reason)


async def restore(connection: Connection, image: ImageRecord) -> ImageRecord:
    """Restore a locked image."""
    return await _update(connection, RESTORE, image)


async def add_event(connection: Connection, event: EventType, image: ImageRecord, reason: str | None) -> None:
    """Insert an event of an image."""
    await connection.execute(
        INSERT_EVENT, image.account_id, image.project_id, image.id, event.value, image.filename, reason
    )


async def last_event(connection: Connection, account_id: int, image_id: UUID) -> EventType | None:
    """Return the last deletion or restoration of an image of the account, even of a purged one; None without any."""
    event_type = await connection.fetchval(LAST_EVENT, image_id, account_id)
    return EventType(event_type) if event_type else None


async def list_events(
    connection: Connection, account_id: int, project_id: UUID, *, before: UUID | None, limit: int
) -> list[ImageEventRecord]:
    """List the events of the images of a project, newest first."""
    records = await connection.fetch(LIST_EVENTS, project_id, account_id, before, limit)
    return [ImageEventRecord(*record) for record in records]


async def _image(connection: Connection, statement: str, *values: Any) -> ImageRecord | None:
    record = await connection.fetchrow(statement, *values)
    return ImageRecord(*record) if record else None


async def _update(connection: Connection, statement: str, image: ImageRecord, *values: Any) -> ImageRecord:
    return ImageRecord(*await connection.fetchrow(statement, image.id, image.account_id, *values))
