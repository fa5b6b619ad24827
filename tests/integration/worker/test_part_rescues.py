"""A part may be ended and rescued at the same time, and several of one job at once."""

import asyncio
from functools import partial
from uuid import UUID

import pytest

from shared.jobs import finishing, part_queries, parts, queries
from shared.jobs.errors import LeaseLost, WorkerLost
from shared.jobs.records import JobRecord
from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from tests.actors import Client, eventually
from tests.integration.worker.test_ingest_parts import MANY, begin, cut_at, parquet, parts_of, split
from worker.runtime import Runtime


@pytest.fixture(autouse=True)
def parts_of_some_rows(runtime: Runtime) -> None:
    """A part has twelve hundred rows."""
    cut_at(runtime, rows=1200, size_bytes=40_000)


async def lose(platform: Platform, part: JobRecord, failures: int = 0) -> JobRecord:
    """Claim a part as a worker does that is not heard of again."""
    async with platform.db.connection() as connection:
        lost = await queries.claim(connection, part.id, finishing.LEASE)
        assert lost is not None
        expire = "UPDATE job SET lease_until = now() - interval '1 s', failures = $2 WHERE id = $1"
        await connection.execute(expire, lost.id, failures)
    return lost


async def test_the_end_of_a_part_and_the_rescue_of_it_do_not_wait_for_each_other(
    alice: Client, runtime: Runtime, platform: Platform
) -> None:
    _, job_id = await begin(alice, parquet())
    first, second, *_ = await split(runtime, platform, job_id)
    late = await lose(platform, first, finishing.MAX_FAILURES - 1)
    other = await lose(platform, second, finishing.MAX_FAILURES - 1)

    # One ends the part while the other has it to rescue; each holds what it locks first.
    async with platform.db.transaction() as ending:
        await parts.lock_parent(ending, late)
        async with platform.db.transaction() as rescuing:
            passed_over = await _locked(rescuing)
        assert await queries.succeed(ending, late) is not None
    async with platform.db.transaction() as rescuing:
        rescued = await _locked(rescuing)
        ending_other = asyncio.create_task(finishing.succeed(platform, other, []))
        await eventually(partial(_waits_for_a_lock, platform))
        await finishing._strike(platform, rescuing, other, WorkerLost())

    with pytest.raises(LeaseLost):
        await ending_other
    assert not passed_over & {first.id, second.id}
    assert rescued & {first.id, second.id} == {second.id}


async def _locked(connection: Connection) -> set[UUID]:
    return {job.id for job in await part_queries.lock_expired(connection, MANY)}


async def _waits_for_a_lock(platform: Platform) -> bool:
    async with platform.db.connection() as connection:
        waiting = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
    return bool(waiting)


async def test_a_job_of_which_two_parts_are_lost_fails_once(
    alice: Client, runtime: Runtime, platform: Platform
) -> None:
    run_id, job_id = await begin(alice, parquet())
    for part in (await split(runtime, platform, job_id))[:2]:
        await lose(platform, part, finishing.MAX_FAILURES - 1)

    assert await finishing.rescue_expired(platform, MANY) >= 2

    run = (await alice.get(f"/v1/runs/{run_id}")).json()
    assert (run["status"], run["error"]["code"], await parts_of(platform, job_id)) == ("failed", "worker-lost", [])
