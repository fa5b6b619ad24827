"""Administration: the accounts, jobs, deliveries and matrices of all users, with totals."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared import audit
from shared.accounts.errors import AccountNotFound
from shared.audit import AuditType
from shared.jobs import queries as job_queries
from shared.jobs.errors import InputsNotKept, JobNotFound, JobRetriedAlready
from shared.jobs.records import JobRecord
from shared.kit.broker import BrokerUnavailable, Wakeup
from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform
from shared.operations.administration import queries
from shared.webhooks import couriers


class Overview(NamedTuple):
    """Totals of the service, and the time of its oldest queued job."""

    accounts: int
    matrices: int
    images: int
    jobs: dict[str, int]
    oldest_queued_at: datetime | None
    deliveries: dict[str, int]
    artifact_bytes: int
    image_bytes: int


class OwnedAccount(NamedTuple):
    """An account as administrators see it, without keys and hashes."""

    id: int
    email: str
    plan: str | None
    credit: float
    is_active: bool
    is_admin: bool
    created_at: datetime
    deletes_at: datetime | None
    matrices: int


class OwnedJob(NamedTuple):
    """A job with its owner."""

    id: UUID
    email: str
    kind: str
    status: str
    error: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


class DeadDelivery(NamedTuple):
    """A delivery that was given up, with its owner and last error."""

    id: UUID
    email: str
    event_type: str
    url: str
    last_error: str | None
    finished_at: datetime | None


class OwnedMatrix(NamedTuple):
    """A matrix with its owner."""

    uid: UUID
    email: str
    name: str | None
    sample_count: int
    accuracy: float | None
    f1: float | None
    created_at: datetime


async def workers(platform: Platform) -> list[str] | None:
    """Return the names of the couriers and workers that answer; None if the broker is unavailable. Takes a second."""
    async with platform.db.connection() as connection:
        names = [courier.name for courier in await couriers.running(connection)]
    try:
        return names + await platform.broker.workers()
    except BrokerUnavailable:
        return None


async def overview(platform: Platform) -> Overview:
    """Count everything; the time grows with the tables."""
    async with platform.db.connection() as connection:
        totals = await connection.fetchrow(queries.TOTALS)
        jobs = {record["status"]: record["count"] for record in await connection.fetch(queries.JOBS)}
        deliveries = {record["status"]: record["count"] for record in await connection.fetch(queries.DELIVERIES)}
    return Overview(
        accounts=totals["accounts"],
        matrices=totals["matrices"],
        images=totals["images"],
        jobs=jobs,
        oldest_queued_at=totals["oldest_queued_at"],
        deliveries=deliveries,
        artifact_bytes=totals["artifact_bytes"],
        image_bytes=totals["image_bytes"],
    )


async def list_accounts(platform: Platform, *, email: str | None, after: int, limit: int) -> list[OwnedAccount]:
    """List accounts in the order of their ids; only those whose address contains `email`, if given."""
    async with platform.db.connection() as connection:
        return [OwnedAccount(*record) for record in await connection.fetch(queries.ACCOUNTS, after, email, limit)]


async def list_jobs(platform: Platform, *, status: str | None, before: UUID | None, limit: int) -> list[OwnedJob]:
    """List the jobs of all accounts, newest first; only those with a status, if given."""
    async with platform.db.connection() as connection:
        return [OwnedJob(*record) for record in await connection.fetch(queries.ALL_JOBS, before, status, limit)]


async def list_matrices(platform: Platform, *, before: UUID | None, limit: int) -> list[OwnedMatrix]:
    """List the matrices of all accounts, newest first."""
    async with platform.db.connection() as connection:
        return [OwnedMatrix(*record) for record in await connection.fetch(queries.ALL_MATRICES, before, limit)]


async def list_dead_deliveries(platform: Platform, *, limit: int) -> list[DeadDelivery]:
    """List the newest deliveries that were given up, with their last errors."""
    async with platform.db.connection() as connection:
        return [DeadDelivery(*record) for record in await connection.fetch(queries.DEAD_DELIVERIES, limit)]


@retry_conflicts
async def set_account_state(
    platform: Platform, account_id: int, *, is_active: bool | None = None, is_admin: bool | None = None
) -> None:
    """Set whether an account is active or an administrator; raises AccountNotFound."""
    changes = {"is_active": is_active, "is_admin": is_admin}
    async with platform.db.transaction() as connection:
        if not await connection.fetchval(queries.SET_ACCOUNT_STATE, account_id, is_active, is_admin):
            raise AccountNotFound
        made = {name: value for name, value in changes.items() if value is not None}
        await audit.write(connection, AuditType.ACCOUNT_CHANGED, account_id, **made)


@retry_conflicts
async def retry(platform: Platform, job_id: UUID | None) -> JobRecord:
    """Queue the work of a failed job as a new job of the same account, to which what the job makes belongs then.

    Raises JobNotFound, InputsNotKept, and JobRetriedAlready where it belongs to a newer job.
    """
    async with platform.db.connection() as connection:
        _, inputs_key = await job_queries.inputs(connection, job_id) if job_id else (None, None)
    if inputs_key and await platform.storage.apart(platform.storage.stat, inputs_key) is None:
        raise InputsNotKept
    async with platform.db.transaction() as connection:
        job = await job_queries.retry(connection, job_id) if job_id else None
        if job is None:
            raise JobNotFound
        take_over = queries.TAKE_OVER.get(job.kind)
        if take_over is not None and not await connection.fetchval(take_over, job_id, job.id):
            raise JobRetriedAlready
        await audit.write(connection, AuditType.JOB_RETRIED, job.account_id, job=str(job_id))
    await platform.broker.try_publish(Wakeup.RUN_JOB, job.id)
    return job
