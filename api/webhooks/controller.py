"""Routes of webhook endpoints and the callback secret."""

from litestar import Controller, delete, get
from litestar.params import FromPath

from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.routes import patch, post
from api.webhooks.schemas import (
    DeliveryOut,
    EndpointChange,
    EndpointIn,
    EndpointOut,
    ReplayIn,
    ReplayOut,
    SecretOut,
)
from shared import webhooks
from shared.accounts import Caller, Scope
from shared.kit import clock
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform
from shared.webhooks import endpoints
from shared.webhooks.signing import secret_text

# A key with access to these can sign as the service does, or receive all of its events.
SECRETS = {"scope": Scope.ACCOUNT}


class WebhookController(Controller):
    """Webhooks."""

    path = "/v1/webhooks"
    tags = ["webhooks"]

    @post("/endpoints", operation_id="webhooks.endpoints.create", opt=SECRETS)
    async def create(
        self, platform: Injected[Platform], caller: Injected[Caller], address: Body[EndpointIn]
    ) -> EndpointOut:
        """Create a webhook endpoint.

        Registers an address that receives the account's events as signed POST requests.
        """
        endpoint = await endpoints.add(
            platform,
            caller,
            url=address.url,
            event_types=list(address.events),
            description=address.description,
        )
        return EndpointOut.of(endpoint, platform.keyring)

    @get("/endpoints", operation_id="webhooks.endpoints.list", opt=SECRETS)
    async def list_own(self, platform: Injected[Platform], caller: Injected[Caller]) -> list[EndpointOut]:
        """List webhook endpoints.

        Returns the account's endpoints, oldest first.
        """
        return [EndpointOut.of(endpoint, platform.keyring) for endpoint in await endpoints.list_own(platform, caller)]

    @get("/endpoints/{endpoint_id:str}", operation_id="webhooks.endpoints.get", opt=SECRETS)
    async def read(
        self, platform: Injected[Platform], caller: Injected[Caller], endpoint_id: FromPath[str]
    ) -> EndpointOut:
        """Get a webhook endpoint.

        Returns the endpoint with its signing secret.
        """
        endpoint = await endpoints.find(platform, caller, parse_uuid(endpoint_id))
        return EndpointOut.of(endpoint, platform.keyring)

    @patch("/endpoints/{endpoint_id:str}", operation_id="webhooks.endpoints.update", opt=SECRETS)
    async def change(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        endpoint_id: FromPath[str],
        change: Body[EndpointChange],
    ) -> EndpointOut:
        """Update a webhook endpoint.

        Fields that are not sent stay as they are. Pending deliveries go to the new address.
        """
        endpoint = await endpoints.change(platform, caller, parse_uuid(endpoint_id), change.changes())
        return EndpointOut.of(endpoint, platform.keyring)

    @delete("/endpoints/{endpoint_id:str}", operation_id="webhooks.endpoints.delete", opt=SECRETS)
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], endpoint_id: FromPath[str]) -> None:
        """Delete a webhook endpoint.

        Pending deliveries to it are dropped.
        """
        await endpoints.remove(platform, caller, parse_uuid(endpoint_id))

    @post(
        "/endpoints/{endpoint_id:str}/disable", operation_id="webhooks.endpoints.disable", status_code=200, opt=SECRETS
    )
    async def disable(
        self, platform: Injected[Platform], caller: Injected[Caller], endpoint_id: FromPath[str]
    ) -> EndpointOut:
        """Disable a webhook endpoint.

        Pending deliveries to it are given up; they can be replayed once the endpoint is enabled.
        """
        endpoint = await endpoints.disable(platform, caller, parse_uuid(endpoint_id))
        return EndpointOut.of(endpoint, platform.keyring)

    @post("/endpoints/{endpoint_id:str}/enable", operation_id="webhooks.endpoints.enable", status_code=200, opt=SECRETS)
    async def enable(
        self, platform: Injected[Platform], caller: Injected[Caller], endpoint_id: FromPath[str]
    ) -> EndpointOut:
        """Enable a webhook endpoint.

        Events are delivered again, whatever the endpoint was disabled for. Replay the events that it missed if you need
        them.
        """
        endpoint = await endpoints.enable(platform, caller, parse_uuid(endpoint_id))
        return EndpointOut.of(endpoint, platform.keyring)

    @post("/endpoints/{endpoint_id:str}/test", operation_id="webhooks.endpoints.test", status_code=202)
    async def try_out(
        self, platform: Injected[Platform], caller: Injected[Caller], endpoint_id: FromPath[str]
    ) -> DeliveryOut:
        """Send a test event to a webhook endpoint.

        Sends one `endpoint.test` event, without retries. Poll the returned delivery for its outcome.
        """
        return DeliveryOut.of(await endpoints.try_out(platform, caller, parse_uuid(endpoint_id)))

    @post(
        "/endpoints/{endpoint_id:str}/replay",
        operation_id="webhooks.endpoints.replay",
        status_code=202,
    )
    async def replay(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        endpoint_id: FromPath[str],
        selection: Body[ReplayIn],
    ) -> ReplayOut:
        """Replay the events of a webhook endpoint.

        Delivers the events since a time again, with the same ids and bytes.
        """
        replay = await endpoints.replay(
            platform,
            caller,
            parse_uuid(endpoint_id),
            since=clock.in_utc(selection.since, "since"),
            also_delivered=selection.events == "all",
        )
        return ReplayOut(replay.queued, replay.more)

    @post(
        "/endpoints/{endpoint_id:str}/secret/rotate",
        operation_id="webhooks.endpoints.rotate_secret",
        status_code=200,
        opt=SECRETS,
    )
    async def rotate_own(
        self, platform: Injected[Platform], caller: Injected[Caller], endpoint_id: FromPath[str]
    ) -> SecretOut:
        """Rotate the secret of a webhook endpoint.

        For 24 hours messages carry the signatures of both secrets.
        """
        secret = await endpoints.rotate_secret(platform, caller, parse_uuid(endpoint_id))
        return SecretOut(secret_text(secret))

    @get("/secret", operation_id="webhooks.get_callback_secret", opt=SECRETS)
    async def secret(self, platform: Injected[Platform], caller: Injected[Caller]) -> SecretOut:
        """Get the callback secret.

        It signs the messages to the `callback_url` of a job.
        """
        return SecretOut(secret_text(await webhooks.callback_secret(platform, caller)))

    @post("/secret/rotate", operation_id="webhooks.rotate_callback_secret", status_code=200, opt=SECRETS)
    async def rotate(self, platform: Injected[Platform], caller: Injected[Caller]) -> SecretOut:
        """Rotate the callback secret.

        For 24 hours callbacks carry the signatures of both secrets.
        """
        return SecretOut(secret_text(await webhooks.rotate_callback_secret(platform, caller)))
