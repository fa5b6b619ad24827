"""Request and response bodies of analyses."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shared.analyses import AnalysisOut, ArtifactRecord, NewAnalysis
from shared.analyses.artifact_names import storage_path
from shared.analyses.callbacks.verbs import PresignedArtifact
from shared.analyses.finishing import FinishedAnalysis
from shared.analyses.records import AnnotationRecord
from shared.evaluation.detection.matching.agreement import Rates
from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import ModelName, ModelVersion
from shared.kit.storage.links import Link

# Parameters and summaries describe a run; results are annotations or artifacts.
MAX_OBJECT_BYTES = 64 * 1024

Description = Annotated[str, Meta(max_length=10_000)]


class AnalysisIn(msgspec.Struct):
    """An analysis to create."""

    model_name: Annotated[
        ModelName, Meta(description="Name of the model, as its pipeline knows it; 1 to 255 characters.")
    ]
    model_version: Annotated[ModelVersion, Meta(description="Version of the model; 1 to 100 characters.")]
    parameters: Annotated[
        dict[str, Any] | None, Meta(description="Parameters for the model; at most 64 KiB of JSON.")
    ] = None
    description: Annotated[Description | None, Meta(description="Description for people; up to 10,000 characters.")] = (
        None
    )

    def to_new(self) -> NewAnalysis:
        """Return the analysis to create; raises InvalidInput for parameters that are too large."""
        parameters = self.parameters or {}
        check_size(parameters, "parameters")
        return NewAnalysis(self.model_name, self.model_version, parameters, self.description)


class AnalysisPatch(msgspec.Struct):
    """Changes to an analysis; fields that are not sent stay as they are."""

    is_ground_truth: Annotated[
        bool | UnsetType, Meta(description="Whether models are evaluated against this analysis.")
    ] = UNSET
    description: Annotated[
        Description | UnsetType | None,
        Meta(description="Description for people, up to 10,000 characters; null clears it."),
    ] = UNSET

    @property
    def changed_ground_truth(self) -> bool | None:
        """The new ground-truth mark, or None if it was not sent."""
        return None if isinstance(self.is_ground_truth, UnsetType) else self.is_ground_truth

    @property
    def changed_description(self) -> tuple[bool, str | None]:
        """True and the new description, or False and None if it was not sent."""
        return (False, None) if isinstance(self.description, UnsetType) else (True, self.description)


class AnalysisList(msgspec.Struct):
    """The analyses of one image, newest first."""

    analyses: Annotated[list[AnalysisOut], Meta(description="The analyses, newest first.")]
    total: Annotated[int, Meta(description="Number of analyses of the image.")]


class AnalysisFile(msgspec.Struct):
    """An artifact of an analysis."""

    artifact_name: Annotated[str, Meta(description="Name of the file.")]
    content_type: Annotated[str, Meta(description="Media type of the file.")]
    status: Annotated[
        str, Meta(description="`announced`, `stored`, `missing` (never uploaded) or `mismatched` (not as announced).")
    ]
    size_bytes: Annotated[int | None, Meta(description="Size in bytes; null until the file is stored.")]
    storage_path: Annotated[str, Meta(description="Path by which annotations refer to the file.")]
    created_at: Annotated[datetime, Meta(description="When the file was announced, in UTC.")]
    url: Annotated[
        str | None, Meta(description="Link to the file, which needs no key; null unless the file is stored.")
    ] = None
    expires_at: Annotated[
        datetime | None, Meta(description="When the link stops working, in UTC; null without a link.")
    ] = None

    @classmethod
    def of(cls, analysis_id: UUID, file: ArtifactRecord, link: Link | None = None) -> "AnalysisFile":
        """Return the response for an artifact."""
        return cls(
            artifact_name=file.name,
            content_type=file.content_type,
            status=file.status,
            size_bytes=file.size_bytes,
            storage_path=storage_path(analysis_id, file.name),
            created_at=file.created_at,
            url=link.url if link else None,
            expires_at=link.expires_at if link else None,
        )


class AnalysisFiles(msgspec.Struct):
    """The artifacts of an analysis, by name."""

    artifacts: Annotated[list[AnalysisFile], Meta(description="The artifacts, sorted by name.")]


class EndedAnalysis(AnalysisOut, frozen=True, kw_only=True):
    """An analysis that has ended, with its artifacts."""

    artifacts: Annotated[list[AnalysisFile], Meta(description="The announced artifacts, each with its status.")]
    missing_artifacts: Annotated[list[str], Meta(description="Names of the announced artifacts that are not stored.")]

    @classmethod
    def of(cls, finished: FinishedAnalysis) -> "EndedAnalysis":
        """Return the response for an analysis that has ended."""
        return cls(
            **msgspec.structs.asdict(finished.analysis.to_out()),
            artifacts=[AnalysisFile.of(finished.analysis.id, file) for file in finished.artifacts],
            missing_artifacts=[file.name for file in finished.artifacts if file.status != "stored"],
        )


class PresignedOut(msgspec.Struct):
    """An upload link for an artifact."""

    artifact_name: Annotated[str, Meta(description="Name of the file.")]
    upload_url: Annotated[str, Meta(description="Link that takes the file with PUT and needs no key.")]
    expires_in: Annotated[int, Meta(description="Seconds until the link stops working.")]
    expires_at: Annotated[datetime, Meta(description="When the link stops working, in UTC.")]
    storage_path: Annotated[str, Meta(description="Path by which annotations refer to the file.")]
    headers: Annotated[dict[str, str], Meta(description="Headers that the PUT has to carry.")]

    @classmethod
    def of(cls, analysis_id: UUID, presigned: PresignedArtifact, expires_in: int) -> "PresignedOut":
        """Return the response for an upload link."""
        name, link = presigned.artifact.name, presigned.link
        path = storage_path(analysis_id, name)
        return cls(name, link.url, expires_in, link.expires_at, path, presigned.headers)


class PresignedList(msgspec.Struct):
    """Upload links for artifacts."""

    presigned_urls: Annotated[list[PresignedOut], Meta(description="The links, in the order of the request.")]


class CreatedAnnotation(msgspec.Struct):
    """A stored annotation."""

    id: Annotated[UUID, Meta(description="Id of the annotation.")]
    annotation_type: Annotated[
        str, Meta(description="`bounding_box`, `segmentation`, `keypoint`, `classification` or `heatmap`.")
    ]
    class_name: Annotated[str, Meta(description="Class of the object; 1 to 255 characters.")]
    confidence: Annotated[float | None, Meta(description="Confidence of the model, 0 to 1; null if it states none.")]

    @classmethod
    def of(cls, record: AnnotationRecord) -> "CreatedAnnotation":
        """Return the annotation without its data, which its sender has."""
        return cls(record.id, record.annotation_type, record.class_name, record.confidence)


class BulkOut(msgspec.Struct):
    """The stored annotations of a batch."""

    created_count: Annotated[int, Meta(description="Number of annotations stored.")]
    annotations: Annotated[list[CreatedAnnotation], Meta(description="The annotations, in the order of the request.")]


def check_size(value: dict[str, Any], name: str) -> None:
    """Raise InvalidInput for an object that is larger than the maximum."""
    if len(msgspec.json.encode(value)) > MAX_OBJECT_BYTES:
        raise InvalidInput(Fault(f"/{name}", f"{name}: must be at most 64 KB; upload it as an artifact instead."))


class AnnotationOut(msgspec.Struct):
    """An annotation."""

    id: Annotated[UUID, Meta(description="Id of the annotation.")]
    annotation_type: Annotated[
        str, Meta(description="`bounding_box`, `segmentation`, `keypoint`, `classification` or `heatmap`.")
    ]
    class_name: Annotated[str, Meta(description="Class of the object; 1 to 255 characters.")]
    confidence: Annotated[float | None, Meta(description="Confidence of the model, 0 to 1; null if it states none.")]
    data: Annotated[
        dict[str, Any], Meta(description="Geometry or values of the annotation; its fields depend on the type.")
    ]


class AnnotationPage(msgspec.Struct):
    """A page of annotations, in the order in which they were sent."""

    annotations: Annotated[list[AnnotationOut], Meta(description="The annotations of this page.")]
    total: Annotated[int, Meta(description="Number of annotations of the analysis.")]
    next: Annotated[int | None, Meta(description="Cursor of the next page; null on the last one.")]


class AgreementMatrix(msgspec.Struct):
    """Objects by class on both sides; class `(none)` counts those that the other side lacks."""

    classes: Annotated[list[str], Meta(description="Classes of the rows and columns, in their order.")]
    counts: Annotated[
        list[list[int]],
        Meta(description="Number of objects: rows are the reference's classes, columns the candidate's."),
    ]


class AgreementOut(msgspec.Struct):
    """The agreement of two analyses."""

    images: Annotated[int, Meta(description="Number of images compared.")]
    only_reference: Annotated[int, Meta(description="Number of images that only the reference analysed.")]
    only_candidate: Annotated[int, Meta(description="Number of images that only the candidate analysed.")]
    reference_is_truth: Annotated[
        bool, Meta(description="Whether every analysis of the reference is marked as ground truth.")
    ]
    options: Annotated[dict[str, Any], Meta(description="Options of the comparison, defaults filled in.")]
    overall: Annotated[Rates, Meta(description="Counts and rates over all classes.")]
    per_class: Annotated[dict[str, Rates], Meta(description="Counts and rates of each class, by its name.")]
    matrix: Annotated[AgreementMatrix, Meta(description="Agreement matrix.")]
    average_precision: Annotated[
        dict[str, Any] | None,
        Meta(
            description="COCO's average precision of the candidate, with the rules' name as `profile`; null unless the "
            "reference is ground truth."
        ),
    ]
    matches: Annotated[
        dict[str, Any] | None,
        Meta(
            description="Matched and unmatched annotations, and those in a group or on an ignored object, `ignored`; "
            "null unless exactly one image was compared by objects."
        ),
    ]
