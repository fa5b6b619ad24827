"""The password and the sessions of an account: changed and ended by its owner, and by nobody else."""

import re
from html import unescape
from typing import Any

import httpx2
import pytest
from litestar import Litestar

from api.web.account.browser_names import browser_name
from shared.accounts.sign_in_limits import PAIR
from shared.kit.platform import Platform
from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

SECURITY = "/app/account/security"
NEW = {"new_password": "another horse", "repeated_password": "another horse"}
ADMIN = ("root", "root's password")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def _id(platform: Platform, client: Client) -> int:
    async with platform.db.connection() as connection:
        found: int = await connection.fetchval("SELECT id FROM account WHERE email = $1", client.email)
    return found


async def _events(client: Client, account_id: int) -> list[str]:
    answer = await client.http.get("/v1/admin/audit", params={"account_id": account_id}, auth=ADMIN)
    return [event["type"] for event in answer.json()["items"]]


async def _status_of_sign_in(client: Client, password: str) -> int:
    answer = await client.http.post("/sign_in/", json={"email": client.email, "password": password})
    return int(answer.status_code)


async def _link(client: Client, account_id: int) -> str:
    answer = await client.http.post(f"/v1/admin/accounts/{account_id}/password-reset", json={}, auth=ADMIN)
    assert answer.status_code == 201, answer.text
    path: str = answer.json()["path"]
    return path


async def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one_and_the_keys(
    app: Litestar, platform: Platform, alice: Client
) -> None:
    here, there = Visitor.of(app), Visitor.of(app)
    await here.sign_in(alice)
    await there.sign_in(alice)

    answer = await here.send("/app/account/password", SECURITY, current_password=alice.password, **NEW)

    assert answer.headers["location"] == f"{SECURITY}?notice=password-changed"
    assert (await here.get(SECURITY)).status_code == 200
    assert (await there.get(SECURITY)).status_code == 303
    assert (await alice.get("/v1/keys")).status_code == 200
    assert [await _status_of_sign_in(alice, password) for password in (alice.password, "another horse")] == [401, 200]
    assert "password_changed" in await _events(alice, await _id(platform, alice))


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"current_password": "wrong", **NEW}, 403, "The current password is wrong."),
        ({"new_password": "short", "repeated_password": "short"}, 400, "must have 6 to 128 characters"),
        ({"new_password": "x" * 129, "repeated_password": "x" * 129}, 400, "must have 6 to 128 characters"),
        ({"new_password": "another horse", "repeated_password": "another house"}, 400, "the same way twice"),
    ],
)
async def test_a_refused_change_changes_nothing(
    app: Litestar, alice: Client, fields: dict[str, str], status: int, sentence: str
) -> None:
    here, there = Visitor.of(app), Visitor.of(app)
    await here.sign_in(alice)
    await there.sign_in(alice)

    answer = await here.send("/app/account/password", SECURITY, **{"current_password": alice.password, **fields})

    assert (answer.status_code, sentence in unescape(answer.text)) == (status, True)
    assert (await there.get(SECURITY)).status_code == 200
    assert await _status_of_sign_in(alice, alice.password) == 200


async def test_who_holds_a_key_or_a_session_cannot_guess_the_password(alice: Client) -> None:
    body = {"current_password": "wrong", "new_password": "another horse"}
    statuses = [(await alice.post("/v1/account/password", body)).status_code for _ in range(PAIR.burst + 1)]

    assert statuses == [403] * PAIR.burst + [429]
    # The owner can still sign in.
    assert await _status_of_sign_in(alice, alice.password) == 200


async def test_the_password_is_changed_over_http_and_every_session_ends(app: Litestar, alice: Client) -> None:
    here = Visitor.of(app)
    await here.sign_in(alice)

    body = {"current_password": alice.password, "new_password": "another horse"}
    answer = await alice.post("/v1/account/password", body)

    assert answer.status_code == 204
    assert (await here.get(SECURITY)).status_code == 303
    assert await _status_of_sign_in(alice, "another horse") == 200


async def test_a_key_without_the_scope_changes_no_password_and_leaves_no_account(alice: Client) -> None:
    weak = (await alice.post("/v1/keys", {"name": "weak", "scopes": ["read", "write"]})).json()["api_key"]
    for path, body in (
        ("password", {"current_password": alice.password, "new_password": "another horse"}),
        ("deletion", {"password": alice.password}),
    ):
        answer = await alice.http.post(f"/v1/account/{path}", json=body, headers={"X-API-Key": weak})
        assert answer.status_code == 403, answer.text
    assert await _status_of_sign_in(alice, alice.password) == 200


async def test_sessions_are_listed_with_their_browsers_and_ended_one_by_one(
    app: Litestar, platform: Platform, alice: Client
) -> None:
    here, there, elsewhere = Visitor.of(app), Visitor.of(app), Visitor.of(app)
    there.http.headers["user-agent"] = FIREFOX
    for visitor in (elsewhere, there, here):
        await visitor.sign_in(alice)
    page = (await here.get(SECURITY)).text
    (other,) = re.findall(r"Firefox on Linux.+?/sessions/([0-9a-f]{32})/end", page, re.DOTALL)

    answer = await here.send(f"/app/account/sessions/{other}/end", SECURITY)

    assert answer.status_code == 303
    assert [(await visitor.get(SECURITY)).status_code for visitor in (here, there, elsewhere)] == [200, 303, 200]
    assert (await here.send(f"/app/account/sessions/{other}/end", SECURITY)).status_code == 404
    assert "session_ended" in await _events(alice, await _id(platform, alice))


async def test_somebody_else_s_session_is_neither_listed_nor_ended(
    app: Litestar, alice: Client, mallory: Client
) -> None:
    hers, his = Visitor.of(app), Visitor.of(app)
    her_other = Visitor.of(app)
    await her_other.sign_in(alice)
    await hers.sign_in(alice)
    await his.sign_in(mallory)
    (session_id,) = re.findall(r"/sessions/([0-9a-f]{32})/end", (await hers.get(SECURITY)).text)

    assert re.findall(r"/sessions/([0-9a-f]{32})/end", (await his.get(SECURITY)).text) == []
    assert (await his.send(f"/app/account/sessions/{session_id}/end", SECURITY)).status_code == 404
    assert (await her_other.get(SECURITY)).status_code == 200


async def test_an_administrator_s_link_sets_a_new_password_once(
    app: Litestar, platform: Platform, alice: Client
) -> None:
    session, stranger = Visitor.of(app), Visitor.of(app)
    await session.sign_in(alice)
    account_id = await _id(platform, alice)
    path = await _link(alice, account_id)
    assert (await stranger.get(path)).status_code == 200

    fields = {"reset_token": path.partition("=")[2], **NEW}
    used = await stranger.send("/app/reset-password", path, **fields)
    again = await stranger.send("/app/reset-password", "/app/sign-in", **fields)

    assert used.headers["location"] == "/app/sign-in?notice=password-changed"
    assert (again.status_code, (await stranger.get(path)).status_code) == (403, 403)
    assert (await session.get(SECURITY)).status_code == 303
    assert [await _status_of_sign_in(alice, password) for password in (alice.password, "another horse")] == [401, 200]
    assert {"password_reset", "password_reset_created"} <= set(await _events(alice, account_id))


async def test_a_link_that_was_replaced_forged_or_has_expired_sets_nothing(
    app: Litestar, platform: Platform, alice: Client
) -> None:
    account_id = await _id(platform, alice)
    replaced = await _link(alice, account_id)
    expired = await _link(alice, account_id)
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE password_reset SET expires_at = now() - interval '1 second' WHERE account_id = $1", account_id
        )
    stranger = Visitor.of(app)

    for token in (replaced.partition("=")[2], expired.partition("=")[2], "", "x" * 43, "ü"):
        answer = await stranger.send("/app/reset-password", "/app/sign-in", reset_token=token, **NEW)
        assert answer.status_code == 403, token
    assert await _status_of_sign_in(alice, alice.password) == 200


async def test_a_link_is_stored_as_a_hash_and_only_administrators_make_one(
    app: Litestar, platform: Platform, alice: Client, mallory: Client
) -> None:
    account_id = await _id(platform, alice)
    token = (await _link(alice, account_id)).partition("=")[2]
    async with platform.db.connection() as connection:
        stored = await connection.fetchval("SELECT token_hash FROM password_reset WHERE account_id = $1", account_id)
    assert token.encode() not in stored

    his = Visitor.of(app)
    await his.sign_in(mallory)
    answer = await his.send(f"/app/admin/accounts/{account_id}/password-reset", SECURITY)
    assert answer.status_code == 403
    by_key = await mallory.post(f"/v1/admin/accounts/{account_id}/password-reset", {})
    assert by_key.status_code == 401
    nobody = await mallory.http.post("/v1/admin/accounts/999999999/password-reset", json={}, auth=ADMIN)
    assert nobody.status_code == 404


async def test_the_page_of_accounts_makes_a_link_that_works(app: Litestar, platform: Platform, alice: Client) -> None:
    root, account_id = Visitor.of(app), await _id(platform, alice)
    page = await root.http.get(
        "/app/admin/accounts", params={"email": alice.email}, auth=ADMIN, headers={"Accept": "text/html"}
    )
    (token,) = set(re.findall(r'name="form_token" value="([0-9a-f]+)"', page.text))
    answer: httpx2.Response = await root.http.post(
        f"/app/admin/accounts/{account_id}/password-reset", data={"form_token": token}, auth=ADMIN
    )

    (link,) = re.findall(r'id="issued">http://evalserve.test(/app/reset-password\?token=[\w-]+)<', answer.text)
    assert (await Visitor.of(app).get(link)).status_code == 200


async def test_the_key_is_shown_once_after_signing_up(app: Litestar) -> None:
    visitor = Visitor.of(app)
    answer = await visitor.send("/app/sign-up", email="shown-once@example.com", password="correct horse")

    (key,) = re.findall(r'id="issued">(evs_\w+)<', answer.text)
    used = await visitor.http.get("/v1/keys", headers={"X-API-Key": key})
    assert (answer.status_code, answer.headers["cache-control"], used.status_code) == (200, "no-store", 200)
    assert key not in (await visitor.get("/app/account")).text


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8.5.0", None),
        ("<script>alert(1)</script>", None),
        ("", None),
    ],
)
def test_a_browser_has_the_name_that_its_owner_knows(user_agent: str, name: Any) -> None:
    assert browser_name(user_agent) == name
