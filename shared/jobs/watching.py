"""Watching many jobs at once, for all the requests of a process that wait for one."""

from collections.abc import Sequence
from uuid import UUID

from shared.artifacts.queries import of_jobs
from shared.jobs.lifecycle import Status
from shared.jobs.records import COLUMNS, JobRecord, Snapshot
from shared.kit.platform import Platform

# Jobs that are no longer as they were known; those that were deleted without any columns.
CHANGED = f"""
    SELECT known_id, {COLUMNS}
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::float8[])
        AS known (known_id, known_status, known_attempt, known_progress)
        LEFT JOIN job ON id = known_id
    WHERE (status, attempt, progress) IS DISTINCT FROM (known_status, known_attempt, known_progress)
"""  # noqa: S608 -- our own column names only


async def changed(platform: Platform, known: Sequence[Snapshot]) -> dict[UUID, Snapshot | None]:
    """Return what has become of those jobs that are no longer as they were known; None for one that was deleted."""
    columns = zip(*(_version(snapshot.job) for snapshot in known), strict=True)
    async with platform.db.connection() as connection:
        records = await connection.fetch(CHANGED, *columns)
        jobs = {record["known_id"]: JobRecord(*record[1:]) if record["id"] else None for record in records}
        files = await of_jobs(connection, [job.id for job in jobs.values() if job and job.status == Status.SUCCEEDED])
    return {job_id: Snapshot(job, files.get(job_id, ())) if job else None for job_id, job in jobs.items()}


def _version(job: JobRecord) -> tuple[UUID, str, int, float]:
    return job.id, job.status, job.attempt, job.progress
