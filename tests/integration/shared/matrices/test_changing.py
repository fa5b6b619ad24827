"""Matrices that are changed or deleted while something else goes on with them."""

import asyncio
from uuid import UUID

import pytest
from standardwebhooks import Webhook

from shared import jobs, matrices
from shared.accounts import Authenticator, Caller
from shared.artifacts import queries as artifact_queries
from shared.jobs import queries
from shared.kit.platform import Platform
from shared.matrices.kinds.report import Report
from tests.actors import Client, Team, eventually
from tests.receiver import Receiver


async def _caller(platform: Platform, client: Client) -> Caller:
    return await Authenticator(platform.db, platform.keyring).caller(client.key)


@pytest.mark.usefixtures("workers")
async def test_a_deletion_takes_the_job_along_that_is_just_sharing_a_report(alice: Client, platform: Platform) -> None:
    uid = await alice.create_matrix()
    await alice.final((await alice.submit("report", uid))["id"])
    caller = await _caller(platform, alice)
    request = await jobs.prepare(platform, caller, Report(cm_uid=uid))

    async with platform.db.transaction() as connection:
        cached = await queries.cached(connection, caller.account_id, request.fingerprint, with_inputs=False)
        assert cached is not None
        job = await queries.insert_succeeded(connection, request.row_without_inputs())
        await artifact_queries.add(connection, job.id, await artifact_queries.of_job(connection, cached.id))
        deletion = asyncio.create_task(matrices.delete(platform, caller, uid))
        await eventually(lambda: _is_waiting(platform))
    await deletion

    assert (await alice.get("/v1/jobs")).json()["items"] == []


async def test_who_waits_for_a_job_of_a_deleted_matrix_is_told(
    alice: Client, workers: Team, receiver: Receiver
) -> None:
    workers["worker"].kill()
    secret = (await alice.get("/v1/webhooks/secret")).json()["secret"]
    uid = await alice.create_matrix()
    job = await alice.submit("report", uid, callback_url=receiver.url)

    await alice.delete(f"/cm/{uid}")

    (request,) = await receiver.wait_for(1)
    payload = Webhook(secret).verify(request.body, dict(request.headers))
    assert (payload["type"], payload["data"]["id"]) == ("job.cancelled", job["id"])


async def test_changes_of_different_fields_at_once_are_all_kept(alice: Client) -> None:
    uid = await alice.create_matrix()

    for number in range(10):
        changes = {"name": f"name {number}", "data_set": f"set {number}", "tags": [f"tag {number}"]}
        answers = await asyncio.gather(
            *(
                alice.http.patch(f"/v1/matrices/{uid}", json={field: value}, headers={"X-API-Key": alice.key})
                for field, value in changes.items()
            )
        )
        shown = (await alice.get(f"/v1/matrices/{uid}")).json()
        assert [answer.status_code for answer in answers] == [200] * 3
        assert {field: shown[field] for field in changes} == changes


async def test_a_new_name_does_not_fail_the_job_on_its_way_and_shows_in_the_next_report(
    alice: Client, workers: Team
) -> None:
    workers["worker"].kill()
    uid = await alice.create_matrix()
    job = await alice.submit("plot", uid)
    renamed = await alice.http.patch(
        f"/v1/matrices/{uid}", json={"name": "Zebra crossing"}, headers={"X-API-Key": alice.key}
    )
    workers.start()

    assert (await alice.final(job["id"]))["status"] == "succeeded"
    assert renamed.json()["version"] == 1
    assert "Zebra crossing" in (await alice.get("/cm/report", cm_uid=uid)).text


async def test_a_job_whose_matrix_got_other_labels_meanwhile_says_so(alice: Client, workers: Team) -> None:
    workers["worker"].kill()
    uid = await alice.create_matrix()
    job = await alice.submit("plot", uid)
    await alice.post(f"/cm/update?cm_uid={uid}", {"actual_vector": [1], "predicted_vector": [1]})
    workers.start()

    ended = await alice.final(job["id"])

    assert (ended["status"], ended["error"]["code"]) == ("failed", "matrix-changed")


async def test_who_asked_for_a_report_meanwhile_gets_that_of_the_new_labels(alice: Client, workers: Team) -> None:
    workers["worker"].kill()
    uid = await alice.create_matrix()
    asked = asyncio.create_task(alice.get("/cm/report", cm_uid=uid))
    await eventually(lambda: _has_jobs(alice))
    await alice.post(f"/cm/update?cm_uid={uid}", {"actual_vector": ["zebra"], "predicted_vector": ["zebra"]})
    workers.start()

    answer = await asked

    assert answer.status_code == 200
    assert "zebra" in answer.text
    assert [job["status"] for job in (await alice.get("/v1/jobs")).json()["items"]] == ["succeeded", "failed"]


@pytest.mark.usefixtures("workers")
async def test_a_uid_in_capitals_asks_for_the_same_work(alice: Client) -> None:
    uid = await alice.create_matrix()
    await alice.final((await alice.submit("report", uid))["id"])

    assert (await alice.submit("report", uid.upper()))["status"] == "succeeded"
    assert str(UUID(uid)) == uid


async def _has_jobs(client: Client) -> bool:
    return bool((await client.get("/v1/jobs")).json()["items"])


async def _is_waiting(platform: Platform) -> bool:
    async with platform.db.connection() as connection:
        return bool(await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
