"""What an operator decides about analyses by settings: whether there are any, which signatures, which proxy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2
from pydantic import SecretStr

from api.app import create_app
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from tests.actors import Client, eventually
from tests.pipelines import OPERATOR_SECRET, Pipeline, add_image, create_analysis, hmac_of

PROXY_SECRET = "what only the proxy knows"


@asynccontextmanager
async def service(settings: Settings, **chosen: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """Another application on the same servers, with other settings."""
    application = create_app(settings.model_copy(update=chosen))
    transport = httpx2.ASGITransport(app=application)  # type: ignore[arg-type] # the same protocol in other words
    async with (
        application.lifespan(),
        httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test") as client,
    ):

        async def is_ready() -> bool:
            return (await client.get("/readyz")).status_code == 200

        # Its pools are new, and on a busy machine the first connection may take longer than a request waits for one.
        await eventually(is_ready)
        yield client


async def test_without_analyses_their_routes_are_not_there_and_the_others_are(
    settings: Settings, alice: Client
) -> None:
    headers = {"X-API-Key": alice.key}
    async with service(settings, ml_analysis_enabled=False) as http:
        answers = [
            await http.get(f"/api/images/{uuid4()}/analyses", headers=headers),
            await http.patch(f"/api/analyses/{uuid4()}/status", json={"status": "processing"}),
            await http.get("/v1/pipelines", headers=headers),
        ]
        others = await http.get("/v1/matrices", headers=headers)

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "analyses-disabled")}
    assert others.status_code == 200


async def test_where_only_the_form_that_binds_the_time_is_taken_the_others_are_not(
    settings: Settings, platform: Platform, alice: Client
) -> None:
    analysis_id = await create_analysis(alice, await add_image(platform, alice))
    body = b'{"status":"processing"}'
    async with service(settings, ml_signature_schemes=["timestamped"]) as http:
        pipeline = Pipeline(http)
        timed = pipeline.headers(body)
        former = await http.patch(
            f"/api/analyses/{analysis_id}/status",
            content=body,
            headers=timed | {"X-ML-Signature": hmac_of(body, OPERATOR_SECRET)},
        )
        present = await http.patch(f"/api/analyses/{analysis_id}/status", content=body, headers=timed)

    assert (former.status_code, former.json()["code"], present.status_code) == (401, "invalid-signature", 200)


async def test_without_an_operators_secret_only_pipelines_of_accounts_can_sign(
    settings: Settings, platform: Platform, alice: Client
) -> None:
    analysis_id = await create_analysis(alice, await add_image(platform, alice))
    own = await Pipeline.of(alice)
    async with service(settings, ml_callback_hmac_secret=[]) as http:
        nobody = await Pipeline(http, "").status(analysis_id, "processing")
        somebody = await Pipeline(http, own.secret, own.id).status(analysis_id, "processing")

    assert (nobody.status_code, somebody.status_code) == (401, 200)


async def test_a_trusted_proxy_says_who_is_calling_and_nobody_else_can(settings: Settings, alice: Client) -> None:
    trusted = {"X-User-Email": alice.email.upper(), "X-Proxy-Secret": PROXY_SECRET}
    stranger = f"new-{uuid4().hex[:8]}@example.com"
    uid = await alice.create_matrix()
    async with service(settings, proxy_shared_secret=SecretStr(PROXY_SECRET)) as http:
        known = await http.get(f"/v1/matrices/{uid}", headers=trusted)
        new = [await http.get("/v1/matrices", headers=trusted | {"X-User-Email": stranger}) for _ in range(2)]
        foreign = await http.get(f"/v1/matrices/{uid}", headers=trusted | {"X-User-Email": stranger})
        wrong = await http.get("/v1/matrices", headers=trusted | {"X-Proxy-Secret": "guess"})
        nonsense = await http.get("/v1/matrices", headers=trusted | {"X-User-Email": "nobody"})
        unsaid = await http.get("/v1/matrices", headers={"X-User-Email": alice.email})
        anonymous = await http.get("/v1/matrices", headers={"X-Proxy-Secret": PROXY_SECRET})
        signed_up = await http.post("/sign_up/", json={"email": stranger, "password": "a password"})
    unset = await alice.http.get("/v1/matrices", headers=trusted)

    assert (known.status_code, known.json()["uid"]) == (200, uid)
    assert [(answer.status_code, answer.json()["items"]) for answer in new] == [(200, [])] * 2
    assert foreign.status_code == 404
    assert {answer.json()["code"] for answer in (wrong, nonsense, unsaid)} == {"invalid-proxy-secret"}
    assert {answer.json()["code"] for answer in (anonymous, unset)} == {"missing-api-key"}
    assert signed_up.json()["code"] == "email-taken"
