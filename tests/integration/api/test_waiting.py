"""Requests that wait for jobs: how many an account may have, and what they answer when something is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import httpx2
import pytest

from api.http.dependencies import AnyRequest
from api.jobs import controller
from api.jobs import waiter as waiters
from api.security import is_admitted
from deploy.local.forking import Nursery
from deploy.local.stack import Stack
from shared.jobs import queries
from shared.kit.errors import ServiceUnavailable
from shared.kit.limits.concurrency import ConcurrencyLimiter
from shared.kit.limits.redis_scripts import RedisUnavailable
from shared.kit.platform import Platform
from tests.actors import Api, Client, Team, eventually, is_answering

LIMITS = {"MAX_STREAMS_PER_ACCOUNT": "3", "MAX_WAITS_PER_ACCOUNT": "3"}


@pytest.fixture(scope="module")
def urls(
    environment: dict[str, str], nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """Two apis of one process each, with three streams and three waits for an account."""
    apis = [Api.start(environment | LIMITS, tmp_path_factory.mktemp("api"), nursery) for _ in range(2)]
    yield [api.url for api in apis]
    for api in apis:
        api.kill()


@asynccontextmanager
async def _clients(urls: list[str]) -> AsyncIterator[tuple[Client, Client]]:
    """One account at both apis."""
    first, second = (httpx2.AsyncClient(base_url=url, timeout=40) for url in urls)
    async with first, second:

        async def are_ready() -> bool:
            return all([await is_answering(http) for http in (first, second)])

        await eventually(are_ready)
        client = await Client.sign_up(first)
        yield client, Client(second, client.email, client.password, client.key)


@asynccontextmanager
async def _stream(client: Client, job_id: str) -> AsyncIterator[int]:
    """The status of an event stream, which stays open."""
    request = client.http.build_request("GET", f"/v1/jobs/{job_id}/events", headers={"X-API-Key": client.key})
    answer = await client.http.send(request, stream=True)
    try:
        yield answer.status_code
    finally:
        await answer.aclose()


async def test_an_account_has_its_streams_over_all_processes(urls: list[str], team: Team) -> None:
    team["worker"].kill()
    async with _clients(urls) as (here, there):
        job_id = (await here.submit())["id"]
        async with _stream(here, job_id) as one, _stream(there, job_id) as two, _stream(there, job_id) as three:
            refused = await here.get(f"/v1/jobs/{job_id}/events")

        async def is_free_again() -> bool:
            async with _stream(here, job_id) as status:
                return status == 200

        assert (one, two, three) == (200, 200, 200)
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
        assert refused.headers["retry-after"] == "5"
        await eventually(is_free_again)


async def test_an_account_has_its_waits_over_all_processes_and_nothing_is_begun_beyond(
    urls: list[str], team: Team
) -> None:
    team["worker"].kill()
    async with _clients(urls) as (here, there):
        uid = await here.create_matrix()
        job_id = (await here.submit("plot", uid))["id"]
        waiting = [asyncio.create_task(_wait_for(client, job_id)) for client in (here, here, there)]
        body = {"kind": "report", "cm_uid": uid}
        refused: list[httpx2.Response] = []

        async def is_full() -> bool:
            refused[:] = [await there.post("/v1/jobs", body, {"Prefer": "wait=1"})]
            return refused[0].status_code == 429

        await eventually(is_full)
        job_count = len((await here.get("/v1/jobs")).json()["items"])
        again = await there.post("/v1/jobs", body, {"Prefer": "wait=1"})
        report = await there.get("/cm/report", cm_uid=uid)
        at_once = await there.get(f"/v1/jobs/{job_id}")
        await here.post(f"/v1/jobs/{job_id}/cancel")

        assert [refusal.json()["code"] for refusal in (refused[0], again, report)] == ["too-many-waits"] * 3
        assert at_once.status_code == 200
        assert len((await here.get("/v1/jobs")).json()["items"]) == job_count
        assert [(await answer).json()["status"] for answer in waiting] == ["cancelled"] * 3


async def test_without_redis_each_process_counts_alone(urls: list[str], team: Team, stack: Stack) -> None:
    team["worker"].kill()
    async with _clients(urls) as (here, there):
        job_id = (await here.submit())["id"]
        stack.valkey.kill()
        try:
            async with (
                _stream(here, job_id),
                _stream(here, job_id),
                _stream(here, job_id),
                _stream(there, job_id) as other,
            ):
                refused = await here.get(f"/v1/jobs/{job_id}/events")
        finally:
            stack.valkey.start()

        assert (other, refused.status_code) == (200, 429)


async def test_the_slots_of_a_process_that_died_are_free_when_their_leases_end(platform: Platform) -> None:
    await eventually(_answers(platform))
    dead, alive = ConcurrencyLimiter(platform.redis_scripts), ConcurrencyLimiter(platform.redis_scripts)
    await dead.take("subject", 1)

    refused = await alive.take("subject", 1)
    await platform.redis_scripts.run(
        "redis.call('ZADD', KEYS[1], 1, redis.call('ZRANGE', KEYS[1], 0, 0)[1]) return {}", ["slots:subject"], []
    )

    assert refused is None
    assert await alive.take("subject", 1) is not None


async def test_slots_that_redis_lost_are_taken_again_at_the_next_renewal(platform: Platform) -> None:
    await eventually(_answers(platform))
    first, second = ConcurrencyLimiter(platform.redis_scripts), ConcurrencyLimiter(platform.redis_scripts)
    await first.take("lost", 1)
    await platform.redis_scripts.run("return {redis.call('DEL', KEYS[1])}", ["slots:lost"], [])

    await first.renew()

    assert await second.take("lost", 1) is None


async def test_a_wait_that_loses_its_database_answers_with_the_job(alice: Client, team: Team, stack: Stack) -> None:
    team["worker"].kill()
    body = {"kind": "report", "cm_uid": await alice.create_matrix()}
    waiting = asyncio.create_task(alice.post("/v1/jobs", body, {"Prefer": "wait=4"}))

    async def is_queued() -> bool:
        return len((await alice.get("/v1/jobs")).json()["items"]) == 1

    await eventually(is_queued)
    stack.postgres.kill()
    try:
        answer = await waiting
    finally:
        stack.postgres.start()

    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.headers["location"] == f"/v1/jobs/{answer.json()['id']}"


async def test_a_stream_that_loses_its_database_goes_on_once_it_is_back(
    alice: Client, team: Team, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    team["worker"].kill()
    was_asked, nobody_knew = asyncio.Event(), asyncio.Event()

    async def watched(request: AnyRequest) -> bool:
        was_asked.set()
        try:
            return await is_admitted(request)
        except ServiceUnavailable:
            nobody_knew.set()
            raise

    monkeypatch.setattr(controller, "is_admitted", watched)
    job_id = (await alice.submit())["id"]
    following = asyncio.create_task(alice.get(f"/v1/jobs/{job_id}/events"))
    asked = asyncio.create_task(nobody_knew.wait())

    await was_asked.wait()
    stack.postgres.kill()
    try:
        await asyncio.wait({asked, following}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stack.postgres.start()

    async def is_cancelled() -> bool:
        return (await alice.post(f"/v1/jobs/{job_id}/cancel")).status_code == 200

    await eventually(is_cancelled)

    lines = (await following).text.splitlines()
    assert nobody_knew.is_set()
    assert [line for line in lines if line.startswith("event:")] == ["event: job"] * 2


async def test_the_end_of_a_job_is_seen_though_the_listening_connection_was_lost(
    alice: Client, team: Team, environment: dict[str, str]
) -> None:
    team["worker"].kill()
    job_id = (await alice.submit())["id"]
    waiting = asyncio.create_task(alice.get(f"/v1/jobs/{job_id}", {"Prefer": "wait=20"}))
    connection = await asyncpg.connect(environment["DATABASE_URL"])
    await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'listen%'")
    await connection.close()

    await alice.post(f"/v1/jobs/{job_id}/cancel")

    assert (await waiting).json()["status"] == "cancelled"


async def test_an_end_that_was_told_before_anybody_waited_is_not_waited_for(
    alice: Client, platform: Platform, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiters, "POLL_INTERVAL_S", 3600)
    team["worker"].kill()
    job_id = UUID((await alice.submit())["id"])
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT account_id FROM job WHERE id = $1", job_id)
        snapshot = await queries.find_own(connection, account_id, job_id)
    assert snapshot is not None
    waiter = waiters.Waiter(platform)
    running = asyncio.create_task(waiter.run())

    async def has_heard() -> bool:
        # Repeated, as nobody hears what is told before the listening connection is there.
        async with platform.db.connection() as connection:
            await queries.notify(connection, job_id)
        return str(job_id) in waiter._heard_of

    await alice.post(f"/v1/jobs/{job_id}/cancel")
    await eventually(has_heard)

    assert (await waiter.until_final(snapshot, 20)).job.status == "cancelled"
    running.cancel()


async def _wait_for(client: Client, job_id: str) -> httpx2.Response:
    """The answer once a place was free, which a submission may have taken for a second."""
    while (answer := await client.get(f"/v1/jobs/{job_id}", {"Prefer": "wait=20"})).status_code == 429:
        pass
    return answer


def _answers(platform: Platform) -> Callable[[], Awaitable[bool]]:
    """Whether Redis is asked again: another test may have taken it away a moment ago."""

    async def answers() -> bool:
        try:
            await platform.redis_scripts.run("return {}", [], [])
        except RedisUnavailable:
            return False
        return True

    return answers
