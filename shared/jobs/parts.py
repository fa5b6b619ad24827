"""Jobs in parts: a job that is too large for one worker becomes parts, each a job, for all workers there are.

The parts are rows with leases, fences and retries of their own, and their messages one group of Celery's. The job waits
meanwhile, as running and held by nobody; the transaction that ends its last part returns it to the queue, and its next
attempt reads what the parts have made. A group's callback would be lost with the broker, and rows are not.
"""

from collections.abc import Sequence
from http import HTTPStatus

from shared.jobs import part_queries
from shared.jobs.errors import LeaseLost
from shared.jobs.records import JobRecord
from shared.jobs.requests import JobRequest
from shared.kit.broker import Wakeup
from shared.kit.database.transactions import Connection, retry_conflicts
from shared.kit.errors import Problem
from shared.kit.platform import Platform


@retry_conflicts
async def split(platform: Platform, job: JobRecord, requests: Sequence[JobRequest]) -> None:
    """Make parts of a job, which waits for them from now on; raises LeaseLost."""
    rows = [await request.row(platform.storage) for request in requests]
    async with platform.db.transaction() as connection:
        if not await part_queries.split(connection, job, len(rows)):
            raise LeaseLost
        ids = await part_queries.insert(connection, job, rows)
    await platform.broker.try_publish_group(Wakeup.RUN_LATER, ids)


async def list_parts(platform: Platform, job: JobRecord) -> list[JobRecord]:
    """Return the parts of a job, in no certain order; none if it was never split."""
    if not job.part_count:
        return []
    async with platform.db.connection() as connection:
        return await part_queries.list_parts(connection, job.id)


async def lock_parent(connection: Connection, part: JobRecord) -> None:
    """Lock the job that this one is a part of, if it is one, before the part's own row.

    Whoever may end a part does so, always in this order: two who lock a part and its job in different orders wait for
    each other.
    """
    if part.parent_id is not None:
        await part_queries.lock(connection, part.parent_id)


async def end(connection: Connection, part: JobRecord) -> None:
    """Return the job to the queue whose part has ended, if it was the last; after a failure the others are given up."""
    assert part.parent_id is not None, "the job is a part"
    if part.error is not None:
        await part_queries.drop_unfinished(connection, part.parent_id)
    await part_queries.report(connection, part.parent_id)
    await part_queries.resume(connection, part.parent_id)


@retry_conflicts
async def resume_forgotten(platform: Platform) -> int:
    """Return the jobs to the queue that wait for parts which have ended, or are gone; returns their number.

    The end of a part sees to it itself, unless a worker of the release before ended it, or somebody deleted it.
    """
    async with platform.db.transaction() as connection:
        return await part_queries.resume_forgotten(connection)


async def fail_parent(connection: Connection, part: JobRecord, problem: Problem) -> JobRecord | None:
    """Fail the job with a part's fault of ours, such as a lost worker; None for a fault of the inputs.

    The job looks at its inputs again by itself, so that it words the fault as it would without parts.
    """
    if part.parent_id is None or problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    return await part_queries.fail(connection, part.parent_id, problem)


async def wake_parent(platform: Platform, part: JobRecord) -> None:
    """Publish the job whose last part has ended, best effort."""
    if part.parent_id is None:
        return
    async with platform.db.connection() as connection:
        is_resumed = await part_queries.is_resumed(connection, part.parent_id)
    if is_resumed:
        await platform.broker.try_publish(Wakeup.RUN_JOB, part.parent_id)
