"""Records of analyses, and the parts of them that are public."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.analyses.lifecycle import FINAL, AnalysisStatus


class AnalysisOut(msgspec.Struct, frozen=True):
    """A model run on an image, without its annotations."""

    id: Annotated[UUID, Meta(description="Id of the analysis.")]
    image_id: Annotated[UUID, Meta(description="Id of the analysed image.")]
    model_name: Annotated[str, Meta(description="Name of the model.")]
    model_version: Annotated[str, Meta(description="Version of the model.")]
    status: Annotated[AnalysisStatus, Meta(description="Status of the analysis.")]
    parameters: Annotated[dict[str, Any], Meta(description="Parameters of the model run.")]
    description: Annotated[str | None, Meta(description="Description of the analysis; null if it has none.")]
    summary: Annotated[
        dict[str, Any] | None, Meta(description="Summary that the pipeline sent at the end; null if it sent none.")
    ]
    error_message: Annotated[
        str | None, Meta(description="Why the analysis failed or was cancelled; null if the pipeline did not say.")
    ]
    is_ground_truth: Annotated[bool, Meta(description="Whether the analysis is marked as ground truth.")]
    annotation_count: Annotated[int, Meta(description="Number of annotations.")]
    created_at: Annotated[datetime, Meta(description="When the analysis was created, in UTC.")]
    updated_at: Annotated[datetime, Meta(description="When the analysis last changed, in UTC.")]
    started_at: Annotated[datetime | None, Meta(description="When the pipeline started, in UTC; null if it has not.")]
    completed_at: Annotated[datetime | None, Meta(description="When the analysis ended, in UTC; null if it has not.")]

    @property
    def is_final(self) -> bool:
        """Return whether the analysis has ended."""
        return self.status in FINAL


class AnalysisRecord(AnalysisOut, frozen=True):
    """An analysis with its owner; the fields are the columns of the statements that read it, in this order."""

    account_id: int

    def to_out(self) -> AnalysisOut:
        """Return the public part of the record."""
        return AnalysisOut(*(getattr(self, name) for name in AnalysisOut.__struct_fields__))


COLUMNS = ", ".join(f"analysis.{name}" for name in AnalysisRecord.__struct_fields__)


class AnalysedImage(msgspec.Struct, frozen=True):
    """The image of an analysis, as its pipeline receives it."""

    id: Annotated[UUID, Meta(description="Id of the image.")]
    project_id: Annotated[UUID, Meta(description="Id of the project that the image belongs to.")]
    filename: Annotated[str, Meta(description="File name of the image.")]
    content_type: Annotated[str, Meta(description="Media type of the image, such as image/png.")]
    width: Annotated[int, Meta(description="Width as displayed, in pixels.")]
    height: Annotated[int, Meta(description="Height as displayed, in pixels.")]


class ImageFile(AnalysedImage, frozen=True):
    """An image with the key of its object, to hand it to a pipeline; the fields are columns of its table."""

    # None where only the size of the image is known.
    object_key: str | None


IMAGE_FILE_COLUMNS = ", ".join(f"image.{name}" for name in ImageFile.__struct_fields__)


class ImageToAnalyse(AnalysedImage, frozen=True):
    """The image of a queued analysis, with a link to its bytes."""

    url: Annotated[
        str | None, Meta(description="Link to the image, which needs no key; null if only its size is known.")
    ]
    expires_at: Annotated[datetime | None, Meta(description="When the link stops working, in UTC; null without one.")]


class QueuedAnalysis(AnalysisOut, frozen=True, kw_only=True):
    """A queued analysis with its image."""

    image: Annotated[ImageToAnalyse, Meta(description="The image to analyse.")]


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
