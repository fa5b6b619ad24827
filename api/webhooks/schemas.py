"""What is sent and answered about webhooks."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.kit.keyring import Keyring
from shared.webhooks import LoggedDelivery, secrets
from shared.webhooks.models import Attempt, Endpoint
from shared.webhooks.signing import secret_text

EventType = Literal["job.succeeded", "job.failed", "job.cancelled"]


class EndpointIn(msgspec.Struct, forbid_unknown_fields=True):
    """An address to call, and for which events; none named means all."""

    url: Annotated[str, Meta(max_length=2048)]
    events: Annotated[list[EventType], Meta(max_length=20)] = []
    description: Annotated[str, Meta(max_length=200)] | None = None


class EndpointOut(msgspec.Struct):
    """A registered address, with the secret that its messages are signed with."""

    id: UUID
    url: str
    events: list[str]
    description: str | None
    secret: str
    disabled_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, endpoint: Endpoint, keyring: Keyring) -> "EndpointOut":
        """The endpoint as its owner sees it."""
        return cls(
            id=endpoint.id,
            url=endpoint.url,
            events=endpoint.events,
            description=endpoint.description,
            secret=secret_text(secrets.of_endpoint(keyring, endpoint.id, endpoint.secret_version)),
            disabled_at=endpoint.disabled_at,
            created_at=endpoint.created_at,
        )


class SecretOut(msgspec.Struct):
    """The secret that signs callbacks to addresses given with jobs, as Standard Webhooks libraries take it."""

    secret: str


class AttemptOut(msgspec.Struct):
    """One try at a delivery."""

    number: int
    status_code: int | None
    error: str | None
    duration_ms: int
    response_excerpt: str
    created_at: datetime

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptOut":
        """The attempt as the account's owner sees it."""
        return cls(
            number=attempt.number,
            status_code=attempt.status_code,
            error=attempt.error,
            duration_ms=attempt.duration_ms,
            response_excerpt=attempt.response_excerpt,
            created_at=attempt.created_at,
        )


class DeliveryOut(msgspec.Struct):
    """The telling of one event to one receiver."""

    id: UUID
    event_id: str
    event_type: str
    endpoint_id: UUID | None
    url: str
    status: str
    next_attempt_at: datetime | None
    attempts: list[AttemptOut]

    @classmethod
    def of(cls, logged: LoggedDelivery) -> "DeliveryOut":
        """The delivery as the account's owner sees it."""
        delivery, event = logged.delivery, logged.event
        return cls(
            id=delivery.id,
            event_id=event.id,
            event_type=event.type,
            endpoint_id=delivery.endpoint_id,
            url=delivery.url,
            status=delivery.status,
            next_attempt_at=delivery.next_attempt_at if delivery.status == "pending" else None,
            attempts=[AttemptOut.of(attempt) for attempt in logged.attempts],
        )


class DeliveryPage(msgspec.Struct):
    """Some deliveries, newest first; `next` is the cursor of the page after."""

    items: list[DeliveryOut]
    next: str | None
