"""Webhooks: who is told of what, and the duty to tell them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from shared.accounts import Caller
from shared.accounts import queries as account_queries
from shared.kit import clock
from shared.kit.db import Connection, Database
from shared.kit.ids import uuid7
from shared.kit.keyring import Keyring
from shared.kit.settings import Settings
from shared.webhooks import queries, secrets
from shared.webhooks.addresses import check_url
from shared.webhooks.errors import EndpointNotFound, SecretJustRotated
from shared.webhooks.models import Attempt, Delivery, Endpoint, Event

# One statement must not hold its locks for long.
EXPIRED_AT_ONCE = 1000


class LoggedDelivery(NamedTuple):
    """A delivery with its event and the attempts so far."""

    delivery: Delivery
    event: Event
    attempts: list[Attempt]


async def announce(
    connection: Connection, *, account_id: int, event_type: str, data: msgspec.Struct, callback_url: str | None
) -> None:
    """Write an event and the duty to deliver it, in the transaction of the fact itself.

    The body is frozen here: every receiver and every attempt gets the same bytes.
    """
    now = clock.now()
    body = msgspec.json.encode({"type": event_type, "timestamp": now, "data": data})
    event_id = f"msg_{uuid7().hex}"
    await connection.execute(queries.INSERT_EVENT, event_id, account_id, event_type, body, now, callback_url)


async def add_endpoint(
    db: Database, settings: Settings, caller: Caller, *, url: str, events: list[str], description: str | None
) -> Endpoint:
    """Register an address; raises TargetRefused for one that is never called."""
    check_url(url, settings.webhook_allow_nets)
    endpoint = Endpoint(account_id=caller.account_id, url=url, events=events, description=description)
    async with db.session() as session:
        session.add(endpoint)
    return endpoint


async def list_endpoints(db: Database, caller: Caller) -> Sequence[Endpoint]:
    """The caller's endpoints, the oldest first."""
    async with db.session() as session:
        return await queries.endpoints_of(session, caller.account_id)


async def find_endpoint(db: Database, caller: Caller, endpoint_id: UUID | None) -> Endpoint:
    """One endpoint of the caller; raises EndpointNotFound."""
    async with db.session() as session:
        endpoint = await queries.endpoint_of(session, caller.account_id, endpoint_id)
    if endpoint is None:
        raise EndpointNotFound
    return endpoint


async def remove_endpoint(db: Database, caller: Caller, endpoint_id: UUID | None) -> None:
    """Forget an endpoint and what was still to be delivered to it; raises EndpointNotFound."""
    async with db.session() as session:
        endpoint = await queries.endpoint_of(session, caller.account_id, endpoint_id)
        if endpoint is None:
            raise EndpointNotFound
        await session.delete(endpoint)


async def list_deliveries(db: Database, caller: Caller, *, before: UUID | None, limit: int) -> list[LoggedDelivery]:
    """The caller's deliveries with every attempt, newest first, older than `before`."""
    async with db.session() as session:
        rows = await queries.deliveries_of(session, caller.account_id, before=before, limit=limit)
        attempts = await queries.attempts_at(session, [delivery.id for delivery, _ in rows])
    return [
        LoggedDelivery(delivery, event, [attempt for attempt in attempts if attempt.delivery_id == delivery.id])
        for delivery, event in rows
    ]


async def callback_secret(db: Database, keyring: Keyring, caller: Caller) -> bytes:
    """The secret that signs callbacks to the addresses given with the caller's jobs."""
    async with db.connection() as connection:
        version = await connection.fetchval(account_queries.FIND_CALLBACK_VERSION, caller.account_id)
    return secrets.of_account(keyring, caller.account_id, version)


async def rotate_callback_secret(db: Database, keyring: Keyring, caller: Caller) -> bytes:
    """Replace the callback secret; for a day, messages carry the signatures of both. Raises SecretJustRotated."""
    async with db.connection() as connection:
        version = await connection.fetchval(
            account_queries.ROTATE_CALLBACK, caller.account_id, secrets.ROTATION_OVERLAP
        )
    if version is None:
        raise SecretJustRotated
    return secrets.of_account(keyring, caller.account_id, version)


async def expire(db: Database, retention: timedelta) -> None:
    """Delete events that are older than that and have been told, or given up, everywhere."""
    deleted = EXPIRED_AT_ONCE
    while deleted == EXPIRED_AT_ONCE:
        async with db.connection() as connection:
            outcome: str = await connection.execute(queries.DELETE_EVENTS, retention, EXPIRED_AT_ONCE)
        # "DELETE 1000"
        deleted = int(outcome.rpartition(" ")[2])
