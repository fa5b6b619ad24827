"""The table of idempotency keys."""

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, String
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column


class IdempotencyKey(SQLModel, table=True):
    """A request under its sender's key, with its encrypted answer."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_created_at", "created_at"),)

    account_id: int = Field(sa_column=owner_column(index=False, primary_key=True))
    key: str = Field(sa_column=Column(String, primary_key=True))
    # A hash of everything that identifies the request.
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    # Raised when a repeat takes over from a request that died; fences the work of the former request.
    attempt: int
    lease_until: datetime = Field(sa_column=moment_column())
    # Set by the transaction that does the work.
    worked: bool
    # What the work created, as its noun and id; null if it created nothing that has an address.
    created_resource: str | None = Field(default=None, sa_column=Column(String, nullable=True))
    answer: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
