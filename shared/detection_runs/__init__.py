"""Detection runs: what a model found in the images of a project, judged against their ground truth."""

from collections.abc import Callable, Collection
from uuid import UUID

import structlog

from shared import jobs, projects
from shared.accounts import Caller
from shared.analyses.agreement import pairs
from shared.analyses.agreement.pairs import Side
from shared.detection_runs import objects, queries
from shared.detection_runs.errors import DetectionRunNotFound, DetectionRunNotReady
from shared.detection_runs.figures.comparing import check_comparable
from shared.detection_runs.kinds.detection_run import DetectionRun
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.records import DetectionRunDescription, DetectionRunRecord, ModelCount, ShownImage
from shared.detection_runs.scenes.class_expansion import hierarchy_of
from shared.detection_runs.scenes.rules import rules_for
from shared.evaluation.detection.rules.profiles import PROFILES
from shared.jobs import JobRequest, Reference
from shared.jobs.result_status import UNFINISHED
from shared.kit import clock
from shared.kit.database.transactions import note_created, retry_conflicts
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage.errors import StorageUnavailable
from shared.projects.errors import ProjectNotFound

__all__ = ["DetectionRunRecord"]

log = structlog.get_logger()

# A model is judged on a thousand images within this time.
RETRY_AFTER_S = 1


@retry_conflicts
async def create(
    platform: Platform,
    caller: Caller,
    project_id: str,
    model: tuple[str, str | None],
    options: DetectionOptions,
    description: DetectionRunDescription,
) -> DetectionRunRecord:
    """Create a detection run and the job that makes it.

    Raises InvalidInput, ProjectNotFound, NothingToCompare, BaselineNotComparable, QueueFull, and what `get_ready`
    raises of a baseline.
    """
    _check_profiles(options)
    if options.class_hierarchy is not None and options.profile != "openimages":
        raise InvalidInput(Fault("/class_hierarchy", "class_hierarchy: the profile openimages has one; omit it."))
    hierarchy_of(options)
    if options.baseline_id is not None:
        check_comparable(options, (await get_ready(platform, caller, options.baseline_id)).asked)
    candidate = Side(model_name=model[0], model_version=model[1])
    inputs = await pairs.choose(
        platform, caller, Side(ground_truth=True), candidate, project_id=project_id, image_id=None
    )
    detection_run_id = uuid7()
    own = Reference("detection_run", str(detection_run_id), 1, clock.now())
    request = JobRequest(caller, DetectionRun(detection_run_id=str(detection_run_id)), [own], inputs)
    async with platform.db.transaction() as connection:
        queued = await jobs.enqueue(platform, connection, request)
        await queries.insert(
            connection,
            detection_run_id,
            caller.account_id,
            known_uuid(project_id, ProjectNotFound),
            queued.job.id,
            model,
            options,
            description,
        )
        note_created("detection_run", detection_run_id)
    await jobs.dispatch(platform, queued)
    return await get(platform, caller, str(detection_run_id))


def _check_profiles(options: DetectionOptions) -> None:
    subjects = PROFILES[options.profile].subjects
    if options.subject not in subjects:
        detail = f"profile: {options.profile} judges {' and '.join(subjects)} only; use coco."
        raise InvalidInput(Fault("/profile", detail))
    known = rules_for(options)[1:]
    if len(set(options.profiles)) < len(options.profiles) or not set(options.profiles) <= set(known):
        detail = f"profiles: beside {options.profile}, {options.subject} can be judged by {', '.join(known) or 'none'}"
        raise InvalidInput(Fault("/profiles", f"{detail}; name each once, and the rules of the run under profile."))


async def get(platform: Platform, caller: Caller, detection_run_id: str) -> DetectionRunRecord:
    """Return a detection run of the caller; raises DetectionRunNotFound."""
    async with platform.db.connection() as connection:
        known = known_uuid(detection_run_id, DetectionRunNotFound)
        found = await queries.find(connection, caller.account_id, known)
    if found is None:
        raise DetectionRunNotFound
    return found


async def get_ready(platform: Platform, caller: Caller, detection_run_id: str) -> DetectionRunRecord:
    """Return a detection run of the caller with its figures; raises DetectionRunNotFound, DetectionRunNotReady."""
    run = await get(platform, caller, detection_run_id)
    if run.result is None:
        detail = f"The detection run is {run.status}, not ready."
        raise DetectionRunNotReady(detail, retry_after_s=RETRY_AFTER_S if run.state in UNFINISHED else None)
    return run


async def list_own(
    platform: Platform,
    caller: Caller,
    *,
    project_id: str | None,
    before: UUID | None,
    limit: int,
    text: str | None = None,
) -> list[DetectionRunRecord]:
    """List detection runs of the caller without their figures, newest first; of one project, if given.

    `text` is a part of their name or of their model's. Raises ProjectNotFound.
    """
    project = None if project_id is None else (await projects.find(platform, caller, project_id)).id
    async with platform.db.connection() as connection:
        return await queries.list_own(
            connection, caller.account_id, project_id=project, before=before, text=text, limit=limit
        )


@retry_conflicts
async def describe(
    platform: Platform,
    caller: Caller,
    detection_run_id: str,
    change: Callable[[DetectionRunDescription], DetectionRunDescription],
) -> DetectionRunRecord:
    """Change the description of a detection run of the caller; raises DetectionRunNotFound."""
    run = await get(platform, caller, detection_run_id)
    async with platform.db.transaction() as connection:
        # Two that change it at once take turns: each changes what the other has made of it.
        present = await queries.lock_description(connection, caller.account_id, run.id)
        if present is None:
            raise DetectionRunNotFound
        await queries.describe(connection, caller.account_id, run.id, change(present))
    return await get(platform, caller, detection_run_id)


async def shown_images(platform: Platform, caller: Caller, image_ids: Collection[UUID]) -> dict[UUID, ShownImage]:
    """Return those of these images of the caller that were not deleted."""
    async with platform.db.connection() as connection:
        return await queries.shown_images(connection, caller.account_id, list(image_ids))


async def models_of(platform: Platform, caller: Caller, project_id: str) -> list[ModelCount]:
    """List the models that analysed images of a project of the caller, by name; raises ProjectNotFound."""
    project = await projects.find(platform, caller, project_id)
    async with platform.db.connection() as connection:
        return await queries.models_of(connection, caller.account_id, project.id)


@retry_conflicts
async def delete(platform: Platform, caller: Caller, detection_run_id: str) -> None:
    """Delete a detection run of the caller and its job; raises DetectionRunNotFound."""
    known = known_uuid(detection_run_id, DetectionRunNotFound)
    async with platform.db.transaction() as connection:
        folder = await queries.delete(connection, caller.account_id, known)
        if folder is None:
            raise DetectionRunNotFound
        keys = await jobs.delete_dependents(platform, connection, caller.account_id, str(known))
    keys += [folder + objects.SCENE] if folder else []
    try:
        await platform.storage.apart(platform.storage.delete, keys)
    except StorageUnavailable:
        log.warning("objects of a deleted detection run are left to be collected", count=len(keys))
