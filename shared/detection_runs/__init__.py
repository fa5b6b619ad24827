"""Detection runs: what a model found in the images of a project, judged against their ground truth."""

import threading
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import structlog

from shared import jobs, projects
from shared.accounts import Caller
from shared.analyses.agreement import pairs
from shared.analyses.agreement.pairs import Side
from shared.detection_runs import objects, queries, scenes
from shared.detection_runs.comparing import check_comparable
from shared.detection_runs.errors import DetectionRunNotFound, DetectionRunNotReady
from shared.detection_runs.kinds.detection_run import DetectionRun
from shared.detection_runs.lifecycle import UNFINISHED
from shared.detection_runs.matches import (
    DetectionMatrix,
    JudgedObject,
    MatchFilter,
    MatchKind,
    MatchLevel,
    SceneMatches,
)
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.records import DetectionRunRecord
from shared.evaluation.detection.error_types import ErrorType
from shared.evaluation.detection.profiles import PROFILES
from shared.evaluation.detection.ranked_outcomes import PrecisionRecall
from shared.jobs import JobRequest, Reference
from shared.kit import clock
from shared.kit.db import note_created, retry_conflicts
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage_errors import StorageUnavailable
from shared.projects.errors import ProjectNotFound
from shared.runs.stored_file import ObjectReader

__all__ = ["DetectionRunRecord", "JudgedObject", "MatchLevel"]

log = structlog.get_logger()

# A model is judged on a thousand images within this time.
RETRY_AFTER_S = 1

T = TypeVar("T")


@retry_conflicts
async def create(
    platform: Platform,
    caller: Caller,
    project_id: str,
    model: tuple[str, str | None],
    options: DetectionOptions,
) -> DetectionRunRecord:
    """Create a detection run and the job that makes it.

    Raises InvalidInput, ProjectNotFound, NothingToCompare, BaselineNotComparable, QueueFull, and what `get_ready`
    raises of a baseline.
    """
    if PROFILES[options.profile].is_voc and options.subject != "boxes":
        raise InvalidInput(Fault("/profile", f"profile: {options.profile} judges boxes only; use coco."))
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
        )
        note_created("detection_run", detection_run_id)
    await jobs.dispatch(platform, queued)
    return await get(platform, caller, str(detection_run_id))


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
    platform: Platform, caller: Caller, *, project_id: str | None, before: UUID | None, limit: int
) -> list[DetectionRunRecord]:
    """List detection runs of the caller without their figures, newest first; of one project, if given.

    Raises ProjectNotFound.
    """
    project = None if project_id is None else (await projects.find(platform, caller, project_id)).id
    async with platform.db.connection() as connection:
        return await queries.list_own(connection, caller.account_id, project_id=project, before=before, limit=limit)


async def matrix(platform: Platform, caller: Caller, detection_run_id: str, level: MatchLevel) -> DetectionMatrix:
    """Count the objects of a detection run of the caller at a level; raises what `get_ready` raises."""
    run = await get_ready(platform, caller, detection_run_id)
    return await _scan(platform, run, level, SceneMatches.matrix)


async def curve(
    platform: Platform, caller: Caller, detection_run_id: str, iou: float, class_name: str | None
) -> PrecisionRecall | None:
    """Return the precision-recall curve of a class, or of all; None where there is nothing to find.

    Raises what `get_ready` raises, and InvalidInput for an unknown class.
    """
    run = await get_ready(platform, caller, detection_run_id)
    code = _code(run, "class", class_name)
    return await _scan(platform, run, MatchLevel(iou, 0.0), lambda matches: matches.curve(code))


async def list_objects(
    platform: Platform,
    caller: Caller,
    detection_run_id: str,
    level: MatchLevel,
    *,
    kind: MatchKind,
    actual: str | None = None,
    predicted: str | None = None,
    is_background: bool = False,
    error: ErrorType | None = None,
    start: int,
    limit: int,
) -> list[JudgedObject]:
    """List right, wrong or missed objects at a level, the worst first, from a position on.

    Raises what `get_ready` raises, and InvalidInput for an unknown class.
    """
    run = await get_ready(platform, caller, detection_run_id)
    wanted = MatchFilter(kind, _code(run, "actual", actual), _code(run, "predicted", predicted), is_background, error)
    return await _scan(platform, run, level, lambda matches: matches.objects(wanted, start=start, limit=limit))


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


async def _scan(
    platform: Platform, run: DetectionRunRecord, level: MatchLevel, answer: Callable[[SceneMatches], T]
) -> T:
    figures = run.found
    assert figures is not None, "asked of ready ones only"
    assert run.folder is not None, "a constraint of the table"
    assert run.scene_bytes is not None, "written with the folder"
    key, size = run.folder + objects.SCENE, run.scene_bytes
    classes = [one.name for one in figures.classes]

    def read(stop: threading.Event) -> T:
        stored = scenes.read(ObjectReader(platform.storage, key, size, stop))
        return answer(SceneMatches(stored, run.asked, classes, level))

    return await platform.scans.run(run.account_id, read)


def _code(run: DetectionRunRecord, field: str, name: str | None) -> int | None:
    figures = run.found
    if name is None or figures is None:
        return None
    names = [one.name for one in figures.classes]
    if name not in names:
        known = ", ".join(f"“{known[:50]}”" for known in names[:5])
        raise InvalidInput(Fault(f"/{field}", f"{field}: not a class of this detection run; its classes are {known}."))
    return names.index(name)
