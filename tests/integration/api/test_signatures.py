"""What proves that a callback comes from a pipeline, and what does not."""

import json
import re
import time
from collections.abc import AsyncIterator

import httpx2
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from api.signatures import PATHS
from shared.kit.platform import Platform
from tests.actors import Client
from tests.pipelines import OPERATOR_SECRET, Pipeline, add_image, create_analysis, hmac_of

ROUTES = (
    ("PATCH", "/status"),
    ("POST", "/artifacts/presign"),
    ("POST", "/annotations:bulk"),
    ("POST", "/finalize"),
)

BODY = {"status": "processing", "error_message": "Größe, 1e-7, ☃"}


@pytest.fixture
async def analysis_id(platform: Platform, alice: Client) -> str:
    return await create_analysis(alice, await add_image(platform, alice))


async def send(
    http: httpx2.AsyncClient, analysis_id: str, body: bytes, signature: str | None, **headers: str
) -> httpx2.Response:
    named = {f"X-ML-{name.capitalize()}": value for name, value in headers.items()}
    signed = {"X-ML-Signature": signature} if signature is not None else {}
    path = f"/api/analyses/{analysis_id}/status"
    return await http.patch(path, content=body, headers={"X-ML-Timestamp": now(), **signed, **named})


def now(offset_s: int = 0) -> str:
    return str(int(time.time()) + offset_s)


def code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_the_guides_python_signs_other_bytes_than_it_sends(http: httpx2.AsyncClient, analysis_id: str) -> None:
    message = json.dumps(BODY, separators=(",", ":"), sort_keys=True).encode()
    sent = json.dumps(BODY).encode()
    assert sent != message

    answer = await send(http, analysis_id, sent, hmac_of(message, OPERATOR_SECRET))

    assert (answer.status_code, answer.json()["status"]) == (200, "processing")


async def test_the_guides_node_signs_what_it_sends(http: httpx2.AsyncClient, analysis_id: str) -> None:
    sent = json.dumps(BODY, separators=(",", ":"), ensure_ascii=False).encode()

    answer = await send(http, analysis_id, sent, hmac_of(sent, OPERATOR_SECRET))

    assert answer.status_code == 200, answer.text


async def test_the_secret_before_the_present_one_still_signs(http: httpx2.AsyncClient, analysis_id: str) -> None:
    answer = await Pipeline(http, "the one before it").status(analysis_id, "processing")

    assert answer.status_code == 200, answer.text


async def test_an_api_key_signs_nothing(alice: Client, analysis_id: str) -> None:
    answer = await alice.send("PATCH", f"/api/analyses/{analysis_id}/status", json={"status": "processing"})

    assert code(answer) == (401, "missing-signature")


@pytest.mark.parametrize("more", [{}, {"Idempotency-Key": "once"}], ids=["once", "repeatable"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route[1])
async def test_what_cannot_be_signed_is_refused_before_a_byte_of_its_body_is_read(
    http: httpx2.AsyncClient, analysis_id: str, route: tuple[str, str], more: dict[str, str]
) -> None:
    method, path = route
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b"{}")
        yield b"{}"

    async def refusal(headers: dict[str, str]) -> tuple[int, str]:
        url = f"/api/analyses/{analysis_id}{path}"
        return code(await http.request(method, url, content=body(), headers=headers | more))

    signed = {"X-ML-Signature": "0" * 64, "X-ML-Timestamp": now()}
    unknown = {"X-ML-Pipeline": "01a2d7a0-0000-7000-8000-000000000000"}
    refusals = [
        await refusal({}),
        await refusal({"X-ML-Signature": "0" * 64}),
        await refusal(signed | {"X-ML-Timestamp": now(-301)}),
        await refusal(signed | {"X-ML-Signature": "sha256=0"}),
        await refusal(signed | unknown),
    ]
    unread = list(read)

    assert refusals == [
        (401, "missing-signature"),
        (401, "missing-signature"),
        (401, "stale-signature"),
        (401, "invalid-signature"),
        (401, "invalid-signature"),
    ]
    assert unread == []
    assert await refusal(signed) == (401, "invalid-signature")
    assert read == [b"{}"]


def test_the_paths_that_are_signed_are_those_of_the_routes_that_want_it(app: Litestar) -> None:
    paths: dict[bool, list[str]] = {True: [], False: []}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            wants = any(handler.opt.get("security") == "pipeline" for handler in route.route_handlers)
            paths[wants].append(re.sub(r"\{[^}]+\}", "01a2d7a0-0000-7000-8000-000000000000", route.path))

    assert len(paths[True]) == len(ROUTES)
    assert all(PATHS.fullmatch(path) and PATHS.fullmatch(f"{path}/") for path in paths[True])
    assert not any(PATHS.fullmatch(path) for path in paths[False])


async def test_a_wrong_signature_is_refused_before_its_body_is_parsed(
    http: httpx2.AsyncClient, analysis_id: str
) -> None:
    answers = [
        await send(http, analysis_id, b"{not json", signature)
        for signature in (hmac_of(b"{not json", "another secret"), "sha256=" + "0" * 64, "0" * 63, "g" * 64, "")
    ]

    assert {code(answer) for answer in answers[:3]} == {(401, "invalid-signature")}
    assert {answer.status_code for answer in answers} == {401}


async def test_a_stale_callback_is_refused_whatever_its_signature(http: httpx2.AsyncClient, analysis_id: str) -> None:
    body = json.dumps({"status": "processing"}).encode()
    signature = hmac_of(body, OPERATOR_SECRET)

    for timestamp in (now(-301), now(302), "yesterday", "-5", "", "1e9"):
        answer = await http.patch(
            f"/api/analyses/{analysis_id}/status",
            content=body,
            headers={"X-ML-Signature": signature, "X-ML-Timestamp": timestamp},
        )
        assert answer.status_code == 401, (timestamp, answer.text)
    assert (await send(http, analysis_id, body, signature, timestamp=now(-290))).status_code == 200


async def test_a_recorded_signature_does_not_fit_a_new_body_or_a_new_time(
    http: httpx2.AsyncClient, analysis_id: str
) -> None:
    pipeline = Pipeline(http)
    raw = json.dumps({"status": "processing"}).encode()
    recorded = pipeline.headers(raw)

    new_body = await http.patch(
        f"/api/analyses/{analysis_id}/status", content=json.dumps({"status": "failed"}), headers=recorded
    )
    new_time = await http.patch(
        f"/api/analyses/{analysis_id}/status", content=raw, headers=recorded | {"X-ML-Timestamp": now(5)}
    )

    assert (code(new_body), code(new_time)) == ((401, "invalid-signature"), (401, "invalid-signature"))


async def test_a_pipeline_of_another_account_sees_nothing(alice: Client, mallory: Client, analysis_id: str) -> None:
    foreign = await Pipeline.of(mallory)

    answers = [
        await foreign.status(analysis_id, "failed"),
        await foreign.presign(analysis_id, {"artifact_name": "a.png", "content_type": "image/png"}),
        await foreign.annotate(analysis_id),
        await foreign.finalize(analysis_id),
    ]

    assert {code(answer) for answer in answers} == {(404, "analysis-not-found")}
    assert (await alice.get(f"/api/analyses/{analysis_id}")).json()["status"] == "queued"


async def test_a_pipelines_secret_is_good_under_its_own_name_only(
    http: httpx2.AsyncClient, alice: Client, mallory: Client, analysis_id: str
) -> None:
    own, foreign = await Pipeline.of(alice), await Pipeline.of(mallory)

    answers = [
        await Pipeline(http, foreign.secret, own.id).status(analysis_id, "processing"),
        await Pipeline(http, own.secret).status(analysis_id, "processing"),
        await Pipeline(http, OPERATOR_SECRET, own.id).status(analysis_id, "processing"),
        await Pipeline(http, own.secret, "01a2d7a0-0000-7000-8000-000000000000").status(analysis_id, "processing"),
        await Pipeline(http, own.secret, "no id").status(analysis_id, "processing"),
    ]

    assert {code(answer) for answer in answers} == {(401, "invalid-signature")}
    assert (await own.status(analysis_id, "processing")).status_code == 200


async def test_a_rotated_secret_signs_for_a_day_beside_the_new_one_and_cannot_be_rotated_again_before(
    http: httpx2.AsyncClient, alice: Client, analysis_id: str
) -> None:
    before = await Pipeline.of(alice)
    rotated = (await alice.post(f"/v1/pipelines/{before.id}/secret/rotate")).json()
    again = await alice.post(f"/v1/pipelines/{before.id}/secret/rotate")

    assert rotated["secret"] != before.secret
    assert (await before.status(analysis_id, "processing")).status_code == 200
    assert (await Pipeline(http, rotated["secret"], before.id).status(analysis_id, "processing")).status_code == 200
    assert code(again) == (409, "secret-just-rotated")


async def test_a_secret_that_was_rotated_out_signs_no_more(platform: Platform, alice: Client, analysis_id: str) -> None:
    before = await Pipeline.of(alice)
    await alice.post(f"/v1/pipelines/{before.id}/secret/rotate")
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE pipeline SET secret_rotated_at = now() - interval '25 hours'")

    assert code(await before.status(analysis_id, "processing")) == (401, "invalid-signature")


async def test_a_deleted_pipeline_signs_no_more(alice: Client, analysis_id: str) -> None:
    gone = await Pipeline.of(alice)
    await alice.delete(f"/v1/pipelines/{gone.id}")

    assert code(await gone.status(analysis_id, "processing")) == (401, "invalid-signature")
