"""The states of a detection run: those of its job until that ends well, then ready."""

from enum import StrEnum


class DetectionRunStatus(StrEnum):
    """Status of a detection run."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


# Waiting helps in these states only.
UNFINISHED = frozenset({DetectionRunStatus.QUEUED, DetectionRunStatus.RUNNING})

# The status in SQL, of a row of `detection_run` and the row of its job, if that is still kept.
STATUS = (
    f"CASE WHEN detection_run.result IS NOT NULL THEN '{DetectionRunStatus.READY.value}' "
    f"ELSE coalesce(job.status, '{DetectionRunStatus.FAILED.value}') END"
)
