"""Delivering: one attempt at one delivery, sent and settled in the database."""

import asyncio
import time
from datetime import timedelta
from random import Random

import structlog

from shared.kit import clock
from shared.kit.database.event_totals import CountedEvent, count
from shared.kit.database.transactions import Connection, DatabaseBusy, DatabaseUnavailable, retry_conflicts
from shared.kit.platform import Platform
from shared.webhooks import endpoints, queries, secrets, turns
from shared.webhooks.models import DisabledBecause
from shared.webhooks.network import GuardedTransport
from shared.webhooks.schedule import next_delay
from shared.webhooks.sending import Outcome, send
from shared.webhooks.signing import sign
from shared.webhooks.turns import DueDelivery

log = structlog.get_logger()

# The time of an attempt beyond the receiver's own, after which the attempt counts as dead.
LEASE_MARGIN = timedelta(seconds=30)

# An outcome that the database does not take within this time is lost, and the message is sent again.
SETTLE_WITHIN_S = 5.0
SETTLE_AGAIN_AFTER_S = 0.5

# An endpoint that has failed for this long is disabled: longer than a whole schedule, so that several events have
# failed by then unless hardly any happen.
MAX_FAILURE = timedelta(days=5)

# Spreads the retries of many deliveries; no secret depends on it.
_random = Random()  # noqa: S311


async def deliver(platform: Platform, transport: GuardedTransport, due: DueDelivery, *, timeout_s: float) -> None:
    """Make an attempt that has begun, and record its outcome."""
    signing = secrets.signing(
        platform.keyring,
        account_id=due.account_id,
        endpoint_id=due.endpoint_id,
        version=due.secret_version,
        rotated_at=due.secret_rotated_at,
    )
    headers = sign(due.event_id, clock.now(), due.body, signing)
    outcome = await send(transport, due.url, headers, due.body, timeout_s=timeout_s)
    await _settle_in_time(platform, due, outcome)
    log.info("delivery attempted", attempt=due.attempt, status_code=outcome.status_code, error=outcome.error)


async def _settle_in_time(platform: Platform, due: DueDelivery, outcome: Outcome) -> None:
    deadline = time.monotonic() + SETTLE_WITHIN_S
    while True:
        try:
            await (_succeed if outcome.succeeded else _fail)(platform, due, outcome)
        except (DatabaseUnavailable, DatabaseBusy):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(SETTLE_AGAIN_AFTER_S)
        else:
            break
    # Apart from the outcome: those of one receiver would hold its row while they wait for each other's deliveries.
    duration = timedelta(milliseconds=outcome.duration_ms)
    if turns.is_worth_noting(due, duration):
        async with platform.db.connection() as connection:
            await turns.note_duration(connection, due, duration)


@retry_conflicts
async def _succeed(platform: Platform, due: DueDelivery, outcome: Outcome) -> None:
    attempt = due.id, due.attempt, outcome.status_code, outcome.duration_ms, outcome.excerpt
    async with platform.db.connection() as connection:
        await connection.execute(queries.SUCCEED, *attempt, due.endpoint_id)


@retry_conflicts
async def _fail(platform: Platform, due: DueDelivery, outcome: Outcome) -> None:
    status, delay = _verdict(due, outcome)
    async with platform.db.transaction() as connection:
        reason = await _reason_to_give_up(connection, due, outcome)
        await connection.execute(
            queries.INSERT_ATTEMPT,
            due.id,
            due.attempt,
            outcome.status_code,
            outcome.detail,
            outcome.duration_ms,
            outcome.excerpt,
        )
        await connection.execute(queries.SETTLE, due.id, due.attempt, status, delay)
        if reason is not None and due.endpoint_id is not None:
            await endpoints.give_up(platform, connection, due.endpoint_id, reason)
        await count(connection, CountedEvent.DELIVERY_FAILED)
        if status == "dead":
            await count(connection, CountedEvent.DELIVERY_GIVEN_UP)


async def _reason_to_give_up(connection: Connection, due: DueDelivery, outcome: Outcome) -> DisabledBecause | None:
    """Record the failure for the endpoint; returns why to disable it, with the endpoint locked, or None."""
    if due.endpoint_id is None:
        return None
    reason = DisabledBecause.GONE if outcome.gone else None
    # A failed test says nothing about the endpoint's deliveries.
    if reason is None and due.repeats:
        await connection.execute(queries.NOTE_FAILURE, due.endpoint_id)
        if await connection.fetchval(queries.IS_FAILING_FOR, due.endpoint_id, MAX_FAILURE):
            reason = DisabledBecause.FAILING
    if reason is not None:
        await connection.execute(queries.LOCK_ENDPOINT, due.endpoint_id)
    return reason


def _verdict(due: DueDelivery, outcome: Outcome) -> tuple[str, timedelta | None]:
    if outcome.gone or not due.repeats:
        return "dead", None
    delay = next_delay(due.attempt, retry_after_s=outcome.retry_after_s, throttled=outcome.throttled, random=_random)
    return ("pending", delay) if delay is not None else ("dead", None)
