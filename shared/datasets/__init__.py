"""Datasets: named test sets, whose truth any number of runs is counted against."""

from collections.abc import Iterable
from uuid import UUID

import structlog

from shared import jobs, quotas
from shared.accounts import Caller
from shared.datasets import objects, queries
from shared.datasets.errors import DatasetInUse, DatasetNotFound, DatasetNotReady, DatasetPrivate
from shared.datasets.kinds.ingest_dataset import IngestDataset
from shared.datasets.lifecycle import UNFINISHED, DatasetStatus
from shared.datasets.records import DatasetRecord, DatasetSource
from shared.jobs import JobRequest, Reference
from shared.kit import clock
from shared.kit.database.transactions import note_created, retry_conflicts
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage.errors import StorageUnavailable
from shared.quotas import Quota

log = structlog.get_logger()

# Small files are read within this time.
RETRY_AFTER_S = 1


@retry_conflicts
async def create(platform: Platform, caller: Caller, source: DatasetSource) -> DatasetRecord:
    """Create the next version of a dataset from a complete upload, and the job that reads it.

    Raises QueueFull, QuotaReached.
    """
    dataset_id = uuid7()
    own = Reference("dataset", str(dataset_id), 1, clock.now())
    request = JobRequest(caller, IngestDataset(dataset_id=str(dataset_id)), [own])
    async with platform.db.transaction() as connection:
        await quotas.take(connection, platform.settings, caller, {Quota.DATASETS: 1} | jobs.ROOM)
        queued = await jobs.enqueue(platform, connection, request)
        await queries.insert(connection, dataset_id, caller.account_id, queued.job.id, source)
        note_created("dataset", dataset_id)
    await jobs.dispatch(platform, queued)
    return await get(platform, caller, str(dataset_id))


async def get(platform: Platform, caller: Caller, dataset_id: str) -> DatasetRecord:
    """Return a dataset of the caller; raises DatasetNotFound."""
    async with platform.db.connection() as connection:
        found = await queries.find(connection, caller.account_id, known_uuid(dataset_id, DatasetNotFound))
    if found is None:
        raise DatasetNotFound
    return found


async def get_ready(platform: Platform, caller: Caller, dataset_id: str) -> DatasetRecord:
    """Return a dataset of the caller that runs can be counted against; raises DatasetNotFound, DatasetNotReady."""
    dataset = await get(platform, caller, dataset_id)
    if dataset.state is not DatasetStatus.READY:
        detail = f"The dataset is {dataset.status}, not ready."
        raise DatasetNotReady(detail, retry_after_s=RETRY_AFTER_S if dataset.state in UNFINISHED else None)
    return dataset


async def list_own(
    platform: Platform, caller: Caller, *, before: UUID | None, name: str | None, limit: int
) -> list[DatasetRecord]:
    """List datasets of the caller, newest first, older than `before`; only the versions of a name, if given."""
    async with platform.db.connection() as connection:
        return await queries.list_own(connection, caller.account_id, before=before, name=name, limit=limit)


async def check_shown(platform: Platform, run_ids: Iterable[UUID]) -> None:
    """Raise DatasetPrivate if the samples of a run may not be shown, as its dataset is private."""
    async with platform.db.connection() as connection:
        if await queries.is_private(connection, list(run_ids)):
            raise DatasetPrivate


@retry_conflicts
async def delete(platform: Platform, caller: Caller, dataset_id: str) -> None:
    """Delete a dataset of the caller and its job; the uploaded file stays. Raises DatasetNotFound, DatasetInUse."""
    known = known_uuid(dataset_id, DatasetNotFound)
    async with platform.db.transaction() as connection:
        locked = await queries.lock(connection, caller.account_id, known)
        if locked is None:
            raise DatasetNotFound
        if count := await queries.count_runs(connection, known):
            raise DatasetInUse(
                f"Runs refer to this dataset: {count:,}. Delete them first; `GET /v1/runs?dataset_id=` lists them."
            )
        await queries.delete(connection, known)
        keys = await jobs.delete_dependents(platform, connection, caller.account_id, str(known))
    keys += [folder + objects.ROWS for folder in locked if folder is not None]
    try:
        await platform.storage.apart(platform.storage.delete, keys)
    except StorageUnavailable:
        log.warning("objects of a deleted dataset are left to be collected", count=len(keys))
