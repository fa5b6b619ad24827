"""The table of share links."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, LargeBinary, String
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column
from shared.kit.ids import uuid7


class TargetType(StrEnum):
    """What can be shared."""

    RUN = "run"
    COMPARISON = "comparison"
    GATE = "gate"
    MATRIX = "matrix"
    IMAGE = "image"


class ShareLink(SQLModel, table=True):
    """A link by which everybody can read one object until a date; its token is random, and only the hash is stored."""

    __tablename__ = "share_link"
    __table_args__ = (
        CheckConstraint(f"noun IN ({', '.join(repr(one.value) for one in TargetType)})", name="noun"),
        Index("uq_share_link_token_hash", "token_hash", unique=True),
        Index("ix_share_link_account_id_id", "account_id", "id"),
        Index("ix_share_link_expires_at", "expires_at"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    # A column that is renamed stops the release before, which runs while this one starts.
    target_type: str = Field(sa_column=Column("noun", String, nullable=False))
    target_id: UUID
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
