"""What is no fault of a job is not counted against it, and what is one is."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from deploy.local.stack import Stack
from shared.jobs import finishing, queries
from shared.jobs.records import JobRecord
from shared.kit.database.transactions import DatabaseUnavailable
from shared.kit.platform import Platform
from shared.kit.storage.errors import StorageUnavailable
from shared.kit.storage.files import File
from tests.actors import Client, eventually
from worker import dispatcher, execution, handlers, heartbeat
from worker.dispatcher import Dispatcher
from worker.execution import attempt
from worker.heartbeat import Heartbeat
from worker.job_attempt import JobAttempt
from worker.runtime import Runtime


class _Handler:
    """Work that consists in calling a function."""

    def __init__(self, work: Callable[[], Sequence[File]]) -> None:
        self._work = work

    async def load(self, _platform: Platform, _attempt: JobAttempt[Any]) -> None:
        return None

    def perform(self, _inputs: Any, _attempt: JobAttempt[Any]) -> Sequence[File]:
        return self._work()


@pytest.mark.parametrize(
    ("error", "status"), [(StorageUnavailable(), "queued"), (None, "succeeded")], ids=["give back", "succeed"]
)
async def test_an_attempt_that_ends_while_the_database_is_away_ends_when_it_is_back(
    alice: Client,
    runtime: Runtime,
    platform: Platform,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception | None,
    status: str,
) -> None:
    away = threading.Event()

    def work() -> Sequence[File]:
        stack.postgres.kill()
        away.set()
        if error:
            raise error
        return []

    monkeypatch.setattr(execution, "RETRY_INTERVAL_S", 0.1)
    monkeypatch.setitem(handlers.HANDLERS, "report", _Handler(work))
    job_id = (await alice.submit("report"))["id"]
    attempting = asyncio.create_task(asyncio.to_thread(attempt, runtime, UUID(job_id)))
    try:
        await asyncio.to_thread(away.wait)
    finally:
        await asyncio.to_thread(stack.postgres.start)
    await attempting

    assert await _state(platform, job_id) == (status, 1, 0)


async def test_the_patience_with_a_database_that_is_away_has_an_end(
    alice: Client, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    async def fail_to_give_back(*_: Any, **__: Any) -> None:
        tries.append("")
        raise DatabaseUnavailable

    def work() -> Sequence[File]:
        raise StorageUnavailable

    monkeypatch.setattr(execution, "FINISH_TIMEOUT_S", 0.2)
    monkeypatch.setattr(execution, "RETRY_INTERVAL_S", 0.05)
    monkeypatch.setattr(finishing, "give_back", fail_to_give_back)
    monkeypatch.setitem(handlers.HANDLERS, "report", _Handler(work))
    job_id = (await alice.submit("report"))["id"]

    with pytest.raises(DatabaseUnavailable):
        await asyncio.to_thread(attempt, runtime, UUID(job_id))

    assert len(tries) > 1


@pytest.mark.usefixtures("runtime")
async def test_a_lease_that_ran_out_while_the_database_was_away_is_not_taken_before_its_worker_can_beat(
    alice: Client, platform: Platform, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "GRACE_S", 2.0)
    dispatching = Dispatcher(platform)
    job = await _claim(alice, platform)
    await _expire(platform, job)
    stack.postgres.kill()
    try:
        with pytest.raises(DatabaseUnavailable):
            await dispatching._rescue()
    finally:
        await asyncio.to_thread(stack.postgres.start)

    rescue = asyncio.create_task(dispatching._rescue())
    async with platform.db.connection() as connection:
        assert await queries.beat(connection, job, finishing.LEASE, 0.5)
    await rescue
    assert await _state(platform, str(job.id)) == ("running", 1, 0)

    await _expire(platform, job)
    await dispatching._rescue()
    assert await _state(platform, str(job.id)) == ("queued", 1, 1)


@pytest.mark.usefixtures("runtime")
async def test_a_lease_that_no_worker_could_renew_for_an_outage_does_not_count_against_its_job(
    alice: Client, platform: Platform, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "GRACE_S", 0.0)
    dispatching = Dispatcher(platform)
    job = await _claim(alice, platform)
    await _expire(platform, job)
    stack.postgres.kill()
    try:
        with pytest.raises(DatabaseUnavailable):
            await dispatching._rescue()
    finally:
        await asyncio.to_thread(stack.postgres.start)

    await dispatching._rescue()

    assert await _state(platform, str(job.id)) == ("queued", 1, 0)


async def test_a_heart_goes_on_beating_after_an_error_that_is_no_outage(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "INTERVAL_S", 0.1)
    monkeypatch.setattr(heartbeat, "PROGRESS_INTERVAL_S", 0.05)
    job = await _claim(alice, platform)
    async with platform.db.transaction() as holding, platform.db.connection() as other:
        await holding.execute("SELECT FROM job WHERE id = $1 FOR UPDATE", job.id)
        own_pid = await holding.fetchval("SELECT pg_backend_pid()")

        async def is_cancelled() -> bool:
            return bool(
                await other.fetchval(
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))", own_pid
                )
            )

        with Heartbeat(runtime.platform, job, lambda: None) as beating:
            runtime.loop.call_soon_threadsafe(beating.begin)
            await eventually(is_cancelled)
            await holding.execute("UPDATE job SET lease_until = now() - interval '1 s' WHERE id = $1", job.id)
            await holding.execute("COMMIT")

            async def is_leased() -> bool:
                leased = await other.fetchval("SELECT lease_until > now() FROM job WHERE id = $1", job.id)
                return bool(leased)

            await eventually(is_leased)


async def _claim(alice: Client, platform: Platform) -> JobRecord:
    job_id = UUID((await alice.submit("report"))["id"])
    async with platform.db.connection() as connection:
        job = await queries.claim(connection, job_id, finishing.LEASE)
    assert job is not None
    return job


async def _expire(platform: Platform, job: JobRecord) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE job SET lease_until = now() - interval '1 s' WHERE id = $1", job.id)


async def _state(platform: Platform, job_id: str) -> tuple[str, int, int]:
    async with platform.db.connection() as connection:
        status, attempts, failures = await connection.fetchrow(
            "SELECT status, attempt, failures FROM job WHERE id = $1", UUID(job_id)
        )
    return status, attempts, failures
