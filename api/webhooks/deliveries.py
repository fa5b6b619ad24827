"""Routes of webhook deliveries."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.dependencies import Injected
from api.http.paging import Cursor, Limit
from api.webhooks.schemas import DeliveryDetail, DeliveryOut, DeliveryPage, DeliveryStatus
from shared.accounts import Caller
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform
from shared.webhooks import deliveries
from shared.webhooks.queries import DeliveryFilter


class DeliveryController(Controller):
    """The log of deliveries."""

    path = "/v1/webhooks/deliveries"
    tags = ["webhooks"]

    @get(operation_id="webhooks.deliveries.list")
    async def list_own(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        cursor: Cursor = None,
        limit: Limit = 50,
        status: Annotated[
            DeliveryStatus | None,
            QueryParameter(description="Only deliveries with this status; `dead` means given up."),
        ] = None,
        endpoint_id: Annotated[UUID | None, QueryParameter(description="Only deliveries to this endpoint.")] = None,
        event_id: Annotated[str | None, QueryParameter(description="Only deliveries of this event.")] = None,
    ) -> DeliveryPage:
        """List webhook deliveries.

        Returns the deliveries with every attempt, newest first.
        """
        filters = DeliveryFilter(status=status, endpoint_id=endpoint_id, event_id=event_id)
        entries = await deliveries.list_own(platform, caller, filters, before=cursor, limit=limit + 1)
        page = paging.cut(entries, limit, lambda entry: str(entry.delivery.id))
        return DeliveryPage([DeliveryOut.of(entry) for entry in page.rows], page.next)

    @get("/{delivery_id:str}", operation_id="webhooks.deliveries.get")
    async def read(
        self, platform: Injected[Platform], caller: Injected[Caller], delivery_id: FromPath[str]
    ) -> DeliveryDetail:
        """Get a webhook delivery.

        Returns the delivery with every attempt and the exact body that was sent.
        """
        return DeliveryDetail.of(await deliveries.find(platform, caller, parse_uuid(delivery_id)))

    @post("/{delivery_id:str}/replay", operation_id="webhooks.deliveries.replay", status_code=202)
    async def replay(
        self, platform: Injected[Platform], caller: Injected[Caller], delivery_id: FromPath[str]
    ) -> DeliveryOut:
        """Replay a webhook delivery.

        Delivers the same event again: same id and bytes, current address and secret.
        """
        return DeliveryOut.of(await deliveries.replay(platform, caller, parse_uuid(delivery_id)))
