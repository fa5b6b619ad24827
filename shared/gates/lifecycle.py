"""The states of a check: those of its job until that ends well, then ready, as the verdict is written with it."""

from enum import StrEnum


class CheckStatus(StrEnum):
    """Status of a check."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


# Waiting helps in these states only.
UNFINISHED = frozenset({CheckStatus.QUEUED, CheckStatus.RUNNING})

# The status in SQL, of a row of `gate_check` and the row of its job, if that is still kept.
STATUS = (
    f"CASE WHEN gate_check.result IS NOT NULL THEN '{CheckStatus.READY.value}' "
    f"ELSE coalesce(job.status, '{CheckStatus.FAILED.value}') END"
)
