"""What is old goes, with all that belongs to it; what somebody still needs stays."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from shared.jobs import retention
from shared.kit.platform import Platform
from shared.operations import retention as operations_retention
from tests.actors import Client

LONG_AGO = timedelta(days=31)

pytestmark = pytest.mark.usefixtures("workers")


async def _make_old(platform: Platform, *jobs: dict[str, Any]) -> None:
    async with platform.db.connection() as connection:
        ids = [UUID(job["id"]) for job in jobs]
        await connection.execute("UPDATE job SET finished_at = now() - $2::interval WHERE id = ANY($1)", ids, LONG_AGO)


async def _status(url: str) -> int:
    async with httpx2.AsyncClient() as anybody:
        return (await anybody.get(url)).status_code


async def test_an_old_job_goes_with_its_objects_and_a_young_one_stays(alice: Client, platform: Platform) -> None:
    old, young = [await alice.final((await alice.submit("report"))["id"]) for _ in range(2)]
    await _make_old(platform, old)

    await retention.expire(platform)

    assert (await alice.get(f"/v1/jobs/{old['id']}")).status_code == 404
    assert await _status(old["artifacts"][0]["url"]) == 404
    assert await _status(young["artifacts"][0]["url"]) == 200


async def test_an_object_goes_with_the_last_job_that_shares_it(alice: Client, platform: Platform) -> None:
    uid = await alice.create_matrix()
    first = await alice.final((await alice.submit("report", uid))["id"])
    second = await alice.submit("report", uid)
    await _make_old(platform, first)

    await retention.expire(platform)
    while_shared = await _status(second["artifacts"][0]["url"])
    await _make_old(platform, second)
    await retention.expire(platform)

    assert (while_shared, await _status(second["artifacts"][0]["url"])) == (200, 404)


async def test_all_old_events_go_at_once(alice: Client, platform: Platform) -> None:
    async with platform.db.connection() as connection:
        account = await connection.fetchval("SELECT id FROM account WHERE email = $1", alice.email)
        await connection.execute(
            """
            INSERT INTO webhook_event (id, account_id, type, body, created_at)
            SELECT 'old_' || $1::text || '_' || n, $1::text::bigint, 'job.failed', '', now() - $2::interval
            FROM generate_series(1, 2500) AS n
            """,
            str(account),
            LONG_AGO,
        )

    await operations_retention.DUTIES["events"](platform)

    async with platform.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM webhook_event WHERE account_id = $1", account) == 0
