"""The table of audit events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column
from shared.kit.ids import uuid7


class AuditEvent(SQLModel, table=True):
    """Who did what that matters for security, when, and from where; it outlives the account."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_account_id_id", "account_id", "id"),
        Index("ix_audit_event_created_at", "created_at"),
        # For the addresses from which an account has signed in.
        Index("ix_audit_event_known_address", "account_id", "address", postgresql_where=text("type = 'signed_in'")),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    type: str
    # The account that it is about; null where the name at a sign-in is no account's.
    account_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    actor: str
    # An IPv4 address, or the IPv6 network of a subscriber.
    address: str | None = None
    details: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
