"""One account's many jobs do not hold up another's few."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import redis

from shared.jobs import queueing
from shared.kit.broker import Wakeup
from shared.kit.platform import Platform
from tests.actors import Client, Team, eventually

REPEAT = timedelta(seconds=10)

# As many copies of a job of one's own, which nobody dispatched.
COPY = """
    INSERT INTO job (id, account_id, kind, arguments, subjects, fingerprint, status, progress, attempt, failures)
    SELECT uuidv7(), account_id, kind, arguments, subjects, fingerprint, 'queued', 0, 0, 0
    FROM job, generate_series(1, $2) WHERE id = $1
"""


@pytest.fixture
async def queue(platform: Platform, team: Team) -> AsyncIterator[Platform]:
    """A queue in which only the test's own jobs wait."""
    for name in ("worker", "dispatcher"):
        team[name].kill()
    await _empty(platform)
    yield platform
    await _empty(platform)


async def test_the_first_jobs_of_an_account_go_ahead_of_what_it_has_beyond_them() -> None:
    wakeups = [queueing.wakeup_for(ahead) for ahead in (0, queueing.PROMPT - 1, queueing.PROMPT, queueing.SHARE - 1)]

    assert wakeups == [Wakeup.RUN_JOB, Wakeup.RUN_JOB, Wakeup.RUN_LATER, Wakeup.RUN_LATER]
    assert queueing.wakeup_for(queueing.SHARE) is None


async def test_the_dispatcher_takes_from_the_accounts_in_turn(alice: Client, mallory: Client, queue: Platform) -> None:
    await _fill(queue, alice, 300)
    few = await _fill(queue, mallory, 3)

    async with queue.db.connection() as connection:
        taken = await queueing.take_undispatched(connection, REPEAT, 7, share=5)
        again = await queueing.take_undispatched(connection, REPEAT, 7, share=5)
        last = await queueing.take_undispatched(connection, REPEAT, 7, share=5)

    assert len(taken) == 7
    assert [taken.index(job_id) // 2 for job_id in few] == [0, 1, 2]
    assert [len(again), len(last)] == [1, 0]


async def test_a_single_job_overtakes_the_backlog_of_another_account(
    alice: Client, mallory: Client, queue: Platform, team: Team
) -> None:
    backlog = await _fill(queue, alice, 10_000, kind="plot")
    team.start()

    async def is_busy() -> bool:
        async with queue.db.connection() as connection:
            return bool(
                await connection.fetchval(
                    "SELECT count(*) FROM job WHERE status = 'succeeded' AND id = ANY($1)", backlog[:10]
                )
            )

    await eventually(is_busy)
    job = await mallory.final((await mallory.submit("plot"))["id"])

    assert job["status"] == "succeeded"
    async with queue.db.connection() as connection:
        overtook = await connection.fetchval(
            "SELECT count(*) FROM job WHERE finished_at BETWEEN $1::timestamptz AND $2::timestamptz",
            *map(_moment, (job["created_at"], job["started_at"])),
        )
    assert overtook <= 4 * queueing.PROMPT


async def test_no_more_jobs_are_taken_from_an_account_whose_queue_is_full(
    alice: Client, mallory: Client, queue: Platform
) -> None:
    most = queue.settings.max_queued_jobs
    uid = await alice.create_matrix()
    await _fill(queue, alice, most - 1, uid=uid)

    last = await alice.post("/v1/jobs", {"kind": "report", "cm_uid": uid})
    refused = await alice.post("/v1/jobs", {"kind": "report", "cm_uid": uid})
    page = await alice.get("/cm/report", cm_uid=await alice.create_matrix())

    assert last.status_code == 202
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (429, "queue-full", "10")
    assert page.status_code == 429
    assert (await mallory.submit())["status"] == "queued"


async def _fill(
    platform: Platform, client: Client, count: int, kind: str = "report", uid: str | None = None
) -> list[UUID]:
    """So many jobs of the client, in their order."""
    first = UUID((await client.submit(kind, uid))["id"])
    async with platform.db.connection() as connection:
        await connection.execute(COPY, first, count - 1)
        account_id = await connection.fetchval(
            "UPDATE job SET dispatched_at = NULL WHERE id = $1 RETURNING account_id", first
        )
        rows = await connection.fetch("SELECT id FROM job WHERE account_id = $1 ORDER BY run_after, id", account_id)
    return [row["id"] for row in rows]


async def _empty(platform: Platform) -> None:
    """Remove the jobs, and the messages: those of jobs that are gone count as turns of their queue."""
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM job WHERE status = 'queued'")
    with redis.Redis.from_url(platform.settings.redis_url.get_secret_value()) as broker:
        broker.delete(*(wakeup.queue for wakeup in Wakeup))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
