"""What jobs depend on."""

from datetime import datetime
from typing import NamedTuple


class Reference(NamedTuple):
    """Something that a job depends on, as it is now: `matrix` and its uid, say; no two kinds of things share an id."""

    kind: str
    id: str
    # The job fails if this is another one by the time that it is done.
    version: int
    # A new name shows in a report, but does not make the job fail that is on its way.
    changed_at: datetime
