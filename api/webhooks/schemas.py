"""What is sent and answered about webhooks."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shared.kit.keyring import Keyring
from shared.kit.names import Name
from shared.webhooks import secrets
from shared.webhooks.deliveries import LoggedDelivery
from shared.webhooks.events import EventType
from shared.webhooks.models import Attempt, DisabledBecause, Endpoint
from shared.webhooks.signing import secret_text

DeliveryStatus = Literal["pending", "delivered", "dead"]


class EndpointIn(msgspec.Struct, forbid_unknown_fields=True):
    """An address to call, and for which events; none named means all."""

    url: Annotated[str, Meta(max_length=2048)]
    events: Annotated[list[EventType], Meta(max_length=20)] = []
    description: Annotated[Name, Meta(max_length=200)] | None = None


class EndpointChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be different about an endpoint; what is not named stays."""

    url: Annotated[str, Meta(max_length=2048)] | UnsetType = UNSET
    events: Annotated[list[EventType], Meta(max_length=20)] | UnsetType = UNSET
    description: Annotated[Name, Meta(max_length=200)] | UnsetType | None = UNSET

    def named(self) -> dict[str, Any]:
        """The fields that were sent."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}


class EndpointOut(msgspec.Struct):
    """A registered address, with the secret that its messages are signed with.

    `disabled_because` is `owner`, `gone` (the receiver answered 410) or `failing` (nothing has arrived for five days).
    """

    id: UUID
    url: str
    events: list[str]
    description: str | None
    secret: str
    secret_rotated_at: datetime | None
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_because: DisabledBecause | None
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
            secret_rotated_at=endpoint.secret_rotated_at,
            failing_since=endpoint.failing_since,
            disabled_at=endpoint.disabled_at,
            disabled_because=endpoint.disabled_because,
            created_at=endpoint.created_at,
        )


class SecretOut(msgspec.Struct):
    """The secret that signs callbacks to addresses given with jobs, as Standard Webhooks libraries take it."""

    secret: str


class ReplayIn(msgspec.Struct, forbid_unknown_fields=True):
    """From when on to tell again, and whether only what did not arrive or everything."""

    since: Annotated[datetime, Meta(tz=True)]
    events: Literal["undelivered", "all"] = "undelivered"


class ReplayOut(msgspec.Struct):
    """How many events are on their way; `more`: there are others, ask again once these have arrived."""

    queued: int
    more: bool


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
    status: DeliveryStatus
    next_attempt_at: datetime | None
    happened_at: datetime
    finished_at: datetime | None
    attempts: list[AttemptOut]

    @classmethod
    def of(cls, logged: LoggedDelivery) -> "DeliveryOut":
        """The delivery as the account's owner sees it."""
        return cls(**_shown(logged))


class DeliveryDetail(DeliveryOut):
    """A delivery together with what was sent, to the byte."""

    body: str

    @classmethod
    def of(cls, logged: LoggedDelivery) -> "DeliveryDetail":
        """The delivery as the account's owner sees it, and the body."""
        return cls(**_shown(logged), body=logged.event.body.decode())


class DeliveryPage(msgspec.Struct):
    """Some deliveries, newest first; `next` is the cursor of the page after."""

    items: list[DeliveryOut]
    next: str | None


def _shown(logged: LoggedDelivery) -> dict[str, Any]:
    delivery, event = logged.delivery, logged.event
    return {
        "id": delivery.id,
        "event_id": event.id,
        "event_type": event.type,
        "endpoint_id": delivery.endpoint_id,
        "url": delivery.url,
        "status": delivery.status,
        "next_attempt_at": delivery.next_attempt_at if delivery.status == "pending" else None,
        "happened_at": event.created_at,
        "finished_at": delivery.finished_at,
        "attempts": [AttemptOut.of(attempt) for attempt in logged.attempts],
    }
