"""Analyses as they were read, and as they are shown."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.analyses.lifecycle import FINAL, AnalysisStatus


class AnalysisOut(msgspec.Struct, frozen=True):
    """What one run of a model says of one image; the annotations are read on their own."""

    id: UUID
    image_id: UUID
    model_name: str
    model_version: str
    status: AnalysisStatus
    parameters: dict[str, Any]
    description: str | None
    summary: dict[str, Any] | None
    error_message: str | None
    is_ground_truth: bool
    annotation_count: int
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    completed_at: datetime | None

    @property
    def is_final(self) -> bool:
        """Whether it has come to its end."""
        return self.status in FINAL


class AnalysisRecord(AnalysisOut, frozen=True):
    """An analysis with its owner; the fields are the columns of the statements that read it, in this order."""

    account_id: int

    def shown(self) -> AnalysisOut:
        """The analysis as its owner and its pipeline see it."""
        return AnalysisOut(*(getattr(self, name) for name in AnalysisOut.__struct_fields__))


COLUMNS = ", ".join(f"analysis.{name}" for name in AnalysisRecord.__struct_fields__)


class AnalysedImage(msgspec.Struct, frozen=True):
    """The image that an analysis is about, as its pipeline is told of it."""

    id: UUID
    project_id: UUID
    filename: str
    content_type: str
    width: int
    height: int


class ImageFile(AnalysedImage, frozen=True):
    """What is needed of an image to hand it to a pipeline; the fields are columns of its table."""

    object_key: str


IMAGE_FILE_COLUMNS = ", ".join(f"image.{name}" for name in ImageFile.__struct_fields__)


class ImageToAnalyse(AnalysedImage, frozen=True):
    """The image that a queued analysis is about, with a link to its bytes."""

    url: str
    expires_at: datetime


class QueuedAnalysis(AnalysisOut, frozen=True, kw_only=True):
    """All that a pipeline needs to begin."""

    image: ImageToAnalyse


class ArtifactRecord(msgspec.Struct, frozen=True):
    """A file that a pipeline announced; the fields are the columns of the statements that read it, in this order."""

    id: UUID
    name: str
    content_type: str
    announced_bytes: int | None
    status: str
    size_bytes: int | None
    object_key: str | None
    created_at: datetime


ARTIFACT_COLUMNS = ", ".join(ArtifactRecord.__struct_fields__)


class AnnotationRecord(msgspec.Struct, frozen=True):
    """An annotation; `data` is JSON text."""

    position: int
    id: UUID
    annotation_type: str
    class_name: str
    confidence: float | None
    data: str


ANNOTATION_COLUMNS = ", ".join(AnnotationRecord.__struct_fields__)
