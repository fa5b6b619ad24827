"""The table of detection runs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column
from shared.kit.ids import uuid7


class DetectionRunRow(SQLModel, table=True):
    """A model judged on the images of a project that have ground truth."""

    __tablename__ = "detection_run"
    __table_args__ = (
        CheckConstraint("(result IS NOT NULL) = (folder IS NOT NULL)", name="result"),
        Index("ix_detection_run_account_id_id", "account_id", "id"),
        Index("ix_detection_run_project_id_id", "project_id", "id"),
        Index("ix_detection_run_folder", "folder"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    # Its samples are images of the project, so it goes with it.
    project_id: UUID = Field(sa_column=Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False))
    job_id: UUID
    model_name: str
    # None for the newest analysis of each image, whatever its version.
    model_version: str | None = None
    name: str | None = None
    notes: str | None = None
    # By which a gate finds its baseline.
    tags: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False, server_default=text("'{}'")))
    # As they were asked for: shared.detection_runs.options.DetectionOptions.
    options: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    # The first figure, by which lists compare models; None where it is undefined.
    ap: float | None = None
    # Packed shared.detection_runs.results.DetectionFigures.
    result: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    # True while the result lacks its intervals, and its comparison with a baseline.
    awaits_intervals: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false"))
    )
    # Of the object with the scene.
    folder: str | None = None
    scene_bytes: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
