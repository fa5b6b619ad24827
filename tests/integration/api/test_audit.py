"""What matters for security is written down with who did it and from where, and shown to administrators alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from litestar import Litestar

from api.app import create_app
from api.http.request_counters import request_counters
from shared.accounts import Authenticator
from shared.kit.keyring import Keyring
from shared.kit.origin import Origin
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.operations import retention, rotation
from tests.actors import Client
from tests.integration.api.web.visitor import Visitor
from tests.pipelines import Pipeline, add_image, create_analysis

ADMIN = ("root", "root's password")

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """The lines of the log since the last look, with those of requests that have ended."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]


async def _id(platform: Platform, client: Client) -> int:
    async with platform.db.connection() as connection:
        found: int = await connection.fetchval("SELECT id FROM account WHERE email = $1", client.email)
    return found


async def _events(client: Client, **query: Any) -> list[dict[str, Any]]:
    answer = await client.http.get("/v1/admin/audit", params=query, auth=ADMIN)
    assert answer.status_code == 200, answer.text
    events: list[dict[str, Any]] = answer.json()["items"]
    return events


async def test_what_an_account_does_is_listed_newest_first(platform: Platform, alice: Client) -> None:
    account = await _id(platform, alice)
    await alice.http.post("/sign_in/", json={"email": alice.email, "password": "wrong"})
    await alice.http.post("/sign_in/", json={"email": alice.email, "password": alice.password})
    key = (await alice.post("/v1/keys", {"name": "n", "scopes": ["read"]})).json()["id"]
    await alice.post(f"/v1/keys/{key}/rotate")
    await alice.delete(f"/v1/keys/{key}")

    events = await _events(alice, account_id=account)

    owner = f"account {account}"
    assert [(event["type"], event["actor"], event["details"]) for event in events] == [
        ("key_revoked", owner, {"key": key}),
        ("key_rotated", owner, {"key": key}),
        ("key_created", owner, {"key": key, "scopes": ["read"]}),
        ("signed_in", "nobody", {}),
        ("sign_in_failed", "nobody", {}),
        ("signed_up", "nobody", {}),
    ]
    assert {(event["email"], event["address"]) for event in events} == {(alice.email, "127.0.0.1")}


async def test_what_administrators_do_is_listed_with_their_names(
    app: Litestar, platform: Platform, alice: Client, mallory: Client
) -> None:
    account, root_id = await _id(platform, mallory), await _id(platform, alice)
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET is_admin = true WHERE id = $1", root_id)
    root = Visitor.of(app)
    await root.sign_in(alice)
    await alice.http.put(f"/v1/admin/accounts/{account}/plan", json={"plan": "pro"}, auth=ADMIN)
    await root.send(f"/app/admin/accounts/{account}", "/app/admin/accounts", change="credit", calls="7")
    await root.send(f"/app/admin/accounts/{account}", "/app/admin/accounts", change="close")

    events = await _events(alice, account_id=account)

    assert [(event["type"], event["actor"], event["details"]) for event in events[:3]] == [
        ("account_changed", f"account {root_id}", {"is_active": False}),
        ("credit_added", f"account {root_id}", {"calls": 7}),
        ("plan_set", "administrator root", {"plan": "pro"}),
    ]
    page = (await root.get(f"/app/admin/audit?account_id={account}&type=plan_set")).text
    assert "administrator root" in page
    assert "credit added</th>" not in page


async def test_a_wrong_name_and_a_wrong_administrator_leave_no_text_that_was_typed(alice: Client) -> None:
    typed = f"{uuid4().hex}@example.com"
    await alice.http.post("/sign_in/", json={"email": typed, "password": "hunter2 hunter2"})
    await alice.http.get("/users/", auth=("root", "hunter2 hunter2"))

    events = await _events(alice, limit=2)

    assert [(event["type"], event["account_id"]) for event in events] == [
        ("administrator_refused", None),
        ("sign_in_failed", None),
    ]
    assert typed not in json.dumps(events)
    assert "hunter2" not in json.dumps(events)


async def test_a_guesser_fills_the_table_no_faster_than_the_setting_says(
    app: Litestar, platform: Platform, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = platform.settings.model_copy(update={"audit_events_per_hour": 3})
    monkeypatch.setattr(app.state, "platform", replace(platform, settings=settings))
    address = f"198.51.100.{uuid4().int % 256}"
    monkeypatch.setattr("shared.audit.origin.current", lambda: Origin(address))
    account = await _id(platform, alice)
    wrong = [{"email": f"{n}{alice.email}", "password": "wrong wrong"} for n in range(5)]
    right = {"email": alice.email, "password": alice.password}

    for credentials in wrong + [right] * 5:
        await alice.http.post("/sign_in/", json=credentials)
    for _ in range(5):
        await alice.http.get("/users/", auth=("root", "wrong wrong"))

    async with platform.db.connection() as connection:
        rows = await connection.fetch(
            "SELECT type, account_id, count(*) FROM audit_event WHERE address = $1 GROUP BY type, account_id", address
        )
    assert {row["type"]: (row["account_id"], row["count"]) for row in rows} == {
        "sign_in_failed": (None, 3),
        "signed_in": (account, 3),
        "administrator_refused": (None, 3),
    }


async def test_events_are_paged_without_a_gap(platform: Platform, alice: Client) -> None:
    account = await _id(platform, alice)
    for _ in range(4):
        await alice.post("/v1/keys", {"name": "n"})

    query = {"account_id": account, "limit": 2}
    first = (await alice.http.get("/v1/admin/audit", params=query, auth=ADMIN)).json()
    rest = await _events(alice, account_id=account, cursor=first["next"])

    assert [event["type"] for event in first["items"] + rest] == ["key_created"] * 4 + ["signed_up"]


async def test_nobody_else_sees_them(app: Litestar, alice: Client) -> None:
    user = Visitor.of(app)
    await user.sign_in(alice)

    assert (await alice.get("/v1/admin/audit")).status_code == 401
    assert (await user.get("/app/admin/audit")).status_code == 403


async def test_events_are_deleted_after_their_retention(platform: Platform, alice: Client) -> None:
    account = await _id(platform, alice)
    await alice.post("/v1/keys", {"name": "n"})
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE audit_event SET created_at = now() - interval '366 days' WHERE account_id = $1 AND type = $2",
            account,
            "signed_up",
        )

    await retention.DUTIES["audit_events"](platform)

    assert [event["type"] for event in await _events(alice, account_id=account)] == ["key_created"]


async def test_the_log_of_requests_has_the_account_the_key_and_the_address(
    platform: Platform, alice: Client, lines: Lines
) -> None:
    account = await _id(platform, alice)
    lines()

    await alice.get("/v1/matrices")
    await alice.http.get("/v1/matrices")

    known, unknown = [line for line in lines() if line["event"] == "request"]
    assert (known["account"], known["key"], known["address"]) == (account, alice.key[4:20], "127.0.0.1")
    assert (unknown["account"], unknown["key"], unknown["address"]) == (None, None, "127.0.0.1")


@pytest.fixture(scope="module")
def proxied(settings: Settings) -> dict[bool, Litestar]:
    """Applications behind proxies of the network 10.0.0.0/8, by whether all that reaches them came by TLS."""
    trusted = settings.model_copy(update={"trusted_proxies": [ip_network("10.0.0.0/8")]})
    return {always: create_app(trusted.model_copy(update={"always_tls": always})) for always in (False, True)}


async def _answer(app: Litestar, peer: str, scheme: str = "http", **headers: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app, client=(peer, 1))  # type: ignore[arg-type] # the same protocol in other words
    async with httpx2.AsyncClient(transport=transport, base_url=f"{scheme}://evalserve.test") as client:
        return await client.get("/healthz", headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("scheme", "peer", "proto", "always", "told"),
    [
        ("http", "10.0.0.1", None, False, False),
        ("https", "203.0.113.9", None, False, True),
        ("http", "10.0.0.1", "https", False, True),
        ("http", "203.0.113.9", "https", False, False),
        ("http", "203.0.113.9", None, True, True),
    ],
)
async def test_browsers_are_told_to_use_tls_where_it_is(
    proxied: dict[bool, Litestar], scheme: str, peer: str, proto: str | None, always: bool, told: bool
) -> None:
    answer = await _answer(proxied[always], peer, scheme, **({"X_Forwarded_Proto": proto} if proto else {}))

    assert answer.headers.get("strict-transport-security") == ("max-age=31536000" if told else None)


async def test_a_peer_that_is_no_trusted_proxy_is_warned_of_once(
    proxied: dict[bool, Litestar], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_counters, "has_ignored_forwarding", False)
    for _ in range(3):
        await _answer(proxied[False], "203.0.113.9", X_Forwarded_For="198.51.100.1")
    await _answer(proxied[False], "10.0.0.1", X_Forwarded_For="198.51.100.1")

    warnings = [line for line in capsys.readouterr().out.splitlines() if "TRUSTED_PROXIES" in line]
    assert len(warnings) == 1
    assert '"peer":"203.0.113.9"' in warnings[0]
    assert request_counters.has_ignored_forwarding


async def test_a_rotation_of_the_secret_key_is_seen_to_be_finished(
    app: Litestar, platform: Platform, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("TRUNCATE former_secret_use")
    pipeline = await Pipeline.of(alice)
    image = await add_image(platform, alice)
    analysis = await create_analysis(alice, image)
    former = platform.settings.secret_key
    present = type(former)("the present root, long enough to be one")
    settings = platform.settings.model_copy(update={"secret_key": present, "secret_key_fallbacks": [former]})
    keyring = Keyring.of(settings)
    assert await rotation.former_secret_uses(platform) is None
    monkeypatch.setattr(app.state, "platform", replace(platform, settings=settings, keyring=keyring))
    authenticator = Authenticator(platform.db, keyring)
    monkeypatch.setattr(app.state, "authenticator", authenticator)

    assert (await alice.get("/v1/matrices")).status_code == 200
    assert (await pipeline.status(analysis, "processing")).status_code == 200
    await authenticator.write_uses()

    uses = await rotation.former_secret_uses(platform)
    assert uses is not None
    assert (uses.keys, uses.pipelines) == (1, 1)

    # Who has fetched the new texts is not counted.
    async with platform.db.connection() as connection:
        await connection.execute("TRUNCATE former_secret_use")
    fresh = (await alice.http.post("/sign_in/", json={"email": alice.email, "password": alice.password})).json()
    alice.key = fresh["api_key"]
    secret = (await alice.get(f"/v1/pipelines/{pipeline.id}")).json()["secret"]
    assert (await Pipeline(alice.http, secret, pipeline.id).status(analysis, "completed")).status_code == 200
    await authenticator.write_uses()
    assert await rotation.former_secret_uses(platform) is None


@pytest.mark.parametrize(
    ("next_page", "location"),
    [
        ("/app/matrices?name=a b&tag=ü", "/app/matrices?name=a%20b&tag=%C3%BC"),
        ("/app/x\r\nSet-Cookie: a=b", "/app/x%0D%0ASet-Cookie:%20a=b"),
        ("/app/%2e\\evil", "/app/%2e%5Cevil"),
    ],
)
async def test_the_page_after_signing_in_is_quoted(app: Litestar, alice: Client, next_page: str, location: str) -> None:
    answer = await Visitor.of(app).send("/app/sign-in", email=alice.email, password=alice.password, next=next_page)

    assert (answer.status_code, answer.headers["location"]) == (303, location)


async def test_the_way_to_sign_in_keeps_the_query_of_the_page(app: Litestar) -> None:
    answer = await Visitor.of(app).get("/app/matrices?name=a&tag=b")

    assert answer.headers["location"] == "/app/sign-in?next=/app/matrices%3Fname%3Da%26tag%3Db"
