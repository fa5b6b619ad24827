"""Who may sign up: everybody, certain domains, or the invited; and how often."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from litestar import Litestar

from shared.accounts import passwords
from shared.kit.platform import Platform
from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

ADMIN = ("root", "root's password")
INVITATIONS = "/v1/admin/invitations"


@pytest.fixture
def choose(app: Litestar, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Change settings of the service for the length of the test."""

    def change(**settings: Any) -> None:
        changed = replace(platform, settings=platform.settings.model_copy(update=settings))
        monkeypatch.setattr(app.state, "platform", changed)

    return change


async def _sign_up(http: httpx2.AsyncClient, domain: str = "example.com", **fields: Any) -> httpx2.Response:
    body = {"email": f"{uuid4().hex}@{domain}", "password": "correct horse", **fields}
    return await http.post("/sign_up/", json=body)


async def _invite(http: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await http.post(INVITATIONS, json=fields, auth=ADMIN)
    assert answer.status_code == 201, answer.text
    invitation: dict[str, Any] = answer.json()
    return invitation


async def test_a_closed_service_takes_nobody_without_an_invitation(http: httpx2.AsyncClient, choose: Any) -> None:
    choose(sign_up="closed")

    refused = await _sign_up(http)
    unknown = await _sign_up(http, invitation="x" * 43)

    assert (refused.status_code, refused.json()["code"]) == (403, "sign-up-closed")
    assert (unknown.status_code, unknown.json()["code"]) == (403, "invitation-invalid")


async def test_an_invitation_is_good_for_one_account_however_many_use_it_at_once(
    http: httpx2.AsyncClient, choose: Any
) -> None:
    choose(sign_up="closed")
    invitation = await _invite(http, note="the new colleague")

    answers = await asyncio.gather(*(_sign_up(http, invitation=invitation["token"]) for _ in range(3)))

    assert sorted(answer.status_code for answer in answers) == [200, 403, 403]
    (created,) = (answer.json()["id"] for answer in answers if answer.status_code == 200)
    listed = (await http.get(INVITATIONS, auth=ADMIN)).json()["items"]
    (entry,) = (entry for entry in listed if entry["id"] == invitation["id"])
    assert (entry["note"], entry["invited_by"], entry["account_id"]) == (
        "the new colleague",
        "administrator root",
        created,
    )
    assert entry["used_at"] is not None
    assert "token" not in entry


async def test_an_invitation_survives_a_sign_up_that_fails(
    http: httpx2.AsyncClient, alice: Client, choose: Any
) -> None:
    choose(sign_up="closed")
    token = (await _invite(http))["token"]

    taken = await _sign_up(http, email=alice.email, invitation=token)

    assert (taken.status_code, taken.json()["code"]) == (409, "email-taken")
    assert (await _sign_up(http, invitation=token)).status_code == 200


async def test_an_expired_or_revoked_invitation_opens_nothing(
    http: httpx2.AsyncClient, platform: Platform, choose: Any
) -> None:
    choose(sign_up="closed")
    expired, revoked = await _invite(http), await _invite(http)
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE invitation SET expires_at = now() - interval '1 second' WHERE id = $1", expired["id"]
        )

    answer = await http.delete(f"{INVITATIONS}/{revoked['id']}", auth=ADMIN)

    assert answer.status_code == 204
    assert (await http.delete(f"{INVITATIONS}/{revoked['id']}", auth=ADMIN)).status_code == 404
    for invitation in (expired, revoked):
        assert (await _sign_up(http, invitation=invitation["token"])).json()["code"] == "invitation-invalid"


async def test_a_domain_lets_its_addresses_in_whatever_their_case(http: httpx2.AsyncClient, choose: Any) -> None:
    choose(sign_up="domains", sign_up_domains=["Example.org"])

    assert (await _sign_up(http, "EXAMPLE.org")).status_code == 200
    for domain in ("example.com", "sub.example.org", "evilexample.org", "example.org.evil.com"):
        answer = await _sign_up(http, domain)
        assert (answer.status_code, answer.json()["code"]) == (403, "sign-up-domain-refused")
    assert (await _sign_up(http, invitation=(await _invite(http))["token"])).status_code == 200


async def test_administrators_invite_at_a_page_and_the_invited_sign_up_at_another(
    app: Litestar, alice: Client, platform: Platform, choose: Any
) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET is_admin = true WHERE email = $1", alice.email)
    root, invited = Visitor.of(app), Visitor.of(app)
    await root.sign_in(alice)
    choose(sign_up="closed")

    page = await root.send("/app/admin/invitations", "/app/admin/invitations", note="Bob", valid_hours="24")
    path = page.text.partition("http://evalserve.test")[2].partition("</code>")[0]
    fields = {"email": f"{uuid4().hex}@example.com", "password": "correct horse"}
    refused = await invited.send("/app/sign-up", **fields)
    answer = await invited.send("/app/sign-up", path, **fields, invitation=path.partition("=")[2])

    assert path.startswith("/app/sign-up?invitation=")
    assert f'name="invitation" value="{path.partition("=")[2]}"' in (await invited.get(path)).text
    assert (refused.status_code, answer.status_code) == (403, 200)
    assert (await invited.get("/app/matrices")).status_code == 200


async def test_one_address_signs_up_so_often_and_others_are_not_held_up(
    app: Litestar, choose: Any, http: httpx2.AsyncClient
) -> None:
    choose(sign_ups_per_hour=3)
    run = uuid4().hex
    transport = httpx2.ASGITransport(app=app, client=(f"2001:db8:{run[:4]}:{run[4:8]}::1", 1))  # type: ignore[arg-type] # the same protocol in other words
    async with httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test") as elsewhere:
        answers = [await _sign_up(elsewhere) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (await _sign_up(http)).status_code == 200
    assert answers[3].json()["code"] == "too-many-sign-ups"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 1200


async def test_more_passwords_than_can_wait_are_answered_503(
    http: httpx2.AsyncClient, alice: Client, choose: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(password_queue=2)
    monkeypatch.setattr(passwords._Queue, "length", 2)

    answers = [
        await _sign_up(http),
        await http.post("/sign_in/", json={"email": alice.email, "password": alice.password}),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(503, "password-queue-full")] * 2
    assert all(answer.headers["retry-after"] == "2" for answer in answers)
    monkeypatch.setattr(passwords._Queue, "length", 0)
    assert (await _sign_up(http)).status_code == 200
    assert passwords._Queue.length == 0
