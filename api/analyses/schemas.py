"""What people and pipelines send about analyses, and what they are answered."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shared.analyses import AnalysisOut, ArtifactRecord, NewAnalysis
from shared.analyses.callbacks.verbs import PresignedArtifact
from shared.analyses.finishing import FinishedAnalysis
from shared.analyses.records import AnnotationRecord
from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import ModelName, ModelVersion
from shared.kit.storage import Link

# What somebody says of a run, not what it found.
MAX_OBJECT_BYTES = 64 * 1024

Description = Annotated[str, Meta(max_length=10_000)]


class AnalysisIn(msgspec.Struct):
    """Which model is to look at the image, and how."""

    model_name: ModelName
    model_version: ModelVersion
    parameters: dict[str, Any] | None = None
    description: Description | None = None

    def wanted(self) -> NewAnalysis:
        """The analysis to create."""
        parameters = self.parameters or {}
        check_size(parameters, "parameters")
        return NewAnalysis(self.model_name, self.model_version, parameters, self.description)


class AnalysisPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is to change; fields that are not sent stay."""

    is_ground_truth: bool | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET

    @property
    def said_truth(self) -> bool | None:
        """What is said of being the truth, or None."""
        return None if isinstance(self.is_ground_truth, UnsetType) else self.is_ground_truth

    @property
    def said_description(self) -> tuple[bool, str | None]:
        """Whether a description was sent, and which."""
        return (False, None) if isinstance(self.description, UnsetType) else (True, self.description)


class AnalysisList(msgspec.Struct):
    """The analyses of one image, newest first."""

    analyses: list[AnalysisOut]
    total: int


class AnalysisFile(msgspec.Struct):
    """A file of a pipeline: stored, announced, missing (never uploaded) or mismatched (not what was announced)."""

    artifact_name: str
    content_type: str
    status: str
    size_bytes: int | None
    storage_path: str
    created_at: datetime
    url: str | None = None
    expires_at: datetime | None = None

    @classmethod
    def of(cls, analysis_id: UUID, file: ArtifactRecord, link: Link | None = None) -> "AnalysisFile":
        """The file as its owner and its pipeline see it."""
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
    """The files of an analysis, by name."""

    artifacts: list[AnalysisFile]


class EndedAnalysis(AnalysisOut, frozen=True, kw_only=True):
    """An analysis that has come to its end, and what became of the files that were announced for it."""

    artifacts: list[AnalysisFile]
    missing_artifacts: list[str]

    @classmethod
    def of(cls, ended: FinishedAnalysis) -> "EndedAnalysis":
        """The end as its pipeline sees it."""
        return cls(
            **msgspec.structs.asdict(ended.analysis.shown()),
            artifacts=[AnalysisFile.of(ended.analysis.id, file) for file in ended.artifacts],
            missing_artifacts=[file.name for file in ended.artifacts if file.status != "stored"],
        )


class PresignedOut(msgspec.Struct):
    """Where to PUT a file, and the headers that have to come with it."""

    artifact_name: str
    upload_url: str
    expires_in: int
    expires_at: datetime
    storage_path: str
    headers: dict[str, str]

    @classmethod
    def of(cls, analysis_id: UUID, announced: PresignedArtifact, expires_in: int) -> "PresignedOut":
        """The address as the pipeline sees it."""
        name, link = announced.artifact.name, announced.link
        path = storage_path(analysis_id, name)
        return cls(name, link.url, expires_in, link.expires_at, path, announced.headers)


class PresignedList(msgspec.Struct):
    """An address for each announced file, in the order in which they were announced."""

    presigned_urls: list[PresignedOut]


class CreatedAnnotation(msgspec.Struct):
    """An annotation that was kept."""

    id: UUID
    annotation_type: str
    class_name: str
    confidence: float | None

    @classmethod
    def of(cls, record: AnnotationRecord) -> "CreatedAnnotation":
        """The annotation without its data, which its sender has."""
        return cls(record.id, record.annotation_type, record.class_name, record.confidence)


class BulkOut(msgspec.Struct):
    """The annotations of a batch, in its order."""

    created_count: int
    annotations: list[CreatedAnnotation]


def storage_path(analysis_id: UUID, name: str) -> str:
    """Under which name an annotation or a person speaks of a file; where it lies is our affair."""
    return f"ml_outputs/{analysis_id}/{name}"


def check_size(value: dict[str, Any], name: str) -> None:
    """Refuse an object that is no description of a run any more."""
    if len(msgspec.json.encode(value)) > MAX_OBJECT_BYTES:
        raise InvalidInput(Fault(f"/{name}", f"{name}: this is larger than 64 KB; send it as an artifact."))
