"""The tables of analyses, their annotations and artifacts, and the pipelines that make them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.analyses.lifecycle import FINAL, AnalysisStatus
from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column, time_column
from shared.kit.ids import uuid7


def _sql_list(statuses: Any) -> str:
    return ", ".join(repr(status.value) for status in AnalysisStatus if status in statuses)


def _analysis_column(*, primary_key: bool = False) -> Column[Any]:
    return Column(ForeignKey("analysis.id", ondelete="CASCADE"), nullable=False, primary_key=primary_key)


class Analysis(SQLModel, table=True):
    """A run of a model on an image."""

    __table_args__ = (
        CheckConstraint(f"status IN ({_sql_list(set(AnalysisStatus))})", name="status"),
        CheckConstraint(f"(status IN ({_sql_list(FINAL)})) = (completed_at IS NOT NULL)", name="completed"),
        Index("ix_analysis_image_id_id", "image_id", "id"),
        Index("ix_analysis_queued", "account_id", "id", postgresql_where=text("status = 'queued'")),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    # The account of the image, repeated here so that checking the owner of an analysis takes no join.
    account_id: int = Field(sa_column=owner_column())
    image_id: UUID = Field(sa_column=Column(ForeignKey("image.id", ondelete="CASCADE"), nullable=False))
    model_name: str
    model_version: str
    parameters: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    description: str | None = None
    status: str = AnalysisStatus.QUEUED.value
    error_message: str | None = None
    summary: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    # Whether models are evaluated against it.
    is_ground_truth: bool = False
    # Also the position of the next annotation.
    annotation_count: int = 0
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    started_at: datetime | None = Field(default=None, sa_column=time_column())
    completed_at: datetime | None = Field(default=None, sa_column=time_column())


class Annotation(SQLModel, table=True):
    """A detected object or a label of an image. One index, which grows at its right edge, serves writing and paging."""

    analysis_id: UUID = Field(sa_column=_analysis_column(primary_key=True))
    position: int = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7)
    annotation_type: str
    class_name: str
    confidence: float | None = None
    # JSON as text: validated when it is received, and passed on without being parsed again.
    data: str = Field(sa_column=Column(Text, nullable=False))


class AnnotationBatch(SQLModel, table=True):
    """The annotations of one request; repeating the request returns the same annotations."""

    __tablename__ = "annotation_batch"

    analysis_id: UUID = Field(sa_column=_analysis_column(primary_key=True))
    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    first_position: int
    count: int


class AnalysisArtifact(SQLModel, table=True):
    """A file that a pipeline announced; `stored` once its upload was inspected."""

    __tablename__ = "analysis_artifact"
    __table_args__ = (
        CheckConstraint("status IN ('announced', 'stored', 'missing', 'mismatched')", name="status"),
        CheckConstraint("(status = 'stored') = (object_key IS NOT NULL)", name="object"),
        Index("ix_analysis_artifact_announced", "created_at", postgresql_where=text("status = 'announced'")),
        Index("ix_analysis_artifact_object_key", "object_key", postgresql_where=text("object_key IS NOT NULL")),
    )

    analysis_id: UUID = Field(sa_column=_analysis_column(primary_key=True))
    name: str = Field(primary_key=True)
    # Part of the key of its upload, so that a link that was signed for one file cannot write another.
    id: UUID = Field(default_factory=uuid7, index=True)
    content_type: str
    announced_bytes: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    status: str = "announced"
    size_bytes: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    # The key since its inspection, out of its uploader's reach.
    object_key: str | None = None
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class Pipeline(SQLModel, table=True):
    """A program of an account that makes analyses; its secret is derived from id and version."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column())
    name: str
    # Models that it runs; an empty list means all of them.
    models: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    secret_version: int = 1
    secret_rotated_at: datetime | None = Field(default=None, sa_column=time_column())
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
