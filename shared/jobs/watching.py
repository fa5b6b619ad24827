"""Watching many jobs at once, for all the requests of a process that wait for one."""

from collections.abc import Sequence
from uuid import UUID

from shared.artifacts.queries import OF_JOB, of_column
from shared.jobs.records import COLUMNS, JobRecord, Snapshot
from shared.kit.platform import Platform

# Jobs that are no longer as they were known, with their files; those that were deleted without any columns.
CHANGED = f"""
    SELECT known_id, {OF_JOB}, {COLUMNS}
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
    return {
        job_id: Snapshot(JobRecord(*columns), of_column(files)) if any(columns) else None
        for job_id, files, *columns in records
    }


def _version(job: JobRecord) -> tuple[UUID, str, int, float]:
    return job.id, job.status, job.attempt, job.progress
