"""Leaving: nobody gets in any more, and after the grace nothing of the account is in Postgres or S3."""

import re
from datetime import timedelta

import pytest
from litestar import Litestar

from shared.kit.platform import Platform
from shared.operations import account_deletion
from shared.operations.account_deletion import DELETIONS
from shared.operations.administration import disabled_accounts
from shared.operations.orphans.prefixes import PREFIXES
from tests.actors import Client, Team, eventually, stored_keys
from tests.integration.api.operations import things
from tests.integration.api.operations.things import Make, Scene
from tests.integration.api.web.visitor import Visitor
from tests.pipelines import Pipeline
from tests.receiver import Receiver

EVERYTHING: list[Make] = [
    things.matrix,
    things.agreement_job,
    things.finished_job,
    things.key,
    things.image_with_thumbnail,
    things.uploaded,
    things.scored_run,
    things.comparison,
    things.detection_run,
    things.gate_check,
    things.dataset,
    things.file_upload,
    things.annotations_upload,
    things.known_file,
    things.comment,
    things.reference,
    things.analysis_with_file,
    things.pipeline,
    things.share_link,
    things.finished_delivery,
    things.deleted_image,
]

# Audit events outlive the account: they name it by its number, and its things by their ids.
KEPT = {"audit_event"}


async def _id(platform: Platform, client: Client) -> int:
    async with platform.db.connection() as connection:
        found: int = await connection.fetchval("SELECT id FROM account WHERE email = $1", client.email)
    return found


async def _let_time_pass(platform: Platform, account_id: int) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET deletes_at = now() WHERE id = $1", account_id)


async def _tables(platform: Platform) -> dict[str, set[str]]:
    """The columns of every table, as the database knows them."""
    tables: dict[str, set[str]] = {}
    async with platform.db.connection() as connection:
        for table, column in await connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        ):
            tables.setdefault(table, set()).add(column)
    return tables


async def _ids_of(platform: Platform, account_id: int) -> set[str]:
    """The ids of everything that says whose it is."""
    ids: set[str] = set()
    for table, columns in (await _tables(platform)).items():
        key = next((column for column in ("id", "uid") if column in columns), None)
        if "account_id" in columns and key is not None and table not in KEPT:
            statement = f'SELECT "{key}"::text AS id FROM "{table}" WHERE account_id = $1'
            async with platform.db.connection() as connection:
                ids |= {record["id"] for record in await connection.fetch(statement, account_id)}
    return ids


async def _tables_that_say(platform: Platform, texts: set[str]) -> set[str]:
    """The tables with a row in which one of the texts stands, whatever its column."""
    pattern, found = "|".join(sorted(re.escape(text) for text in texts)), set()
    for table in await _tables(platform):
        statement = f'SELECT EXISTS (SELECT FROM "{table}" AS row WHERE row::text ~ $1)'
        async with platform.db.connection() as connection:
            if await connection.fetchval(statement, pattern):
                found.add(table)
    return found


@pytest.fixture
def nobody_works(team: Team) -> None:
    """Jobs stay as they are."""
    for name in ("worker", "courier", "dispatcher"):
        team[name].kill()


async def test_after_the_grace_nothing_of_the_account_is_left_and_everything_of_others_is(
    platform: Platform, workers: Team, alice: Client, mallory: Client, receiver: Receiver
) -> None:
    assert workers["worker"].running
    hers, his = Scene(alice, receiver), Scene(mallory, receiver)
    for scene in (hers, his):
        for make in EVERYTHING:
            await scene.get(make)
    # From here on nobody but the test changes anything.
    for name in ("worker", "courier", "dispatcher", "thumbnailer"):
        workers[name].kill()
    account_id, her_id = await _id(platform, mallory), await _id(platform, alice)
    ids, her_ids = await _ids_of(platform, account_id), await _ids_of(platform, her_id)
    keys = set(stored_keys(platform.storage, ""))
    his_keys = {key for key in keys if (*key.split("/"), "")[1] in ids}
    assert {key.partition("/")[0] + "/" for key in his_keys} >= set(PREFIXES) - {"uploads/"}

    left = await mallory.post("/v1/account/deletion", {"password": mallory.password})
    await _let_time_pass(platform, account_id)
    count = await account_deletion.delete_due(platform)

    assert (left.status_code, count) == (202, 1)
    assert set(stored_keys(platform.storage, "")) == keys - his_keys
    assert await _tables_that_say(platform, ids | {mallory.email}) - KEPT == set()
    assert await _ids_of(platform, her_id) == her_ids
    assert (await alice.get(f"/v1/runs/{await hers.get(things.scored_run)}")).status_code == 200


def test_everything_that_is_stored_is_deleted_with_its_account() -> None:
    prefix_of = {"job": "jobs/", "analysis": "analyses/", "comparison": "comparisons/", "dataset": "datasets/",
                 "detection_run": "detection-runs/", "run": "runs/", "image": "images/",
                 "upload": "uploads/"}  # fmt: skip

    # The files of `/v1/uploads` are deleted by their own noun, because parts of them may be under way.
    assert {prefix_of[table] for table in DELETIONS if table in prefix_of} | {"files/"} == set(PREFIXES)


@pytest.mark.usefixtures("nobody_works")
async def test_who_has_left_gets_in_nowhere_and_a_neighbour_keeps_everything(
    app: Litestar, platform: Platform, alice: Client, mallory: Client
) -> None:
    session, pipeline = Visitor.of(app), await Pipeline.of(mallory)
    await session.sign_in(mallory)
    his_job, her_job = await mallory.submit(), await alice.submit()

    await mallory.post("/v1/account/deletion", {"password": mallory.password})
    await disabled_accounts.end_work(platform, 100)

    async def is_refused() -> bool:
        return (await mallory.get("/v1/keys")).status_code == 401

    await eventually(is_refused)
    assert (await session.get("/app/account")).status_code == 303
    answer = await mallory.http.post("/sign_in/", json={"email": mallory.email, "password": mallory.password})
    assert (answer.status_code, answer.json()["code"]) == (403, "account-leaving")
    wrong = await mallory.http.post("/sign_in/", json={"email": mallory.email, "password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong-credentials")
    refused = await pipeline.status("019ac8f0-0000-7000-8000-000000000001", "processing")
    assert refused.status_code == 401
    async with platform.db.connection() as connection:
        status = await connection.fetchval("SELECT status FROM job WHERE id = $1", his_job["id"])
    assert (status, (await alice.get(f"/v1/jobs/{her_job['id']}")).json()["status"]) == ("cancelled", "queued")


@pytest.mark.usefixtures("nobody_works")
async def test_who_comes_back_in_time_has_everything(app: Litestar, platform: Platform, alice: Client) -> None:
    uid, visitor = await alice.create_matrix(), Visitor.of(app)
    await visitor.sign_in(alice)
    account_id = await _id(platform, alice)

    left = await visitor.send("/app/account/leave", "/app/account/security", password=alice.password)
    assert left.headers["location"] == "/?notice=left"
    asked = await visitor.sign_in(alice)
    assert (asked.status_code, "Keep the account and sign in" in asked.text) == (403, True)
    await account_deletion.delete_due(platform)
    kept = await visitor.send("/app/sign-in", email=alice.email, password=alice.password, keeps="yes")

    assert kept.status_code == 303
    assert (await visitor.get(f"/app/matrices/{uid}")).status_code == 200
    assert (await alice.get(f"/v1/matrices/{uid}")).status_code == 200
    types = [
        event["type"]
        for event in (
            await alice.http.get("/v1/admin/audit", params={"account_id": account_id}, auth=("root", "root's password"))
        ).json()["items"]
    ]
    assert types[:3] == ["signed_in", "account_kept", "account_left"]


@pytest.mark.usefixtures("nobody_works")
async def test_a_wrong_password_keeps_no_account_and_leaves_none(
    app: Litestar, platform: Platform, alice: Client
) -> None:
    refused = await alice.post("/v1/account/deletion", {"password": "wrong"})
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong-password")
    assert (await alice.get("/v1/keys")).status_code == 200

    await alice.post("/v1/account/deletion", {"password": alice.password})
    stranger = Visitor.of(app)
    answer = await stranger.send("/app/sign-in", email=alice.email, password="wrong", keeps="yes")
    assert answer.status_code == 401
    async with platform.db.connection() as connection:
        deletes_at = await connection.fetchval("SELECT deletes_at - now() FROM account WHERE email = $1", alice.email)
    assert timedelta(days=6) < deletes_at <= timedelta(days=7)


@pytest.mark.usefixtures("nobody_works")
async def test_an_account_that_an_administrator_disabled_is_not_opened_by_its_owner(
    app: Litestar, platform: Platform, mallory: Client
) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET is_active = false WHERE email = $1", mallory.email)
    answer = await Visitor.of(app).send("/app/sign-in", email=mallory.email, password=mallory.password, keeps="yes")
    assert answer.status_code == 401


@pytest.mark.usefixtures("nobody_works")
async def test_once_its_deletion_is_due_an_account_does_not_come_back(
    app: Litestar, platform: Platform, alice: Client
) -> None:
    account_id = await _id(platform, alice)
    await alice.post("/v1/account/deletion", {"password": alice.password})
    await _let_time_pass(platform, account_id)

    visitor = Visitor.of(app)
    answer = await visitor.send("/app/sign-in", email=alice.email, password=alice.password, keeps="yes")
    assert answer.status_code == 401
    page = await visitor.http.get("/app/admin/accounts", auth=("root", "root's password"))
    (token,) = set(re.findall(r'name="form_token" value="([0-9a-f]+)"', page.text))
    data = {"form_token": token, "change": "open"}
    opened = await visitor.http.post(f"/app/admin/accounts/{account_id}", data=data, auth=("root", "root's password"))
    assert opened.status_code == 404
