"""The table of artifacts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column
from shared.kit.ids import uuid7


class Artifact(SQLModel, table=True):
    """A file that a job made; the row exists only once the bytes lie in storage."""

    __table_args__ = (Index("uq_artifact_job_id_name", "job_id", "name", unique=True),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    job_id: UUID = Field(sa_column=Column(ForeignKey("job.id", ondelete="CASCADE"), nullable=False))
    name: str
    content_type: str
    size_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str
    # Jobs with the same request share the object, so it is deleted with the last row that refers to it.
    object_key: str = Field(index=True)
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
