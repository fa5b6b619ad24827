"""Projects, and the images in them."""

from typing import Any

from shared.accounts import Caller
from shared.jobs import Platform
from shared.kit.ids import parse_uuid, uuid7
from shared.projects import queries
from shared.projects.errors import ProjectNotFound
from shared.projects.records import ImageRecord, ProjectRecord

__all__ = ["ImageRecord", "ProjectRecord"]


async def create(
    platform: Platform, caller: Caller, *, name: str, description: str | None, metadata: dict[str, Any]
) -> ProjectRecord:
    """Open a new project."""
    async with platform.db.connection() as connection:
        return await queries.insert(
            connection, uuid7(), caller.account_id, name=name, description=description, metadata=metadata
        )


async def find(platform: Platform, caller: Caller, project_id: str) -> ProjectRecord:
    """A project of the caller; raises ProjectNotFound."""
    known = parse_uuid(project_id)
    async with platform.db.connection() as connection:
        found = await queries.find(connection, caller.account_id, known) if known else None
    if found is None:
        raise ProjectNotFound
    return found
