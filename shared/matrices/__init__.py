"""Confusion matrices: counted once when they come in, read from the counts ever after."""

import asyncio
from functools import partial
from uuid import UUID

from shared.accounts import Caller
from shared.evaluation.errors import InvalidLabels
from shared.jobs import JobRecord, MatrixWork, Platform, Work
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid, uuid7
from shared.matrices import queries
from shared.matrices.counting import Vectors, count_labels
from shared.matrices.errors import MatrixChanged, MatrixNotFound
from shared.matrices.queries import CountedMatrix, Figures

# Counting fewer samples takes less time than handing them to a thread.
COUNTED_INLINE = 2000

# An account object shows this many of its matrices; the rest is for the list.
SHOWN_UIDS = 1000


async def create(platform: Platform, caller: Caller, vectors: Vectors) -> UUID:
    """Count two vectors and keep the result; raises InvalidInput with the place at fault."""
    limits = platform.settings
    work = partial(count_labels, vectors, max_classes=limits.max_classes, max_label_length=limits.max_label_length)
    try:
        counted = work() if len(vectors.actual) <= COUNTED_INLINE else await asyncio.to_thread(work)
    except InvalidLabels as error:
        raise InvalidInput(Fault(_pointer(error), error.detail)) from error
    uid = uuid7()
    async with platform.db.connection() as connection:
        await queries.insert(connection, uid, caller.account_id, counted)
    return uid


async def figures(platform: Platform, caller: Caller, uid: str) -> Figures:
    """The figures of a matrix of the caller; raises MatrixNotFound."""
    async with platform.db.connection() as connection:
        found = await queries.figures(connection, caller.account_id, _known(uid))
    if found is None:
        raise MatrixNotFound
    return found


async def subjects(platform: Platform, caller: Caller, work: Work) -> dict[str, int]:
    """The matrices that the work is about, each with its present version; raises MatrixNotFound."""
    wanted = {_known(uid) for uid in work.matrix_uids}
    async with platform.db.connection() as connection:
        found = await queries.versions(connection, caller.account_id, list(wanted))
    if len(found) < len(wanted):
        raise MatrixNotFound
    return {str(uid): version for uid, version in found.items()}


async def for_job(platform: Platform, job: JobRecord, work: MatrixWork) -> CountedMatrix:
    """The matrix that a job is about, as it was when the job was submitted; raises MatrixNotFound, MatrixChanged."""
    async with platform.db.connection() as connection:
        found = await queries.counts(connection, job.account_id, _known(work.cm_uid))
    if found is None:
        raise MatrixNotFound
    if found.version != job.subjects[str(found.uid)]:
        raise MatrixChanged
    return found


async def newest_uids(platform: Platform, account_id: int) -> list[UUID]:
    """The newest matrices of an account."""
    async with platform.db.connection() as connection:
        return await queries.uids(connection, account_id, SHOWN_UIDS)


def _known(uid: str) -> UUID:
    # A text that is no id at all is the id of nothing, like any other unknown one.
    if (known := parse_uuid(uid)) is None:
        raise MatrixNotFound
    return known


def _pointer(error: InvalidLabels) -> str:
    return f"/{error.vector}" if error.index is None else f"/{error.vector}/{error.index}"
