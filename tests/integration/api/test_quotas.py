"""Quotas: what an account may store and have at once, by its plan, over the API and the pages."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from litestar import Litestar

from shared.kit.platform import Platform
from shared.kit.settings import Plan
from shared.kit.settings.plans import Quota
from shared.quotas import measures
from tests.actors import Client, stored_keys
from tests.files import announce, announcement, content, upload_file
from tests.integration.api.web.visitor import Visitor
from tests.pictures import picture
from tests.pipelines import Pipeline, add_image, create_analysis


@pytest.fixture
def limit(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set a quota of all accounts for the length of the test."""
    return lambda quota, number: monkeypatch.setitem(platform.settings.quotas, quota, number)


async def _used(client: Client) -> dict[str, tuple[int, int | None]]:
    answer = (await client.get("/v1/usage")).json()
    return {entry["quota"]: (entry["used"], entry["limit"]) for entry in answer["quotas"]}


async def _send_run(client: Client, body: bytes) -> httpx2.Response:
    return await client.send("POST", "/v1/runs", files={"file": ("a.csv", body, "text/csv")})


async def _forget_what_was_shown(platform: Platform) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE quota_use SET measured_at = measured_at - interval '11 seconds'")


def test_every_quota_has_a_measure() -> None:
    assert set(measures.MEASURES) == set(Quota)


async def test_a_refusal_names_the_quota_its_limit_and_its_use(alice: Client, limit: Any) -> None:
    limit(Quota.MATRICES, 2)
    await alice.create_matrix()
    await alice.create_matrix()

    answer = await alice.post("/cm/create", {"actual_vector": [1, 0], "predicted_vector": [1, 0]})

    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert answer.json() == {
        "type": "/problems/quota-reached",
        "title": "Quota reached",
        "status": 409,
        "detail": "The account uses 2 of 2 matrices. "
        "Delete what you no longer need, or ask the administrator for another plan.",
        "code": "quota-reached",
        "quota": "matrices",
        "limit": 2,
        "use": 2,
    }


async def test_deleting_makes_room_at_once(alice: Client, limit: Any) -> None:
    limit(Quota.MATRICES, 1)
    uid = await alice.create_matrix()

    assert (await alice.delete(f"/cm/{uid}")).status_code == 200

    assert await alice.create_matrix() != uid


async def test_concurrent_requests_do_not_exceed_a_quota_and_another_account_has_its_own(
    alice: Client, mallory: Client, limit: Any
) -> None:
    limit(Quota.PROJECTS, 3)

    answers = await asyncio.gather(*(alice.post("/api/projects", {"name": "p"}) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
    assert (await mallory.post("/api/projects", {"name": "p"})).status_code == 201


async def test_a_plan_says_more_or_less_than_the_service(
    alice: Client, platform: Platform, limit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(Quota.PIPELINES, 1)
    monkeypatch.setitem(platform.settings.plans, "wide", Plan(quotas={Quota.PIPELINES: None}))
    assert (await alice.post("/v1/pipelines", {"name": "a"})).status_code == 201
    assert (await alice.post("/v1/pipelines", {"name": "b"})).status_code == 409

    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET plan = 'wide' WHERE email = $1", alice.email)
    alice.key = (await alice.post("/v1/keys", {"name": "asked anew"})).json()["api_key"]

    assert (await alice.post("/v1/pipelines", {"name": "b"})).status_code == 201


async def test_usage_shows_what_is_used_of_every_quota(alice: Client, platform: Platform, limit: Any) -> None:
    limit(Quota.IMAGES, 5)
    project = (await alice.create_project())["id"]
    image_bytes = picture()
    await alice.add_image(project, image_bytes)
    await alice.create_matrix()
    await alice.post("/v1/pipelines", {"name": "a"})
    await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com/hook"})
    body = {"filename": "a.png", "content_type": "image/png", "size_bytes": 1000}
    assert (await alice.post(f"/api/projects/{project}/uploads", body)).status_code == 201
    await upload_file(alice, content(3000, "a file"))
    await announce(alice, content(4000, "an open upload"))
    await _forget_what_was_shown(platform)

    used = await _used(alice)

    stored, no_limit = used.pop("stored_bytes")
    # The codes of five labels take a few bytes.
    assert len(image_bytes) + 8000 < stored < len(image_bytes) + 8000 + 200
    assert no_limit is None
    assert used == {
        "matrices": (1, None),
        "images": (1, 5),
        "projects": (1, 10_000),
        "datasets": (0, None),
        "runs": (0, None),
        "gates": (0, 1_000),
        "open_uploads": (2, 1_000),
        "pipelines": (1, 100),
        "keys": (1, 100),
        "endpoints": (1, 50),
    }


async def test_the_account_page_shows_the_quotas(app: Litestar, alice: Client, limit: Any) -> None:
    limit(Quota.MATRICES, 7_531)
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = (await visitor.get("/app/account")).text

    assert "Open uploads" in page
    assert "7,531" in page.replace("\u202f", ",").replace("\u00a0", ",")


async def test_bytes_are_refused_before_more_is_stored_than_the_quota_allows(alice: Client, limit: Any) -> None:
    project = (await alice.create_project())["id"]
    image_bytes = picture()
    limit(Quota.STORED_BYTES, 2 * len(image_bytes) - 1)
    await alice.add_image(project, image_bytes)

    image = await alice.add_image_answer(project, image_bytes)
    body = {"filename": "a.png", "content_type": "image/png", "size_bytes": len(image_bytes)}
    upload = await alice.post(f"/api/projects/{project}/uploads", body)
    smaller = await alice.post(f"/api/projects/{project}/uploads", body | {"size_bytes": len(image_bytes) - 1})

    assert (image.status_code, image.json()["quota"]) == (409, "stored_bytes")
    assert (upload.status_code, upload.json()["use"]) == (409, len(image_bytes))
    assert smaller.status_code == 201


async def test_files_are_refused_before_more_is_stored_than_the_quota_allows(
    alice: Client, platform: Platform, limit: Any
) -> None:
    limit(Quota.STORED_BYTES, 5_000)
    await upload_file(alice, content(3_000, "the first file"))

    announced = await alice.post("/v1/uploads", announcement(content(2_001, "too large")))
    keys = await asyncio.to_thread(stored_keys, platform.storage, "files/")
    sent = await _send_run(alice, content(2_001, "too large"))

    assert (announced.status_code, announced.json()["use"]) == (409, 3_000)
    assert (sent.status_code, sent.json()["quota"]) == (409, "stored_bytes")
    assert await asyncio.to_thread(stored_keys, platform.storage, "files/") == keys


async def test_a_full_account_sends_no_file_into_storage_first(
    alice: Client, platform: Platform, limit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(Quota.STORED_BYTES, 0)
    monkeypatch.setattr(platform.storage, "put", None)

    answer = await _send_run(alice, content(2_001, "sent in vain"))

    assert (answer.status_code, answer.json()["quota"]) == (409, "stored_bytes")


async def test_the_same_file_again_takes_no_more_of_a_quota(alice: Client, limit: Any) -> None:
    limit(Quota.STORED_BYTES, 3_500)
    body = content(3_000, "sent twice")
    first = await upload_file(alice, body)

    assert (await alice.post("/v1/uploads", announcement(body))).json()["id"] == first["id"]


async def test_datasets_are_limited_and_deleting_one_makes_room(alice: Client, limit: Any) -> None:
    limit(Quota.DATASETS, 1)
    body = {"upload_id": (await upload_file(alice, b"id,label\n1,a\n2,b\n"))["id"], "name": "Pets"}
    first = (await alice.post("/v1/datasets", body)).json()["id"]

    refused = await alice.post("/v1/datasets", body)
    assert (await alice.delete(f"/v1/datasets/{first}")).status_code == 204
    accepted = await alice.post("/v1/datasets", body)

    assert (refused.status_code, refused.json()["quota"], accepted.status_code) == (409, "datasets", 202)


async def test_runs_are_limited_and_deleting_one_makes_room(alice: Client, limit: Any) -> None:
    limit(Quota.RUNS, 1)
    first = (await _send_run(alice, b"y_true,y_pred\n0,1\n1,1\n")).json()["id"]

    refused = await _send_run(alice, b"y_true,y_pred\n0,1\n1,0\n")
    assert (await alice.delete(f"/v1/runs/{first}")).status_code == 204
    accepted = await _send_run(alice, b"y_true,y_pred\n0,1\n1,0\n")

    assert (refused.status_code, refused.json()["quota"], accepted.status_code) == (409, "runs", 202)


async def test_a_full_account_gets__no_more_files_of_jobs(alice: Client, limit: Any) -> None:
    uid = await alice.create_matrix()
    limit(Quota.STORED_BYTES, 1)

    answer = await alice.post("/v1/jobs", {"kind": "report", "cm_uid": uid})

    assert (answer.status_code, answer.json()["quota"]) == (409, "stored_bytes")


async def test_growth_that_did_not_ask_counts_from_the_next_measurement_on(
    alice: Client, platform: Platform, limit: Any
) -> None:
    limit(Quota.MATRICES, 100)
    uid = await alice.create_matrix()
    async with platform.db.connection() as connection:
        await connection.execute(
            "INSERT INTO matrix (uid, account_id, version, tags, classes, counts, sample_count) "
            "SELECT uuidv7(), account_id, 1, tags, classes, counts, sample_count FROM matrix WHERE uid = $1",
            uid,
        )
    assert (await _used(alice))["matrices"] == (1, 100)

    await _forget_what_was_shown(platform)

    assert (await _used(alice))["matrices"] == (2, 100)


async def test_the_pages_hold_to_quotas_too(app: Litestar, alice: Client, limit: Any) -> None:
    limit(Quota.MATRICES, 0)
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    answer = await visitor.send("/app/matrices/new", "/app/matrices/new", actual="a\nb", predicted="a\nb")

    assert answer.status_code == 409
    assert "The account uses 0 of 0 matrices." in answer.text


async def test_actions_of_pages_count_as_calls_and_looking_does_not(app: Litestar, alice: Client) -> None:
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    await visitor.get("/app/matrices")
    await visitor.send("/app/matrices/new", "/app/matrices/new", actual="a\nb", predicted="a\nb")

    days = (await alice.get("/v1/usage")).json()["days"]

    assert [(day["route"], day["calls"]) for day in days] == [("POST /app/matrices/new", 1)]


async def test_actions_of_pages_end_with_the_month_of_the_plan(
    app: Litestar, alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(platform.settings.plans, "two", Plan(calls_per_month=2))
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET plan = 'two' WHERE email = $1", alice.email)
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    answers = [
        await visitor.send("/app/matrices/new", "/app/matrices/new", actual="a\nb", predicted="a\nb") for _ in range(3)
    ]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert "calls per month of your plan are used up" in answers[2].text
    assert int(answers[2].headers["retry-after"]) > 0
    # Keys can still be revoked, and the browser signed out.
    assert (await visitor.send("/app/account/keys", "/app/account", name="n", scopes="read")).status_code == 200
    assert (await visitor.send("/app/sign-out", "/app/matrices")).status_code == 303


async def test_a_link_for_a_file_of_an_analysis_takes_no_more_than_was_announced(
    alice: Client, platform: Platform, limit: Any
) -> None:
    analysis = await create_analysis(alice, await add_image(platform, alice))
    limit(Quota.STORED_BYTES, 10_000)
    pipeline = Pipeline(alice.http)
    file = {"artifact_name": "mask.png", "content_type": "image/png"}

    unknown = await pipeline.presign(analysis, file)
    too_large = await pipeline.presign(analysis, file | {"size_bytes": 20_000})
    accepted = await pipeline.presign(analysis, file | {"size_bytes": 5})

    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "/artifacts/0/size_bytes")
    assert (too_large.status_code, too_large.json()["quota"]) == (409, "stored_bytes")
    (link,) = accepted.json()["presigned_urls"]
    url = link["upload_url"]
    assert "content-length" in parse_qs(urlsplit(url).query)["X-Amz-SignedHeaders"][0].split(";")
    async with httpx2.AsyncClient() as storage:
        larger = await storage.put(url, content=b"123456", headers={"Content-Type": "image/png"})
        exact = await storage.put(url, content=b"12345", headers={"Content-Type": "image/png"})
    assert (larger.status_code, exact.status_code) == (403, 200)
