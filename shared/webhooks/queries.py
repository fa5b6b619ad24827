"""Statements about webhooks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import Connection
from shared.webhooks.models import Attempt, Delivery, Endpoint, Event

# The event, and one delivery for each endpoint that wants it and for the address that came with the job.
INSERT_EVENT = """
    WITH event AS (
        INSERT INTO webhook_event (id, account_id, type, body, created_at) VALUES ($1, $2, $3, $4, $5)
    )
    INSERT INTO webhook_delivery (id, account_id, event_id, endpoint_id, url, status, attempt)
    SELECT uuidv7(), $2, $1, id, url, 'pending', 0 FROM webhook_endpoint
    WHERE account_id = $2 AND disabled_at IS NULL AND (cardinality(events) = 0 OR $3 = ANY(events))
    UNION ALL
    SELECT uuidv7(), $2, $1, NULL, $6::varchar, 'pending', 0 WHERE $6::varchar IS NOT NULL
"""

# The time of the next attempt is the lease of this one: should the sender die, the delivery is due again by itself.
CLAIM = """
    UPDATE webhook_delivery AS delivery
    SET attempt = attempt + 1, next_attempt_at = now() + $2::interval, dispatched_at = NULL
    FROM webhook_event AS event JOIN account ON account.id = event.account_id
    WHERE delivery.id = $1 AND delivery.event_id = event.id
        AND delivery.status = 'pending' AND delivery.next_attempt_at <= now()
    RETURNING delivery.id, delivery.attempt, delivery.url, delivery.endpoint_id, event.id AS event_id, event.body,
        event.account_id,
        coalesce((SELECT secret_version FROM webhook_endpoint WHERE id = delivery.endpoint_id),
                 account.callback_secret_version) AS secret_version,
        CASE WHEN delivery.endpoint_id IS NULL THEN account.callback_secret_rotated_at END AS secret_rotated_at
"""

INSERT_ATTEMPT = """
    INSERT INTO webhook_attempt (delivery_id, number, status_code, error, duration_ms, response_excerpt)
    SELECT id, $2::integer, $3::integer, $4::varchar, $5::integer, $6::varchar FROM webhook_delivery
    WHERE id = $1 FOR KEY SHARE
"""

# Couriers that all hear 410 from one receiver take turns, instead of waiting for each other's deliveries.
LOCK_ENDPOINT = "SELECT FROM webhook_endpoint WHERE id = $1 FOR UPDATE"

# The attempt is the fence: a sender that was given up for dead must not undo what its successor recorded.
SETTLE = """
    UPDATE webhook_delivery SET status = $3::varchar, next_attempt_at = coalesce(now() + $4::interval, next_attempt_at),
        finished_at = CASE WHEN $3::varchar <> 'pending' THEN now() END
    WHERE id = $1 AND attempt = $2 AND status = 'pending'
"""

DISABLE_ENDPOINT = """
    WITH dead AS (
        UPDATE webhook_delivery SET status = 'dead', finished_at = now() WHERE endpoint_id = $1 AND status = 'pending'
    )
    UPDATE webhook_endpoint SET disabled_at = now() WHERE id = $1 AND disabled_at IS NULL
"""

TAKE_DUE = """
    UPDATE webhook_delivery SET dispatched_at = now()
    WHERE id IN (
        SELECT id FROM webhook_delivery
        WHERE status = 'pending' AND next_attempt_at <= now()
            AND (dispatched_at IS NULL OR dispatched_at < now() - $1::interval)
        ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""

DELETE_EVENTS = """
    DELETE FROM webhook_event
    WHERE id IN (
        SELECT id FROM webhook_event AS event
        WHERE created_at < now() - $1::interval AND NOT EXISTS (
            SELECT FROM webhook_delivery WHERE event_id = event.id AND status = 'pending'
        )
        LIMIT $2
    )
"""


class DueDelivery(msgspec.Struct, frozen=True):
    """An attempt that has begun: what to send where, and whose secret signs it."""

    id: UUID
    attempt: int
    url: str
    endpoint_id: UUID | None
    event_id: str
    body: bytes
    account_id: int
    secret_version: int
    secret_rotated_at: datetime | None


async def claim(connection: Connection, delivery_id: UUID, lease: timedelta) -> DueDelivery | None:
    """Begin the next attempt at a delivery; None when none is due."""
    record = await connection.fetchrow(CLAIM, delivery_id, lease)
    return DueDelivery(*record) if record else None


async def take_due(connection: Connection, repeat_after: timedelta, limit: int) -> list[UUID]:
    """Deliveries that a message is to be sent for now."""
    return [record["id"] for record in await connection.fetch(TAKE_DUE, repeat_after, limit)]


async def endpoints_of(session: AsyncSession, account_id: int) -> Sequence[Endpoint]:
    """The endpoints of an account, the oldest first."""
    query = select(Endpoint).where(Endpoint.account_id == account_id).order_by(col(Endpoint.id))
    return (await session.exec(query)).all()


async def endpoint_of(session: AsyncSession, account_id: int, endpoint_id: UUID | None) -> Endpoint | None:
    """One endpoint of an account."""
    query = select(Endpoint).where(Endpoint.account_id == account_id, Endpoint.id == endpoint_id)
    return (await session.exec(query)).one_or_none()


async def deliveries_of(
    session: AsyncSession, account_id: int, *, before: UUID | None, limit: int
) -> Sequence[tuple[Delivery, Event]]:
    """The deliveries of an account with their events, newest first, older than `before`."""
    query = select(Delivery, Event).join(Event, col(Event.id) == col(Delivery.event_id))
    query = query.where(Delivery.account_id == account_id).order_by(col(Delivery.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Delivery.id) < before)
    return (await session.exec(query)).all()


async def attempts_at(session: AsyncSession, delivery_ids: Sequence[UUID]) -> Sequence[Attempt]:
    """The attempts at some deliveries, in their order."""
    query = select(Attempt).where(col(Attempt.delivery_id).in_(delivery_ids)).order_by(col(Attempt.number))
    return (await session.exec(query)).all()
