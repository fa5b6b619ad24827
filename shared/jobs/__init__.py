"""Jobs: work done in the background, of which Postgres is the record."""

from typing import Any, NamedTuple
from uuid import UUID

from shared import quotas
from shared.accounts import Caller
from shared.artifacts import queries as artifact_queries
from shared.jobs import finishing, queries, queueing
from shared.jobs.arguments import Arguments
from shared.jobs.errors import InputsNotKept, JobAlreadyFinished, JobNotFound, QueueFull
from shared.jobs.lifecycle import Status
from shared.jobs.parts import list_parts
from shared.jobs.records import ClaimedJob, JobOut, JobRecord, Snapshot
from shared.jobs.references import Reference
from shared.jobs.requests import JobRequest, prepare
from shared.jobs.watching import changed
from shared.kit.database.transactions import Connection, note_created, retry_conflicts
from shared.kit.platform import Platform
from shared.kit.storage.errors import FileGone
from shared.quotas import Quota
from shared.webhooks.addresses import check_url

__all__ = [
    "Arguments",
    "JobOut",
    "JobRecord",
    "JobRequest",
    "QueueEntry",
    "Reference",
    "Snapshot",
    "Status",
    "changed",
    "list_parts",
    "prepare",
]


class QueueEntry(NamedTuple):
    """A job that was inserted, and the number of the account's jobs that waited before it."""

    job: JobRecord
    ahead: int


# A full queue takes long to drain; an immediate retry would be refused again.
FULL_RETRY_AFTER_S = 10

# The size of what a job makes is not known before; an account that is full gets no more of it.
ROOM = {Quota.STORED_BYTES: 1}


@retry_conflicts
async def submit(platform: Platform, request: JobRequest) -> Snapshot:
    """Submit a job; if an equal request succeeded before, the new job succeeds at once, with the same artifacts."""
    if request.callback_url is not None:
        check_url(request.callback_url, platform.settings.webhook_allow_nets)
    if queued := await _enqueue_new(platform, request):
        return await dispatch(platform, queued)
    if cached := await _reuse(platform, request):
        return cached
    row = await request.row(platform.storage)
    async with quotas.counted(platform, request.caller, ROOM) as connection:
        queued = await _enqueue(platform, connection, row)
    return await dispatch(platform, queued)


async def enqueue(platform: Platform, connection: Connection, request: JobRequest) -> QueueEntry:
    """Insert a job in a transaction of another noun, which calls `dispatch` after its commit; raises QueueFull."""
    return await _enqueue(platform, connection, await request.row(platform.storage))


async def dispatch(platform: Platform, queued: QueueEntry) -> Snapshot:
    """Publish a job whose row is committed, best effort: the dispatcher finds those that are not published."""
    if wakeup := queueing.wakeup_for(queued.ahead):
        await platform.broker.try_publish(wakeup, queued.job.id)
    return Snapshot(queued.job)


@retry_conflicts
async def join(platform: Platform, request: JobRequest) -> Snapshot:
    """Return the job that serves an equal request already, or submit a new one."""
    account_id, fingerprint = request.caller.account_id, request.fingerprint
    async with platform.db.connection() as connection:
        if job := await queries.alive(connection, account_id, fingerprint):
            return await queries.with_files(connection, job)
    row = await request.row(platform.storage)
    async with platform.db.transaction() as connection:
        await queries.lock_fingerprint(connection, account_id, fingerprint)
        if job := await queries.alive(connection, account_id, fingerprint):
            return await queries.with_files(connection, job)
        await quotas.take(connection, platform.settings, request.caller, ROOM)
        queued = await _enqueue(platform, connection, row)
    return await dispatch(platform, queued)


async def read_inputs(platform: Platform, job: JobRecord) -> bytes:
    """Return the inputs of a job; raises InputsNotKept if they are no longer stored."""
    if isinstance(job, ClaimedJob) and job.inputs is not None:
        return job.inputs
    async with platform.db.connection() as connection:
        inputs, key = await queries.inputs(connection, job.id)
    if inputs is not None:
        return inputs
    if key is None:
        raise InputsNotKept
    try:
        return await platform.storage.apart(platform.storage.get, key)
    except FileGone as error:
        raise InputsNotKept from error


async def find(platform: Platform, caller: Caller, job_id: UUID | None) -> Snapshot:
    """Return a job of the caller; raises JobNotFound."""
    async with platform.db.connection() as connection:
        snapshot = await queries.find_own(connection, caller.account_id, job_id) if job_id else None
    if snapshot is None:
        raise JobNotFound
    return snapshot


async def list_own(
    platform: Platform,
    caller: Caller,
    *,
    before: UUID | None,
    status: Status | None = None,
    kind: str | None = None,
    limit: int,
) -> list[Snapshot]:
    """List the caller's jobs, newest first, older than `before`; only those of a status or kind, if given."""
    async with platform.db.connection() as connection:
        return await queries.list_own(
            connection, caller.account_id, before=before, status=status, kind=kind, limit=limit
        )


@retry_conflicts
async def cancel(platform: Platform, caller: Caller, job_id: UUID | None) -> Snapshot:
    """End a queued or running job; its worker notices at its next heartbeat. Cancelling twice is harmless."""
    async with platform.db.transaction() as connection:
        job = await queries.cancel(connection, caller.account_id, job_id) if job_id else None
        if job is not None:
            return await finishing.announce(platform, connection, job)
    snapshot = await find(platform, caller, job_id)
    if snapshot.job.status != Status.CANCELLED:
        raise JobAlreadyFinished
    return snapshot


async def delete_dependents(
    platform: Platform, connection: Connection, account_id: int, reference_id: str
) -> list[str]:
    """Delete the jobs that depend on something; returns the keys of the objects that no other job needs.

    Jobs that have not ended are cancelled first, so that their callbacks are sent.
    """
    keys: list[str] = []
    # The first query waits for a submission that locks its cached result; only the next one sees the job that it adds.
    while job_ids := await queries.lock_dependents(connection, account_id, reference_id):
        for job_id in job_ids:
            if job := await queries.cancel(connection, account_id, job_id):
                await finishing.announce(platform, connection, job)
        keys += await artifact_queries.remove(connection, job_ids)
        keys += await queries.delete(connection, job_ids)
    return keys


async def _enqueue_new(platform: Platform, request: JobRequest) -> QueueEntry | None:
    """Insert a job by one statement; None where that does not do: it is not new, large, or there may be no room."""
    if request.has_large_inputs or quotas.are_limited(platform.settings, request.caller, ROOM):
        return None
    row = await request.row(platform.storage)
    async with platform.db.connection() as connection:
        queued = await queueing.enqueue(connection, row, platform.settings.max_queued_jobs, only_new=True)
        if queued is None:
            return None
        note_created("job", queued[0].id)
    return QueueEntry(*queued)


async def _enqueue(platform: Platform, connection: Connection, row: dict[str, Any]) -> QueueEntry:
    queued = await queueing.enqueue(connection, row, platform.settings.max_queued_jobs)
    if queued is None:
        raise QueueFull(retry_after_s=FULL_RETRY_AFTER_S)
    note_created("job", queued[0].id)
    return QueueEntry(*queued)


@retry_conflicts
async def _reuse(platform: Platform, request: JobRequest) -> Snapshot | None:
    """Insert a job that has succeeded already, with the artifacts of an equal one; None if there is no such one."""
    async with platform.db.transaction() as connection:
        has_inputs = request.inputs is not None
        cached = await queries.cached(
            connection, request.caller.account_id, request.fingerprint, with_inputs=has_inputs
        )
        if cached is None:
            return None
        row = request.row_without_inputs()
        if has_inputs:
            row["inputs"], row["inputs_key"] = await queries.inputs(connection, cached.id)
        job = await queries.insert_succeeded(connection, row)
        note_created("job", job.id)
        await artifact_queries.add(connection, job.id, await artifact_queries.of_job(connection, cached.id))
        return await finishing.announce(platform, connection, job)
