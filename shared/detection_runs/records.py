"""Detection runs as they are read from the database."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.detection_runs.lifecycle import IntervalStatus
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.results import DetectionFigures, unpacked
from shared.jobs.result_status import ResultStatus

_PENDING = "Intervals, and the comparison with a baseline, are still being computed, and null until then."
_FAILED = "There are no intervals and no comparison with a baseline: {}. The figures stand; ask for a run once more."
# Of a job that was cancelled or is no longer kept.
_NO_ERROR = "the job that computes them ended before"


class ModelCount(msgspec.Struct, frozen=True):
    """A model that analysed images of a project."""

    model_name: str
    model_version: str
    images: int
    truths: int


class ShownImage(msgspec.Struct, frozen=True):
    """An image as a page shows it, in pixels."""

    id: UUID
    filename: str
    width: int
    height: int


class DetectionRunDescription(msgspec.Struct, frozen=True):
    """What its owner says of a detection run; the fields are the columns, in this order."""

    name: str | None = None
    tags: list[str] = []
    notes: str | None = None


class DetectionIntervals(msgspec.Struct, frozen=True):
    """Whether the figures of a detection run have their intervals."""

    status: Annotated[IntervalStatus, Meta(description="Whether the intervals, and a comparison, are computed.")]
    reason: Annotated[str | None, Meta(description="Why there are none yet, or none at all; null once they are ready.")]


class DetectionRunRecord(msgspec.Struct, frozen=True):
    """A detection run; the fields are the columns, in this order."""

    id: UUID
    account_id: int
    project_id: UUID
    job_id: UUID
    status: str
    interval_status: str | None
    progress: float
    error: dict[str, Any] | None
    model_name: str
    model_version: str | None
    name: str | None
    tags: list[str]
    notes: str | None
    options: dict[str, Any]
    ap: float | None
    result: bytes | None
    folder: str | None
    scene_bytes: int | None
    created_at: datetime

    @property
    def state(self) -> ResultStatus:
        """The status."""
        return ResultStatus(self.status)

    @property
    def description(self) -> DetectionRunDescription:
        """What its owner says of it."""
        return DetectionRunDescription(self.name, self.tags, self.notes)

    @property
    def asked(self) -> DetectionOptions:
        """What was asked for."""
        return msgspec.convert(self.options, DetectionOptions)

    @property
    def intervals(self) -> "DetectionIntervals | None":
        """Whether there are intervals; None until it is ready."""
        if self.interval_status is None:
            return None
        reason = None
        if self.awaits_intervals:
            reason = _PENDING
        elif self.interval_status == IntervalStatus.FAILED:
            reason = _FAILED.format((self.error or {}).get("detail", _NO_ERROR).rstrip("."))
        return DetectionIntervals(IntervalStatus(self.interval_status), reason)

    @property
    def failure(self) -> dict[str, Any] | None:
        """The problem that it failed with; a job that fails after the figures fails the intervals alone."""
        return None if self.state == ResultStatus.READY else self.error

    @property
    def awaits_intervals(self) -> bool:
        """Whether it is ready, and its intervals are still to come."""
        return self.interval_status == IntervalStatus.PENDING

    @property
    def figures(self) -> DetectionFigures | None:
        """The figures as they are stored; None until they are ready, and in lists."""
        return None if self.result is None else unpacked(self.result)

    @property
    def found(self) -> DetectionFigures | None:
        """The figures, with why intervals are missing among their notices; None as above."""
        figures, intervals = self.figures, self.intervals
        if figures is None or intervals is None or intervals.reason is None:
            return figures
        return msgspec.structs.replace(figures, notices=[*figures.notices, intervals.reason])
