"""The status of what a job makes: that of the job until the result is stored, then ready."""

from enum import StrEnum


class ResultStatus(StrEnum):
    """Status of a comparison, a check or a detection run."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


# Waiting helps in these states only.
UNFINISHED = frozenset({ResultStatus.QUEUED, ResultStatus.RUNNING})


def status_of(table: str) -> str:
    """The status in SQL, of a row of a table with a `result` and the row of its job, if that is still kept."""
    return (
        f"CASE WHEN {table}.result IS NOT NULL THEN '{ResultStatus.READY.value}' "
        f"ELSE coalesce(job.status, '{ResultStatus.FAILED.value}') END"
    )
