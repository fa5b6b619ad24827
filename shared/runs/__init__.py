"""Runs: what one model said of a test set, from the file that holds it."""

from collections.abc import Callable, Collection
from uuid import UUID

import structlog

from shared import jobs, quotas, uploads
from shared.accounts import Caller
from shared.datasets import queries as dataset_queries
from shared.datasets.errors import DatasetNotFound, DatasetPrivate
from shared.jobs import JobRequest
from shared.kit.database.transactions import Connection, retry_conflicts
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.quotes import listed
from shared.kit.storage.errors import StorageUnavailable
from shared.quotas import Quota
from shared.runs import descriptions, queries, truths
from shared.runs.errors import (
    WITH_LABEL_SETS,
    WITHOUT_LABELS,
    RunNotFound,
    RunNotReady,
    TaskUnsupported,
    WeightsUnsupported,
)
from shared.runs.joining.rules import TruthSource
from shared.runs.kinds.ingest_run import IngestRun
from shared.runs.lifecycle import UNFINISHED, RunStatus
from shared.runs.mapping import ColumnsIn
from shared.runs.records import ReadyRun, RunDescription, RunRecord, RunSource, StoredPreview, position_of
from shared.runs.summary import Task
from shared.webhooks.addresses import check_url

log = structlog.get_logger()

LABELLED: frozenset[Task] = frozenset({"classification"})
WITH_SCORES: frozenset[Task] = frozenset({"classification", "multilabel"})
# By whether they are those of a class, or of the predictions.
TASKS_OF_SCORES = {"class": WITH_SCORES, "predictions": frozenset[Task]({"classification", "correctness"})}
ANY_TASK: frozenset[Task] = frozenset({"classification", "correctness", "multilabel"})

# Small files are read within this time.
RETRY_AFTER_S = 1


@retry_conflicts
async def create(
    platform: Platform,
    caller: Caller,
    source: RunSource,
    description: RunDescription,
    callback_url: str | None = None,
) -> RunRecord:
    """Create a run of a complete upload, and the job that reads it.

    Raises QueueFull, QuotaReached, InvalidInput, and DatasetNotFound if its dataset is deleted meanwhile.
    """
    if callback_url is not None:
        check_url(callback_url, platform.settings.webhook_allow_nets)
    run_id = uuid7()
    async with platform.db.transaction() as connection:
        await quotas.take(connection, platform.settings, caller, {Quota.RUNS: 1} | jobs.ROOM)
        await queries.insert(connection, run_id, caller.account_id, description)
        await _refer(connection, caller, run_id, source.truth)
        queued = await _add_version(platform, connection, caller, run_id, 1, source, callback_url)
    await jobs.dispatch(platform, queued)
    return await get(platform, caller, str(run_id))


@retry_conflicts
async def map_columns(
    platform: Platform, caller: Caller, run_id: str, columns: ColumnsIn, *, is_review: bool = False
) -> RunRecord:
    """Read the file of a run again with other columns, as its next version; only its first rows for a review.

    Raises RunNotFound, QueueFull, QuotaReached, and what `uploads.get_completed` raises where the file is not kept.
    """
    run = await get(platform, caller, run_id)
    upload = await uploads.get_completed(platform, caller, str(run.upload_id))
    await truths.check_kept(platform, caller, run.truth_source)
    source = RunSource(upload, columns, run.truth_source, is_review)
    async with platform.db.transaction() as connection:
        await quotas.take(connection, platform.settings, caller, jobs.ROOM)
        version = await queries.lock(connection, caller.account_id, run.id)
        if version is None:
            raise RunNotFound
        queued = await _add_version(platform, connection, caller, run.id, version + 1, source, None)
        await queries.set_version(connection, run.id, version + 1)
    await jobs.dispatch(platform, queued)
    return await get(platform, caller, run_id)


async def get(platform: Platform, caller: Caller, run_id: str) -> RunRecord:
    """Return a run of the caller; raises RunNotFound."""
    async with platform.db.connection() as connection:
        run = await queries.find(connection, caller.account_id, known_uuid(run_id, RunNotFound))
    if run is None:
        raise RunNotFound
    return run


async def get_preview(platform: Platform, caller: Caller, run_id: str) -> StoredPreview:
    """Return the first rows of a run's own file; raises RunNotFound, and RunNotReady where none were read yet."""
    run = await get(platform, caller, run_id)
    async with platform.db.connection() as connection:
        found = await queries.preview(connection, caller.account_id, run.id)
    if found is None:
        raise _not_ready(run)
    return found


async def get_shown(
    platform: Platform,
    caller: Caller,
    run_id: str,
    tasks: Collection[Task] = LABELLED,
    *,
    heeds_weights: bool = False,
) -> ReadyRun:
    """Return a run of the caller whose samples may be shown, and what steps from one sample to the next.

    Raises RunNotFound, RunNotReady, TaskUnsupported, WeightsUnsupported, DatasetPrivate.
    """
    run = await get_ready(platform, caller, run_id, tasks, heeds_weights=heeds_weights)
    if run.is_private:
        raise DatasetPrivate
    return run


async def get_ready(
    platform: Platform,
    caller: Caller,
    run_id: str,
    tasks: Collection[Task] = LABELLED,
    *,
    heeds_weights: bool = False,
) -> ReadyRun:
    """Return a run of the caller with its counts, if it is of one of the tasks and its weights are heeded.

    Raises RunNotFound, RunNotReady, TaskUnsupported, WeightsUnsupported.
    """
    async with platform.db.connection() as connection:
        ready = await queries.ready(connection, caller.account_id, known_uuid(run_id, RunNotFound))
    if ready is None:
        raise _not_ready(await get(platform, caller, run_id))
    if ready.summary.task not in tasks:
        raise TaskUnsupported(WITH_LABEL_SETS if ready.summary.is_multilabel else WITHOUT_LABELS)
    if ready.summary.is_weighted and not heeds_weights:
        raise WeightsUnsupported
    return ready


async def list_own(
    platform: Platform,
    caller: Caller,
    *,
    before: UUID | None,
    status: RunStatus | None,
    tag: str | None,
    dataset_id: UUID | None,
    limit: int,
) -> list[RunRecord]:
    """List runs of the caller, newest first, older than `before`.

    Only those of a status, with a tag or of a dataset, if given.
    """
    async with platform.db.connection() as connection:
        return await queries.list_own(
            connection,
            caller.account_id,
            before=before,
            status=status,
            tag=tag,
            dataset_id=dataset_id,
            limit=limit,
        )


async def describe(
    platform: Platform, caller: Caller, run_id: str, change: Callable[[RunDescription], RunDescription]
) -> RunRecord:
    """Change the description of a run of the caller; raises RunNotFound, and InvalidInput for an unknown class."""
    is_stored = False
    # Of two that change it at once, one changes what the other has made of it.
    while not is_stored:
        run = await get(platform, caller, run_id)
        description = change(run.description)
        if description.positive is not None and run.state is RunStatus.READY:
            _check_positive(await get_ready(platform, caller, run_id, heeds_weights=True), description.positive)
        is_stored = await descriptions.store(platform, run, description)
    return await get(platform, caller, run_id)


@retry_conflicts
async def delete(platform: Platform, caller: Caller, run_id: str) -> None:
    """Delete a run of the caller, its jobs and its rows; the uploaded file stays. Raises RunNotFound."""
    known = known_uuid(run_id, RunNotFound)
    async with platform.db.transaction() as connection:
        keys = await queries.keys(connection, known)
        if not await queries.delete(connection, caller.account_id, known):
            raise RunNotFound
        keys += await jobs.delete_dependents(platform, connection, caller.account_id, str(known))
    try:
        await platform.storage.apart(platform.storage.delete, keys)
    except StorageUnavailable:
        log.warning("objects of a deleted run are left to be collected", count=len(keys))


async def _refer(connection: Connection, caller: Caller, run_id: UUID, truth: TruthSource | None) -> None:
    if truth is None or truth.dataset_id is None:
        return
    if not await dataset_queries.add_run(connection, caller.account_id, truth.dataset_id, run_id):
        raise DatasetNotFound


async def _add_version(
    platform: Platform,
    connection: Connection,
    caller: Caller,
    run_id: UUID,
    number: int,
    source: RunSource,
    callback_url: str | None,
) -> jobs.QueueEntry:
    arguments = IngestRun(run_id=str(run_id), version=number)
    references = await arguments.references(platform, caller)
    request = JobRequest(caller, arguments, references, None, callback_url)
    queued = await jobs.enqueue(platform, connection, request)
    await queries.insert_version(connection, run_id, number, queued.job.id, source)
    return queued


def _not_ready(run: RunRecord) -> RunNotReady:
    detail = f"Version {run.version} of the run is {run.status}, not ready."
    return RunNotReady(detail, retry_after_s=RETRY_AFTER_S if run.state in UNFINISHED else None)


def _check_positive(run: ReadyRun, positive: str) -> None:
    if position_of(positive, run.summary.classes) is None:
        detail = f"positive: not a class of the run; its classes are {listed(run.summary.classes)}."
        raise InvalidInput(Fault("/positive", detail))
