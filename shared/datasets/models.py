"""The tables of datasets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.datasets.lifecycle import OUTCOMES
from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column
from shared.kit.ids import uuid7


class Dataset(SQLModel, table=True):
    """A version of a test set: sample ids with their actual labels."""

    __table_args__ = (
        CheckConstraint(f"outcome IN ({', '.join(repr(outcome.value) for outcome in OUTCOMES)})", name="outcome"),
        CheckConstraint(
            "(outcome IS NOT DISTINCT FROM 'ready') = (folder IS NOT NULL AND content_sha256 IS NOT NULL)",
            name="content",
        ),
        UniqueConstraint("account_id", "name", "version", name="uq_dataset_account_id_name_version"),
        Index("ix_dataset_account_id_id", "account_id", "id"),
        Index("ix_dataset_folder", "folder"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    name: str
    version: int
    # The actual labels are counted, and never shown beside their samples.
    is_private: bool
    job_id: UUID
    upload_id: UUID
    filename: str
    # As they were named by the request: shared.datasets.columns.DatasetColumns.
    columns: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    outcome: str | None = None
    # What reading found, once the job has ended: shared.runs.joining.dataset_file.DatasetReading.
    reading: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    sample_count: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    content_sha256: str | None = None
    # Of the object with the rows.
    folder: str | None = None
    rows_bytes: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class RunDataset(SQLModel, table=True):
    """The dataset that a run is of."""

    __tablename__ = "run_dataset"

    run_id: UUID = Field(sa_column=Column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True, nullable=False))
    # A dataset stays as long as a run refers to it.
    dataset_id: UUID = Field(sa_column=Column(ForeignKey("dataset.id"), nullable=False, index=True))
