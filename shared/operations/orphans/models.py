"""The tables of the installation, and of the objects that no row refers to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, true
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, time_column


class Installation(SQLModel, table=True):
    """The id that the database shares with its bucket; there is at most one row."""

    __table_args__ = (CheckConstraint("is_only", name="only"),)

    is_only: bool = Field(
        default=True, sa_column=Column(Boolean, primary_key=True, nullable=False, server_default=true())
    )
    id: UUID
    # Raised here before it is written to the bucket: a smaller one than the bucket's is an older state of the database.
    generation: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    # Null until the bucket has the id.
    bound_at: datetime | None = Field(default=None, sa_column=time_column())
    # Why the last check failed, or null.
    problem: str | None = None


class Orphan(SQLModel, table=True):
    """An object that no row referred to when it was last looked at."""

    prefix: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    # An object that was stored anew under the same key is another one.
    etag: str
    marked_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    seen_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class OrphanSweep(SQLModel, table=True):
    """The last look at all objects under a prefix."""

    __tablename__ = "orphan_sweep"

    prefix: str = Field(primary_key=True)
    objects: int = Field(sa_column=Column(BigInteger, nullable=False))
    orphans: int = Field(sa_column=Column(BigInteger, nullable=False))
    # Whether the orphans are too many to be deleted without an operator's word.
    is_held: bool
    # So many orphans may be deleted once, whatever their share.
    allowed: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    ended_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
