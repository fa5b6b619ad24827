from uuid import uuid4

import httpx2
import pytest

from shared.kit.platform import Platform
from tests.actors import Client


async def test_signing_up_answers_the_account_with_its_key_and_nothing_secret(http: httpx2.AsyncClient) -> None:
    # The document's example is ada@example.com, and others of this database may have signed up with it.
    email = f"Ada-{uuid4().hex[:8]}@Example.com"
    answer = await http.post("/sign_up/", json={"email": email, "password": "s3cret-word"})

    account = answer.json()
    key = account.pop("api_key")
    assert answer.status_code == 200
    assert key.startswith("evs_")
    assert account == {
        "id": account["id"],
        "email": email,
        "credit": 0.0,
        "is_active": True,
        "cms": [],
    }


async def test_signing_in_answers_the_same_key_and_the_matrices_newest_first(alice: Client) -> None:
    first, second = await alice.create_matrix(), await alice.create_matrix()

    answer = await alice.http.post("/sign_in/", json={"email": alice.email.upper(), "password": alice.password})

    assert answer.status_code == 200
    assert answer.json()["api_key"] == alice.key
    assert answer.json()["cms"] == [{"uid": second}, {"uid": first}]


async def test_an_address_has_one_account_whatever_its_capitals(alice: Client) -> None:
    answer = await alice.http.post("/sign_up/", json={"email": alice.email.title(), "password": "other word"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "email-taken"


@pytest.mark.parametrize("wrong", ["password", "email"])
async def test_a_wrong_password_and_an_unknown_address_are_told_alike(alice: Client, wrong: str) -> None:
    credentials = {"email": alice.email, "password": alice.password, wrong: "nobody@example.com"}

    answer = await alice.http.post("/sign_in/", json=credentials)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="evalserve"'
    assert answer.json() == {
        "type": "/problems/wrong-credentials",
        "title": "Wrong credentials",
        "status": 401,
        "detail": "The e-mail address or the password is wrong.",
        "code": "wrong-credentials",
    }


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"password": "long enough"}, "/email"),
        ({"email": "a@example.com"}, "/password"),
        ({"email": "not an address", "password": "long enough"}, "/email"),
        ({"email": "a@localhost", "password": "long enough"}, "/email"),
        ({"email": "a@example.com", "password": "short"}, "/password"),
        ({"email": "a@example.com", "password": "x" * 129}, "/password"),
        ({"email": "a" * 250 + "@example.com", "password": "long enough"}, "/email"),
        ({"email": "a@example.com\u200b", "password": "long enough"}, "/email"),
        ({"email": "\u202ea@example.com", "password": "long enough"}, "/email"),
        ({"email": 7, "password": "long enough"}, "/email"),
        ({"email": "a@example.com", "password": "nul\0character"}, ""),
        ({"email": "a\0@example.com", "password": "long enough"}, ""),
    ],
)
async def test_bad_credentials_are_refused_by_name(http: httpx2.AsyncClient, body: object, pointer: str) -> None:
    answer = await http.post("/sign_up/", json=body)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("style", ["X-API-Key", "x-oanor-key", "Authorization", "query", "body"])
async def test_every_style_of_key_is_taken_on_every_kind_of_route(alice: Client, style: str) -> None:
    headers = {"Authorization": f"Bearer {alice.key}"} if style == "Authorization" else {style: alice.key}
    query = {"api_key": alice.key} if style == "query" else {}
    body = {"api_key": alice.key} if style == "body" else {}
    headers = {} if style in {"query", "body"} else headers
    labels = {"actual_vector": [0, 1], "predicted_vector": [0, 1]}

    created = await alice.http.post("/cm/create", json={**labels, **body}, params=query, headers=headers)
    submitted = await alice.http.post(
        "/v1/jobs", json={"kind": "report", "cm_uid": created.json()["uid"], **body}, params=query, headers=headers
    )

    assert created.status_code == 200
    assert submitted.status_code == 202


@pytest.mark.parametrize("key", ["", "nonsense", "evs_aaaaaaaaaaaaaaaa1_" + "a" * 52, None])
async def test_a_key_that_was_not_issued_opens_nothing(http: httpx2.AsyncClient, key: str | None) -> None:
    answer = await http.get("/v1/jobs", headers={} if key is None else {"X-API-Key": key})

    assert answer.status_code == 401
    assert answer.json()["code"] == ("invalid-api-key" if key else "missing-api-key")


async def test_of_repeated_headers_the_first_counts(alice: Client) -> None:
    added = [("Authorization", "Basic Z2F0ZXdheTo="), ("X-API-Key", "nonsense")]

    bearer = await alice.http.get("/v1/jobs", headers=[("Authorization", f"Bearer {alice.key}"), added[0]])
    key = await alice.http.get("/v1/jobs", headers=[("X-API-Key", alice.key), added[1]])

    assert (bearer.status_code, key.status_code) == (200, 200)


async def test_a_tampered_key_opens_nothing(alice: Client) -> None:
    changed = alice.key[:-1] + ("a" if alice.key[-1] != "a" else "b")

    answer = await alice.http.get("/v1/jobs", headers={"X-API-Key": changed})

    assert answer.status_code == 401


async def test_the_database_holds_neither_key_nor_password(alice: Client, platform: Platform) -> None:
    async with platform.db.connection() as connection:
        rows = await connection.fetch("SELECT account::text, api_key::text FROM api_key JOIN account ON true")

    stored = "".join(str(tuple(row)) for row in rows)
    assert alice.email in stored
    assert alice.key.rpartition("_")[2] not in stored
    assert alice.password not in stored
