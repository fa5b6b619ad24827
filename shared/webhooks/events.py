"""The types of events, and events as the bytes that receivers get."""

from datetime import datetime
from typing import Literal, NamedTuple, get_args
from uuid import UUID

import msgspec

from shared.kit import clock
from shared.kit.ids import uuid7

# All that an endpoint may ask for; `docs/webhooks.md` says when each is sent.
EventType = Literal[
    "job.succeeded",
    "job.failed",
    "job.cancelled",
    "analysis.queued",
    "analysis.processing",
    "analysis.completed",
    "analysis.failed",
    "analysis.cancelled",
    "endpoint.disabled",
]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)

# Sent when the service itself gives an endpoint up, to the account's other endpoints.
DISABLED: EventType = "endpoint.disabled"

# Sent when its owner tries an endpoint out, to that one only.
TEST = "endpoint.test"


class EndpointNews(msgspec.Struct):
    """What an event about an endpoint says of it."""

    endpoint_id: UUID
    url: str
    reason: str | None = None


class Frozen(NamedTuple):
    """An event before it is written."""

    id: str
    body: bytes
    happened_at: datetime


def freeze(event_type: str, data: msgspec.Struct) -> Frozen:
    """Something that happens now, under an id of its own, in the form of Standard Webhooks."""
    now = clock.now()
    body = msgspec.json.encode({"type": event_type, "timestamp": now, "data": data})
    return Frozen(f"msg_{uuid7().hex}", body, now)
