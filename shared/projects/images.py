"""Images: decoded before they are taken, kept in storage, shown to nobody but their owner."""

from shared.accounts import Caller
from shared.jobs import Platform
from shared.kit.ids import parse_uuid
from shared.projects import image_queries
from shared.projects.errors import ImageNotFound
from shared.projects.records import ImageRecord


async def find(platform: Platform, caller: Caller, image_id: str) -> ImageRecord:
    """An image of the caller that is not deleted; raises ImageNotFound."""
    known = parse_uuid(image_id)
    async with platform.db.connection() as connection:
        found = await image_queries.find(connection, caller.account_id, known) if known else None
    if found is None:
        raise ImageNotFound
    return found
