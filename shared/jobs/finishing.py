"""Finishing jobs: the state, the artifacts and the event are written in one transaction, or none of them.

What a job has made before its end is kept in the same way, behind the fence of its attempt.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from shared import webhooks
from shared.artifacts import queries as artifact_queries
from shared.jobs import delays, part_queries, parts, queries, success_statement
from shared.jobs.errors import LeaseLost, WorkerLost
from shared.jobs.lifecycle import Status
from shared.jobs.records import ClaimedJob, JobOut, JobRecord, Snapshot
from shared.kit.database.event_totals import CountedEvent, count
from shared.kit.database.transactions import Connection, retry_conflicts
from shared.kit.errors import DomainError, problem_of
from shared.kit.platform import Platform
from shared.kit.storage.files import StoredFile
from shared.webhooks.events import EventType

EVENTS: dict[Status, EventType] = {
    Status.SUCCEEDED: "job.succeeded",
    Status.FAILED: "job.failed",
    Status.CANCELLED: "job.cancelled",
}

# Three attempts, as most queues give: a crash may be the machine's fault once, hardly three times.
MAX_FAILURES = 3

# The worker renews its lease every ten seconds, so two beats may be late or lost.
LEASE = timedelta(seconds=30)


@retry_conflicts
async def succeed(
    platform: Platform,
    job: JobRecord,
    files: Sequence[StoredFile],
    write: Callable[[Connection], Awaitable[None]] | None = None,
) -> Snapshot:
    """End the job successfully with its files; raises LeaseLost if the attempt no longer holds the job.

    `write` adds the rows of what the job made, behind the fence and in the same transaction.
    """
    if isinstance(job, ClaimedJob) and write is None and job.parent_id is None and not job.part_count:
        return await success_statement.succeed(platform, job, files)
    async with platform.db.transaction() as connection:
        await parts.lock_parent(connection, job)
        finished = await queries.succeed(connection, job)
        if finished is None:
            raise LeaseLost
        await artifact_queries.add(connection, job.id, files)
        if write is not None:
            await write(connection)
        snapshot = await announce(platform, connection, finished)
    await parts.wake_parent(platform, job)
    return snapshot


@retry_conflicts
async def keep(platform: Platform, job: JobRecord, write: Callable[[Connection], Awaitable[None]]) -> None:
    """Write rows of what a running job has made so far; raises LeaseLost if the attempt no longer holds the job.

    Written once more where the answer to the first time is lost.
    """
    async with platform.db.transaction() as connection:
        # Locks the row of the job until the others are written; the progress stays.
        if not await queries.beat(connection, job, LEASE, progress=0):
            raise LeaseLost
        await write(connection)


@retry_conflicts
async def fail(platform: Platform, job: JobRecord, error: DomainError) -> Snapshot:
    """Fail the job with an error that another attempt would repeat; raises LeaseLost."""
    async with platform.db.transaction() as connection:
        await parts.lock_parent(connection, job)
        snapshot = await _fail(platform, connection, job, error)
    await parts.wake_parent(platform, job)
    return snapshot


@retry_conflicts
async def give_back(platform: Platform, job: JobRecord, *, delay: timedelta, refused: bool = False) -> None:
    """Return the job to the queue for a reason outside the job, such as a refusal of the storage; raises LeaseLost."""
    async with platform.db.transaction() as connection:
        await _give_back(connection, job, delay)
        if refused:
            await count(connection, CountedEvent.STORAGE_REFUSED)


@retry_conflicts
async def strike(platform: Platform, job: JobRecord, error: DomainError) -> None:
    """Count an attempt that may have failed because of the job: retry the job, or fail it after the third attempt."""
    async with platform.db.transaction() as connection:
        await parts.lock_parent(connection, job)
        await _strike(platform, connection, job, error)


@retry_conflicts
async def rescue_expired(platform: Platform, limit: int, *, after_outage: bool = False) -> int:
    """Reclaim the jobs whose workers stopped renewing their leases; returns the number of jobs.

    It counts against the jobs, unless the workers could not renew them because of an outage of the database.
    """
    async with platform.db.transaction() as connection:
        expired = await part_queries.lock_expired(connection, limit)
        for job in expired:
            # A part is gone where another one of the same job has just failed.
            with suppress(LeaseLost):
                if after_outage:
                    await _give_back(connection, job, timedelta())
                else:
                    await _strike(platform, connection, job, WorkerLost())
        if expired:
            await count(connection, CountedEvent.LEASE_EXPIRED, len(expired))
    return len(expired)


async def announce(platform: Platform, connection: Connection, job: JobRecord) -> Snapshot:
    """Write the event of a job that has just ended, and notify the clients that wait for it.

    The end of a part is only the business of the job that it is a part of.
    """
    if job.parent_id is not None:
        await parts.end(connection, job)
        return Snapshot(job)
    if job.part_count:
        await part_queries.drop(connection, job.id)
    snapshot = await queries.with_files(connection, job)
    await webhooks.announce(
        platform,
        connection,
        account_id=job.account_id,
        event_type=EVENTS[Status(job.status)],
        data=JobOut.of(snapshot, platform.storage),
        callback_url=job.callback_url,
    )
    await queries.notify(connection, job.id)
    return snapshot


async def _give_back(connection: Connection, job: JobRecord, delay: timedelta) -> None:
    if not await queries.release(connection, job, delay=delay, failures=0):
        raise LeaseLost
    await count(connection, CountedEvent.JOB_HANDED_BACK)


async def _strike(platform: Platform, connection: Connection, job: JobRecord, error: DomainError) -> None:
    if job.failures + 1 >= MAX_FAILURES:
        await _fail(platform, connection, job, error)
        return
    if not await queries.release(connection, job, delay=delays.after_crash(job), failures=1):
        raise LeaseLost
    await count(connection, CountedEvent.JOB_RETRIED)


async def _fail(platform: Platform, connection: Connection, job: JobRecord, error: DomainError) -> Snapshot:
    problem = problem_of(error)
    failed = await queries.fail(connection, job, problem)
    if failed is None:
        raise LeaseLost
    parent = await parts.fail_parent(connection, failed, problem)
    return await announce(platform, connection, failed if parent is None else parent)
