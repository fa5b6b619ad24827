"""The states of a dataset: those of its job until that ends well, then what the job found.

| state | outcome | state of its job |
| --- | --- | --- |
| queued, running, cancelled | none | the same |
| needs_mapping, ready | the same | succeeded |
| failed | none | failed, or no longer kept |
"""

from enum import StrEnum


class DatasetStatus(StrEnum):
    """Status of a dataset."""

    QUEUED = "queued"
    RUNNING = "running"
    NEEDS_MAPPING = "needs_mapping"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


# What a job that succeeded has made of its dataset.
OUTCOMES = (DatasetStatus.NEEDS_MAPPING, DatasetStatus.READY)

# Waiting helps in these states only.
UNFINISHED = frozenset({DatasetStatus.QUEUED, DatasetStatus.RUNNING})

# The status in SQL, of a row of `dataset` and the row of its job, if that is still kept.
STATUS = f"coalesce(dataset.outcome, job.status, '{DatasetStatus.FAILED.value}')"
