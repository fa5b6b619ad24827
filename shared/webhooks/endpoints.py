"""Endpoints: the addresses that receive an account's events."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import quotas
from shared.accounts import Caller
from shared.kit.database.transactions import Connection, note_created, retry_conflicts
from shared.kit.platform import Platform
from shared.quotas import Quota
from shared.webhooks import announcing, deliveries, events, queries, secrets
from shared.webhooks.addresses import check_url
from shared.webhooks.deliveries import LoggedDelivery
from shared.webhooks.errors import (
    EndpointDisabled,
    EndpointNotFound,
    SecretJustRotated,
    TooManyPending,
)
from shared.webhooks.models import Delivery, DisabledBecause, Endpoint

# One statement must not hold its locks for long; a further request replays the rest.
REPLAYED_AT_ONCE = 10_000


class Replay(NamedTuple):
    """The number of events that are delivered again, and whether there may be more."""

    queued: int
    more: bool


async def add(
    platform: Platform, caller: Caller, *, url: str, event_types: list[str], description: str | None
) -> Endpoint:
    """Register an endpoint; raises TargetRefused for an address that callbacks may not reach, QuotaReached."""
    check_url(url, platform.settings.webhook_allow_nets)
    endpoint = Endpoint(account_id=caller.account_id, url=url, events=event_types, description=description)
    async with platform.db.session() as session:
        await quotas.take_in(session, platform.settings, caller, {Quota.ENDPOINTS: 1})
        session.add(endpoint)
        note_created("endpoint", endpoint.id)
    return endpoint


async def list_own(platform: Platform, caller: Caller) -> Sequence[Endpoint]:
    """List the caller's endpoints, the oldest first."""
    async with platform.db.session() as session:
        return await queries.endpoints_of(session, caller.account_id)


async def find(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> Endpoint:
    """Return an endpoint of the caller; raises EndpointNotFound."""
    async with platform.db.session() as session:
        endpoint = await queries.endpoint_of(session, caller.account_id, endpoint_id)
    if endpoint is None:
        raise EndpointNotFound
    return endpoint


async def change(platform: Platform, caller: Caller, endpoint_id: UUID | None, changes: dict[str, Any]) -> Endpoint:
    """Change the address, the event types or the description; raises EndpointNotFound, TargetRefused.

    Pending deliveries go to the new address.
    """
    if "url" in changes:
        check_url(changes["url"], platform.settings.webhook_allow_nets)
    async with _locked_endpoint(platform, caller, endpoint_id) as (session, endpoint):
        for name, value in changes.items():
            setattr(endpoint, name, value)
        if "url" in changes:
            pending = (col(Delivery.endpoint_id) == endpoint.id, col(Delivery.status) == "pending")
            await session.exec(update(Delivery).where(*pending).values(url=endpoint.url))
    return endpoint


async def remove(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> None:
    """Delete an endpoint and its pending deliveries; raises EndpointNotFound."""
    async with _locked_endpoint(platform, caller, endpoint_id) as (session, endpoint):
        await session.delete(endpoint)


@retry_conflicts
async def disable(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> Endpoint:
    """Disable an endpoint and give up its pending deliveries; raises EndpointNotFound."""
    endpoint = await find(platform, caller, endpoint_id)
    async with platform.db.transaction() as connection:
        await connection.execute(queries.LOCK_ENDPOINT, endpoint.id)
        await connection.execute(queries.DISABLE_ENDPOINT, endpoint.id, DisabledBecause.OWNER)
    return await find(platform, caller, endpoint_id)


async def enable(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> Endpoint:
    """Enable an endpoint for the events from now on; raises EndpointNotFound."""
    endpoint = await find(platform, caller, endpoint_id)
    async with platform.db.connection() as connection:
        await connection.execute(queries.ENABLE_ENDPOINT, endpoint.id)
    return await find(platform, caller, endpoint_id)


async def rotate_secret(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> bytes:
    """Replace an endpoint's secret; for a day, messages carry the signatures of both. Raises SecretJustRotated."""
    endpoint = await find(platform, caller, endpoint_id)
    async with platform.db.connection() as connection:
        version = await connection.fetchval(queries.ROTATE_ENDPOINT, endpoint.id, secrets.ROTATION_OVERLAP)
    if version is None:
        raise SecretJustRotated
    return secrets.of_endpoint(platform.keyring, endpoint.id, version)


@retry_conflicts
async def try_out(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> LoggedDelivery:
    """Send a test event to an endpoint, once, also to a disabled one; raises EndpointNotFound, TooManyPending."""
    endpoint = await find(platform, caller, endpoint_id)
    event = events.encode(events.TEST, events.EndpointEventData(endpoint.id, endpoint.url))
    async with platform.db.transaction() as connection:
        if not await queries.free_slots(connection, caller.account_id, platform.settings.max_pending_deliveries):
            raise TooManyPending
        delivery_id = await connection.fetchval(
            queries.INSERT_TEST, endpoint.id, event.id, events.TEST, event.body, event.happened_at
        )
    return await deliveries.find(platform, caller, delivery_id)


@retry_conflicts
async def replay(
    platform: Platform, caller: Caller, endpoint_id: UUID | None, *, since: datetime, also_delivered: bool
) -> Replay:
    """Deliver the events since then again, all of them or those not delivered.

    At most REPLAYED_AT_ONCE events, and as many as may be pending, the oldest first, without those that are pending.
    Raises EndpointNotFound, EndpointDisabled, TooManyPending.
    """
    endpoint = await find(platform, caller, endpoint_id)
    if endpoint.disabled_at is not None:
        raise EndpointDisabled
    skipped_statuses = ["pending"] if also_delivered else ["pending", "delivered"]
    async with platform.db.transaction() as connection:
        free_slots = await queries.free_slots(connection, caller.account_id, platform.settings.max_pending_deliveries)
        if not free_slots:
            raise TooManyPending
        limit = min(free_slots, REPLAYED_AT_ONCE)
        outcome: str = await connection.execute(
            queries.REPLAY_SINCE, endpoint.id, since, events.TEST, skipped_statuses, limit
        )
    # "INSERT 0 12"
    queued = int(outcome.rpartition(" ")[2])
    return Replay(queued, more=queued == limit)


async def give_up(platform: Platform, connection: Connection, endpoint_id: UUID, reason: DisabledBecause) -> None:
    """Disable an endpoint because of its receiver, and send an event to the account's other endpoints."""
    if await connection.fetchval(queries.DISABLE_ENDPOINT, endpoint_id, reason) is None:
        return
    account_id, url = await connection.fetchrow(queries.OWNER_OF_ENDPOINT, endpoint_id)
    data = events.EndpointEventData(endpoint_id, url, reason)
    await announcing.announce(
        platform, connection, account_id=account_id, event_type=events.DISABLED, data=data, callback_url=None
    )


@asynccontextmanager
async def _locked_endpoint(
    platform: Platform, caller: Caller, endpoint_id: UUID | None
) -> AsyncIterator[tuple[AsyncSession, Endpoint]]:
    """Yield an endpoint of the caller, locked in a transaction of its own; raises EndpointNotFound."""
    async with platform.db.session() as session:
        endpoint = await queries.endpoint_of(session, caller.account_id, endpoint_id, lock=True)
        if endpoint is None:
            raise EndpointNotFound
        yield session, endpoint
