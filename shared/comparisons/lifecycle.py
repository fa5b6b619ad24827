"""The states of a comparison: those of its job until that ends well, then ready, as the result is written with it."""

from enum import StrEnum


class ComparisonStatus(StrEnum):
    """Status of a comparison."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


# Waiting helps in these states only.
UNFINISHED = frozenset({ComparisonStatus.QUEUED, ComparisonStatus.RUNNING})

# The status in SQL, of a row of `comparison` and the row of its job, if that is still kept.
STATUS = (
    f"CASE WHEN comparison.result IS NOT NULL THEN '{ComparisonStatus.READY.value}' "
    f"ELSE coalesce(job.status, '{ComparisonStatus.FAILED.value}') END"
)
