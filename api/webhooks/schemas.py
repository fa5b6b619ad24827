"""Bodies of requests and answers about webhooks."""

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
from shared.webhooks.models import Attempt, DeadBecause, DisabledBecause, Endpoint
from shared.webhooks.signing import secret_text

DeliveryStatus = Literal["pending", "delivered", "dead"]


class EndpointIn(msgspec.Struct, forbid_unknown_fields=True):
    """A webhook endpoint to create."""

    url: Annotated[str, Meta(max_length=2048, description="Address to POST to; http or https, up to 2,048 characters.")]
    events: Annotated[
        list[EventType], Meta(max_length=20, description="Types of the events to send; an empty list means all.")
    ] = []
    description: Annotated[
        Annotated[Name, Meta(max_length=200)] | None,
        Meta(description="Description for people, 1 to 200 characters; null for none."),
    ] = None


class EndpointChange(msgspec.Struct, forbid_unknown_fields=True):
    """Changes to a webhook endpoint; fields that are not sent stay as they are."""

    url: Annotated[
        Annotated[str, Meta(max_length=2048)] | UnsetType,
        Meta(description="Address to POST to; http or https, up to 2,048 characters."),
    ] = UNSET
    events: Annotated[
        Annotated[list[EventType], Meta(max_length=20)] | UnsetType,
        Meta(description="Types of the events to send; an empty list means all."),
    ] = UNSET
    description: Annotated[
        Annotated[Name, Meta(max_length=200)] | UnsetType | None,
        Meta(description="Description for people, 1 to 200 characters; null clears it."),
    ] = UNSET

    def changes(self) -> dict[str, Any]:
        """Return the fields that were sent."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}


class EndpointOut(msgspec.Struct):
    """A webhook endpoint with its signing secret.

    `disabled_because` is `owner`, `gone` (the receiver answered 410) or `failing` (nothing has arrived for five days).
    """

    id: Annotated[UUID, Meta(description="Id of the endpoint.")]
    url: Annotated[str, Meta(description="Address that events are sent to.")]
    events: Annotated[list[str], Meta(description="Types of the events that are sent; an empty list means all.")]
    description: Annotated[str | None, Meta(description="Description of the endpoint; null if it has none.")]
    secret: Annotated[str, Meta(description="Secret that messages are signed with (Standard Webhooks).")]
    secret_rotated_at: Annotated[
        datetime | None, Meta(description="When the secret was last rotated, in UTC; null if never.")
    ]
    failing_since: Annotated[
        datetime | None, Meta(description="Since when deliveries fail, in UTC; null if they arrive.")
    ]
    disabled_at: Annotated[
        datetime | None, Meta(description="When the endpoint was disabled, in UTC; null if it is enabled.")
    ]
    disabled_because: Annotated[
        DisabledBecause | None, Meta(description="Why the endpoint is disabled; null if it is enabled.")
    ]
    created_at: Annotated[datetime, Meta(description="When the endpoint was created, in UTC.")]

    @classmethod
    def of(cls, endpoint: Endpoint, keyring: Keyring) -> "EndpointOut":
        """Present the endpoint to its owner."""
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
    """A signing secret."""

    secret: Annotated[str, Meta(description="Secret as libraries of Standard Webhooks take it.")]


class ReplayIn(msgspec.Struct, forbid_unknown_fields=True):
    """The events to replay."""

    since: Annotated[datetime, Meta(tz=True, description="Time from which events are replayed, with a time zone.")]
    events: Annotated[
        Literal["undelivered", "all"], Meta(description="Only events that were not delivered, or all of them.")
    ] = "undelivered"


class ReplayOut(msgspec.Struct):
    """The number of events being replayed."""

    queued: Annotated[int, Meta(description="Number of events that are delivered again.")]
    more: Annotated[bool, Meta(description="Whether there are more; repeat the request once these have arrived.")]


class AttemptOut(msgspec.Struct):
    """One attempt at a delivery."""

    number: Annotated[int, Meta(description="Number of the attempt, from 1.")]
    status_code: Annotated[int | None, Meta(description="HTTP status of the receiver; null if it did not answer.")]
    error: Annotated[str | None, Meta(description="Why the attempt failed; null if it succeeded.")]
    duration_ms: Annotated[int, Meta(description="Duration in milliseconds.")]
    response_excerpt: Annotated[str, Meta(description="Start of the receiver's answer; at most 1,024 bytes.")]
    created_at: Annotated[datetime, Meta(description="When the attempt was made, in UTC.")]

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptOut":
        """Present the attempt to the account's owner."""
        return cls(
            number=attempt.number,
            status_code=attempt.status_code,
            error=attempt.error,
            duration_ms=attempt.duration_ms,
            response_excerpt=attempt.response_excerpt,
            created_at=attempt.created_at,
        )


class DeliveryOut(msgspec.Struct):
    """The delivery of an event to a receiver."""

    id: Annotated[UUID, Meta(description="Id of the delivery.")]
    event_id: Annotated[str, Meta(description="Id of the event, which is also its `webhook-id`.")]
    event_type: Annotated[str, Meta(description="Type of the event, such as `job.succeeded`.")]
    endpoint_id: Annotated[UUID | None, Meta(description="Id of the endpoint; null for the `callback_url` of a job.")]
    url: Annotated[str, Meta(description="Address that the event is sent to.")]
    status: Annotated[DeliveryStatus, Meta(description="`pending`, `delivered`, or `dead` once it was given up.")]
    next_attempt_at: Annotated[
        datetime | None, Meta(description="When the next attempt is due, in UTC; null unless pending.")
    ]
    happened_at: Annotated[datetime, Meta(description="When the event happened, in UTC.")]
    finished_at: Annotated[
        datetime | None, Meta(description="When the delivery succeeded or was given up, in UTC; null until then.")
    ]
    dead_because: Annotated[
        DeadBecause | None,
        Meta(
            description="Why it was given up early: `too_many_pending`, `endpoint_disabled`, `account_disabled`, null."
        ),
    ]
    attempts: Annotated[list[AttemptOut], Meta(description="Attempts so far, oldest first.")]

    @classmethod
    def of(cls, entry: LoggedDelivery) -> "DeliveryOut":
        """Present the delivery to the account's owner."""
        return cls(**_delivery_fields(entry))


class DeliveryDetail(DeliveryOut):
    """A delivery with the exact body that was sent."""

    body: Annotated[str, Meta(description="Body of the message, byte for byte.")]

    @classmethod
    def of(cls, entry: LoggedDelivery) -> "DeliveryDetail":
        """Present the delivery and its body to the account's owner."""
        return cls(**_delivery_fields(entry), body=entry.event.body.decode())


class DeliveryPage(msgspec.Struct):
    """A page of deliveries, newest first."""

    items: Annotated[list[DeliveryOut], Meta(description="The deliveries of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


def _delivery_fields(entry: LoggedDelivery) -> dict[str, Any]:
    delivery, event = entry.delivery, entry.event
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
        "dead_because": delivery.dead_because,
        "attempts": [AttemptOut.of(attempt) for attempt in entry.attempts],
    }
