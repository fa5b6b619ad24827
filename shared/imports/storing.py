"""Reading what an import needs, and writing what it plans, in the transaction that ends its job."""

from pathlib import Path
from uuid import UUID

from shared import quotas, uploads
from shared.accounts import queries as account_queries
from shared.analyses.errors import AnalysisLimitReached
from shared.imports import queries
from shared.imports.errors import ProjectChanged
from shared.imports.kinds.import_annotations import ImportAnnotations
from shared.imports.planning import ImportPlan
from shared.imports.reading.files import InputFiles
from shared.imports.reading.objects import Known
from shared.jobs import JobRecord
from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.kit.storage.bucket import Storage
from shared.projects import images
from shared.projects import queries as project_queries
from shared.projects.errors import ProjectNotFound
from shared.projects.records import Owner
from shared.quotas import Quota
from shared.uploads import UploadRecord


async def load(
    platform: Platform, job: JobRecord, arguments: ImportAnnotations, target: Path
) -> tuple[UploadRecord, Known]:
    """Write the upload to disk, and return it with what the project holds.

    Raises ProjectNotFound, and what `uploads` raises of a file that is gone.
    """
    project_id = UUID(arguments.project_id)
    async with platform.db.connection() as connection:
        if not await project_queries.exists(connection, job.account_id, project_id):
            raise ProjectNotFound
        model = arguments.model_name, arguments.model_version
        known = await queries.known(connection, job.account_id, project_id, model)
    return await uploads.fetch(platform, job.owner, arguments.upload_id, target), known


def store_pictures(
    storage: Storage, job: JobRecord, arguments: ImportAnnotations, plan: ImportPlan, files: InputFiles
) -> None:
    """Store the pictures of new images, one at a time, before their rows are written. Blocks.

    If no row follows, they are collected.
    """
    names = {image.id: image.filename for image in plan.new_images}
    for image_id, picture in plan.pictures.items():
        owner = Owner(image_id, job.account_id, UUID(arguments.project_id))
        images.store(storage, owner, names[image_id], picture.content_type, files[picture.member])


async def write(
    connection: Connection, settings: Settings, job: JobRecord, arguments: ImportAnnotations, plan: ImportPlan
) -> None:
    """Write the plan, all of it or nothing.

    Raises ProjectNotFound, ProjectChanged, QuotaReached, AnalysisLimitReached.
    """
    project_id = UUID(arguments.project_id)
    owner = job.owner._replace(plan=await account_queries.plan_of(connection, job.account_id))
    await quotas.take(
        connection,
        settings,
        owner,
        {
            Quota.IMAGES: len(plan.new_images),
            Quota.STORED_BYTES: sum(picture.size_bytes for picture in plan.pictures.values()),
        },
    )
    # Two imports of one project take turns, so that both do not add the same image.
    if await project_queries.lock(connection, job.account_id, project_id) is None:
        raise ProjectNotFound
    await _check_unchanged(connection, settings, job.account_id, project_id, plan)
    await queries.insert_images(connection, job.account_id, project_id, plan.new_images, plan.pictures)
    await queries.number_images(connection, plan.numbers)
    await queries.insert_analyses(
        connection,
        job.account_id,
        (arguments.model_name, arguments.model_version),
        {"import": str(job.id), "format": plan.report.format},
        plan.analyses,
        is_ground_truth=arguments.role == "ground_truth",
    )
    await queries.insert_categories(connection, project_id, plan.categories)


async def _check_unchanged(
    connection: Connection, settings: Settings, account_id: int, project_id: UUID, plan: ImportPlan
) -> None:
    if await queries.lock_images(connection, account_id, plan.matched) < len(plan.matched):
        raise ProjectChanged
    if await queries.taken_name(connection, project_id, [image.filename for image in plan.new_images]) is not None:
        raise ProjectChanged
    limit = settings.ml_max_analyses_per_image
    if (name := await queries.full_image(connection, plan.matched, limit)) is not None:
        raise AnalysisLimitReached(f"“{name[:100]}” has {limit} analyses already; delete one that you no longer need.")
