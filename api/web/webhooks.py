"""Pages of webhooks: the endpoints, their deliveries, and replaying a delivery."""

from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.web.forms import Form
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from api.webhooks.schemas import DeliveryStatus
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid
from shared.webhooks import deliveries, endpoints, secrets
from shared.webhooks.events import EVENT_TYPES
from shared.webhooks.queries import DeliveryFilter
from shared.webhooks.signing import secret_text

PAGE_SIZE = 30


class WebhookPages(Controller):
    """Pages of webhooks."""

    path = "/app/webhooks"

    @get()
    async def read(
        self,
        page_request: Injected[PageRequest],
        cursor: Cursor = None,
        status: Annotated[str, QueryParameter()] = "",
    ) -> Response[str]:
        """Show the endpoints, and the log of deliveries, newest first."""
        return await _page(page_request, cursor=cursor, status=status)

    @post("/endpoints")
    async def add(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Add an endpoint."""
        caller = page_request.caller
        try:
            url = form.text("url", limit=2048)
            if url is None:
                raise InvalidInput(Fault("/url", "url: enter the URL of the endpoint."))
            await endpoints.add(
                page_request.platform,
                caller,
                url=url,
                event_types=[event for event in EVENT_TYPES if event in form.lists.get("events", ())],
                description=form.text("description"),
            )
        except MISTAKES as error:
            return await _page(page_request, problem=problem_of(page_request.request, error), form=form)
        return page_request.redirect("/app/webhooks?notice=saved")

    @post("/endpoints/{endpoint_id:str}/{action:str}")
    async def act(
        self, page_request: Injected[PageRequest], endpoint_id: FromPath[str], action: FromPath[str]
    ) -> Response[Any]:
        """Test, disable, enable or delete an endpoint, or rotate its secret."""
        platform, caller, endpoint_uuid = page_request.platform, page_request.caller, parse_uuid(endpoint_id)
        try:
            match action:
                case "test":
                    await endpoints.try_out(platform, caller, endpoint_uuid)
                case "disable":
                    await endpoints.disable(platform, caller, endpoint_uuid)
                case "enable":
                    await endpoints.enable(platform, caller, endpoint_uuid)
                case "rotate":
                    await endpoints.rotate_secret(platform, caller, endpoint_uuid)
                case "delete":
                    await endpoints.remove(platform, caller, endpoint_uuid)
                case _:
                    raise InvalidInput(Fault("/action", "action: must be one of the actions of this page."))
        except MISTAKES as error:
            return await _page(page_request, problem=problem_of(page_request.request, error))
        return page_request.redirect("/app/webhooks?notice=saved")

    @get("/deliveries/{delivery_id:str}")
    async def delivery(self, page_request: Injected[PageRequest], delivery_id: FromPath[str]) -> Response[str]:
        """Show one delivery with every attempt, and the body of the event."""
        entry = await deliveries.find(page_request.platform, page_request.caller, parse_uuid(delivery_id))
        return page_request.render("webhooks/delivery.html", entry=entry, problem=None)

    @post("/deliveries/{delivery_id:str}/replay")
    async def replay(self, page_request: Injected[PageRequest], delivery_id: FromPath[str]) -> Response[Any]:
        """Replay a delivery: send the same event again."""
        try:
            await deliveries.replay(page_request.platform, page_request.caller, parse_uuid(delivery_id))
        except MISTAKES as error:
            return await _page(page_request, problem=problem_of(page_request.request, error))
        return page_request.redirect("/app/webhooks?notice=replayed")


async def _page(
    page_request: PageRequest,
    *,
    cursor: UUID | None = None,
    status: str = "",
    problem: Any = None,
    form: Form | None = None,
) -> Response[str]:
    platform, caller = page_request.platform, page_request.caller
    own_endpoints = await endpoints.list_own(platform, caller)
    delivery_filter = DeliveryFilter(status=status if status in get_args(DeliveryStatus) else None)
    log = await deliveries.list_own(platform, caller, delivery_filter, before=cursor, limit=PAGE_SIZE + 1)
    page = paging.cut(log, PAGE_SIZE, lambda entry: entry.delivery.id)
    with_secrets = [
        (endpoint, secret_text(secrets.of_endpoint(platform.keyring, endpoint.id, endpoint.secret_version)))
        for endpoint in own_endpoints
    ]
    return page_request.render(
        "webhooks/page.html",
        page_request.status(problem),
        shows_secret=bool(with_secrets),
        endpoints=with_secrets,
        log=page.rows,
        next_cursor=page.next,
        cursor=cursor,
        status_filter=delivery_filter.status,
        statuses=get_args(DeliveryStatus),
        events=EVENT_TYPES,
        texts=form.texts if form else {},
        selected_events=form.lists.get("events", ()) if form else (),
        problem=problem,
    )
