"""Statements about comments; the comments on a deleted image are as invisible as the image."""

# ruff: noqa: S608 -- the texts are put together from our own column names only

from typing import Any
from uuid import UUID

from shared.kit.database.transactions import Connection
from shared.projects.records import CommentRecord

COLUMNS = ", ".join(f"image_comment.{name}" for name in CommentRecord.__struct_fields__)

VISIBLE = "image.id = image_comment.image_id AND image.deleted_at IS NULL"

OWN = "image_comment.id = $1 AND image_comment.account_id = $2"

IS_VISIBLE = "SELECT true FROM image WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL"

INSERT = f"""
    INSERT INTO image_comment (id, account_id, image_id, text)
    SELECT uuidv7(), account_id, id, $3 FROM image WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL
    RETURNING {COLUMNS}
"""

LIST_OWN = f"""
    SELECT {COLUMNS} FROM image_comment WHERE image_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3
"""

SELECT = f"SELECT {COLUMNS} FROM image_comment JOIN image ON {VISIBLE} WHERE {OWN}"

CHANGE = f"""
    UPDATE image_comment SET text = $3, updated_at = now() FROM image WHERE {OWN} AND {VISIBLE} RETURNING {COLUMNS}
"""

DELETE = f"DELETE FROM image_comment USING image WHERE {OWN} AND {VISIBLE} RETURNING {COLUMNS}"


async def insert(connection: Connection, account_id: int, image_id: UUID, text: str) -> CommentRecord | None:
    """Insert a comment; return None if there is no such image."""
    return await _comment(connection, INSERT, image_id, account_id, text)


async def list_own(
    connection: Connection, account_id: int, image_id: UUID, *, after: UUID | None, limit: int
) -> list[CommentRecord] | None:
    """List the comments on an image of the account, the oldest first; return None if there is no such image."""
    if not await connection.fetchval(IS_VISIBLE, image_id, account_id):
        return None
    return [CommentRecord(*record) for record in await connection.fetch(LIST_OWN, image_id, after, limit)]


async def find(connection: Connection, account_id: int, comment_id: UUID) -> CommentRecord | None:
    """Return a comment of the account, or None."""
    return await _comment(connection, SELECT, comment_id, account_id)


async def change(connection: Connection, account_id: int, comment_id: UUID, text: str) -> CommentRecord | None:
    """Replace the text of a comment of the account; return None if there is no such comment."""
    return await _comment(connection, CHANGE, comment_id, account_id, text)


async def delete(connection: Connection, account_id: int, comment_id: UUID) -> CommentRecord | None:
    """Delete a comment of the account; return it, or None if there is no such comment."""
    return await _comment(connection, DELETE, comment_id, account_id)


async def _comment(connection: Connection, statement: str, *values: Any) -> CommentRecord | None:
    record = await connection.fetchrow(statement, *values)
    return CommentRecord(*record) if record else None
