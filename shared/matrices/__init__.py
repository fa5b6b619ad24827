"""Confusion matrices: counted once when they come in, read from the counts ever after."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

import structlog

from shared import jobs
from shared.accounts import Caller
from shared.jobs import JobRecord, Reference
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.kit.storage_errors import StorageUnavailable
from shared.matrices import queries
from shared.matrices.counting import CountedSamples, Vectors, count_labels
from shared.matrices.errors import MatrixChanged, MatrixNotFound
from shared.matrices.records import CountedMatrix, Description, Figures, Listed
from shared.matrices.samples import CellSelection, Sample, find_samples

log = structlog.get_logger()

# Counting fewer samples takes less time than handing them to a thread.
COUNTED_INLINE = 2000

# An account object shows this many of its matrices; the rest is for the list.
SHOWN_UIDS = 1000

UNDESCRIBED = Description()


async def create(
    platform: Platform, caller: Caller, source: Vectors | CountedSamples, description: Description = UNDESCRIBED
) -> UUID:
    """Keep a new matrix; raises a subclass of InvalidLabels."""
    counted = await _counted(platform, source)
    uid = uuid7()
    async with platform.db.connection() as connection:
        await queries.insert(connection, uid, caller.account_id, counted, description)
    return uid


async def update(platform: Platform, caller: Caller, uid: str, vectors: Vectors) -> UUID:
    """Put other labels into a matrix of the caller; what was made of the former ones is not shown any more."""
    known = _known(uid)
    counted = await _counted(platform, vectors)
    async with platform.db.connection() as connection:
        if not await queries.update(connection, known, caller.account_id, counted):
            raise MatrixNotFound
    return known


async def describe(
    platform: Platform, caller: Caller, uid: str, change: Callable[[Description], Description]
) -> CountedMatrix:
    """Change what is said of a matrix of the caller; raises MatrixNotFound."""
    known = _known(uid)
    async with platform.db.transaction() as connection:
        present = await queries.lock_description(connection, known, caller.account_id)
        if present is None:
            raise MatrixNotFound
        await queries.describe(connection, known, caller.account_id, change(present))
    return await counts(platform, caller, uid)


async def delete(platform: Platform, caller: Caller, uid: str) -> None:
    """Forget a matrix of the caller, its jobs and all that they made; raises MatrixNotFound."""
    known = _known(uid)
    async with platform.db.transaction() as connection:
        if not await queries.delete(connection, caller.account_id, known):
            raise MatrixNotFound
        keys = await jobs.delete_dependents(platform, connection, caller.account_id, str(known))
    try:
        await platform.storage.apart(platform.storage.delete, keys)
    except StorageUnavailable:
        log.warning("objects of a deleted matrix are left to be collected", count=len(keys))


async def figures(platform: Platform, caller: Caller, uid: str) -> Figures:
    """The figures of a matrix of the caller; raises MatrixNotFound."""
    async with platform.db.connection() as connection:
        found = await queries.figures(connection, caller.account_id, _known(uid))
    if found is None:
        raise MatrixNotFound
    return found


async def all_figures(platform: Platform, *, skip: int, limit: int) -> list[Figures]:
    """The figures of everybody's matrices, the oldest first; for administrators."""
    async with platform.db.connection() as connection:
        return await queries.all_figures(connection, skip=skip, limit=limit)


async def counts(platform: Platform, caller: Caller, uid: str) -> CountedMatrix:
    """A matrix of the caller with its counts; raises MatrixNotFound."""
    async with platform.db.connection() as connection:
        return _there(await queries.counts(connection, caller.account_id, _known(uid)))


async def several(platform: Platform, caller: Caller, uids: list[str]) -> list[CountedMatrix]:
    """Matrices of the caller with their counts, each once; raises MatrixNotFound."""
    known = list(dict.fromkeys(map(_known, uids)))
    async with platform.db.connection() as connection:
        found = [await queries.counts(connection, caller.account_id, uid) for uid in known]
    return [_there(matrix) for matrix in found]


async def samples(
    platform: Platform, caller: Caller, uid: str, cell: CellSelection, *, after: int | None, limit: int
) -> list[Sample]:
    """Samples in a cell of a matrix of the caller, in the order in which they were sent.

    Raises MatrixNotFound, MatrixWithoutSamples, or InvalidInput for a class that is not there.
    """
    async with platform.db.connection() as connection:
        found = await queries.samples(connection, caller.account_id, _known(uid))
    if found is None:
        raise MatrixNotFound
    return await asyncio.to_thread(find_samples, found, cell, after=after, limit=limit)


async def list_own(
    platform: Platform, caller: Caller, *, before: UUID | None, name: str | None, tag: str | None, limit: int
) -> list[Listed]:
    """Matrices of the caller, newest first, older than `before`; by a part of the name, or by a tag."""
    async with platform.db.connection() as connection:
        return await queries.list_own(connection, caller.account_id, before=before, name=name, tag=tag, limit=limit)


async def references(platform: Platform, caller: Caller, uids: Sequence[str]) -> list[Reference]:
    """Matrices of the caller, each once, for a job that depends on them; raises MatrixNotFound."""
    known = {_known(uid) for uid in uids}
    async with platform.db.connection() as connection:
        present = await queries.references(connection, caller.account_id, list(known))
    if len(present) < len(known):
        raise MatrixNotFound
    return present


async def for_job(platform: Platform, job: JobRecord, uids: Sequence[str]) -> list[CountedMatrix]:
    """Matrices that a job depends on, each once; raises MatrixNotFound, and MatrixChanged since it was submitted."""
    async with platform.db.connection() as connection:
        matrices = [
            _there(await queries.counts(connection, job.account_id, _known(uid))) for uid in dict.fromkeys(uids)
        ]
    if any(matrix.version != job.versions[str(matrix.uid)] for matrix in matrices):
        raise MatrixChanged
    return matrices


async def newest_uids(platform: Platform, account_id: int) -> list[UUID]:
    """The newest matrices of an account."""
    async with platform.db.connection() as connection:
        return await queries.uids(connection, account_id, SHOWN_UIDS)


async def newest_uids_of_many(platform: Platform, account_ids: list[int]) -> dict[int, list[UUID]]:
    """The newest matrices of each of the accounts; for administrators."""
    async with platform.db.connection() as connection:
        return await queries.uids_of_many(connection, account_ids, SHOWN_UIDS)


async def _counted(platform: Platform, source: Vectors | CountedSamples) -> CountedSamples:
    if isinstance(source, CountedSamples):
        return source
    limits = platform.settings
    work = partial(count_labels, source, max_classes=limits.max_classes, max_label_length=limits.max_label_length)
    return work() if len(source.actual) <= COUNTED_INLINE else await asyncio.to_thread(work)


def _there(matrix: CountedMatrix | None) -> CountedMatrix:
    if matrix is None:
        raise MatrixNotFound
    return matrix


def _known(uid: str) -> UUID:
    return known_uuid(uid, MatrixNotFound)
