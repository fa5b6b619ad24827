"""What administrators see and do at the pages, and that nobody else does."""

import re
from uuid import UUID

import pytest
from litestar import Litestar

from deploy.local.stack import Stack
from shared.kit.platform import Platform
from tests.actors import Client, eventually
from tests.integration.api.web.visitor import Visitor

PAGES = [f"/app/admin{rest}" for rest in ("", "/workers", "/accounts", "/jobs", "/matrices", "/invitations", "/audit")]


async def _id(platform: Platform, client: Client) -> int:
    async with platform.db.connection() as connection:
        found: int = await connection.fetchval("SELECT id FROM account WHERE email = $1", client.email)
    return found


@pytest.fixture
async def root(app: Litestar, platform: Platform, alice: Client) -> Visitor:
    """Alice, who administrates."""
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET is_admin = true WHERE email = $1", alice.email)
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    return visitor


@pytest.mark.parametrize("path", PAGES)
async def test_only_administrators_are_let_in(app: Litestar, mallory: Client, root: Visitor, path: str) -> None:
    stranger, user = Visitor.of(app), Visitor.of(app)
    await user.sign_in(mallory)

    assert (await root.get(path)).status_code == 200
    answer = await stranger.get(path)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Basic realm="evalserve", charset="UTF-8"')
    assert (await user.get(path)).status_code == 403
    # The administrator of the settings has no account.
    stranger.http.auth = ("root", "root's password")
    assert (await stranger.get(path)).status_code == 200


async def test_nobody_else_changes_anything(app: Litestar, platform: Platform, alice: Client, mallory: Client) -> None:
    user = Visitor.of(app)
    await user.sign_in(mallory)
    own = await _id(platform, mallory)
    for fields in ({"change": "admin"}, {"change": "credit", "calls": "1000"}, {"change": "plan", "plan": "mega"}):
        answer = await user.send(f"/app/admin/accounts/{own}", "/app/matrices", **fields)
        assert answer.status_code == 403
    other = await _id(platform, alice)
    answer = await user.send(f"/app/admin/accounts/{other}", "/app/matrices", change="close")
    assert answer.status_code == 403
    assert (await alice.get("/v1/matrices")).status_code == 200


async def test_a_disabled_account_is_shut_out_until_it_is_enabled(
    app: Litestar, platform: Platform, root: Visitor, mallory: Client
) -> None:
    user = Visitor.of(app)
    await user.sign_in(mallory)
    number = await _id(platform, mallory)

    await root.send(f"/app/admin/accounts/{number}", "/app/admin/accounts", change="close")
    assert (await user.get("/app/matrices")).status_code == 303
    assert (await user.sign_in(mallory)).status_code == 401
    await root.send(f"/app/admin/accounts/{number}", "/app/admin/accounts", change="open")
    assert (await user.sign_in(mallory)).status_code == 303
    assert (await user.get("/app/matrices")).status_code == 200


async def test_plan_credit_and_rights_are_changed(platform: Platform, root: Visitor, mallory: Client) -> None:
    number = await _id(platform, mallory)
    for fields in ({"change": "plan", "plan": "mega"}, {"change": "credit", "calls": "250"}, {"change": "admin"}):
        answer = await root.send(f"/app/admin/accounts/{number}", "/app/admin/accounts", **fields)
        assert answer.status_code == 303, answer.text
    async with platform.db.connection() as connection:
        row = await connection.fetchrow("SELECT plan, credit, is_admin FROM account WHERE id = $1", number)
    assert tuple(row) == ("mega", 250.0, True)
    for fields in ({"change": "plan", "plan": "x"}, {"change": "credit", "calls": "many"}, {"change": "x"}):
        assert (await root.send(f"/app/admin/accounts/{number}", "/app/admin/accounts", **fields)).status_code == 400


async def test_nobody_shuts_themselves_out(platform: Platform, root: Visitor, alice: Client) -> None:
    number = await _id(platform, alice)
    for change in ("close", "user"):
        answer = await root.send(f"/app/admin/accounts/{number}", "/app/admin/accounts", change=change)
        assert answer.status_code == 400
    assert (await root.get("/app/admin")).status_code == 200


async def test_a_failed_job_is_retried_as_a_new_one(platform: Platform, root: Visitor, mallory: Client) -> None:
    job = await mallory.submit("report")
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE job SET status = 'failed', lease_until = NULL, finished_at = now(), error = $2 WHERE id = $1",
            UUID(job["id"]),
            {
                "type": "/problems/job-crashed",
                "title": "x",
                "status": 500,
                "detail": "It broke.",
                "code": "job-crashed",
            },
        )
    page = (await root.get("/app/admin/jobs?status=failed")).text
    assert "It broke." in page

    answer = await root.send(f"/app/admin/jobs/{job['id']}/retry", "/app/admin/jobs")
    assert answer.status_code == 303, answer.text
    jobs = (await mallory.get("/v1/jobs")).json()["items"]
    assert [(one["kind"], one["id"] == job["id"]) for one in jobs] == [("report", False), ("report", True)]
    assert jobs[1]["status"] == "failed"
    answer = await root.send(f"/app/admin/jobs/{jobs[0]['id']}/retry", "/app/admin/jobs")
    assert answer.status_code == 404


async def test_the_pages_show_whose_things_they_are(root: Visitor, mallory: Client) -> None:
    await mallory.create_matrix()
    assert mallory.email in (await root.get("/app/admin/matrices")).text
    found = (await root.get(f"/app/admin/accounts?email={mallory.email.upper()}")).text
    assert len(re.findall(r"<tr><th scope=.row.", found)) == 1
    assert "argon2" not in found


@pytest.mark.usefixtures("workers")
async def test_the_workers_that_answer_are_listed(root: Visitor) -> None:
    async def all_answer() -> bool:
        listed = re.findall(r"<li>(\w+)@[^<]+</li>", (await root.get("/app/admin/workers")).text)
        return listed == ["courier", "jobs"]

    await eventually(all_answer)


async def test_workers_that_cannot_be_asked_are_no_error(root: Visitor, stack: Stack) -> None:
    stack.valkey.kill()
    try:
        answer = await root.get("/app/admin/workers")
    finally:
        stack.valkey.start()

    assert answer.status_code == 200
    assert "Redis does not respond" in answer.text
