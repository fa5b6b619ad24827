"""The tables of webhooks: endpoints, events, deliveries and attempts."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Float, ForeignKey, Index, LargeBinary, String, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column, time_column
from shared.kit.ids import uuid7

# Who gets a delivery, for the bounds of attempts under way. A function of the database, so that the deliveries of the
# release before have it as well, and an index can hold it.
RECEIVER = "webhook_receiver(endpoint_id, url)"


class DisabledBecause(StrEnum):
    """Why an endpoint is disabled: by its `owner`, `gone` (it answered 410), or `failing` (for five days)."""

    OWNER = "owner"
    GONE = "gone"
    FAILING = "failing"


class DeadBecause(StrEnum):
    """Why a delivery was given up before its attempts were used up."""

    TOO_MANY_PENDING = "too_many_pending"
    ENDPOINT_DISABLED = "endpoint_disabled"
    ACCOUNT_DISABLED = "account_disabled"


class Endpoint(SQLModel, table=True):
    """An address that receives an account's events; its secret is derived from id and version."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("disabled_because IN ('owner', 'gone', 'failing')", name="disabled_because"),
        CheckConstraint("(disabled_at IS NULL) = (disabled_because IS NULL)", name="disabled"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column())
    url: str
    description: str | None = None
    # Event types; an empty list means all of them.
    events: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    secret_version: int = 1
    secret_rotated_at: datetime | None = Field(default=None, sa_column=time_column())
    # The time since which every attempt has failed; a success clears it.
    failing_since: datetime | None = Field(default=None, sa_column=time_column())
    disabled_at: datetime | None = Field(default=None, sa_column=time_column())
    # Set together with the time.
    disabled_because: DisabledBecause | None = Field(default=None, sa_column=Column(String, nullable=True))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class Event(SQLModel, table=True):
    """An event, with the exact bytes that every receiver gets."""

    __tablename__ = "webhook_event"
    __table_args__ = (Index("ix_webhook_event_created_at", "created_at"),)

    id: str = Field(primary_key=True)
    account_id: int = Field(sa_column=owner_column())
    type: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class Delivery(SQLModel, table=True):
    """The delivery of one event to one receiver."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'delivered', 'dead')", name="status"),
        Index("ix_webhook_delivery_account_id_id", "account_id", "id"),
        Index("ix_webhook_delivery_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index(
            "ix_webhook_delivery_turn",
            "account_id",
            text(RECEIVER),
            "next_attempt_at",
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_webhook_delivery_under_way",
            "under_way_until",
            postgresql_where=text("under_way_until IS NOT NULL"),
        ),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    event_id: str = Field(
        sa_column=Column(ForeignKey("webhook_event.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    # Null for the `callback_url` of a job, whose messages the account's callback secret signs.
    endpoint_id: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"), nullable=True, index=True),
    )
    url: str
    status: str = "pending"
    # Raised by every claim: numbers the attempts and fences their results.
    attempt: int = 0
    # A test of the address is sent once; everything else is retried by the schedule.
    repeats: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    next_attempt_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    # Until then the attempt counts as under way; null once its outcome is recorded.
    under_way_until: datetime | None = Field(default=None, sa_column=time_column())
    # Written by the release before only.
    dispatched_at: datetime | None = Field(default=None, sa_column=time_column())
    finished_at: datetime | None = Field(default=None, sa_column=time_column())
    # Null also for deliveries whose attempts were used up, or whose receiver answered 410.
    dead_because: DeadBecause | None = Field(default=None, sa_column=Column(String, nullable=True))


class Attempt(SQLModel, table=True):
    """One attempt at a delivery, with its outcome."""

    __tablename__ = "webhook_attempt"

    delivery_id: UUID = Field(sa_column=Column(ForeignKey("webhook_delivery.id", ondelete="CASCADE"), primary_key=True))
    number: int = Field(primary_key=True)
    status_code: int | None = None
    error: str | None = None
    duration_ms: int
    response_excerpt: str = ""
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class SlowReceiver(SQLModel, table=True):
    """A receiver whose last attempt took long; its deliveries share a bounded part of a courier's slots."""

    __tablename__ = "webhook_slow_receiver"

    account_id: int = Field(sa_column=owner_column(index=False, primary_key=True))
    receiver: str = Field(primary_key=True)
    last_slow_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class CourierState(SQLModel, table=True):
    """A courier process that runs or ran lately, and how far its clock is ahead of the database's."""

    __tablename__ = "courier"

    name: str = Field(primary_key=True)
    seen_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    clock_skew_s: float = Field(sa_column=Column(Float, nullable=False))
