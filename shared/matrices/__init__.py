"""Confusion matrices: counted once, on creation, and then read from the counts."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

import msgspec
import structlog

from shared import jobs, quotas
from shared.accounts import Caller
from shared.evaluation.inputs.errors import ClassesForV1, TooManyClasses
from shared.jobs import JobRecord, Reference
from shared.kit.database.transactions import note_created, retry_conflicts
from shared.kit.errors import ManyClassesUnsupported
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage.errors import StorageUnavailable
from shared.matrices import queries, stored_counts
from shared.matrices.counting import CountedSamples, Vectors, count_labels
from shared.matrices.errors import MatrixChanged, MatrixNotFound
from shared.matrices.records import CountedMatrix, Description, ListedMatrix, MatrixMetrics
from shared.matrices.samples import CellSelection, Sample, find_samples
from shared.quotas import Quota

log = structlog.get_logger()

# Counting fewer samples takes less time than a change to a thread.
MAX_INLINE_SAMPLES = 2000

# An account object has at most this many matrices; the list has the rest.
MAX_UIDS = 1000

UNDESCRIBED = Description()


@retry_conflicts
async def create(
    platform: Platform,
    caller: Caller,
    source: Vectors | CountedSamples,
    description: Description = UNDESCRIBED,
    *,
    cell_by_cell: bool = False,
) -> UUID:
    """Store a new matrix, of no more classes than are shown `cell_by_cell` if so.

    Raises a subclass of InvalidLabels, or QuotaReached.
    """
    counted_samples = await _count(platform, source, cell_by_cell=cell_by_cell)
    uid = uuid7()
    additions = {Quota.MATRICES: 1, Quota.STORED_BYTES: counted_samples.stored_bytes}
    async with quotas.counted(platform, caller, additions) as connection:
        await queries.insert(connection, uid, caller.account_id, counted_samples, description)
        note_created("matrix", uid)
    return uid


@retry_conflicts
async def update(platform: Platform, caller: Caller, uid: str, vectors: Vectors) -> UUID:
    """Replace the labels of a matrix of the caller; results of the former labels are no longer returned."""
    matrix_id = _matrix_id(uid)
    counted_samples = await _count(platform, vectors, cell_by_cell=True)
    async with quotas.counted(platform, caller, {Quota.STORED_BYTES: counted_samples.stored_bytes}) as connection:
        if not await queries.update(connection, matrix_id, caller.account_id, counted_samples):
            raise MatrixNotFound
    return matrix_id


@retry_conflicts
async def describe(
    platform: Platform, caller: Caller, uid: str, change: Callable[[Description], Description]
) -> CountedMatrix:
    """Update the description of a matrix of the caller; raises MatrixNotFound."""
    matrix_id = _matrix_id(uid)
    async with platform.db.transaction() as connection:
        present = await queries.lock_description(connection, matrix_id, caller.account_id)
        if present is None:
            raise MatrixNotFound
        await queries.describe(connection, matrix_id, caller.account_id, change(present))
    return await counts(platform, caller, uid)


@retry_conflicts
async def delete(platform: Platform, caller: Caller, uid: str) -> None:
    """Delete a matrix of the caller, its jobs and their artifacts; raises MatrixNotFound."""
    matrix_id = _matrix_id(uid)
    async with platform.db.transaction() as connection:
        if not await queries.delete(connection, caller.account_id, matrix_id):
            raise MatrixNotFound
        keys = await jobs.delete_dependents(platform, connection, caller.account_id, str(matrix_id))
    try:
        await platform.storage.apart(platform.storage.delete, keys)
    except StorageUnavailable:
        log.warning("objects of a deleted matrix are left to be collected", count=len(keys))


async def metrics(platform: Platform, caller: Caller, uid: str) -> MatrixMetrics:
    """The headline metrics and counts of a matrix of the caller; raises MatrixNotFound, ManyClassesUnsupported."""
    async with platform.db.connection() as connection:
        record = await queries.metrics(connection, caller.account_id, _matrix_id(uid))
    if record is None:
        raise MatrixNotFound
    if stored_counts.is_packed(record.counts):
        raise ManyClassesUnsupported
    return record


async def all_metrics(platform: Platform, *, skip: int, limit: int) -> list[MatrixMetrics]:
    """The headline metrics of the matrices of all accounts, oldest first; for administrators.

    The counts are null where there are too many classes to show them cell by cell.
    """
    async with platform.db.connection() as connection:
        records = await queries.all_metrics(connection, skip=skip, limit=limit)
    return [
        msgspec.structs.replace(record, counts="null") if stored_counts.is_packed(record.counts) else record
        for record in records
    ]


async def counts(platform: Platform, caller: Caller, uid: str) -> CountedMatrix:
    """A matrix of the caller with its counts; raises MatrixNotFound."""
    async with platform.db.connection() as connection:
        return _or_not_found(await queries.counts(connection, caller.account_id, _matrix_id(uid)))


async def several(platform: Platform, caller: Caller, uids: list[str]) -> list[CountedMatrix]:
    """Matrices of the caller with their counts, each once; raises MatrixNotFound."""
    matrix_ids = list(dict.fromkeys(map(_matrix_id, uids)))
    async with platform.db.connection() as connection:
        records = [await queries.counts(connection, caller.account_id, uid) for uid in matrix_ids]
    return [_or_not_found(matrix) for matrix in records]


async def samples(
    platform: Platform, caller: Caller, uid: str, cell: CellSelection, *, after: int | None, limit: int
) -> list[Sample]:
    """Samples in a cell of a matrix of the caller, in the order in which they were sent.

    Raises MatrixNotFound, MatrixWithoutSamples, or InvalidInput for a class that the matrix lacks.
    """
    async with platform.db.connection() as connection:
        stored = await queries.samples(connection, caller.account_id, _matrix_id(uid))
    if stored is None:
        raise MatrixNotFound
    return await asyncio.to_thread(find_samples, stored, cell, after=after, limit=limit)


async def list_own(
    platform: Platform, caller: Caller, *, before: UUID | None, name: str | None, tag: str | None, limit: int
) -> list[ListedMatrix]:
    """Matrices of the caller, newest first, older than `before`; by a part of the name, or by a tag."""
    async with platform.db.connection() as connection:
        return await queries.list_own(connection, caller.account_id, before=before, name=name, tag=tag, limit=limit)


async def references(platform: Platform, caller: Caller, uids: Sequence[str]) -> list[Reference]:
    """Matrices of the caller, each once, for a job that depends on them; raises MatrixNotFound."""
    matrix_ids = {_matrix_id(uid) for uid in uids}
    async with platform.db.connection() as connection:
        present = await queries.references(connection, caller.account_id, list(matrix_ids))
    if len(present) < len(matrix_ids):
        raise MatrixNotFound
    return present


async def for_job(platform: Platform, job: JobRecord, uids: Sequence[str]) -> list[CountedMatrix]:
    """Matrices that a job depends on, each once; raises MatrixNotFound, and MatrixChanged since it was submitted."""
    async with platform.db.connection() as connection:
        matrices = [
            _or_not_found(await queries.counts(connection, job.account_id, _matrix_id(uid)))
            for uid in dict.fromkeys(uids)
        ]
    if any(matrix.version != job.versions[str(matrix.uid)] for matrix in matrices):
        raise MatrixChanged
    return matrices


async def newest_uids(platform: Platform, account_id: int) -> list[UUID]:
    """The newest matrices of an account."""
    async with platform.db.connection() as connection:
        return await queries.uids(connection, account_id, MAX_UIDS)


async def newest_uids_of_many(platform: Platform, account_ids: list[int]) -> dict[int, list[UUID]]:
    """The newest matrices of each of the accounts; for administrators."""
    async with platform.db.connection() as connection:
        return await queries.uids_of_many(connection, account_ids, MAX_UIDS)


async def _count(platform: Platform, source: Vectors | CountedSamples, *, cell_by_cell: bool) -> CountedSamples:
    if isinstance(source, CountedSamples):
        return source
    limits = platform.settings
    most = limits.max_classes if cell_by_cell else limits.max_matrix_classes
    work = partial(count_labels, source, max_classes=most, max_label_length=limits.max_label_length)
    try:
        return work() if len(source.actual) <= MAX_INLINE_SAMPLES else await asyncio.to_thread(work)
    except TooManyClasses as error:
        if most >= limits.max_matrix_classes:
            raise
        raise ClassesForV1(most, limits.max_matrix_classes, vector=error.vector) from error


def _or_not_found(matrix: CountedMatrix | None) -> CountedMatrix:
    if matrix is None:
        raise MatrixNotFound
    return matrix


def _matrix_id(uid: str) -> UUID:
    return known_uuid(uid, MatrixNotFound)
