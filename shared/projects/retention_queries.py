"""Statements of the purge."""

from collections.abc import Sequence
from uuid import UUID

from shared.kit.database.transactions import Connection
from shared.kit.ids import parse_uuid

LOCK_DUE = """
    SELECT id FROM image WHERE purge_at <= now() AND ($1::uuid IS NULL OR id = $1)
    ORDER BY purge_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""

# The events of a deleted project can no longer be listed, so its images get none.
ADD_EVENTS = """
    INSERT INTO image_event (id, account_id, project_id, image_id, type, filename)
    SELECT uuidv7(), image.account_id, image.project_id, image.id, 'purge', image.filename
    FROM image JOIN project ON project.id = image.project_id
    WHERE image.id = ANY($1) AND project.deleted_at IS NULL
"""

# A thumbnail that is stored between this and the deletion would belong to nobody: whoever stores it waits for the lock.
SELECT_KEYS = """
    WITH held AS (
        SELECT image.object_key, thumbnail.object_key AS thumbnail_key
        FROM image JOIN thumbnail ON thumbnail.image_id = image.id WHERE image.id = ANY($1)
        FOR UPDATE OF thumbnail
    )
    SELECT key FROM held, unnest(ARRAY[object_key, thumbnail_key]) AS key WHERE key IS NOT NULL
"""

DELETE = "DELETE FROM image WHERE id = ANY($1)"

# The ids of events are in the order of their times, so the primary key finds the oldest.
DELETE_OLD_EVENTS = """
    DELETE FROM image_event WHERE id IN (SELECT id FROM image_event WHERE id < $1 ORDER BY id LIMIT $2) RETURNING true
"""

DELETE_EXPIRED_UPLOADS = "DELETE FROM upload WHERE expires_at < now() RETURNING id"

# An image is found by the id in the key, which its primary key answers. As long as an upload is open, finalizing it may
# store the image at any moment, under a key that may exist from an attempt before; the same holds for a thumbnail that
# is due. So these rows count as references: an object that is unreferenced once cannot become referenced again.
WITHOUT_IMAGE = """
    SELECT key FROM unnest($1::text[], $2::uuid[]) AS object (key, image_id)
    WHERE NOT EXISTS (
        SELECT FROM image JOIN thumbnail ON thumbnail.image_id = image.id
        WHERE image.id = object.image_id
            AND (object.key IN (image.object_key, thumbnail.object_key) OR thumbnail.status = 'queued')
    )
    AND NOT EXISTS (SELECT FROM upload WHERE id = object.image_id)
"""

WITHOUT_UPLOAD = """
    SELECT key FROM unnest($1::text[], $2::uuid[]) AS object (key, upload_id)
    WHERE NOT EXISTS (SELECT FROM upload WHERE id = object.upload_id)
"""

# Rows of other tables are deleted with an image. No statement of a request may take so long, but here nobody waits.
TIMEOUT_S = 600


async def lock_due(connection: Connection, image_id: UUID | None, limit: int) -> list[UUID]:
    """Return images that are due, or this one if it is due, locked until the transaction ends."""
    return [record["id"] for record in await connection.fetch(LOCK_DUE, image_id, limit)]


async def add_purge_events(connection: Connection, image_ids: Sequence[UUID]) -> None:
    """Insert the events of the images' purge."""
    await connection.execute(ADD_EVENTS, image_ids)


async def delete(connection: Connection, image_ids: Sequence[UUID]) -> list[str]:
    """Delete the images and all rows that refer to them; return the keys of their objects."""
    keys = [record["key"] for record in await connection.fetch(SELECT_KEYS, image_ids)]
    await connection.execute(f"SET LOCAL statement_timeout = '{TIMEOUT_S}s'")
    await connection.execute(DELETE, image_ids, timeout=TIMEOUT_S)
    return keys


async def delete_events(connection: Connection, before: UUID, limit: int) -> int:
    """Delete events with smaller ids, at most `limit`; return their number."""
    return len(await connection.fetch(DELETE_OLD_EVENTS, before, limit))


async def delete_expired_uploads(connection: Connection) -> list[UUID]:
    """Delete expired uploads; return their ids."""
    return [record["id"] for record in await connection.fetch(DELETE_EXPIRED_UPLOADS)]


async def without_image(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Return the keys that belong to no image and no thumbnail."""
    return await _without_row(connection, WITHOUT_IMAGE, keys)


async def without_upload(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Return the keys that belong to no upload."""
    return await _without_row(connection, WITHOUT_UPLOAD, keys)


async def _without_row(connection: Connection, statement: str, keys: Sequence[str]) -> list[str]:
    # A key without an id in its second segment is not an image's, and left alone.
    ids = {key: uuid for key in keys if (uuid := parse_uuid((*key.split("/"), "")[1]))}
    return [record["key"] for record in await connection.fetch(statement, list(ids), list(ids.values()))]
