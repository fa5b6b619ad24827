"""The tables of runs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column
from shared.kit.ids import uuid7
from shared.runs.lifecycle import OUTCOMES


class Run(SQLModel, table=True):
    """What one model said of a test set; its file is read by the newest version."""

    __table_args__ = (Index("ix_run_account_id_id", "account_id", "id"),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    name: str | None = None
    model_name: str | None = None
    model_version: str | None = None
    tags: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False, server_default=text("'{}'")))
    notes: str | None = None
    # The label of the positive class as text; null for the usual one of the two classes, if there is one.
    positive: str | None = None
    # The newest version.
    version: int
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class RunVersion(SQLModel, table=True):
    """A run's file, read with certain columns."""

    __tablename__ = "run_version"
    __table_args__ = (
        CheckConstraint(f"outcome IN ({', '.join(repr(outcome.value) for outcome in OUTCOMES)})", name="outcome"),
        CheckConstraint("(outcome IS NOT DISTINCT FROM 'ready') = (summary IS NOT NULL)", name="summary"),
        Index("ix_run_version_folder", "folder"),
        Index("ix_run_version_unmeasured", "run_id", postgresql_where=text("outcome = 'ready' AND NOT has_figures")),
    )

    run_id: UUID = Field(sa_column=Column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True, nullable=False))
    number: int = Field(primary_key=True)
    job_id: UUID
    upload_id: UUID
    filename: str
    # The columns as they were named by the request: shared.runs.mapping.ColumnsIn.
    columns: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    # The upload with the actual labels, where the file has none: shared.runs.joining.rules.TruthSource.
    truth: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    # Nothing is counted before its owner has seen the first rows.
    is_review: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    outcome: str | None = None
    # shared.runs.previews.Preview, apart from what reading found: lists of runs do not read it.
    preview: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    # What reading found, once the job has ended: format, decisions, questions, notices.
    reading: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    sample_count: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    # Packed shared.runs.summary.RunSummary.
    summary: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    # Of the objects with the canonical rows and the slice tables.
    folder: str | None = None
    # The objects of the canonical rows in their order, where parts of the file were read apart.
    pieces: list[str] | None = Field(default=None, sa_column=Column(ARRAY(String), nullable=True))
    rows_bytes: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    has_figures: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class RunFigure(SQLModel, table=True):
    """A metric of a run whose newest version is ready, kept beside its counts because lists are sorted by it."""

    __tablename__ = "run_figure"
    __table_args__ = (Index("ix_run_figure_sorted", "account_id", "metric", "value", "run_id"),)

    run_id: UUID = Field(sa_column=Column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True, nullable=False))
    metric: str = Field(primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    # The class that the metric is of, as text; null of all classes.
    label: str | None = None
    value: float = Field(sa_column=Column(Double, nullable=False))
    low: float | None = Field(default=None, sa_column=Column(Double, nullable=True))
    high: float | None = Field(default=None, sa_column=Column(Double, nullable=True))
