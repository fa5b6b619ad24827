"""Dependencies of jobs."""

from datetime import datetime
from typing import NamedTuple


class Reference(NamedTuple):
    """A dependency of a job in its present version, such as `matrix` and its uid; ids are unique over all kinds."""

    kind: str
    id: str
    # The job fails if this has changed by the time that it ends.
    version: int
    # Part of the fingerprint: a new name shows in a report, but does not fail a running job.
    changed_at: datetime
