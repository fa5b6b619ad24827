"""Deletion of images in two steps: hidden with a reason and restorable for a while, then purged."""

from datetime import timedelta
from uuid import UUID

from shared.accounts import Caller
from shared.kit.database.transactions import retry_conflicts
from shared.kit.errors import DomainError
from shared.kit.ids import known_uuid
from shared.kit.platform import Platform
from shared.projects import image_queries, queries, retention
from shared.projects.errors import ImageNotFound, ImagePermanentlyDeleted, ImagePurged, ProjectNotFound
from shared.projects.models import EventType
from shared.projects.records import ImageEventRecord, ImageRecord


@retry_conflicts
async def hide(platform: Platform, caller: Caller, image_id: str, reason: str) -> ImageRecord:
    """Delete an image of the caller so that it can be restored; repeating it changes nothing.

    Raises ImageNotFound.
    """
    image_uuid = known_uuid(image_id, ImageNotFound)
    period = timedelta(days=platform.settings.image_retention_days)
    async with platform.db.transaction() as connection:
        image = await image_queries.lock(connection, caller.account_id, image_uuid)
        if image is None:
            raise ImageNotFound
        if image.deleted_at is not None:
            return image
        await image_queries.add_event(connection, EventType.SOFT_DELETE, image, reason)
        return await image_queries.soft_delete(connection, image, reason, period)


@retry_conflicts
async def delete(platform: Platform, caller: Caller, image_id: str, reason: str) -> ImageRecord:
    """Delete an image of the caller for good, at once, whether it is hidden already or not; raises ImageNotFound."""
    image_uuid = known_uuid(image_id, ImageNotFound)
    async with platform.db.transaction() as connection:
        image = await image_queries.lock(connection, caller.account_id, image_uuid)
        if image is None:
            raise ImageNotFound
        await image_queries.add_event(connection, EventType.FORCE_DELETE, image, reason)
        image = await image_queries.force_delete(connection, image, reason)
    # The image is invisible already; if this is interrupted, the dispatcher purges it.
    await retention.purge_one(platform, image_uuid)
    return image


@retry_conflicts
async def restore(platform: Platform, caller: Caller, image_id: str) -> ImageRecord:
    """Restore a deleted image of the caller; an image that is not deleted stays as it is.

    Raises ImageNotFound, ImagePurged, ImagePermanentlyDeleted.
    """
    image_uuid = known_uuid(image_id, ImageNotFound)
    async with platform.db.transaction() as connection:
        image = await image_queries.lock(connection, caller.account_id, image_uuid)
        if image is None:
            raise _error_for(await image_queries.last_event(connection, caller.account_id, image_uuid))
        if image.deleted_at is None:
            return image
        await image_queries.add_event(connection, EventType.RESTORE, image, None)
        return await image_queries.restore(connection, image)


async def list_events(
    platform: Platform, caller: Caller, project_id: str, *, before: UUID | None, limit: int
) -> list[ImageEventRecord]:
    """List the deletions, restorations and purges in a project of the caller, newest first; raises ProjectNotFound."""
    project_uuid = known_uuid(project_id, ProjectNotFound)
    async with platform.db.connection() as connection:
        if not await queries.exists(connection, caller.account_id, project_uuid):
            raise ProjectNotFound
        return await image_queries.list_events(connection, caller.account_id, project_uuid, before=before, limit=limit)


def _error_for(last_event: EventType | None) -> DomainError:
    if last_event is None:
        return ImageNotFound()
    return ImagePermanentlyDeleted() if last_event is EventType.FORCE_DELETE else ImagePurged()
