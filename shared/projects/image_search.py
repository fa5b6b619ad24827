"""Images of all projects of an account, by a part of their names."""

from typing import NamedTuple
from uuid import UUID

from shared.accounts import Caller
from shared.kit.platform import Platform

# By the time, which has no index of its own: by the id, the planner would walk through the images of all accounts.
SEARCH = """
    SELECT image.id, image.filename, project.name FROM image JOIN project ON project.id = image.project_id
    WHERE image.account_id = $1 AND image.deleted_at IS NULL AND strpos(lower(image.filename), lower($2)) > 0
    ORDER BY image.created_at DESC, image.id DESC LIMIT $3
"""


class NamedImage(NamedTuple):
    """An image by its name, with the name of its project."""

    id: UUID
    filename: str
    project_name: str


async def find_images(platform: Platform, caller: Caller, text: str, limit: int) -> list[NamedImage]:
    """Return the newest images of the caller whose name contains the text."""
    async with platform.db.connection() as connection:
        return [NamedImage(*record) for record in await connection.fetch(SEARCH, caller.account_id, text, limit)]
