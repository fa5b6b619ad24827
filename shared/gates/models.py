"""The tables of gates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column
from shared.kit.ids import uuid7


class Gate(SQLModel, table=True):
    """A policy by which candidates are let through; its newest version holds."""

    __table_args__ = (Index("ix_gate_account_id_id", "account_id", "id"),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    name: str
    # The newest version.
    version: int
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class GateVersion(SQLModel, table=True):
    """The policy of a gate as it was; checks keep the one that they were made by."""

    __tablename__ = "gate_version"

    gate_id: UUID = Field(sa_column=Column(ForeignKey("gate.id", ondelete="CASCADE"), primary_key=True, nullable=False))
    number: int = Field(primary_key=True)
    # shared.gates.policy.GatePolicy.
    policy: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class GateCheckRow(SQLModel, table=True):
    """A candidate checked by a version of a gate."""

    __tablename__ = "gate_check"
    __table_args__ = (
        ForeignKeyConstraint(
            ["gate_id", "gate_version"], ["gate_version.gate_id", "gate_version.number"], ondelete="CASCADE"
        ),
        CheckConstraint("(result IS NOT NULL) = (verdict IS NOT NULL)", name="verdict"),
        CheckConstraint("verdict IN ('pass', 'warn', 'fail')", name="verdict_word"),
        CheckConstraint("(baseline_run_id IS NULL) = (baseline_version IS NULL)", name="baseline"),
        CheckConstraint("num_nonnulls(candidate_run_id, candidate_detection_run_id) = 1", name="candidate"),
        Index("ix_gate_check_gate_id_id", "gate_id", "id"),
        Index("ix_gate_check_gate_id_gate_version", "gate_id", "gate_version"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    gate_id: UUID
    gate_version: int
    job_id: UUID
    # A check shows samples of the candidate, so it goes with it. The history outlives the baseline, which is no more
    # than an id here, of the same kind as the candidate; null where there was none.
    candidate_run_id: UUID | None = Field(
        default=None, sa_column=Column(ForeignKey("run.id", ondelete="CASCADE"), nullable=True, index=True)
    )
    candidate_detection_run_id: UUID | None = Field(
        default=None, sa_column=Column(ForeignKey("detection_run.id", ondelete="CASCADE"), nullable=True, index=True)
    )
    candidate_version: int
    baseline_run_id: UUID | None = None
    baseline_version: int | None = None
    verdict: str | None = None
    # Packed shared.gates.results.CheckResult.
    result: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
