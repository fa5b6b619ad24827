"""Announcing: an event and its deliveries, written in the transaction of the fact."""

import msgspec
import structlog

from shared.kit.db import Connection
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

    The body is encoded here: every receiver and every attempt gets the same bytes. Deliveries beyond the bound of those
    pending are written as dead letters.
    """
    event = events.encode(event_type, data)
    beyond = await connection.fetchval(
        queries.INSERT_EVENT,
        event.id,
        account_id,
        event_type,
        event.body,
        event.happened_at,
        callback_url,
        platform.settings.max_pending_deliveries,
    )
    if beyond:
        log.warning("deliveries given up: the account has too many pending ones", account=account_id, count=beyond)
