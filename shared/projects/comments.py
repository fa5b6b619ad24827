"""Comments on images, in the order of their creation."""

from uuid import UUID

from shared.accounts import Caller
from shared.kit.database.transactions import note_created
from shared.kit.ids import known_uuid
from shared.kit.platform import Platform
from shared.projects import comment_queries
from shared.projects.errors import CommentNotFound, ImageNotFound
from shared.projects.records import CommentRecord


async def add(platform: Platform, caller: Caller, image_id: str, text: str) -> CommentRecord:
    """Add a comment to an image of the caller; raises ImageNotFound."""
    image_uuid = known_uuid(image_id, ImageNotFound)
    async with platform.db.connection() as connection:
        comment = await comment_queries.insert(connection, caller.account_id, image_uuid, text)
        if comment is None:
            raise ImageNotFound
        note_created("comment", comment.id)
    return comment


async def list_own(
    platform: Platform, caller: Caller, image_id: str, *, after: UUID | None, limit: int
) -> list[CommentRecord]:
    """List the comments on an image of the caller, the oldest first; raises ImageNotFound."""
    image_uuid = known_uuid(image_id, ImageNotFound)
    async with platform.db.connection() as connection:
        comments = await comment_queries.list_own(connection, caller.account_id, image_uuid, after=after, limit=limit)
    if comments is None:
        raise ImageNotFound
    return comments


async def find(platform: Platform, caller: Caller, comment_id: str) -> CommentRecord:
    """Return a comment of the caller; raises CommentNotFound."""
    comment_uuid = known_uuid(comment_id, CommentNotFound)
    async with platform.db.connection() as connection:
        return _require(await comment_queries.find(connection, caller.account_id, comment_uuid))


async def change(platform: Platform, caller: Caller, comment_id: str, text: str) -> CommentRecord:
    """Replace the text of a comment of the caller; raises CommentNotFound."""
    comment_uuid = known_uuid(comment_id, CommentNotFound)
    async with platform.db.connection() as connection:
        return _require(await comment_queries.change(connection, caller.account_id, comment_uuid, text))


async def delete(platform: Platform, caller: Caller, comment_id: str) -> None:
    """Delete a comment of the caller; raises CommentNotFound."""
    comment_uuid = known_uuid(comment_id, CommentNotFound)
    async with platform.db.connection() as connection:
        _require(await comment_queries.delete(connection, caller.account_id, comment_uuid))


def _require(comment: CommentRecord | None) -> CommentRecord:
    if comment is None:
        raise CommentNotFound
    return comment
