"""Endpoints: the addresses that an account wants to be called at."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.accounts import Caller
from shared.kit.db import Connection
from shared.kit.platform import Platform
from shared.webhooks import deliveries, events, queries, secrets
from shared.webhooks.addresses import check_url
from shared.webhooks.deliveries import LoggedDelivery
from shared.webhooks.errors import EndpointDisabled, EndpointNotFound, SecretJustRotated, TooManyEndpoints
from shared.webhooks.models import Delivery, DisabledBecause, Endpoint

# Every event costs a row for each of them.
MAX_ENDPOINTS = 50

# One statement must not hold its locks for long; who wants more asks again.
REPLAYED_AT_ONCE = 10_000


async def add(platform: Platform, caller: Caller, *, url: str, wanted: list[str], description: str | None) -> Endpoint:
    """Register an address; raises TargetRefused for one that is never called, TooManyEndpoints."""
    check_url(url, platform.settings.webhook_allow_nets)
    endpoint = Endpoint(account_id=caller.account_id, url=url, events=wanted, description=description)
    async with platform.db.session() as session:
        # Two that race may both get in, which harms nobody.
        if len(await queries.endpoints_of(session, caller.account_id)) >= MAX_ENDPOINTS:
            raise TooManyEndpoints
        session.add(endpoint)
    return endpoint


async def list_own(platform: Platform, caller: Caller) -> Sequence[Endpoint]:
    """The caller's endpoints, the oldest first."""
    async with platform.db.session() as session:
        return await queries.endpoints_of(session, caller.account_id)


async def find(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> Endpoint:
    """One endpoint of the caller; raises EndpointNotFound."""
    async with platform.db.session() as session:
        endpoint = await queries.endpoint_of(session, caller.account_id, endpoint_id)
    if endpoint is None:
        raise EndpointNotFound
    return endpoint


async def change(platform: Platform, caller: Caller, endpoint_id: UUID | None, changes: dict[str, Any]) -> Endpoint:
    """Change the address, the wanted events or the description; raises EndpointNotFound, TargetRefused.

    What is still to be delivered goes to the new address.
    """
    if "url" in changes:
        check_url(changes["url"], platform.settings.webhook_allow_nets)
    async with _held(platform, caller, endpoint_id) as (session, endpoint):
        for name, value in changes.items():
            setattr(endpoint, name, value)
        if "url" in changes:
            on_its_way = (col(Delivery.endpoint_id) == endpoint.id, col(Delivery.status) == "pending")
            await session.exec(update(Delivery).where(*on_its_way).values(url=endpoint.url))
    return endpoint


async def remove(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> None:
    """Forget an endpoint and what was still to be delivered to it; raises EndpointNotFound."""
    async with _held(platform, caller, endpoint_id) as (session, endpoint):
        await session.delete(endpoint)


async def disable(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> Endpoint:
    """Tell an endpoint nothing more and give up what is on its way; raises EndpointNotFound."""
    endpoint = await find(platform, caller, endpoint_id)
    async with platform.db.transaction() as connection:
        await connection.execute(queries.LOCK_ENDPOINT, endpoint.id)
        await connection.execute(queries.DISABLE_ENDPOINT, endpoint.id, DisabledBecause.OWNER)
    return await find(platform, caller, endpoint_id)


async def enable(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> Endpoint:
    """Tell an endpoint of what happens from now on; raises EndpointNotFound."""
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


async def try_out(platform: Platform, caller: Caller, endpoint_id: UUID | None) -> LoggedDelivery:
    """Send a test event to an endpoint, once, also to a disabled one; raises EndpointNotFound."""
    endpoint = await find(platform, caller, endpoint_id)
    event = events.freeze(events.TEST, events.EndpointNews(endpoint.id, endpoint.url))
    async with platform.db.connection() as connection:
        delivery_id = await connection.fetchval(
            queries.INSERT_TEST, endpoint.id, event.id, events.TEST, event.body, event.happened_at
        )
    return await deliveries.find(platform, caller, delivery_id)


async def replay(
    platform: Platform, caller: Caller, endpoint_id: UUID | None, *, since: datetime, also_delivered: bool
) -> int:
    """Deliver anew what happened since then and was not delivered, or all of it; the number of events.

    At most REPLAYED_AT_ONCE of them, the oldest first; nothing that is on its way. Raises EndpointNotFound,
    EndpointDisabled.
    """
    endpoint = await find(platform, caller, endpoint_id)
    if endpoint.disabled_at is not None:
        raise EndpointDisabled
    kept = ["pending"] if also_delivered else ["pending", "delivered"]
    async with platform.db.connection() as connection:
        outcome: str = await connection.execute(
            queries.REPLAY_SINCE, endpoint.id, since, events.TEST, kept, REPLAYED_AT_ONCE
        )
    # "INSERT 0 12"
    return int(outcome.rpartition(" ")[2])


async def give_up(connection: Connection, endpoint_id: UUID, because: DisabledBecause) -> None:
    """Disable an endpoint for what its receiver does, and tell the account's other endpoints."""
    if await connection.fetchval(queries.DISABLE_ENDPOINT, endpoint_id, because) is None:
        return
    account_id, url = await connection.fetchrow(queries.OWNER_OF_ENDPOINT, endpoint_id)
    event = events.freeze(events.DISABLED, events.EndpointNews(endpoint_id, url, because))
    await connection.execute(
        queries.INSERT_EVENT, event.id, account_id, events.DISABLED, event.body, event.happened_at, None
    )


@asynccontextmanager
async def _held(
    platform: Platform, caller: Caller, endpoint_id: UUID | None
) -> AsyncIterator[tuple[AsyncSession, Endpoint]]:
    """An endpoint of the caller, in a transaction that nobody else changes it in; raises EndpointNotFound."""
    async with platform.db.session() as session:
        endpoint = await queries.endpoint_of(session, caller.account_id, endpoint_id, lock=True)
        if endpoint is None:
            raise EndpointNotFound
        yield session, endpoint
