"""The table of comparisons."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column
from shared.kit.ids import uuid7


def _compared(column: str) -> Any:
    # A comparison shows samples of both, so it goes with either.
    return Column(ForeignKey(column, ondelete="CASCADE"), nullable=True, index=True)


class ComparisonRow(SQLModel, table=True):
    """A candidate compared with a baseline on the same samples: two runs, or two matrices."""

    __tablename__ = "comparison"
    __table_args__ = (
        CheckConstraint("(result IS NOT NULL) = (verdict IS NOT NULL)", name="verdict"),
        CheckConstraint(
            "num_nonnulls(baseline_run_id, candidate_run_id) IN (0, 2) AND "
            "num_nonnulls(baseline_run_id, candidate_run_id, baseline_matrix_uid, candidate_matrix_uid) = 2",
            name="sides",
        ),
        Index("ix_comparison_account_id_id", "account_id", "id"),
        Index("ix_comparison_folder", "folder"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    job_id: UUID
    baseline_run_id: UUID | None = Field(default=None, sa_column=_compared("run.id"))
    candidate_run_id: UUID | None = Field(default=None, sa_column=_compared("run.id"))
    baseline_matrix_uid: UUID | None = Field(default=None, sa_column=_compared("matrix.uid"))
    candidate_matrix_uid: UUID | None = Field(default=None, sa_column=_compared("matrix.uid"))
    # Of the runs or matrices, when the comparison was created.
    baseline_version: int
    candidate_version: int
    # As they were asked for: shared.comparisons.options.ComparisonOptions.
    options: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    verdict: str | None = None
    # Packed shared.comparisons.results.ComparisonResult.
    result: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    # Of the object with the flips.
    folder: str | None = None
    flips_bytes: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
