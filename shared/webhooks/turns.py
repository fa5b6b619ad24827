"""Turns: which deliveries are attempted next, so that one account's receivers do not hold up another's.

The bounds are counted in the database, where all couriers see the attempts of each other. Accounts take turns: first
comes who has the fewest attempts under way. Receivers that took long the last time share a part of the slots, the slow
lane, until they answer quickly again.
"""

# ruff: noqa: S608 -- the texts are put together from our own expressions and numbers only

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from shared.kit.database.transactions import Connection
from shared.webhooks.models import RECEIVER

# Enough that a receiver need not wait for its own slowest request, and few enough that one that hangs costs nothing.
MAX_PER_RECEIVER = 2

# In each lane. An account that is alone sends several hundred messages per second with it, to quick receivers.
MAX_PER_ACCOUNT = 32

# Receivers are to do their work after they have answered; what takes longer is likely to hang.
SLOW_AFTER = timedelta(seconds=2)

# Longer than the schedule of retries.
FORGET_SLOW_AFTER = timedelta(days=7)

# One courier takes at a time, so that no two count the same attempts. Should it stop in between, its transaction ends.
LOCK = """
    SELECT pg_advisory_xact_lock(hashtext('webhooks.turns')),
        set_config('idle_in_transaction_session_timeout', '2s', true)
"""

# The recursion steps through the index from one receiver to the next, so a long backlog of one is not read. The time
# of the next attempt is the lease of this one: should the sender die, the delivery is due again by itself.
TAKE = f"""
    WITH RECURSIVE receiver AS (
        (SELECT account_id, {RECEIVER} AS receiver FROM webhook_delivery
         WHERE status = 'pending' ORDER BY account_id, {RECEIVER} LIMIT 1)
        UNION ALL
        SELECT next.account_id, next.receiver FROM receiver CROSS JOIN LATERAL (
            SELECT account_id, {RECEIVER} AS receiver FROM webhook_delivery
            WHERE status = 'pending' AND (account_id, {RECEIVER}) > (receiver.account_id, receiver.receiver)
            ORDER BY account_id, {RECEIVER} LIMIT 1
        ) AS next
    ), busy_receiver AS MATERIALIZED (
        SELECT account_id, {RECEIVER} AS receiver, count(*) AS attempts
        FROM webhook_delivery WHERE under_way_until > now() AND status = 'pending' GROUP BY 1, 2
    ), busy_account AS MATERIALIZED (
        SELECT account_id, slow.last_slow_at IS NOT NULL AS is_slow, sum(attempts)::bigint AS attempts
        FROM busy_receiver LEFT JOIN webhook_slow_receiver AS slow USING (account_id, receiver) GROUP BY 1, 2
    ), candidate AS MATERIALIZED (
        SELECT due.id, due.next_attempt_at, receiver.account_id,
            EXISTS (
                SELECT FROM webhook_slow_receiver AS slow
                WHERE slow.account_id = receiver.account_id AND slow.receiver = receiver.receiver
            ) AS is_slow
        FROM receiver LEFT JOIN busy_receiver AS busy USING (account_id, receiver)
            CROSS JOIN LATERAL (
                SELECT id, next_attempt_at FROM webhook_delivery
                WHERE account_id = receiver.account_id AND {RECEIVER} = receiver.receiver
                    AND status = 'pending' AND next_attempt_at <= now()
                ORDER BY next_attempt_at LIMIT greatest(0, {MAX_PER_RECEIVER} - coalesce(busy.attempts, 0))
            ) AS due
        WHERE EXISTS (SELECT FROM account WHERE id = receiver.account_id AND is_active)
    ), turn AS (
        SELECT id, next_attempt_at, is_slow, coalesce(busy.attempts, 0)
            + row_number() OVER (PARTITION BY account_id, is_slow ORDER BY next_attempt_at, id) AS number
        FROM candidate LEFT JOIN busy_account AS busy USING (account_id, is_slow)
    ), numbered AS (
        SELECT id, is_slow, row_number() OVER (PARTITION BY is_slow ORDER BY number, next_attempt_at, id) AS number
        FROM turn WHERE number <= {MAX_PER_ACCOUNT}
    ), chosen AS MATERIALIZED (
        SELECT id FROM webhook_delivery
        WHERE id IN (SELECT id FROM numbered WHERE number <= CASE WHEN is_slow THEN $3::integer ELSE $2::integer END)
            AND status = 'pending' AND next_attempt_at <= now()
        FOR UPDATE SKIP LOCKED
    )
    UPDATE webhook_delivery AS delivery
    SET attempt = attempt + 1, next_attempt_at = now() + $1::interval, under_way_until = now() + $1::interval
    FROM chosen JOIN numbered USING (id), webhook_event AS event JOIN account ON account.id = event.account_id
    WHERE delivery.id = chosen.id AND event.id = delivery.event_id
    RETURNING delivery.id, delivery.attempt, delivery.url, delivery.endpoint_id, event.id AS event_id, event.body,
        event.account_id,
        coalesce((SELECT secret_version FROM webhook_endpoint WHERE id = delivery.endpoint_id),
                 account.callback_secret_version) AS secret_version,
        CASE WHEN delivery.endpoint_id IS NULL THEN account.callback_secret_rotated_at
             ELSE (SELECT secret_rotated_at FROM webhook_endpoint WHERE id = delivery.endpoint_id)
        END AS secret_rotated_at, delivery.repeats, numbered.is_slow
"""

NOTE_SLOW = f"""
    INSERT INTO webhook_slow_receiver (account_id, receiver)
    SELECT account_id, {RECEIVER} FROM webhook_delivery WHERE id = $1
    ON CONFLICT (account_id, receiver) DO UPDATE SET last_slow_at = now()
"""

NOTE_QUICK = f"""
    DELETE FROM webhook_slow_receiver AS slow USING webhook_delivery AS delivery
    WHERE delivery.id = $1 AND slow.account_id = delivery.account_id AND slow.receiver = {RECEIVER}
"""

FORGET_SLOW = "DELETE FROM webhook_slow_receiver WHERE last_slow_at < now() - $1::interval"


class DueDelivery(msgspec.Struct, frozen=True):
    """An attempt that has begun: the message, its address, and the version of the secret that signs it."""

    id: UUID
    attempt: int
    url: str
    endpoint_id: UUID | None
    event_id: str
    body: bytes
    account_id: int
    secret_version: int
    secret_rotated_at: datetime | None
    repeats: bool
    is_slow: bool


class FreeSlots(msgspec.Struct, frozen=True):
    """How many attempts a courier can begin: at quick receivers, and at slow ones."""

    quick: int
    slow: int


async def take(connection: Connection, lease: timedelta, free: FreeSlots) -> list[DueDelivery]:
    """Begin the attempts whose turn it is, in a transaction of their own."""
    async with connection.transaction():
        await connection.execute(LOCK)
        return [DueDelivery(*record) for record in await connection.fetch(TAKE, lease, free.quick, free.slow)]


def is_worth_noting(due: DueDelivery, duration: timedelta) -> bool:
    """Whether the receiver took long, or was slow so far."""
    return due.is_slow or duration >= SLOW_AFTER


async def note_duration(connection: Connection, due: DueDelivery, duration: timedelta) -> None:
    """Remember whether the receiver took long."""
    if duration >= SLOW_AFTER:
        await connection.execute(NOTE_SLOW, due.id)
    elif due.is_slow:
        await connection.execute(NOTE_QUICK, due.id)


async def forget_slow(connection: Connection) -> None:
    """Forget receivers that were slow long ago."""
    await connection.execute(FORGET_SLOW, FORGET_SLOW_AFTER)
