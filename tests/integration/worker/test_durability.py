"""What is accepted is done once, whatever dies meanwhile."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from deploy.local.stack import Stack
from shared.jobs import finishing, queries
from shared.jobs.errors import LeaseLost
from shared.jobs.records import JobRecord
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform
from tests.actors import Client, Team, eventually
from tests.receiver import Receiver


@pytest.fixture
async def idle(workers: Team, platform: Platform) -> Team:
    """The processes, with no job left from another test."""

    async def is_idle() -> bool:
        async with platform.db.connection() as connection:
            return not await connection.fetchval("SELECT count(*) FROM job WHERE status IN ('queued', 'running')")

    await eventually(is_idle)
    return workers


async def test_a_job_whose_worker_is_killed_in_the_middle_is_done_once_by_the_next(
    alice: Client, idle: Team, platform: Platform, receiver: Receiver
) -> None:
    secret = (await alice.get("/v1/webhooks/secret")).json()["secret"]
    job_id = await _run_until_it_computes(alice, idle, platform, callback_url=receiver.url)

    idle["worker"].kill()
    await _expire_lease(platform, job_id)
    idle.start()

    job = await alice.final(job_id)
    requests = await receiver.wait_for(1)
    assert (job["status"], job["attempts"]) == ("succeeded", 2)
    assert len(job["artifacts"]) == 1
    assert "/2/report.html" in job["artifacts"][0]["url"]
    assert await _events_of(platform, alice) == ["job.succeeded"]
    assert Webhook(secret).verify(requests[0].body, dict(requests[0].headers))["data"]["id"] == job_id
    async with httpx2.AsyncClient() as anybody:
        assert (await anybody.get(job["artifacts"][0]["url"])).status_code == 200


async def test_a_wiped_broker_only_delays(
    alice: Client, idle: Team, stack: Stack, platform: Platform, receiver: Receiver
) -> None:
    idle["worker"].kill()
    uids = [await alice.create_matrix([0, 1, number], [0, 1, 1]) for number in range(3)]
    jobs = [await alice.submit("report", uid, callback_url=receiver.url) for uid in uids]

    stack.valkey.kill()
    stack.valkey.wipe()
    stack.valkey.start()
    idle.start()

    finished = [await alice.final(job["id"]) for job in jobs]
    requests = await receiver.wait_for(3)
    assert [(job["status"], job["attempts"], len(job["artifacts"])) for job in finished] == [("succeeded", 1, 1)] * 3
    assert len({request.headers["webhook-id"] for request in requests}) == len(requests) == 3
    assert await _events_of(platform, alice) == ["job.succeeded"] * 3


async def test_jobs_are_accepted_while_the_broker_is_away_and_done_when_it_is_back(
    alice: Client, idle: Team, stack: Stack
) -> None:
    uid = await alice.create_matrix()
    stack.valkey.kill()
    try:
        job = await alice.submit("report", uid)
        ready = await alice.http.get("/readyz")
    finally:
        stack.valkey.start()
    idle.start()

    assert job["status"] == "queued"
    assert (ready.status_code, ready.json()["degraded"]) == (200, ["redis"])
    assert [check["name"] for check in ready.json()["checks"] if not check["ok"]] == ["redis"]
    assert (await alice.final(job["id"]))["status"] == "succeeded"


async def test_a_database_that_restarts_costs_nothing(alice: Client, idle: Team, stack: Stack) -> None:
    uid = await alice.create_matrix()
    stack.postgres.kill()
    away = await alice.get("/cm/", cm_uid=uid)
    stack.postgres.start()

    async def is_back() -> bool:
        return (await alice.get("/cm/", cm_uid=uid)).status_code == 200

    await eventually(is_back)
    idle.start()
    job = await alice.submit("report", uid)

    assert (away.status_code, away.headers["retry-after"]) == (503, "1")
    assert away.json()["code"] == "database-unavailable"
    assert (await alice.final(job["id"]))["status"] == "succeeded"


@pytest.mark.usefixtures("idle")
async def test_storage_that_is_away_fails_no_job(alice: Client, stack: Stack, platform: Platform) -> None:
    uid = await alice.create_matrix()
    stack.s3.kill()
    job = await alice.submit("report", uid)

    async def was_put_back() -> bool:
        shown = (await alice.get(f"/v1/jobs/{job['id']}")).json()
        return bool(shown["status"] == "queued" and shown["attempts"])

    await eventually(was_put_back)
    stack.s3.start()

    assert (await alice.final(job["id"]))["status"] == "succeeded"
    async with platform.db.connection() as connection:
        assert await connection.fetchval("SELECT failures FROM job WHERE id = $1", job["id"]) == 0


async def test_a_worker_that_lost_its_lease_cannot_finish_what_another_took_over(
    alice: Client, team: Team, platform: Platform
) -> None:
    _stop(team)
    job_id = (await alice.submit())["id"]
    slow = await _claim(platform, job_id)
    await _expire_lease(platform, job_id)
    await finishing.rescue_expired(platform, 10)
    await _make_due(platform, job_id)
    quick = await _claim(platform, job_id)

    with pytest.raises(LeaseLost):
        await finishing.succeed(platform, slow, [])
    with pytest.raises(LeaseLost):
        await finishing.give_back(platform, slow, delay=timedelta())
    await finishing.succeed(platform, quick, [])

    assert (slow.attempt, quick.attempt) == (1, 2)
    assert await _events_of(platform, alice) == ["job.succeeded"]


async def test_a_job_that_kills_its_worker_is_given_up_after_three_attempts(
    alice: Client, team: Team, platform: Platform
) -> None:
    _stop(team)
    job_id = (await alice.submit())["id"]

    for _ in range(3):
        await _make_due(platform, job_id)
        await _claim(platform, job_id)
        await _expire_lease(platform, job_id)
        await finishing.rescue_expired(platform, 10)

    job = (await alice.get(f"/v1/jobs/{job_id}")).json()
    assert (job["status"], job["attempts"], job["error"]["code"]) == ("failed", 3, "worker-lost")
    assert await _events_of(platform, alice) == ["job.failed"]


async def test_a_job_that_ends_by_an_outage_of_ours_does_not_use_up_its_attempts(
    alice: Client, team: Team, platform: Platform
) -> None:
    _stop(team)
    job_id = (await alice.submit())["id"]

    for _ in range(5):
        await _make_due(platform, job_id)
        await finishing.give_back(platform, await _claim(platform, job_id), delay=timedelta())

    assert (await alice.get(f"/v1/jobs/{job_id}")).json()["status"] == "queued"


async def test_only_one_of_many_messages_starts_a_job(alice: Client, team: Team, platform: Platform) -> None:
    _stop(team)
    job_id = parse_uuid((await alice.submit())["id"])
    assert job_id is not None

    async with platform.db.connection() as connection:
        claims = [await queries.claim(connection, job_id, finishing.LEASE) for _ in range(3)]

    assert [claim is not None for claim in claims] == [True, False, False]


def _stop(team: Team) -> None:
    """Stop whoever takes jobs, or takes them back: after an outage of an earlier test, without counting it."""
    for name in ("worker", "dispatcher"):
        team[name].kill()


async def _run_until_it_computes(alice: Client, team: Team, platform: Platform, **more: Any) -> str:
    """A running job of a matrix so large that it will run for a while."""
    labels = [number % 300 for number in range(3000)]
    uid = await alice.create_matrix(labels, labels[1:] + labels[:1])
    job_id: str = (await alice.submit("report", uid, **more))["id"]

    async def is_running() -> bool:
        return bool((await alice.get(f"/v1/jobs/{job_id}")).json()["status"] == "running")

    # It may have to be started first, on a machine that is busy.
    await eventually(is_running)
    assert team["worker"].running
    async with platform.db.connection() as connection:
        assert await connection.fetchval("SELECT lease_until > now() FROM job WHERE id = $1", job_id)
    return job_id


async def _claim(platform: Platform, job_id: str) -> JobRecord:
    known = parse_uuid(job_id)
    assert known is not None
    async with platform.db.connection() as connection:
        job = await queries.claim(connection, known, finishing.LEASE)
    assert job is not None
    return job


async def _expire_lease(platform: Platform, job_id: str) -> None:
    """Let the lease run out, as thirty seconds of silence would."""
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE job SET lease_until = now() - interval '1 s' WHERE id = $1", job_id)


async def _make_due(platform: Platform, job_id: str) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE job SET run_after = now() WHERE id = $1", job_id)


async def _events_of(platform: Platform, client: Client) -> list[str]:
    async with platform.db.connection() as connection:
        rows = await connection.fetch(
            "SELECT type FROM webhook_event JOIN account ON account.id = account_id WHERE email = $1", client.email
        )
    return [row["type"] for row in rows]
