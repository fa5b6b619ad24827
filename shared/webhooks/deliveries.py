"""Deliveries: their log, and their replay."""

from typing import NamedTuple
from uuid import UUID

from shared.accounts import Caller
from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform
from shared.webhooks import queries
from shared.webhooks.errors import (
    DeliveryNotFound,
    DeliveryPending,
    EndpointDisabled,
    EndpointNotFound,
    TooManyPending,
)
from shared.webhooks.models import Attempt, Delivery, Endpoint, Event
from shared.webhooks.queries import DeliveryFilter


class LoggedDelivery(NamedTuple):
    """An entry of the log: a delivery with its event and the attempts so far."""

    delivery: Delivery
    event: Event
    attempts: list[Attempt]


async def list_own(
    platform: Platform, caller: Caller, filters: DeliveryFilter, *, before: UUID | None, limit: int
) -> list[LoggedDelivery]:
    """List the caller's deliveries with every attempt, newest first, older than `before`.

    Raises EndpointNotFound if the filters name an endpoint that the caller does not have.
    """
    async with platform.db.session() as session:
        # All statements read one snapshot: an attempt is recorded together with the new state of its delivery.
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        if filters.endpoint_id and not await queries.endpoint_of(session, caller.account_id, filters.endpoint_id):
            raise EndpointNotFound
        rows = await queries.deliveries_of(session, caller.account_id, filters, before=before, limit=limit)
        attempts = await queries.attempts_at(session, [delivery.id for delivery, _ in rows])
    return [
        LoggedDelivery(delivery, event, [attempt for attempt in attempts if attempt.delivery_id == delivery.id])
        for delivery, event in rows
    ]


async def find(platform: Platform, caller: Caller, delivery_id: UUID | None) -> LoggedDelivery:
    """Return a delivery of the caller; raises DeliveryNotFound."""
    entries = (
        await list_own(platform, caller, DeliveryFilter(id=delivery_id), before=None, limit=1) if delivery_id else []
    )
    if not entries:
        raise DeliveryNotFound
    return entries[0]


@retry_conflicts
async def replay(platform: Platform, caller: Caller, delivery_id: UUID | None) -> LoggedDelivery:
    """Deliver the same id and bytes again, to the endpoint's present address and signed with its present secret.

    Raises DeliveryNotFound, DeliveryPending for a pending delivery, EndpointDisabled, TooManyPending.
    """
    delivery = (await find(platform, caller, delivery_id)).delivery
    if delivery.status == "pending":
        raise DeliveryPending
    async with platform.db.session() as session:
        endpoint = await session.get(Endpoint, delivery.endpoint_id) if delivery.endpoint_id else None
    if endpoint is not None and endpoint.disabled_at is not None:
        raise EndpointDisabled
    async with platform.db.transaction() as connection:
        if not await queries.free_slots(connection, caller.account_id, platform.settings.max_pending_deliveries):
            raise TooManyPending
        new_id = await connection.fetchval(queries.REPLAY, delivery.id)
    return await find(platform, caller, new_id)
