"""The states of a detection run: those of its job until the figures are stored, then ready; intervals follow."""

from enum import StrEnum

from shared.jobs.lifecycle import Status, status_in
from shared.jobs.result_status import status_of


class IntervalStatus(StrEnum):
    """Status of the intervals of a detection run that is ready, and of its comparison with a baseline."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


# The status in SQL, of a row of `detection_run` and the row of its job.
STATUS = status_of("detection_run")

# The status of the intervals in SQL, of the same two rows. The same job computes them once the figures are stored, by
# another attempt if need be, so they are to come for as long as it has not ended.
INTERVAL_STATUS = (
    "CASE WHEN detection_run.result IS NULL THEN NULL "
    f"WHEN NOT detection_run.awaits_intervals THEN '{IntervalStatus.READY.value}' "
    f"WHEN job.{status_in(Status.QUEUED, Status.RUNNING)} THEN '{IntervalStatus.PENDING.value}' "
    f"ELSE '{IntervalStatus.FAILED.value}' END"
)
