"""The table of jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.jobs.lifecycle import Status
from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column, time_column
from shared.kit.ids import uuid7


class Job(SQLModel, table=True):
    """A piece of background work; this row is authoritative, and a queue message is only a reminder of it."""

    __table_args__ = (
        CheckConstraint(f"status IN ({', '.join(repr(status.value) for status in Status)})", name="status"),
        CheckConstraint("(status = 'running') = (lease_until IS NOT NULL)", name="lease"),
        Index("ix_job_account_id_id", "account_id", "id"),
        # For the newest job of a fingerprint; one account may have very many jobs of the same.
        Index("ix_job_same_work", "account_id", "fingerprint", "created_at"),
        Index("ix_job_inputs_key", "inputs_key", postgresql_where=text("inputs_key IS NOT NULL")),
        Index("ix_job_subjects", "subjects", postgresql_using="gin"),
        Index("ix_job_queued", "run_after", postgresql_where=text("status = 'queued'")),
        Index("ix_job_waiting", "account_id", "run_after", "id", postgresql_where=text("status = 'queued'")),
        Index("ix_job_running", "lease_until", postgresql_where=text("status = 'running'")),
        Index("ix_job_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("ix_job_finished", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    kind: str
    # The arguments of the kind, as shared.kinds reads them.
    arguments: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    # The dependencies by id: the version that the job was submitted for, and the kind of each.
    subjects: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    reference_kinds: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'{}'::jsonb")))
    # Equal for jobs of an account whose artifacts would be equal.
    fingerprint: str
    callback_url: str | None = None
    # The inputs beside the arguments: here, or in storage when they are large.
    inputs: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    inputs_key: str | None = None

    status: str = Status.QUEUED.value
    progress: float = 0.0
    # Raised by every claim and never lowered: the fence that a worker must name to finish the job.
    attempt: int = 0
    # Attempts that crashed for reasons that may lie in the job; three of them fail it.
    failures: int = 0
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))

    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    # A queued job is not claimed before this time, which a retry moves on.
    run_after: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    # When a message was last sent for it.
    dispatched_at: datetime | None = Field(default=None, sa_column=time_column())
    lease_until: datetime | None = Field(default=None, sa_column=time_column())
    started_at: datetime | None = Field(default=None, sa_column=time_column())
    finished_at: datetime | None = Field(default=None, sa_column=time_column())

    # The job that this one is a part of; it waits for all its parts, with a lease that never ends.
    parent_id: UUID | None = Field(
        default=None, sa_column=Column(ForeignKey("job.id", ondelete="CASCADE"), nullable=True)
    )
    part_count: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
