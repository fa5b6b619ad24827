"""What the servers do wrong is handed back and not counted; what the job does wrong is, at growing intervals."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import numpy as np
import pytest
from pydantic import SecretStr

from deploy.local.stack import Stack
from shared.artifacts import queries as artifact_queries
from shared.kit.database.event_totals import CountedEvent, totals
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.kit.storage.bucket import Storage
from shared.kit.storage.files import File, StoredFile
from tests.actors import Client, eventually
from tests.postgres import set_read_only
from worker import execution, handlers
from worker.execution import attempt
from worker.job_attempt import JobAttempt
from worker.runtime import Runtime

REPORT = File("report.html", "text/html", b"<p>")

Load = Callable[[Platform], Awaitable[None]]


async def _load_nothing(_platform: Platform) -> None:
    return None


class _Work:
    """Work whose loading and performing are functions of the test."""

    def __init__(self, load: Load = _load_nothing, perform: Callable[[], Sequence[File]] = lambda: [REPORT]) -> None:
        self._load = load
        self._perform = perform

    async def load(self, platform: Platform, _attempt: JobAttempt[Any]) -> None:
        await self._load(platform)

    def perform(self, _inputs: Any, _attempt: JobAttempt[Any]) -> Sequence[File]:
        return self._perform()


@pytest.mark.parametrize("state", ["08006", "25006", "40001", "40P01", "53100", "57P01", "58030"])
async def test_an_error_of_the_database_does_not_count_against_the_job(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    async def load(own: Platform) -> None:
        async with own.db.connection() as connection:
            await connection.execute(f"DO $$ BEGIN RAISE 'forced' USING ERRCODE = '{state}'; END $$")

    monkeypatch.setitem(handlers.HANDLERS, "report", _Work(load))
    job_id = (await alice.submit("report"))["id"]

    await asyncio.to_thread(attempt, runtime, UUID(job_id))

    assert await _state(platform, job_id) == ("queued", 1, 0)
    assert not await _is_due(platform, job_id)


async def test_a_disk_that_is_full_at_the_end_of_a_job_does_not_count_against_it(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = [asyncpg.DiskFullError("could not extend file: No space left on device")] * 2
    columns = artifact_queries.columns

    def columns_for_a_full_disk(files: Sequence[StoredFile]) -> list[list[Any]]:
        if full:
            raise full.pop()
        return columns(files)

    monkeypatch.setattr(execution, "RETRY_INTERVAL_S", 0.05)
    monkeypatch.setattr(artifact_queries, "columns", columns_for_a_full_disk)
    monkeypatch.setitem(handlers.HANDLERS, "report", _Work())
    job_id = (await alice.submit("report"))["id"]

    await asyncio.to_thread(attempt, runtime, UUID(job_id))

    assert (full, await _state(platform, job_id)) == ([], ("succeeded", 1, 0))


async def test_a_deadlock_with_another_session_does_not_count_against_the_job(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = (await alice.submit("report"))["id"]
    lock = "SELECT FROM job WHERE id = $1 FOR UPDATE"
    one, other = UUID(job_id), UUID((await alice.submit("report"))["id"])
    async with platform.db.transaction() as holding:
        # Only the attempt looks for deadlocks, so it is the one that is rolled back.
        await holding.execute("SET LOCAL deadlock_timeout = '1h'")
        await holding.execute("SET LOCAL lock_timeout = 0")
        await holding.execute(lock, other)
        waiting: list[Future[str]] = []

        async def load(own: Platform) -> None:
            async with own.db.transaction() as connection:
                await connection.execute(lock, one)
                waiting.append(asyncio.run_coroutine_threadsafe(holding.execute(lock, one), loop))
                await connection.execute(lock, other)

        loop = asyncio.get_running_loop()
        monkeypatch.setitem(handlers.HANDLERS, "report", _Work(load))
        attempting = asyncio.create_task(asyncio.to_thread(attempt, runtime, one))
        # The attempt can be handed back only when the other session has let go of the row of its job.

        async def is_over() -> bool:
            return bool(waiting) and waiting[0].done()

        await eventually(is_over)
    await attempting

    assert await _state(platform, job_id) == ("queued", 1, 0)


@pytest.mark.parametrize("outcome", ["hand back", "succeed"])
async def test_an_attempt_that_ends_while_the_server_takes_no_writes_ends_when_it_does(
    alice: Client, runtime: Runtime, platform: Platform, stack: Stack, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    waits = threading.Event()
    sleep = time.sleep

    def wait(seconds: float) -> None:
        waits.set()
        sleep(seconds)

    async def load(own: Platform) -> None:
        await set_read_only(stack, "on")
        if outcome == "hand back":
            async with own.db.connection() as connection:
                await connection.execute("UPDATE tally SET value = value")

    monkeypatch.setattr(execution, "RETRY_INTERVAL_S", 0.1)
    monkeypatch.setattr(time, "sleep", wait)
    monkeypatch.setitem(handlers.HANDLERS, "report", _Work(load))
    job_id = (await alice.submit("report"))["id"]
    attempting = asyncio.create_task(asyncio.to_thread(attempt, runtime, UUID(job_id)))
    try:
        await asyncio.to_thread(waits.wait)
        assert await _state(platform, job_id) == ("running", 1, 0)
    finally:
        await set_read_only(stack, "off")
    await attempting

    assert await _state(platform, job_id) == ("queued" if outcome == "hand back" else "succeeded", 1, 0)


async def test_a_job_is_claimed_once_the_server_takes_writes(
    alice: Client, runtime: Runtime, platform: Platform, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = threading.Event()
    sleep = time.sleep

    def wait(seconds: float) -> None:
        waits.set()
        sleep(seconds)

    monkeypatch.setattr(execution, "RETRY_INTERVAL_S", 0.1)
    monkeypatch.setattr(time, "sleep", wait)
    monkeypatch.setitem(handlers.HANDLERS, "report", _Work())
    job_id = (await alice.submit("report"))["id"]
    await set_read_only(stack, "on")
    try:
        attempting = asyncio.create_task(asyncio.to_thread(attempt, runtime, UUID(job_id)))
        await asyncio.to_thread(waits.wait)
    finally:
        await set_read_only(stack, "off")
    await attempting

    assert await _state(platform, job_id) == ("succeeded", 1, 0)


@pytest.mark.parametrize("wrong", ["secret", "key id", "bucket that was deleted"])
async def test_storage_that_refuses_the_service_is_told_to_the_operator_and_fails_no_job(
    alice: Client,
    runtime: Runtime,
    platform: Platform,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
) -> None:
    alarms: list[str] = []
    monkeypatch.setattr(execution.log, "error", lambda event, **more: alarms.append(f"{event}: {more['reason']}"))
    monkeypatch.setitem(handlers.HANDLERS, "report", _Work())
    storage = runtime.platform.storage
    own = {name: getattr(storage, name) for name in ("_client", "_bucket", "_requests")}
    if wrong == "bucket that was deleted":
        bucket = f"doomed-{uuid4().hex[:8]}"
        own["_client"].create_bucket(Bucket=bucket)
        own["_client"].delete_bucket(Bucket=bucket)
        refused = Storage(settings.model_copy(update={"s3_bucket": bucket}))
    else:
        field = "s3_secret_access_key" if wrong == "secret" else "s3_access_key_id"
        refused = Storage(settings.model_copy(update={field: SecretStr("wrong")}))
    for name in own:
        monkeypatch.setattr(storage, name, getattr(refused, name))
    before = await _total(platform, CountedEvent.STORAGE_REFUSED)
    job_id = (await alice.submit("report"))["id"]

    for number in (1, 2, 3, 4):
        await _make_due(platform, job_id)
        await asyncio.to_thread(attempt, runtime, UUID(job_id))
        assert await _state(platform, job_id) == ("queued", number, 0)

    assert await _total(platform, CountedEvent.STORAGE_REFUSED) == before + 4
    assert len(alarms) == 4
    assert alarms[0].startswith("job put back: the storage refuses the service; check its keys and its bucket: ")
    for name, value in own.items():
        monkeypatch.setattr(storage, name, value)
    await _make_due(platform, job_id)
    await asyncio.to_thread(attempt, runtime, UUID(job_id))
    assert await _state(platform, job_id) == ("succeeded", 5, 0)


async def test_a_job_that_crashes_is_tried_three_times_and_not_at_once(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash() -> Sequence[File]:
        raise RuntimeError("a bug of ours")

    monkeypatch.setitem(handlers.HANDLERS, "report", _Work(perform=crash))
    job_id = (await alice.submit("report"))["id"]
    states = []
    for _ in range(3):
        await _make_due(platform, job_id)
        await asyncio.to_thread(attempt, runtime, UUID(job_id))
        states.append((*await _state(platform, job_id), await _is_due(platform, job_id)))

    assert states == [("queued", 1, 1, False), ("queued", 2, 2, False), ("failed", 3, 2, False)]
    assert (await alice.get(f"/v1/jobs/{job_id}")).json()["error"]["code"] == "job-crashed"


async def test_a_job_that_asks_for_too_much_memory_fails_at_once_with_a_remedy(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def allocate() -> Sequence[File]:
        return [File("report.html", "text/html", bytes(np.empty(platform.settings.job_memory_bytes, np.uint8)))]

    monkeypatch.setitem(handlers.HANDLERS, "report", _Work(perform=allocate))
    job_id = (await alice.submit("report"))["id"]

    await asyncio.to_thread(attempt, runtime, UUID(job_id))

    assert await _state(platform, job_id) == ("failed", 1, 0)
    error = (await alice.get(f"/v1/jobs/{job_id}")).json()["error"]
    assert (error["code"], error["detail"]) == (
        "job-too-large",
        "The job needs more memory than one may take; send fewer rows or columns, or ask the operator for more.",
    )


async def _state(platform: Platform, job_id: str) -> tuple[str, int, int]:
    async with platform.db.connection() as connection:
        return tuple(await connection.fetchrow("SELECT status, attempt, failures FROM job WHERE id = $1", UUID(job_id)))


async def _is_due(platform: Platform, job_id: str) -> bool:
    async with platform.db.connection() as connection:
        return bool(
            await connection.fetchval(
                "SELECT status = 'queued' AND run_after <= now() FROM job WHERE id = $1", UUID(job_id)
            )
        )


async def _make_due(platform: Platform, job_id: str) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE job SET run_after = now() WHERE id = $1", UUID(job_id))


async def _total(platform: Platform, event: CountedEvent) -> int:
    async with platform.db.connection() as connection:
        return (await totals(connection))[event]
