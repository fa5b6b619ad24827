"""What is old goes, with all that belongs to it; what somebody still needs stays."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from shared.artifacts import orphans
from shared.jobs import retention
from shared.kit import clock
from shared.kit.db import Connection
from shared.kit.files import File
from shared.kit.ids import uuid7
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

    await operations_retention.clean(platform)

    async with platform.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM webhook_event WHERE account_id = $1", account) == 0


async def test_objects_that_nobody_refers_to_are_collected_once_they_are_old(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await alice.final((await alice.submit("report"))["id"])
    orphan = f"jobs/{job['id']}/9/report.html"
    platform.storage.put(orphan, File("report.html", "text/html", b"left behind"))

    await retention.collect_orphans(platform)
    young = platform.storage.get(orphan)
    monkeypatch.setattr(clock, "now", _tomorrow)
    await retention.collect_orphans(platform)
    monkeypatch.undo()

    assert young == b"left behind"
    assert [key for key in platform.storage.keys_before(_tomorrow(), "jobs/") if key == orphan] == []
    assert await _status(job["artifacts"][0]["url"]) == 200


async def test_many_objects_are_looked_at_page_by_page(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = f"jobs/{uuid7()}/"
    # One more than storage lists at once.
    keys = [f"{prefix}{number:04}" for number in range(1001)]
    file = File("left", "text/plain", b"left behind")
    with ThreadPoolExecutor(8) as threads:
        await asyncio.to_thread(lambda: list(threads.map(lambda key: platform.storage.put(key, file), keys)))
    pages: list[list[str]] = []

    async def without_row(_: Connection, page: Sequence[str]) -> list[str]:
        pages.append(list(page))
        return [key for key in page if key != keys[7]]

    monkeypatch.setattr(orphans, "KEYS_AT_ONCE", 300)
    monkeypatch.setattr(clock, "now", _tomorrow)
    collected = await orphans.collect(platform, prefix, without_row)
    monkeypatch.undo()

    assert [len(page) for page in pages] == [300, 300, 300, 101]
    assert [key for page in pages for key in page] == keys
    assert collected == 1000
    assert list(platform.storage.keys_before(_tomorrow(), prefix)) == [keys[7]]


def _tomorrow() -> datetime:
    return datetime.now().astimezone() + timedelta(days=1, hours=1)
