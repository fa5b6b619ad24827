"""Types of events, and the encoding of events as the bytes that receivers get."""

from datetime import datetime
from typing import Literal, NamedTuple, get_args
from uuid import UUID

import msgspec

from shared.kit import clock
from shared.kit.ids import uuid7

# The types that an endpoint may subscribe to; `docs/webhooks.md` says when each is sent.
EventType = Literal[
    "job.succeeded",
    "job.failed",
    "job.cancelled",
    "analysis.queued",
    "analysis.processing",
    "analysis.completed",
    "analysis.failed",
    "analysis.cancelled",
    "gate.checked",
    "endpoint.disabled",
]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)

# Sent to the account's other endpoints when the service disables an endpoint.
DISABLED: EventType = "endpoint.disabled"

# Sent when a check of a gate has its verdict.
GATE_CHECKED: EventType = "gate.checked"

# Sent to one endpoint only, when its owner tests it.
TEST = "endpoint.test"


class EndpointEventData(msgspec.Struct):
    """The data of an event about an endpoint."""

    endpoint_id: UUID
    url: str
    reason: str | None = None


class EncodedEvent(NamedTuple):
    """An event with its encoded body, before it is stored."""

    id: str
    body: bytes
    happened_at: datetime


def encode(event_type: str, data: msgspec.Struct) -> EncodedEvent:
    """Encode an event that happens now, under a new id, as Standard Webhooks defines it."""
    now = clock.now()
    body = msgspec.json.encode({"type": event_type, "timestamp": now, "data": data})
    return EncodedEvent(f"msg_{uuid7().hex}", body, now)
