"""Finishing jobs: the state, the artifacts and the event are written in one transaction, or none of them."""

from collections.abc import Sequence
from datetime import timedelta

from shared import webhooks
from shared.artifacts import queries as artifact_queries
from shared.jobs import queries
from shared.jobs.errors import LeaseLost, WorkerLost
from shared.jobs.lifecycle import Status
from shared.jobs.records import JobOut, JobRecord, Snapshot
from shared.kit.db import Connection
from shared.kit.errors import DomainError, problem_of
from shared.kit.event_totals import CountedEvent, count
from shared.kit.files import StoredFile
from shared.kit.platform import Platform
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


async def succeed(platform: Platform, job: JobRecord, files: Sequence[StoredFile]) -> Snapshot:
    """End the job successfully with its files; raises LeaseLost if the attempt no longer holds the job."""
    async with platform.db.transaction() as connection:
        finished = await queries.succeed(connection, job)
        if finished is None:
            raise LeaseLost
        await artifact_queries.add(connection, job.id, files)
        return await announce(platform, connection, finished)


async def fail(platform: Platform, job: JobRecord, error: DomainError) -> Snapshot:
    """Fail the job with an error that another attempt would repeat; raises LeaseLost."""
    async with platform.db.transaction() as connection:
        return await _fail(platform, connection, job, error)


async def give_back(platform: Platform, job: JobRecord, *, delay: timedelta) -> None:
    """Return the job to the queue for a reason outside the job; raises LeaseLost."""
    async with platform.db.transaction() as connection:
        if not await queries.release(connection, job, delay=delay, failures=0):
            raise LeaseLost
        await count(connection, CountedEvent.JOB_HANDED_BACK)


async def strike(platform: Platform, job: JobRecord, error: DomainError) -> None:
    """Count an attempt that may have failed because of the job: retry the job, or fail it after the third attempt."""
    async with platform.db.transaction() as connection:
        await _strike(platform, connection, job, error)


async def rescue_expired(platform: Platform, limit: int) -> int:
    """Reclaim the jobs whose workers stopped renewing their leases; returns the number of jobs."""
    async with platform.db.transaction() as connection:
        expired = await queries.lock_expired(connection, limit)
        for job in expired:
            await _strike(platform, connection, job, WorkerLost())
        if expired:
            await count(connection, CountedEvent.LEASE_EXPIRED, len(expired))
    return len(expired)


async def announce(platform: Platform, connection: Connection, job: JobRecord) -> Snapshot:
    """Write the event of a job that has just ended, and notify the clients that wait for it."""
    snapshot = await queries.with_files(connection, job)
    await webhooks.announce(
        connection,
        account_id=job.account_id,
        event_type=EVENTS[Status(job.status)],
        data=JobOut.of(snapshot, platform.storage),
        callback_url=job.callback_url,
    )
    await queries.notify(connection, job.id)
    return snapshot


async def _strike(platform: Platform, connection: Connection, job: JobRecord, error: DomainError) -> None:
    if job.failures + 1 >= MAX_FAILURES:
        await _fail(platform, connection, job, error)
        return
    delay = timedelta(seconds=2**job.failures)
    if not await queries.release(connection, job, delay=delay, failures=1):
        raise LeaseLost
    await count(connection, CountedEvent.JOB_RETRIED)


async def _fail(platform: Platform, connection: Connection, job: JobRecord, error: DomainError) -> Snapshot:
    failed = await queries.fail(connection, job, problem_of(error))
    if failed is None:
        raise LeaseLost
    return await announce(platform, connection, failed)
