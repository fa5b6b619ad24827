"""Detection runs as they are read from the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.detection_runs.lifecycle import DetectionRunStatus
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.results import DetectionFigures, unpacked


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


class DetectionRunRecord(msgspec.Struct, frozen=True):
    """A detection run; the fields are the columns, in this order."""

    id: UUID
    account_id: int
    project_id: UUID
    job_id: UUID
    status: str
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
    def state(self) -> DetectionRunStatus:
        """The status."""
        return DetectionRunStatus(self.status)

    @property
    def description(self) -> DetectionRunDescription:
        """What its owner says of it."""
        return DetectionRunDescription(self.name, self.tags, self.notes)

    @property
    def asked(self) -> DetectionOptions:
        """What was asked for."""
        return msgspec.convert(self.options, DetectionOptions)

    @property
    def found(self) -> DetectionFigures | None:
        """The figures; None until they are ready, and in lists."""
        return None if self.result is None else unpacked(self.result)
