"""A request under an Idempotency-Key is done once, however often it is sent and whatever dies meanwhile."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx2
import pytest
from litestar import Litestar

from api.openapi import document
from shared import idempotency
from shared.accounts import Authenticator, Caller
from shared.idempotency import Claim, Claims, CreatedResource, StoredAnswer
from shared.idempotency.errors import RequestSuperseded, StillInProgress
from shared.kit.database.transactions import DatabaseUnavailable, transaction_hook
from shared.kit.platform import Platform
from tests.actors import Client, Team, eventually

ENDPOINTS = "/v1/webhooks/endpoints"
HOOK = {"url": "https://example.com/hook"}
LABELS = {"actual_vector": [1, 0, 1], "predicted_vector": [1, 0, 0]}


async def _once(client: Client, key: str, path: str = ENDPOINTS, body: Any = None) -> httpx2.Response:
    return await client.post(path, HOOK if body is None else body, {"Idempotency-Key": key})


async def _count(client: Client) -> int:
    return len((await client.get(ENDPOINTS)).json())


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (ENDPOINTS, HOOK),
        ("/cm/create", LABELS),
        ("/v1/keys", {"name": "another"}),
    ],
)
async def test_a_repeat_gets_the_first_answer_again(alice: Client, path: str, body: Any) -> None:
    first = await _once(alice, "a key", path, body)
    again = await _once(alice, "a key", path, body)
    quoted = await _once(alice, '"a key"', path, body)
    other = await _once(alice, "another key", path, body)

    assert first.is_success
    assert (
        (first.status_code, first.content)
        == (again.status_code, again.content)
        == (
            quoted.status_code,
            quoted.content,
        )
    )
    assert first.json() != other.json()
    assert first.headers["content-type"] == again.headers["content-type"]
    assert "idempotency-replayed" not in {*first.headers, *other.headers}
    assert again.headers["idempotency-replayed"] == quoted.headers["idempotency-replayed"] == "true"
    assert first.headers["x-request-id"] != again.headers["x-request-id"]


async def test_a_repeated_job_is_one_job(alice: Client) -> None:
    body = {"kind": "report", "cm_uid": await alice.create_matrix()}

    answers = [await _once(alice, "job", "/v1/jobs", body) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [202] * 3
    assert len({(answer.headers["location"], answer.headers["retry-after"], answer.text) for answer in answers}) == 1
    assert [job["id"] for job in (await alice.get("/v1/jobs")).json()["items"]] == [answers[0].json()["id"]]


async def test_ten_at_the_same_time_are_done_once(alice: Client) -> None:
    answers = await asyncio.gather(*(_once(alice, "key", "/cm/create", LABELS) for _ in range(10)))

    done = [answer for answer in answers if answer.status_code == 200]
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert len(done) + len(waiting) == 10
    assert len({answer.json()["uid"] for answer in done}) == 1
    assert {(answer.json()["code"], answer.headers["retry-after"]) for answer in waiting} <= {
        ("idempotency-key-in-progress", "1")
    }
    assert (await _once(alice, "key", "/cm/create", LABELS)).json() == done[0].json()
    assert len((await alice.get("/v1/matrices")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (ENDPOINTS, HOOK | {"description": "another body"}),
        ("/cm/create", LABELS),
        (f"{ENDPOINTS}?x=1", HOOK),
    ],
)
async def test_a_key_is_good_for_one_request(alice: Client, path: str, body: Any) -> None:
    await _once(alice, "key")

    answer = await _once(alice, "key", path, body)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert answer.headers["content-type"] == "application/problem+json"
    assert await _count(alice) == 1


async def test_another_account_or_api_key_never_gets_the_first_answer(alice: Client, mallory: Client) -> None:
    first = await _once(alice, "key")
    theirs = await _once(mallory, "key")
    second_key = (await alice.post("/v1/keys", {"name": "another"})).json()["api_key"]
    headers = {"X-API-Key": second_key, "Idempotency-Key": "key"}
    with_other = await alice.http.post(ENDPOINTS, json=HOOK, headers=headers)

    assert theirs.status_code == 201
    assert first.json()["id"] != theirs.json()["id"]
    assert (with_other.status_code, with_other.json()["code"]) == (422, "idempotency-key-reused")


async def test_the_style_of_the_api_key_is_no_part_of_the_request(alice: Client) -> None:
    first = await _once(alice, "key")
    headers = {"Idempotency-Key": "key"}

    bearer = {"Authorization": f"Bearer {alice.key}", **headers}
    again = await alice.http.post(ENDPOINTS, json=HOOK, headers=bearer)
    in_query = await alice.http.post(ENDPOINTS, json=HOOK, params={"api_key": alice.key}, headers=headers)

    assert first.content == again.content == in_query.content


async def test_a_refusal_that_did_nothing_leaves_the_key_free(alice: Client) -> None:
    refused = await _once(alice, "key", body={"url": "https://10.0.0.1/"})
    done = await _once(alice, "key")

    assert (refused.status_code, done.status_code) == (400, 201)


@pytest.mark.parametrize("key", ["", " ", '""', "x" * 256, "naïve", "a\tb"])
async def test_an_invalid_key_is_refused(alice: Client, key: str) -> None:
    headers = [("X-API-Key", alice.key), ("Idempotency-Key", key.encode("latin-1"))]
    answer = await alice.http.post(ENDPOINTS, json=HOOK, headers=headers)  # type: ignore[arg-type] # bytes on purpose

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-invalid")
    assert await _count(alice) == 0


async def test_a_route_refuses_a_key_in_its_own_way(alice: Client) -> None:
    answer = await _once(alice, "x" * 256, "/v1/fbeta", {"precision": 0.5, "recall": 0.5})

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["success"]) == (400, "idempotency-key-invalid", False)
    assert problem["message"] == problem["detail"]


async def test_who_may_not_do_it_may_not_do_it_under_a_key_either(http: httpx2.AsyncClient) -> None:
    answers = [
        await http.post(ENDPOINTS, json=HOOK, headers={"Idempotency-Key": "key", **more})
        for more in ({}, {"X-API-Key": "evs_wrong"})
    ]
    credentials = {"email": "x@example.com", "password": "secret"}
    signed_in = await http.post("/sign_in/", json=credentials, headers={"Idempotency-Key": "key"})

    assert [answer.json()["code"] for answer in answers] == ["missing-api-key", "invalid-api-key"]
    assert signed_in.json()["code"] == "wrong-credentials"


async def test_what_is_kept_shows_no_secret(alice: Client, platform: Platform) -> None:
    answer = await _once(alice, "key")

    async with platform.db.connection() as connection:
        rows = await connection.fetch("SELECT * FROM idempotency_key")
    kept = [bytes(value) for row in rows for value in row.values() if isinstance(value, bytes)]
    secret = answer.json()["secret"].removeprefix("whsec_").encode()
    assert kept
    assert not any(secret in value or b"whsec" in value or b"example.com" in value for value in kept)


async def test_a_crash_before_the_work_lets_a_repeat_do_it(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _crash_at(monkeypatch, "mark"):
        await _once(alice, "key")
    too_early = await _once(alice, "key")
    nothing_yet = await _count(alice)
    await _end_leases(platform)

    done = await _once(alice, "key")

    assert (too_early.status_code, too_early.json()["code"]) == (409, "idempotency-key-in-progress")
    assert nothing_yet == 0
    assert (done.status_code, await _count(alice)) == (201, 1)


@pytest.mark.parametrize(
    ("path", "status", "address"),
    [
        (ENDPOINTS, 201, ENDPOINTS + "/{id}"),
        ("/cm/create", 200, "/v1/matrices/{uid}"),
        ("/v1/matrices", 201, "/v1/matrices/{uid}"),
        ("/v1/jobs", 202, "/v1/jobs/{id}"),
        ("/api/projects", 201, "/api/projects/{id}"),
        ("/v1/pipelines", 201, "/v1/pipelines/{id}"),
    ],
)
async def test_after_a_crash_a_repeat_is_led_to_what_was_created(
    alice: Client, platform: Platform, team: Team, monkeypatch: pytest.MonkeyPatch, path: str, status: int, address: str
) -> None:
    # So that the job is the same from one answer to the next.
    team["worker"].kill()
    job = {"kind": "plot", "cm_uid": await alice.create_matrix()}
    named = {"name": "A name"}
    body = {ENDPOINTS: HOOK, "/v1/jobs": job, "/api/projects": named, "/v1/pipelines": named}.get(path, LABELS)
    async with _crash_at(monkeypatch, "settle"):
        await _once(alice, "key", path, body)
    made = await _things(alice)
    too_early = await _once(alice, "key", path, body)
    await _end_leases(platform)

    repeat = await _once(alice, "key", path, body)

    assert (too_early.status_code, too_early.json()["code"]) == (409, "idempotency-key-in-progress")
    assert (repeat.status_code, repeat.headers["idempotency-replayed"]) == (status, "true")
    assert repeat.headers["location"] == address.format(**repeat.json())
    assert repeat.json() == (await alice.get(repeat.headers["location"])).json()
    assert made == await _things(alice)
    assert sum(made) == 2


async def test_a_key_that_may_not_read_is_told_where_the_resource_is(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await alice.post("/v1/keys", {"name": "writer", "scopes": ["write"]})
    writer = Client(alice.http, alice.email, alice.password, made.json()["api_key"])
    async with _crash_at(monkeypatch, "settle"):
        await _once(writer, "key", "/api/projects", {"name": "A name"})
    await _end_leases(platform)

    repeat = await _once(writer, "key", "/api/projects", {"name": "A name"})

    (project,) = (await alice.get("/api/projects")).json()["items"]
    assert (repeat.status_code, repeat.json()["code"]) == (409, "idempotency-answer-lost")
    assert repeat.headers["location"] == f"/api/projects/{project['id']}"


async def test_work_that_creates_nothing_is_not_done_again_though_its_answer_was_lost(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _crash_at(monkeypatch, "settle"):
        await _once(alice, "key", "/v1/webhooks/secret/rotate", {})
    await _end_leases(platform)

    repeat = await _once(alice, "key", "/v1/webhooks/secret/rotate", {})

    assert (repeat.status_code, repeat.json()["code"]) == (409, "idempotency-answer-lost")
    assert "location" not in repeat.headers


async def test_a_failure_of_ours_is_never_replayed(alice: Client, platform: Platform) -> None:
    caller = await _caller(platform, alice)
    free, worked = await _claim(platform, caller), StoredAnswer(503, [], b"{}")
    assert isinstance(free, Claim)
    await free.settle(worked)
    claim = await _claim(platform, caller)
    assert isinstance(claim, Claim)
    claim.note_created("job", UUID(int=7))
    await _work(platform, alice, claim, "connection")

    await claim.settle(worked)

    assert await _claim(platform, caller) == CreatedResource("job", str(UUID(int=7)))


async def test_while_a_request_waits_for_its_job_a_repeat_is_led_to_it(alice: Client, team: Team) -> None:
    team["worker"].kill()
    body = {"kind": "report", "cm_uid": await alice.create_matrix()}
    headers = {"Idempotency-Key": "key", "Prefer": "wait=20"}
    waiting = asyncio.create_task(alice.post("/v1/jobs", body, headers))
    answers: list[httpx2.Response] = []

    async def is_queued() -> bool:
        return len((await alice.get("/v1/jobs")).json()["items"]) == 1

    async def is_known() -> bool:
        answers[:] = [await _once(alice, "key", "/v1/jobs", body)]
        return answers[0].status_code == 202

    await eventually(is_queued)
    await eventually(is_known)
    (repeat,) = answers
    await alice.post(f"{repeat.headers['location']}/cancel")
    first = await waiting
    replay = await _once(alice, "key", "/v1/jobs", body)

    assert repeat.json()["status"] == "queued"
    assert (first.status_code, first.json()["status"]) == (200, "cancelled")
    assert (replay.status_code, replay.content) == (first.status_code, first.content)


async def test_a_lease_is_renewed_while_its_process_works(alice: Client, platform: Platform) -> None:
    caller = await _caller(platform, alice)
    claim, claims = await _claim(platform, caller), Claims(platform.db)
    assert isinstance(claim, Claim)
    claim.claimed_at -= 60
    await _end_leases(platform)

    with claims.holding(claim):
        await claims.renew()

    with pytest.raises(StillInProgress):
        await _claim(platform, caller)


async def test_an_answer_that_could_not_be_kept_is_kept_as_soon_as_the_database_is_back(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unavailable(*_: object) -> None:
        raise DatabaseUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(Claim, "settle", unavailable)
        first = await _once(alice, "key")

    caller = await _caller(platform, alice)
    query = "SELECT answer IS NOT NULL FROM idempotency_key WHERE account_id = $1"

    async def is_kept() -> bool:
        async with platform.db.connection() as connection:
            return bool(await connection.fetchval(query, caller.account_id))

    await eventually(is_kept)
    assert (await _once(alice, "key")).content == first.content


@pytest.mark.parametrize("way", ["connection", "transaction", "session"])
async def test_a_slow_request_cannot_finish_what_another_took_over(alice: Client, platform: Platform, way: str) -> None:
    slow = await _claim(platform, await _caller(platform, alice))
    assert isinstance(slow, Claim)
    await _end_leases(platform)
    assert isinstance(await _claim(platform, await _caller(platform, alice)), Claim)

    with pytest.raises(RequestSuperseded):
        await _work(platform, alice, slow, way)

    assert await _emails(platform, alice) == [alice.email]


@pytest.mark.parametrize("way", ["connection", "transaction", "session"])
async def test_the_mark_is_there_if_and_only_if_the_work_is(alice: Client, platform: Platform, way: str) -> None:
    claim = await _claim(platform, await _caller(platform, alice))
    assert isinstance(claim, Claim)
    with suppress(ZeroDivisionError):
        await _work(platform, alice, claim, way, fail=True)
    without = await _worked(platform, alice)

    await _work(platform, alice, claim, way)

    assert (without, await _worked(platform, alice)) == (False, True)
    assert await _emails(platform, alice) == [f"changed-{alice.email}"]


async def test_reading_is_no_work(alice: Client, platform: Platform) -> None:
    claim = await _claim(platform, await _caller(platform, alice))
    assert isinstance(claim, Claim)
    token = transaction_hook.set(claim)
    await _emails(platform, alice)
    transaction_hook.reset(token)

    assert not await _worked(platform, alice)
    await claim.settle(StoredAnswer(404, [], b""))
    assert isinstance(await _claim(platform, await _caller(platform, alice)), Claim)


async def test_an_answer_that_cannot_be_kept_is_given_all_the_same(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unavailable(*_: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(Claim, "settle", unavailable)

    assert (await _once(alice, "key")).status_code == 201


async def test_keys_are_forgotten_after_a_day(alice: Client, platform: Platform) -> None:
    first = await _once(alice, "key")
    await _age(platform, "23 hours 59 minutes")
    await idempotency.expire(platform)
    replayed = await _once(alice, "key")
    await _age(platform, "2 minutes")
    await idempotency.expire(platform)
    repeated = await _once(alice, "key")

    assert first.json() == replayed.json() != repeated.json()


def test_every_post_with_a_caller_documents_the_header(app: Litestar) -> None:
    for path in document(app)["paths"].values():
        for method, operation in path.items():
            named = [parameter["name"] for parameter in operation.get("parameters", ())]
            taken = method == "post" and any("header" in choice for choice in operation["security"])
            assert named.count("Idempotency-Key") == taken, operation["operationId"]


class _Crash(BaseException):
    """The process is gone."""


class _crash_at:  # noqa: N801 -- it reads as a statement
    """While this lasts, a request dies when it comes to a step of its claim."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        self._patch = monkeypatch
        self._step = step

    async def __aenter__(self) -> None:
        async def die(*_: object) -> None:
            raise _Crash

        self._original = getattr(Claim, self._step)
        self._patch.setattr(Claim, self._step, die)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self._patch.setattr(Claim, self._step, self._original)
        assert kind is _Crash
        return True


async def _claim(platform: Platform, caller: Caller) -> Claim | StoredAnswer | CreatedResource:
    return await idempotency.claim(platform, caller, key="key", fingerprint=b"same")


async def _caller(platform: Platform, client: Client) -> Caller:
    return await Authenticator(platform.db, platform.keyring).caller(client.key)


async def _work(platform: Platform, client: Client, claim: Claim, way: str, *, fail: bool = False) -> None:
    token = transaction_hook.set(claim)
    statement = "UPDATE account SET email = 'changed-' || email WHERE email = "
    try:
        if way == "session":
            async with platform.db.session() as session:
                raw = await (await session.connection()).exec_driver_sql(f"{statement}'{client.email}' RETURNING 1")
                assert raw.scalar() == 1
                _ = 1 // (not fail)
        else:
            async with getattr(platform.db, way)() as connection:
                await connection.execute(f"{statement}$1", client.email)
                _ = 1 // (not fail)
    finally:
        transaction_hook.reset(token)


async def _emails(platform: Platform, client: Client) -> list[str]:
    caller = await _caller(platform, client)
    async with platform.db.connection() as connection:
        rows = await connection.fetch("SELECT email FROM account WHERE id = $1", caller.account_id)
    return [row["email"] for row in rows]


async def _worked(platform: Platform, client: Client) -> bool:
    caller = await _caller(platform, client)
    async with platform.db.connection() as connection:
        found: bool = await connection.fetchval(
            "SELECT worked FROM idempotency_key WHERE account_id = $1", caller.account_id
        )
    return found


async def _things(client: Client) -> list[int]:
    paths = ("/v1/matrices", "/v1/jobs", "/api/projects")
    pipelines = len((await client.get("/v1/pipelines")).json())
    return [await _count(client), pipelines, *[len((await client.get(path)).json()["items"]) for path in paths]]


async def _end_leases(platform: Platform) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE idempotency_key SET lease_until = now() - interval '1 second'")


async def _age(platform: Platform, by: str) -> None:
    async with platform.db.connection() as connection:
        await connection.execute(f"UPDATE idempotency_key SET created_at = created_at - interval '{by}'")
