"""Projects, and the images in them."""

from collections.abc import Callable
from uuid import UUID

from shared import quotas
from shared.accounts import Caller
from shared.kit.database.transactions import note_created, retry_conflicts
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.projects import queries
from shared.projects.errors import ProjectNotEmpty, ProjectNotFound
from shared.projects.records import ImageRecord, ProjectDescription, ProjectRecord
from shared.quotas import Quota

__all__ = ["ImageRecord", "ProjectDescription", "ProjectRecord"]

# Marking the images of the largest projects takes longer than any other statement.
DELETION_TIMEOUT_S = 60.0


@retry_conflicts
async def create(platform: Platform, caller: Caller, description: ProjectDescription) -> ProjectRecord:
    """Create a project; raises QuotaReached."""
    async with quotas.counted(platform, caller, {Quota.PROJECTS: 1}) as connection:
        project = await queries.insert(connection, uuid7(), caller.account_id, description)
        note_created("project", project.id)
    return project


async def find(platform: Platform, caller: Caller, project_id: str) -> ProjectRecord:
    """Return a project of the caller; raises ProjectNotFound."""
    project_uuid = known_uuid(project_id, ProjectNotFound)
    async with platform.db.connection() as connection:
        project = await queries.find(connection, caller.account_id, project_uuid)
    if project is None:
        raise ProjectNotFound
    return project


async def list_own(
    platform: Platform, caller: Caller, *, before: UUID | None, name: str | None, limit: int
) -> list[ProjectRecord]:
    """List projects of the caller whose name contains a text, newest first, older than `before`."""
    async with platform.db.connection() as connection:
        return await queries.list_own(connection, caller.account_id, before=before, name=name, limit=limit)


@retry_conflicts
async def describe(
    platform: Platform, caller: Caller, project_id: str, change: Callable[[ProjectDescription], ProjectDescription]
) -> ProjectRecord:
    """Change the name, description and metadata of a project of the caller; raises ProjectNotFound."""
    project_uuid = known_uuid(project_id, ProjectNotFound)
    async with platform.db.transaction() as connection:
        description = await queries.lock(connection, caller.account_id, project_uuid)
        if description is None:
            raise ProjectNotFound
        return await queries.describe(connection, project_uuid, change(description))


@retry_conflicts
async def delete(platform: Platform, caller: Caller, project_id: str, *, force: bool) -> None:
    """Delete a project of the caller for good, and with `force` its images; raises ProjectNotFound, ProjectNotEmpty.

    The project is invisible at once; the next purge deletes its rows and objects.
    """
    project_uuid = known_uuid(project_id, ProjectNotFound)
    async with platform.db.transaction() as connection:
        if await queries.lock(connection, caller.account_id, project_uuid) is None:
            raise ProjectNotFound
        if not force and await queries.has_images(connection, project_uuid):
            raise ProjectNotEmpty
        await queries.delete(connection, project_uuid, timeout_s=DELETION_TIMEOUT_S)
