"""Announcing: an event and its deliveries, written in the transaction of the fact."""

from typing import Any

import msgspec
import structlog

from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from shared.webhooks import events, queries
from shared.webhooks.events import EventType

log = structlog.get_logger()


async def announce(
    platform: Platform,
    connection: Connection,
    *,
    account_id: int,
    event_type: EventType,
    data: msgspec.Struct,
    callback_url: str | None,
) -> None:
    """Write an event and its pending deliveries, in the transaction of the fact itself.

    Deliveries beyond the bound of those pending are written as dead letters.
    """
    values = written(platform, event_type, data)
    warn_of(account_id, await connection.fetchval(queries.INSERT_EVENT, account_id, callback_url, *values))


def written(platform: Platform, event_type: EventType, data: msgspec.Struct) -> tuple[Any, ...]:
    """Return the parameters of `queries.event_of_fact` for an event that happens now, under a new id.

    The body is encoded here: every receiver and every attempt gets the same bytes.
    """
    event = events.encode(event_type, data)
    return event.id, event_type, event.body, event.happened_at, platform.settings.max_pending_deliveries


def warn_of(account_id: int, beyond: int) -> None:
    """Log deliveries that were given up at once."""
    if beyond:
        log.warning("deliveries given up: the account has too many pending ones", account=account_id, count=beyond)
