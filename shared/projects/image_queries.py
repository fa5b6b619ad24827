"""Statements about images."""

# ruff: noqa: S608 -- the texts are put together from our own column names only

from uuid import UUID

from shared.kit.db import Connection, Record
from shared.projects.records import IMAGE_COLUMNS, ImageRecord

SELECT = f"""
    SELECT {IMAGE_COLUMNS}, thumbnail.status
    FROM image JOIN thumbnail ON thumbnail.image_id = image.id
    WHERE image.id = $1 AND image.account_id = $2 AND image.deleted_at IS NULL
"""

# A project that is being deleted lets no image in.
LOCK_PROJECT = "SELECT FROM project WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL FOR SHARE"

INSERT = f"""
    WITH thumbnail AS (INSERT INTO thumbnail (image_id, status, attempt, dispatched_at) VALUES ($1, 'queued', 0, now()))
    INSERT INTO image (id, account_id, project_id, filename, content_type, size_bytes, sha256, width, height,
                       orientation, object_key, metadata)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    RETURNING {IMAGE_COLUMNS}, 'queued' AS thumbnail_status
"""


async def find(connection: Connection, account_id: int, image_id: UUID) -> ImageRecord | None:
    """An image of the account that is not deleted."""
    record = await connection.fetchrow(SELECT, image_id, account_id)
    return _image(record) if record else None


def _image(record: Record) -> ImageRecord:
    return ImageRecord(*record)
