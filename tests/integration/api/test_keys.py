"""Several keys for one account: what each may do, and how soon it stops."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.accounts import Authenticator, queries
from shared.kit import clock
from shared.kit.platform import Platform
from shared.quotas import Quota
from tests.actors import Client, eventually

LABELS = {"actual_vector": [0, 1], "predicted_vector": [0, 1]}


async def make(owner: Client, **wanted: Any) -> tuple[dict[str, Any], Client]:
    """Another key of the account, and a client that uses it."""
    answer = await owner.post("/v1/keys", {"name": "another", **wanted})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return made, Client(owner.http, owner.email, owner.password, made["api_key"])


async def test_a_key_is_made_listed_and_works_for_the_same_account(alice: Client, mallory: Client) -> None:
    uid = await alice.create_matrix()
    expires = clock.now() + timedelta(hours=1)

    made, nightly = await make(alice, name="nightly run", scopes=["read"], expires_at=expires.isoformat())

    listed = (await alice.get("/v1/keys")).json()
    assert (await nightly.get("/cm/", cm_uid=uid)).status_code == 200
    assert [key["name"] for key in listed] == ["main", "nightly run"]
    assert listed[1] == {name: value for name, value in made.items() if name != "api_key"}
    assert made["scopes"] == ["read"]
    assert made["revoked_at"] is None
    assert made["api_key"].startswith(f"evs_{made['id']}1_")
    assert "evs_" not in (await alice.get("/v1/keys")).text
    assert [key["name"] for key in (await mallory.get("/v1/keys")).json()] == ["main"]


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["read"], {"read", "calculate"}),
        (["write"], {"write"}),
        (["account"], {"keys", "secret"}),
        (["read", "write"], {"read", "calculate", "write"}),
        (["read", "write", "account"], {"read", "calculate", "write", "keys", "secret"}),
    ],
)
async def test_a_key_does_what_its_scopes_say_and_no_more(alice: Client, scopes: list[str], allowed: set[str]) -> None:
    uid = await alice.create_matrix()
    _, limited = await make(alice, scopes=scopes)
    sets = {"actual_vector": [["a"]], "predicted_vector": [["a"]]}

    answers = {
        "read": await limited.get("/cm/", cm_uid=uid),
        "calculate": await limited.post("/mlcm/", sets),
        "write": await limited.post("/cm/create", LABELS),
        "keys": await limited.get("/v1/keys"),
        "secret": await limited.get("/v1/webhooks/secret"),
    }

    assert {name for name, answer in answers.items() if answer.status_code == 200} == allowed
    assert {answer.status_code for answer in answers.values()} <= {200, 403}


async def test_a_key_without_the_account_in_its_scopes_learns_no_secret_of_a_webhook(alice: Client) -> None:
    endpoint = (await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com/hook"})).json()
    _, limited = await make(alice, scopes=["read", "write"])
    path = f"/v1/webhooks/endpoints/{endpoint['id']}"

    answers = [
        await limited.get("/v1/webhooks/endpoints"),
        await limited.get(path),
        await limited.http.patch(path, json={"description": "mine"}, headers={"X-API-Key": limited.key}),
        await limited.post(f"{path}/disable"),
        await limited.post(f"{path}/enable"),
        await limited.post(f"{path}/secret/rotate"),
        await limited.post("/v1/webhooks/secret/rotate"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 7
    assert not any("whsec_" in answer.text for answer in answers)


async def test_a_refusal_names_the_scope_that_is_missing(alice: Client) -> None:
    _, reader = await make(alice, scopes=["read"])

    answer = await reader.post("/cm/create", LABELS)

    assert answer.status_code == 403
    assert answer.json() == {
        "type": "/problems/missing-scope",
        "title": "Missing scope",
        "status": 403,
        "detail": "This route requires the scope `write`, which your API key lacks.",
        "code": "missing-scope",
    }


async def test_a_key_gives_no_more_than_it_has(alice: Client) -> None:
    _, keeper = await make(alice, scopes=["account", "read"])
    (main, *_) = (await alice.get("/v1/keys")).json()

    made = await keeper.post("/v1/keys", {"name": "more", "scopes": ["read", "write"]})
    rotated = await keeper.post(f"/v1/keys/{main['id']}/rotate")

    assert [(answer.status_code, answer.json()["code"]) for answer in (made, rotated)] == [(403, "missing-scope")] * 2
    assert "`write`" in made.json()["detail"]
    assert (await keeper.post("/v1/keys", {"name": "less", "scopes": ["read"]})).status_code == 201


async def test_a_revoked_key_stops_within_five_seconds_and_the_others_do_not(alice: Client) -> None:
    made, lost = await make(alice)
    _, kept = await make(alice)
    assert (await lost.get("/v1/jobs")).status_code == 200

    assert (await alice.delete(f"/v1/keys/{made['id']}")).status_code == 204

    async def is_refused() -> bool:
        return (await lost.get("/v1/jobs")).status_code == 401

    await eventually(is_refused, deadline_s=20)
    assert (await kept.get("/v1/jobs")).status_code == 200
    assert (await alice.get("/v1/keys")).json()[1]["revoked_at"] is not None
    assert (await alice.delete(f"/v1/keys/{made['id']}")).status_code == 404
    assert (await alice.post(f"/v1/keys/{made['id']}/rotate")).status_code == 404


async def test_rotating_replaces_the_text_and_signing_in_shows_the_new_one(alice: Client) -> None:
    former = Client(alice.http, alice.email, alice.password, alice.key)
    assert (await former.get("/v1/jobs")).status_code == 200
    (main,) = (await alice.get("/v1/keys")).json()

    rotated = (await alice.post(f"/v1/keys/{main['id']}/rotate")).json()

    async def is_refused() -> bool:
        return (await former.get("/v1/jobs")).status_code == 401

    await eventually(is_refused, deadline_s=20)
    signed_in = await alice.http.post("/sign_in/", json={"email": alice.email, "password": alice.password})
    assert rotated["id"] == main["id"]
    assert signed_in.json()["api_key"] == rotated["api_key"] != alice.key
    assert (await alice.http.get("/v1/jobs", headers={"X-API-Key": rotated["api_key"]})).status_code == 200


async def test_who_revoked_every_main_key_gets_a_new_one_by_signing_in(alice: Client) -> None:
    await make(alice, scopes=["read"])
    (main, reader) = (await alice.get("/v1/keys")).json()
    await alice.delete(f"/v1/keys/{main['id']}")

    shown = [
        (await alice.http.post("/sign_in/", json={"email": alice.email, "password": alice.password})).json()["api_key"]
        for _ in range(2)
    ]

    assert shown[0] == shown[1]
    assert main["id"] not in shown[0]
    assert reader["id"] not in shown[0]
    assert (await alice.http.get("/v1/keys", headers={"X-API-Key": shown[0]})).status_code == 200


async def test_an_expired_key_opens_nothing(alice: Client, platform: Platform) -> None:
    made, brief = await make(alice, expires_at=(clock.now() + timedelta(hours=1)).isoformat())
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE api_key SET expires_at = now() WHERE id = $1", made["id"])

    answer = await brief.get("/v1/jobs")

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-api-key")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "n" * 101}, "/name"),
        ({"name": "n", "scopes": []}, "/scopes"),
        ({"name": "n", "scopes": ["admin"]}, "/scopes/0"),
        ({"name": "n", "scopes": "read"}, "/scopes"),
        ({"name": "n", "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"name": "n", "expires_at": "2120-01-01T00:00:00"}, "/expires_at"),
        ({"name": "n", "expires_at": "9999-12-31T23:59:59-01:00"}, "/expires_at"),
        ({"name": "n", "expires_at": "0001-01-01T00:00:00+01:00"}, "/expires_at"),
        ({"name": "n", "expire": None}, "/expire"),
    ],
)
async def test_what_makes_no_key_is_refused_by_name(alice: Client, body: object, pointer: str) -> None:
    answer = await alice.post("/v1/keys", body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_an_account_has_no_more_keys_than_its_quota_however_many_ask_at_once(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(platform.settings.quotas, Quota.KEYS, 3)

    answers = await asyncio.gather(*(alice.post("/v1/keys", {"name": "n"}) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409, 409]


async def test_last_use_is_written_later_and_a_key_that_is_not_used_has_none(alice: Client, platform: Platform) -> None:
    await make(alice)
    began = clock.now()
    authenticator = Authenticator(platform.db, platform.keyring)

    caller = await authenticator.caller(alice.key)
    await authenticator.write_uses()

    (main, unused) = (await alice.get("/v1/keys")).json()
    assert main["id"] == caller.key_id
    assert began.isoformat() <= main["last_used_at"].replace("Z", "+00:00") <= clock.now().isoformat()
    assert unused["last_used_at"] is None


async def test_a_crowd_with_one_key_asks_the_database_once(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    find_owner = queries.find_owner

    async def observed(*arguments: Any) -> Any:
        asked.append(arguments)
        return await find_owner(*arguments)

    monkeypatch.setattr(queries, "find_owner", observed)
    authenticator = Authenticator(platform.db, platform.keyring)

    callers = await asyncio.gather(*(authenticator.caller(alice.key) for _ in range(30)))

    assert len(asked) == 1
    assert len({caller.account_id for caller in callers}) == 1
