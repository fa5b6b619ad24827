"""What one statement writes at the end of a job is what several would, or nothing."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from shared.jobs import finishing, queries
from shared.jobs.errors import LeaseLost
from shared.jobs.records import ClaimedJob, JobRecord
from shared.kit.database import notifications
from shared.kit.platform import Platform
from shared.kit.storage.files import StoredFile
from shared.webhooks.queries import CHANNEL
from tests.actors import Client, Team, eventually

FILES = [
    StoredFile("report.html", "text/html", 3, "ab" * 32, "jobs/x/1/report.html"),
    StoredFile("a.json", "application/json", 2, "cd" * 32, "jobs/x/1/a.json"),
]
CALLBACK = "http://127.0.0.1:9/called"


@pytest.fixture
async def claimed(alice: Client, team: Team, platform: Platform) -> ClaimedJob:
    """A job with a callback, in an attempt."""
    for name in ("worker", "dispatcher", "courier"):
        team[name].kill()
    job_id = UUID((await alice.submit(callback_url=CALLBACK))["id"])
    async with platform.db.connection() as connection:
        job = await queries.claim(connection, job_id, finishing.LEASE)
    assert job is not None
    return job


def plain(job: ClaimedJob) -> JobRecord:
    """The same job as those see it that did not claim it, for whom several statements end it."""
    return JobRecord(**{name: getattr(job, name) for name in JobRecord.__struct_fields__})


async def test_one_statement_writes_what_several_do(alice: Client, claimed: ClaimedJob, platform: Platform) -> None:
    other_id = UUID((await alice.submit(callback_url=CALLBACK))["id"])
    async with platform.db.connection() as connection:
        other = await queries.claim(connection, other_id, finishing.LEASE)
    assert other is not None

    at_once = await finishing.succeed(platform, claimed, FILES)
    step_by_step = await finishing.succeed(platform, plain(other), FILES)

    assert await _written(platform, claimed) == await _written(platform, other)
    assert at_once.files == step_by_step.files == (FILES[1], FILES[0])


async def test_the_event_tells_of_the_job_as_it_is_shown(
    alice: Client, claimed: ClaimedJob, platform: Platform
) -> None:
    await finishing.succeed(platform, claimed, FILES)

    shown = (await alice.get(f"/v1/jobs/{claimed.id}")).json()
    async with platform.db.connection() as connection:
        body = await connection.fetchval(
            "SELECT body FROM webhook_event WHERE account_id = $1 ORDER BY created_at DESC LIMIT 1", claimed.account_id
        )
        is_ordered = await connection.fetchval(
            "SELECT finished_at BETWEEN started_at AND now() FROM job WHERE id = $1", claimed.id
        )
    told = json.loads(body)["data"]
    for job in (shown, told):
        for artifact in job["artifacts"]:
            del artifact["url"], artifact["expires_at"]
    assert told == shown
    assert is_ordered


async def test_an_attempt_that_lost_its_job_writes_nothing(
    alice: Client, claimed: ClaimedJob, platform: Platform
) -> None:
    await alice.post(f"/v1/jobs/{claimed.id}/cancel")
    before = await _written(platform, claimed)

    with pytest.raises(LeaseLost):
        await finishing.succeed(platform, claimed, FILES)

    assert await _written(platform, claimed) == before
    assert before["files"] == []


async def test_couriers_are_notified_of_deliveries_and_of_nothing_else(
    alice: Client, claimed: ClaimedJob, platform: Platform
) -> None:
    heard: list[str] = []
    listening = asyncio.create_task(notifications.listen(platform.db, CHANNEL, heard.append))
    quiet_id = UUID((await alice.submit())["id"])
    async with platform.db.connection() as connection:
        quiet = await queries.claim(connection, quiet_id, finishing.LEASE)
        assert quiet is not None

        async def is_listening() -> bool:
            await connection.execute(f"NOTIFY {CHANNEL}, 'ready'")
            return "ready" in heard

        await eventually(is_listening)
        heard.clear()
        await finishing.succeed(platform, quiet, FILES)
        await finishing.succeed(platform, claimed, FILES)
        await connection.execute(f"NOTIFY {CHANNEL}, 'end'")

    async def has_ended() -> bool:
        return "end" in heard

    await eventually(has_ended)
    listening.cancel()
    assert [message for message in heard if message != "ready"] == ["", "end"]


async def _written(platform: Platform, job: JobRecord) -> dict[str, Any]:
    """What there is of a job, without ids and times."""
    async with platform.db.connection() as connection:
        row = await connection.fetchrow(
            "SELECT status, progress, attempt, failures, error, lease_until, finished_at IS NULL FROM job"
            " WHERE id = $1",
            job.id,
        )
        files = await connection.fetch(
            "SELECT name, content_type, size_bytes, sha256, object_key FROM artifact WHERE job_id = $1 ORDER BY name",
            job.id,
        )
        events = await connection.fetch(
            "SELECT event.type, url, status, attempt, endpoint_id FROM webhook_event AS event"
            " LEFT JOIN webhook_delivery AS delivery ON event_id = event.id"
            " WHERE position(convert_to($1, 'UTF8') IN body) > 0",
            str(job.id),
        )
    return {"job": tuple(row), "files": [tuple(file) for file in files], "events": [tuple(event) for event in events]}
