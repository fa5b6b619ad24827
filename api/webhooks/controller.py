"""Who is called back, with whose secret, and how that went."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from api import bodies
from api.webhooks.schemas import DeliveryOut, DeliveryPage, EndpointIn, EndpointOut, SecretOut
from shared import webhooks
from shared.accounts import Caller, Scope
from shared.jobs import Platform
from shared.kit.ids import parse_uuid
from shared.webhooks.signing import secret_text

# Who reads or sets these can sign as the service does, or learns everything that it tells.
SECRETS = {"scope": Scope.ACCOUNT}


class WebhookController(Controller):
    """Webhooks."""

    path = "/v1/webhooks"
    tags = ["webhooks"]  # noqa: RUF012 -- Litestar reads it from the class

    @post("/endpoints", operation_id="create_webhook_endpoint", opt={"body": EndpointIn, **SECRETS})
    async def create(
        self, request: Request[Any, Any, Any], platform: NamedDependency[Platform], caller: NamedDependency[Caller]
    ) -> EndpointOut:
        """Register an address that is called for every event of the account."""
        wanted = await bodies.read(request, EndpointIn)
        endpoint = await webhooks.add_endpoint(
            platform.db,
            platform.settings,
            caller,
            url=wanted.url,
            events=list(wanted.events),
            description=wanted.description,
        )
        return EndpointOut.of(endpoint, platform.keyring)

    @get("/endpoints", operation_id="list_webhook_endpoints", opt=SECRETS)
    async def list_own(self, platform: NamedDependency[Platform], caller: NamedDependency[Caller]) -> list[EndpointOut]:
        """The account's endpoints, the oldest first."""
        found = await webhooks.list_endpoints(platform.db, caller)
        return [EndpointOut.of(endpoint, platform.keyring) for endpoint in found]

    @get("/endpoints/{endpoint_id:str}", operation_id="read_webhook_endpoint", opt=SECRETS)
    async def read(
        self, platform: NamedDependency[Platform], caller: NamedDependency[Caller], endpoint_id: FromPath[str]
    ) -> EndpointOut:
        """One endpoint with its secret."""
        endpoint = await webhooks.find_endpoint(platform.db, caller, parse_uuid(endpoint_id))
        return EndpointOut.of(endpoint, platform.keyring)

    @delete("/endpoints/{endpoint_id:str}", operation_id="delete_webhook_endpoint", opt=SECRETS)
    async def remove(
        self, platform: NamedDependency[Platform], caller: NamedDependency[Caller], endpoint_id: FromPath[str]
    ) -> None:
        """Forget an endpoint; what was still to be delivered to it is dropped."""
        await webhooks.remove_endpoint(platform.db, caller, parse_uuid(endpoint_id))

    @get("/deliveries", operation_id="list_webhook_deliveries")
    async def deliveries(
        self,
        platform: NamedDependency[Platform],
        caller: NamedDependency[Caller],
        cursor: Annotated[UUID | None, QueryParameter(description="`next` of the page before")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 50,
    ) -> DeliveryPage:
        """What was told to whom, with every attempt, newest first."""
        found = await webhooks.list_deliveries(platform.db, caller, before=cursor, limit=limit)
        following = str(found[-1].delivery.id) if len(found) == limit else None
        return DeliveryPage([DeliveryOut.of(logged) for logged in found], following)

    @get("/secret", operation_id="read_callback_secret", opt=SECRETS)
    async def secret(self, platform: NamedDependency[Platform], caller: NamedDependency[Caller]) -> SecretOut:
        """The secret that signs callbacks to the `callback_url` of a job."""
        return SecretOut(secret_text(await webhooks.callback_secret(platform.db, platform.keyring, caller)))

    @post("/secret/rotate", operation_id="rotate_callback_secret", status_code=200, opt=SECRETS)
    async def rotate(self, platform: NamedDependency[Platform], caller: NamedDependency[Caller]) -> SecretOut:
        """Replace that secret; for 24 hours callbacks carry the signatures of both."""
        return SecretOut(secret_text(await webhooks.rotate_callback_secret(platform.db, platform.keyring, caller)))
