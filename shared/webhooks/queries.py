"""Statements about webhooks."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.database.transactions import Connection
from shared.webhooks.models import Attempt, Delivery, Endpoint, Event

# Whoever counts free slots takes some: two at once would both take the last.
LOCK_SLOTS = "SELECT pg_advisory_xact_lock(hashtextextended('webhooks.slots:' || $1::bigint, 0))"

# How many more deliveries of account $1 may be pending, of $2 in all; counts no further than that.
FREE_SLOTS = """
    SELECT $2::bigint - count(*) FROM (
        SELECT FROM webhook_delivery WHERE account_id = $1 AND status = 'pending' LIMIT $2
    ) AS pending
"""

# A hint for the couriers: there are deliveries.
CHANNEL = "evalserve_deliveries"

# The parts of a statement that write an event, and one delivery for each endpoint that subscribes to it and for the
# `callback_url`. What happened is the row of `fact`, with an account and a `callback_url`; without it nothing is
# written. Those beyond {max_pending} pending ones are in the log as dead letters, which a replay sends.
_EVENT_OF_FACT = """
    event AS (
        INSERT INTO webhook_event (id, account_id, type, body, created_at)
        SELECT {id}, account_id, {type}, {body}, {happened_at} FROM fact
    ), free_slots AS (
        SELECT {max_pending}::bigint - count(*) AS free FROM (
            SELECT FROM webhook_delivery WHERE account_id = (SELECT account_id FROM fact) AND status = 'pending'
            LIMIT {max_pending}
        ) AS pending
    ), receiver AS (
        SELECT account_id, NULL::uuid AS endpoint_id, callback_url AS url FROM fact WHERE callback_url IS NOT NULL
        UNION ALL
        SELECT account_id, endpoint.id, endpoint.url FROM webhook_endpoint AS endpoint JOIN fact USING (account_id)
        WHERE disabled_at IS NULL AND (cardinality(events) = 0 OR {type} = ANY(events))
    ), delivery AS (
        SELECT account_id, endpoint_id, url, row_number() OVER () > free AS is_beyond
        FROM receiver CROSS JOIN free_slots
    ), written AS (
        INSERT INTO webhook_delivery
            (id, account_id, event_id, endpoint_id, url, status, attempt, finished_at, dead_because)
        SELECT uuidv7(), account_id, {id}, endpoint_id, url, CASE WHEN is_beyond THEN 'dead' ELSE 'pending' END, 0,
            CASE WHEN is_beyond THEN now() END, CASE WHEN is_beyond THEN 'too_many_pending' END
        FROM delivery RETURNING dead_because
    ), given_up AS (
        SELECT count(dead_because) AS beyond, CASE WHEN count(*) > 0 THEN pg_notify('{channel}', '') END FROM written
    )
"""


def event_of_fact(first: int) -> str:
    """Return the parts of a statement that write an event; its parameters from the first on: `announcing.written`."""
    types = {"id": "varchar", "type": "varchar", "body": "bytea", "happened_at": "timestamptz", "max_pending": "bigint"}
    numbered = {name: f"${number}::{type_}" for number, (name, type_) in enumerate(types.items(), first)}
    return _EVENT_OF_FACT.format(channel=CHANNEL, **numbered)


INSERT_EVENT = f"""
    WITH fact AS (SELECT $1::bigint AS account_id, $2::varchar AS callback_url), {event_of_fact(first=3)}
    SELECT beyond FROM given_up
"""  # noqa: S608 -- our own text only

# Repeated where the answer to the first time was lost.
INSERT_ATTEMPT = """
    INSERT INTO webhook_attempt (delivery_id, number, status_code, error, duration_ms, response_excerpt)
    SELECT id, $2::integer, $3::integer, $4::varchar, $5::integer, $6::varchar FROM webhook_delivery
    WHERE id = $1 FOR KEY SHARE
    ON CONFLICT DO NOTHING
"""

# Every change of an endpoint and its deliveries locks the endpoint first, so that couriers which all get 410 from one
# receiver take turns instead of waiting for each other's deliveries. New deliveries to it need not wait.
LOCK_ENDPOINT = "SELECT FROM webhook_endpoint WHERE id = $1 FOR NO KEY UPDATE"

# Neither locks nor writes while nothing changes, which is nearly always.
NOTE_FAILURE = "UPDATE webhook_endpoint SET failing_since = now() WHERE id = $1 AND failing_since IS NULL"

IS_FAILING_FOR = "SELECT failing_since < now() - $2::interval FROM webhook_endpoint WHERE id = $1"

# The attempt is the fence: a sender whose lease expired must not undo what its successor recorded.
SETTLE = """
    UPDATE webhook_delivery SET status = $3::varchar, under_way_until = NULL,
        next_attempt_at = coalesce(now() + $4::interval, next_attempt_at),
        finished_at = CASE WHEN $3::varchar <> 'pending' THEN now() END
    WHERE id = $1 AND attempt = $2 AND status = 'pending'
"""

# What INSERT_ATTEMPT and SETTLE do, in one statement that commits by itself, as nearly every attempt succeeds. The
# count has the endpoint locked before its delivery; the lock keeps the delivery for its attempt, whoever ended it.
SUCCEED = """
    WITH mended AS (
        UPDATE webhook_endpoint SET failing_since = NULL WHERE id = $6 AND failing_since IS NOT NULL RETURNING id
    ), held AS MATERIALIZED (
        SELECT id FROM webhook_delivery WHERE id = $1 AND (SELECT count(*) FROM mended) >= 0 FOR NO KEY UPDATE
    ), attempted AS (
        INSERT INTO webhook_attempt (delivery_id, number, status_code, duration_ms, response_excerpt)
        SELECT id, $2::integer, $3::integer, $4::integer, $5::varchar FROM held
        ON CONFLICT DO NOTHING
    )
    UPDATE webhook_delivery AS delivery SET status = 'delivered', under_way_until = NULL, finished_at = now()
    FROM held WHERE delivery.id = held.id AND delivery.attempt = $2::integer AND delivery.status = 'pending'
"""

# Pending deliveries are given up; a replay sends them once the endpoint is enabled.
DISABLE_ENDPOINT = """
    WITH disabled AS (
        UPDATE webhook_endpoint SET disabled_at = now(), disabled_because = $2
        WHERE id = $1 AND disabled_at IS NULL
        RETURNING id
    ), dead AS (
        UPDATE webhook_delivery
        SET status = 'dead', finished_at = now(), under_way_until = NULL, dead_because = 'endpoint_disabled'
        WHERE endpoint_id = (SELECT id FROM disabled) AND status = 'pending'
    )
    SELECT id FROM disabled
"""

OWNER_OF_ENDPOINT = "SELECT account_id, url FROM webhook_endpoint WHERE id = $1"

ENABLE_ENDPOINT = """
    UPDATE webhook_endpoint SET disabled_at = NULL, disabled_because = NULL, failing_since = NULL WHERE id = $1
"""

ROTATE_ENDPOINT = """
    UPDATE webhook_endpoint SET secret_version = secret_version + 1, secret_rotated_at = now()
    WHERE id = $1 AND (secret_rotated_at IS NULL OR secret_rotated_at < now() - $2::interval)
    RETURNING secret_version
"""

# Independent of the endpoint's event types: it is a test of the address.
INSERT_TEST = """
    WITH event AS (
        INSERT INTO webhook_event (id, account_id, type, body, created_at)
        SELECT $2, account_id, $3, $4, $5 FROM webhook_endpoint WHERE id = $1
        RETURNING id, account_id
    )
    INSERT INTO webhook_delivery (id, account_id, event_id, endpoint_id, url, status, attempt, repeats)
    SELECT uuidv7(), event.account_id, event.id, endpoint.id, endpoint.url, 'pending', 0, false
    FROM event, webhook_endpoint AS endpoint WHERE endpoint.id = $1
    RETURNING id
"""

# Every event since then of the endpoint's types, except those with a delivery to it in one of the states; events from
# before the endpoint existed or while it was disabled are included.
REPLAY_SINCE = """
    INSERT INTO webhook_delivery (id, account_id, event_id, endpoint_id, url, status, attempt)
    SELECT uuidv7(), event.account_id, event.id, endpoint.id, endpoint.url, 'pending', 0
    FROM webhook_endpoint AS endpoint JOIN webhook_event AS event ON event.account_id = endpoint.account_id
    WHERE endpoint.id = $1 AND event.created_at >= $2 AND event.type <> $3
        AND (cardinality(endpoint.events) = 0 OR event.type = ANY(endpoint.events))
        AND NOT EXISTS (
            SELECT FROM webhook_delivery AS delivery
            WHERE delivery.event_id = event.id AND delivery.endpoint_id = endpoint.id AND delivery.status = ANY($4)
        )
    ORDER BY event.created_at, event.id LIMIT $5
"""

REPLAY = """
    INSERT INTO webhook_delivery (id, account_id, event_id, endpoint_id, url, status, attempt, repeats)
    SELECT uuidv7(), account_id, event_id, endpoint_id,
        coalesce((SELECT url FROM webhook_endpoint WHERE id = endpoint_id), url), 'pending', 0, repeats
    FROM webhook_delivery WHERE id = $1
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


class DeliveryFilter(NamedTuple):
    """The deliveries to list; a field that is None filters nothing."""

    id: UUID | None = None
    endpoint_id: UUID | None = None
    status: str | None = None
    event_id: str | None = None


async def free_slots(connection: Connection, account_id: int, max_pending: int) -> int:
    """Return how many more deliveries of an account may be pending; others wait until the transaction ends."""
    await connection.execute(LOCK_SLOTS, account_id)
    free: int = await connection.fetchval(FREE_SLOTS, account_id, max_pending)
    return max(0, free)


async def endpoints_of(session: AsyncSession, account_id: int) -> Sequence[Endpoint]:
    """List the endpoints of an account, the oldest first."""
    query = select(Endpoint).where(Endpoint.account_id == account_id).order_by(col(Endpoint.id))
    return (await session.exec(query)).all()


async def endpoint_of(
    session: AsyncSession, account_id: int, endpoint_id: UUID | None, *, lock: bool = False
) -> Endpoint | None:
    """Return an endpoint of an account, locked until the transaction ends if `lock` is True."""
    query = select(Endpoint).where(Endpoint.account_id == account_id, Endpoint.id == endpoint_id)
    if lock:
        query = query.with_for_update(key_share=True)
    return (await session.exec(query)).one_or_none()


async def deliveries_of(
    session: AsyncSession, account_id: int, filters: DeliveryFilter, *, before: UUID | None, limit: int
) -> Sequence[tuple[Delivery, Event]]:
    """List the deliveries of an account with their events, newest first, older than `before`."""
    query = select(Delivery, Event).join(Event, col(Event.id) == col(Delivery.event_id))
    query = query.where(Delivery.account_id == account_id).order_by(col(Delivery.id).desc()).limit(limit)
    for name, value in filters._asdict().items():
        if value is not None:
            query = query.where(getattr(Delivery, name) == value)
    if before is not None:
        query = query.where(col(Delivery.id) < before)
    return (await session.exec(query)).all()


async def attempts_at(session: AsyncSession, delivery_ids: Sequence[UUID]) -> Sequence[Attempt]:
    """List the attempts at some deliveries, in the order of their numbers."""
    query = select(Attempt).where(col(Attempt.delivery_id).in_(delivery_ids)).order_by(col(Attempt.number))
    return (await session.exec(query)).all()
