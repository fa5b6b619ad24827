"""Requests that read the rows of runs, and how long they may take."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ScanSettings(BaseSettings):
    """Requests that read the rows of runs, and how long they may take."""

    scans: int = Field(
        default=4,
        ge=1,
        description="Requests of a process that read rows at once: each needs a processor; an account has all but one",
    )
    scan_wait_s: float = Field(
        default=10, gt=0, description="Wait for a turn to read rows before 429 or 503: most take less than a second"
    )
    scan_deadline_s: float = Field(
        default=60, gt=0, description="Curves of 10 million rows take 3 s of a busy processor: 100 million fit in it"
    )
    exports: int = Field(
        default=8,
        ge=1,
        description="Exports that a process sends at once: each holds a million rows, and lasts as its client reads",
    )
