"""The table of jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.jobs.lifecycle import Status
from shared.kit import clock
from shared.kit.ids import uuid7
from shared.kit.tables import moment_column, owner_column, time_column


class Job(SQLModel, table=True):
    """One piece of background work: the record of it, of which a queue message is only a reminder."""

    __table_args__ = (
        CheckConstraint(f"status IN ({', '.join(repr(status.value) for status in Status)})", name="status"),
        CheckConstraint("(status = 'running') = (lease_until IS NOT NULL)", name="lease"),
        Index("ix_job_account_id_id", "account_id", "id"),
        # The newest of those that did the same is asked for, of which one account may have very many.
        Index("ix_job_same_work", "account_id", "fingerprint", "created_at"),
        Index("ix_job_inputs_key", "inputs_key", postgresql_where=text("inputs_key IS NOT NULL")),
        Index("ix_job_subjects", "subjects", postgresql_using="gin"),
        Index("ix_job_queued", "run_after", postgresql_where=text("status = 'queued'")),
        Index("ix_job_waiting", "account_id", "run_after", "id", postgresql_where=text("status = 'queued'")),
        Index("ix_job_running", "lease_until", postgresql_where=text("status = 'running'")),
        Index("ix_job_finished", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    kind: str
    # The arguments of the kind, as shared.kinds reads them.
    arguments: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    # What the job depends on: by its id, the version that the job was submitted for, and what kind of thing it is.
    subjects: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    reference_kinds: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'{}'::jsonb")))
    # Equal for jobs of an account whose artifacts would be equal.
    fingerprint: str
    callback_url: str | None = None
    # What the job is done on beside them: here, or in storage when it is large.
    inputs: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    inputs_key: str | None = None

    status: str = Status.QUEUED.value
    progress: float = 0.0
    # Raised by every claim and never lowered: the fence that a worker must name to finish the job.
    attempt: int = 0
    # Attempts that ended without an answer for reasons that may lie in the job; three end it.
    failures: int = 0
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))

    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    # A queued job is not claimed before this: now, or later when an attempt is repeated.
    run_after: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    # When a message was last sent for it.
    dispatched_at: datetime | None = Field(default=None, sa_column=time_column())
    lease_until: datetime | None = Field(default=None, sa_column=time_column())
    started_at: datetime | None = Field(default=None, sa_column=time_column())
    finished_at: datetime | None = Field(default=None, sa_column=time_column())
