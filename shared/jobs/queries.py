"""Statements about jobs.

Every move of the lifecycle is one UPDATE here, which names the states that it may start from.
"""

# ruff: noqa: S608 -- the texts are put together from the table of states and our own column names only

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.artifacts.queries import of_job, of_jobs
from shared.jobs.lifecycle import Move, Status, before, set_by, status_in
from shared.jobs.records import COLUMNS, ClaimedJob, JobRecord, Snapshot
from shared.kit.database.transactions import Connection, Record
from shared.kit.errors import Problem

# The columns of a new job.
NEW = "id, account_id, kind, arguments, subjects, reference_kinds, fingerprint, callback_url, inputs, inputs_key"

INSERT_SUCCEEDED = f"""
    INSERT INTO job ({NEW}, status, progress, attempt, failures, finished_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '{Status.SUCCEEDED.value}', 1, 0, 0, now())
    RETURNING {COLUMNS}
"""

# The same work for the same account; the failed job stays as it is, and is locked until the new one shares its
# inputs: retention, which locks before it deletes, comes after that. The numbers of attempts go on, as they name the
# folders of runs: no attempt writes into that of an earlier one.
RETRY = f"""
    INSERT INTO job ({NEW}, status, progress, attempt, failures)
    SELECT uuidv7(), account_id, kind, arguments, subjects, reference_kinds, fingerprint, callback_url, inputs,
        inputs_key, '{Status.QUEUED.value}', 0, attempt, 0
    FROM job WHERE id = $1 AND {status_in(Status.FAILED)} FOR SHARE
    RETURNING {COLUMNS}
"""

# Parts are the business of the job that they are parts of: nobody sees, follows or cancels one.
WHOLE = "parent_id IS NULL"
FIND_OWN = f"SELECT {COLUMNS} FROM job WHERE id = $1 AND account_id = $2 AND {WHOLE}"

LIST_OWN = f"""
    SELECT {COLUMNS} FROM job
    WHERE account_id = $1 AND ($2::uuid IS NULL OR id < $2) AND ($3::text IS NULL OR status = $3)
        AND ($4::text IS NULL OR kind = $4) AND {WHOLE}
    ORDER BY id DESC LIMIT $5
"""

SELECT_ALIVE = f"""
    SELECT {COLUMNS} FROM job
    WHERE account_id = $1 AND fingerprint = $2 AND {status_in(Status.QUEUED, Status.RUNNING, Status.SUCCEEDED)}
    ORDER BY created_at DESC LIMIT 1
"""

# Locks the row until the new job shares its artifacts and inputs: retention, which locks before it deletes, comes
# after that.
SELECT_CACHED = f"""
    SELECT {COLUMNS} FROM job
    WHERE account_id = $1 AND fingerprint = $2 AND {status_in(Status.SUCCEEDED)}
        AND (NOT $3 OR inputs IS NOT NULL OR inputs_key IS NOT NULL)
    ORDER BY created_at DESC LIMIT 1 FOR SHARE
"""

CLAIM = f"""
    UPDATE job
    SET {set_by(Move.START)}, attempt = attempt + 1, lease_until = now() + $2,
        started_at = coalesce(started_at, now())
    WHERE id = $1 AND {before(Move.START)} AND run_after <= now()
    RETURNING {COLUMNS}, inputs, now()
"""

# The fence, with the states that the move starts from: an attempt that was cancelled or taken over no longer matches.
FENCE = "id = $1 AND attempt = $2"

# A beat that is late does not shorten the endless lease of a job that waits for its parts.
BEAT = f"""
    UPDATE job SET lease_until = greatest(lease_until, now() + $3), progress = greatest(progress, $4)
    WHERE {FENCE} AND {status_in(Status.RUNNING)} RETURNING true
"""

SUCCEED = f"""
    UPDATE job SET {set_by(Move.SUCCEED)}, progress = 1, lease_until = NULL, finished_at = now()
    WHERE {FENCE} AND {before(Move.SUCCEED)} RETURNING {COLUMNS}
"""

FAIL = f"""
    UPDATE job SET {set_by(Move.FAIL)}, error = $3, lease_until = NULL, finished_at = now()
    WHERE {FENCE} AND {before(Move.FAIL)} RETURNING {COLUMNS}
"""

RELEASE = f"""
    UPDATE job
    SET {set_by(Move.RELEASE)}, progress = 0, lease_until = NULL, run_after = now() + $3, dispatched_at = NULL,
        failures = failures + $4
    WHERE {FENCE} AND {before(Move.RELEASE)} RETURNING true
"""

CANCEL = f"""
    UPDATE job SET {set_by(Move.CANCEL)}, lease_until = NULL, finished_at = now()
    WHERE id = $1 AND account_id = $2 AND {before(Move.CANCEL)} AND {WHOLE} RETURNING {COLUMNS}
"""

LOCK_OLD = """
    SELECT id FROM job WHERE finished_at < now() - $1::interval ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""

LOCK_DEPENDENTS = "SELECT id FROM job WHERE account_id = $1 AND subjects ? $2 FOR UPDATE"

DELETE = "DELETE FROM job WHERE id = ANY($1) RETURNING inputs_key"

SELECT_INPUTS = "SELECT inputs, inputs_key FROM job WHERE id = $1"

WITHOUT_JOB = "SELECT key FROM unnest($1::text[]) AS key WHERE NOT EXISTS (SELECT FROM job WHERE inputs_key = key)"

# One lock for each (account, fingerprint): concurrent equal requests wait for the decision of the first.
LOCK_FINGERPRINT = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

# A hint for the listeners: a job has ended, or there is work for the dispatcher.
CHANNEL = "evalserve_jobs"
NOTIFY = f"SELECT pg_notify('{CHANNEL}', $1)"


async def insert_succeeded(connection: Connection, job: dict[str, Any]) -> JobRecord:
    """Insert a job that has succeeded already."""
    return _job(await connection.fetchrow(INSERT_SUCCEEDED, *job.values()))


async def retry(connection: Connection, job_id: UUID) -> JobRecord | None:
    """Insert a new job with the work of a failed one; None if no failed job has this id."""
    record = await connection.fetchrow(RETRY, job_id)
    return _job(record) if record else None


async def find_own(connection: Connection, account_id: int, job_id: UUID) -> Snapshot | None:
    """Return a job of the account with its files; None if the account has no such job."""
    record = await connection.fetchrow(FIND_OWN, job_id, account_id)
    return await with_files(connection, _job(record)) if record else None


async def list_own(
    connection: Connection, account_id: int, *, before: UUID | None, status: Status | None, kind: str | None, limit: int
) -> list[Snapshot]:
    """List the account's jobs, newest first; only those of a status or kind, if given."""
    own_jobs = [_job(record) for record in await connection.fetch(LIST_OWN, account_id, before, status, kind, limit)]
    files = await of_jobs(connection, [job.id for job in own_jobs])
    return [Snapshot(job, files.get(job.id, ())) for job in own_jobs]


async def alive(connection: Connection, account_id: int, fingerprint: str) -> JobRecord | None:
    """Return the newest job of the fingerprint that has succeeded or still may."""
    record = await connection.fetchrow(SELECT_ALIVE, account_id, fingerprint)
    return _job(record) if record else None


async def cached(connection: Connection, account_id: int, fingerprint: str, *, with_inputs: bool) -> JobRecord | None:
    """Return the newest succeeded job of the fingerprint; its files and inputs stay until the transaction ends."""
    record = await connection.fetchrow(SELECT_CACHED, account_id, fingerprint, with_inputs)
    return _job(record) if record else None


async def claim(connection: Connection, job_id: UUID, lease: timedelta) -> ClaimedJob | None:
    """Start the next attempt at a queued job; None if the job cannot be claimed."""
    if (record := await connection.fetchrow(CLAIM, job_id, lease)) is None:
        return None
    *columns, inputs, claimed_at = record
    return ClaimedJob(*columns, inputs=inputs, claimed_at=claimed_at, claimed_s=time.monotonic())


async def beat(connection: Connection, job: JobRecord, lease: timedelta, progress: float) -> bool:
    """Renew the lease of an attempt; False if the attempt no longer holds the job."""
    return bool(await connection.fetchval(BEAT, job.id, job.attempt, lease, progress))


async def succeed(connection: Connection, job: JobRecord) -> JobRecord | None:
    """End the job successfully; None if the attempt no longer holds it."""
    record = await connection.fetchrow(SUCCEED, job.id, job.attempt)
    return _job(record) if record else None


async def fail(connection: Connection, job: JobRecord, problem: Problem) -> JobRecord | None:
    """End the job with an error; None if the attempt no longer holds it."""
    record = await connection.fetchrow(FAIL, job.id, job.attempt, problem)
    return _job(record) if record else None


async def release(connection: Connection, job: JobRecord, *, delay: timedelta, failures: int) -> bool:
    """Return a running job to the queue; False if the attempt no longer holds it."""
    return bool(await connection.fetchval(RELEASE, job.id, job.attempt, delay, failures))


async def cancel(connection: Connection, account_id: int, job_id: UUID) -> JobRecord | None:
    """Cancel a job that has not ended; None if there is no such one."""
    record = await connection.fetchrow(CANCEL, job_id, account_id)
    return _job(record) if record else None


async def lock_old(connection: Connection, age: timedelta, limit: int) -> list[UUID]:
    """Return jobs that ended longer ago than `age`, locked until the transaction ends."""
    return [record["id"] for record in await connection.fetch(LOCK_OLD, age, limit)]


async def lock_dependents(connection: Connection, account_id: int, reference_id: str) -> list[UUID]:
    """Return the jobs of the account that depend on something, locked until the transaction ends."""
    return [record["id"] for record in await connection.fetch(LOCK_DEPENDENTS, account_id, reference_id)]


async def delete(connection: Connection, job_ids: list[UUID]) -> list[str]:
    """Delete jobs; returns the keys of the stored inputs that no other job has."""
    keys = {record["inputs_key"] for record in await connection.fetch(DELETE, job_ids) if record["inputs_key"]}
    return await without_job(connection, sorted(keys))


async def inputs(connection: Connection, job_id: UUID) -> tuple[bytes | None, str | None]:
    """Return the inputs of a job: the bytes, or their key in storage; (None, None) if it has none."""
    record = await connection.fetchrow(SELECT_INPUTS, job_id)
    return (record["inputs"], record["inputs_key"]) if record else (None, None)


async def without_job(connection: Connection, keys: list[str]) -> list[str]:
    """Return the keys that hold no job's inputs."""
    return [record["key"] for record in await connection.fetch(WITHOUT_JOB, keys)]


async def with_files(connection: Connection, job: JobRecord) -> Snapshot:
    """Return the job with its files, which are queried only if it has succeeded."""
    return Snapshot(job, await of_job(connection, job.id) if job.status == Status.SUCCEEDED else ())


async def lock_fingerprint(connection: Connection, account_id: int, fingerprint: str) -> None:
    """Lock a fingerprint of the account until the transaction ends, so that equal requests are decided in turn."""
    await connection.execute(LOCK_FINGERPRINT, f"{account_id} {fingerprint}")


async def notify(connection: Connection, job_id: UUID) -> None:
    """Notify the listeners of a job, once the transaction is committed."""
    await connection.execute(NOTIFY, str(job_id))


def _job(record: Record) -> JobRecord:
    return JobRecord(*record)
