"""Statements about jobs in parts: one job waits, and several workers do a part of it each."""

# ruff: noqa: S608 -- the texts are put together from the table of states and our own column names only

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.jobs.lifecycle import Move, Status, before, set_by, status_in
from shared.jobs.queries import FENCE, NEW
from shared.jobs.queueing import SHARE
from shared.jobs.records import COLUMNS, JobRecord
from shared.kit.database.transactions import Connection
from shared.kit.errors import Problem

# The shares of the work that are done when a job is split, and that its parts do.
BEFORE_PARTS, OF_PARTS = 0.1, 0.7

# Nobody holds a job that waits for its parts, and nobody takes it back.
_WAITING = f"{status_in(Status.RUNNING)} AND lease_until = 'infinity'"

SPLIT = f"""
    UPDATE job SET lease_until = 'infinity', part_count = $3, progress = greatest(progress, $4)
    WHERE {FENCE} AND {status_in(Status.RUNNING)} RETURNING true
"""

COUNT_AHEAD = f"""
    SELECT count(*) FROM (
        SELECT FROM job WHERE account_id = $1 AND {status_in(Status.QUEUED)} LIMIT {SHARE}
    ) AS waiting
"""

# As with other jobs, `dispatched_at` is set as if the message were sent.
INSERT = f"""
    INSERT INTO job ({NEW}, parent_id, status, progress, attempt, failures, dispatched_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '{Status.QUEUED.value}', 0, 0, 0,
        CASE WHEN $12 THEN now() END)
"""

# Two parts that end at once take turns, so that the later one sees that it is the last.
LOCK = "SELECT FROM job WHERE id = $1 FOR UPDATE"

_EXPIRED = f"{status_in(Status.RUNNING)} AND lease_until < now()"

# Of a job that somebody else has locked, the parts have their turn another time.
LOCK_PARENTS_OF_EXPIRED = f"""
    SELECT id FROM job WHERE id IN (
        SELECT parent_id FROM job WHERE {_EXPIRED} AND parent_id IS NOT NULL ORDER BY lease_until LIMIT $1
    ) FOR UPDATE SKIP LOCKED
"""

LOCK_EXPIRED = f"""
    SELECT {COLUMNS} FROM job WHERE {_EXPIRED} AND (parent_id IS NULL OR parent_id = ANY($2))
    ORDER BY lease_until LIMIT $1 FOR UPDATE SKIP LOCKED
"""

DROP_UNFINISHED = f"DELETE FROM job WHERE parent_id = $1 AND {status_in(Status.QUEUED, Status.RUNNING)}"

_HAS_ENDED_PARTS = f"""
    {before(Move.RELEASE)} AND {_WAITING} AND NOT EXISTS (
        SELECT FROM job AS part WHERE part.parent_id = job.id AND part.{status_in(Status.QUEUED, Status.RUNNING)}
    )
"""

RESUME = f"""
    UPDATE job SET {set_by(Move.RELEASE)}, lease_until = NULL, run_after = now(), dispatched_at = NULL
    WHERE id = $1 AND {_HAS_ENDED_PARTS}
"""

RESUME_FORGOTTEN = f"""
    UPDATE job SET {set_by(Move.RELEASE)}, lease_until = NULL, run_after = now(), dispatched_at = NULL
    WHERE {_HAS_ENDED_PARTS} RETURNING id
"""

FAIL = f"""
    UPDATE job SET {set_by(Move.FAIL)}, error = $2, lease_until = NULL, finished_at = now()
    WHERE id = $1 AND {before(Move.FAIL)} AND {_WAITING} RETURNING {COLUMNS}
"""

REPORT = f"""
    UPDATE job SET progress = greatest(progress, $2 + $3 * (
        SELECT coalesce(sum(part.progress), 0) FROM job AS part WHERE part.parent_id = $1
    ) / part_count)
    WHERE id = $1 AND {_WAITING}
"""

IS_RESUMED = f"SELECT {status_in(Status.QUEUED)} FROM job WHERE id = $1"

LIST = f"SELECT {COLUMNS} FROM job WHERE parent_id = $1 ORDER BY id"

DROP = "DELETE FROM job WHERE parent_id = $1"


async def split(connection: Connection, job: JobRecord, count: int) -> bool:
    """Let a job wait for so many parts; False if the attempt no longer holds it."""
    return bool(await connection.fetchval(SPLIT, job.id, job.attempt, count, BEFORE_PARTS))


async def insert(connection: Connection, job: JobRecord, rows: Sequence[dict[str, Any]]) -> list[UUID]:
    """Insert the parts of a job; return the ids of those whose messages are sent now, few enough for one account."""
    ahead = await connection.fetchval(COUNT_AHEAD, job.account_id)
    sent = rows[: max(0, SHARE - ahead)]
    for at, row in enumerate(rows):
        await connection.execute(INSERT, *row.values(), job.id, at < len(sent))
    return [row["id"] for row in sent]


async def lock(connection: Connection, job_id: UUID) -> None:
    """Lock a job until the transaction ends."""
    await connection.execute(LOCK, job_id)


async def lock_expired(connection: Connection, limit: int) -> list[JobRecord]:
    """Return the running jobs whose lease has expired, locked until the transaction ends; first what they are parts of.

    A job in parts comes before its parts, as everywhere.
    """
    parents = [record["id"] for record in await connection.fetch(LOCK_PARENTS_OF_EXPIRED, limit)]
    return [JobRecord(*record) for record in await connection.fetch(LOCK_EXPIRED, limit, parents)]


async def drop_unfinished(connection: Connection, job_id: UUID) -> None:
    """Delete the parts of a job that have not ended: their attempts lose them."""
    await connection.execute(DROP_UNFINISHED, job_id)


async def resume(connection: Connection, job_id: UUID) -> None:
    """Return a job to the queue if all its parts have ended."""
    await connection.execute(RESUME, job_id)


async def resume_forgotten(connection: Connection) -> int:
    """Return all jobs to the queue whose parts have ended; returns their number."""
    return len(await connection.fetch(RESUME_FORGOTTEN))


async def fail(connection: Connection, job_id: UUID, problem: Problem) -> JobRecord | None:
    """End a job that waits for its parts with an error; None if it does not wait."""
    record = await connection.fetchrow(FAIL, job_id, problem)
    return JobRecord(*record) if record else None


async def report(connection: Connection, job_id: UUID) -> None:
    """Set the progress of a job by that of its parts."""
    await connection.execute(REPORT, job_id, BEFORE_PARTS, OF_PARTS)


async def is_resumed(connection: Connection, job_id: UUID) -> bool:
    """Whether a job is in the queue."""
    return bool(await connection.fetchval(IS_RESUMED, job_id))


async def list_parts(connection: Connection, job_id: UUID) -> list[JobRecord]:
    """Return the parts of a job that there are, in no certain order."""
    return [JobRecord(*record) for record in await connection.fetch(LIST, job_id)]


async def drop(connection: Connection, job_id: UUID) -> None:
    """Delete the parts of a job."""
    await connection.execute(DROP, job_id)
