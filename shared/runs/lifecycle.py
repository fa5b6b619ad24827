"""The states of a run's version.

A version begins with a job and is in the state of that job, until the job ends well: then the version has an outcome,
which is written in the transaction that ends the job. So no state is stored twice, and none can be left behind.

| state | outcome | state of its job | next |
| --- | --- | --- | --- |
| queued | none | queued | running, cancelled |
| running | none | running | queued again, needs_mapping, ready, failed, cancelled |
| needs_mapping | needs_mapping | succeeded | a new version, by `PUT .../columns` |
| ready | ready | succeeded | a new version |
| failed | none | failed, or no longer kept | a new version |
| cancelled | none | cancelled | a new version |
"""

from enum import StrEnum


class RunStatus(StrEnum):
    """Status of a run: that of its newest version."""

    QUEUED = "queued"
    RUNNING = "running"
    NEEDS_MAPPING = "needs_mapping"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


# What a job that succeeded has made of its version.
OUTCOMES = (RunStatus.NEEDS_MAPPING, RunStatus.READY)

# Waiting helps in these states only.
UNFINISHED = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})

# The status in SQL, of a row of `run_version` and the row of its job, if that is still kept.
STATUS = f"coalesce(run_version.outcome, job.status, '{RunStatus.FAILED.value}')"
