"""A large file of a run is read in parts by several workers, and nothing tells it from one that was read at once."""

import asyncio
import csv
import io
import json
import random
from ast import literal_eval
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
import redis
from litestar import Litestar
from sklearn.metrics import confusion_matrix, roc_auc_score

from shared.jobs import finishing, part_queries, parts, queries, queueing
from shared.jobs.errors import LeaseLost, WorkerLost
from shared.jobs.records import JobRecord
from shared.kit.broker import Wakeup
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform
from shared.kit.storage.files import File
from shared.operations.account_deletion_queries import KEYS
from shared.runs import objects, orphan_queries
from shared.runs.ingest import best_rows
from tests.actors import Client, stored_keys
from tests.integration.api.web.visitor import Visitor
from worker import execution
from worker.runtime import Runtime
from worker.scratch import Scratch

_random = random.Random(7)
# More than other tests have left behind in the database of all.
MANY = 100_000
LABELS = ["ham", "spam"]
TRUTH = [_random.choice(LABELS) for _ in range(6000)]
SCORES = [round(_random.random(), 3) for _ in TRUTH]
PREDICTED = [LABELS[score >= 0.5] for score in SCORES]
NOTES = [_random.choice(["plain", "a, b", "two\nlines", 'say "so"']) for _ in TRUTH]
# Copies of a job that nobody begins.
WAITING = """
    INSERT INTO job
        (id, account_id, kind, arguments, subjects, fingerprint, status, progress, attempt, failures, run_after)
    SELECT uuidv7(), account_id, kind, arguments, subjects, fingerprint, 'queued', 0, 0, 0, 'infinity'
    FROM job, generate_series(1, $2) WHERE id = $1
"""
COLUMNS: dict[str, list[Any]] = {
    "sample_id": [f"{at:05}" for at, _ in enumerate(TRUTH)],
    "y_true": TRUTH,
    "y_pred": PREDICTED,
    "prob_spam": SCORES,
    "country": [_random.choice(["DE", "FR"]) for _ in TRUTH],
    "note": NOTES,
}


def parquet(columns: dict[str, list[Any]] = COLUMNS) -> bytes:
    """The rows in groups of eight hundred."""
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, row_group_size=800)
    return file.getvalue()


def text(columns: dict[str, list[Any]] = COLUMNS) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return file.getvalue().encode()


def lines() -> bytes:
    rows = (dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True))
    return "\n".join(map(json.dumps, rows)).encode()


def arrow() -> bytes:
    """The rows in batches of eight hundred."""
    file, table = io.BytesIO(), pa.table(COLUMNS)
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=800)
    return file.getvalue()


def changed(column: str, row: int, value: Any) -> dict[str, list[Any]]:
    """The rows with one other cell."""
    values = list(COLUMNS[column])
    values[row] = value
    return {**COLUMNS, column: values}


@pytest.fixture(autouse=True)
def small_parts(runtime: Runtime) -> None:
    """A part has twelve hundred rows, or forty kilobytes."""
    cut_at(runtime, rows=1200, size_bytes=40_000)


def cut_at(runtime: Runtime, *, rows: int, size_bytes: int) -> None:
    """Let files be cut into parts of at least these sizes."""
    sizes = {"run_part_rows": rows, "run_part_bytes": size_bytes}
    settings = runtime.platform.settings.model_copy(update=sizes)
    runtime.platform = replace(runtime.platform, settings=settings)


async def begin(alice: Client, body: bytes, **fields: str) -> tuple[str, UUID]:
    """The ids of a run that no worker has looked at yet, and of its job."""
    files = {"file": ("x", body, "application/octet-stream")}
    answer = await alice.send("POST", "/v1/runs", files=files, data=fields)
    assert answer.status_code == 202, answer.text
    run = answer.json()
    return run["id"], known(run["job_id"])


def known(text_of_id: str) -> UUID:
    found = parse_uuid(text_of_id)
    assert found is not None
    return found


async def attempt(runtime: Runtime, job_id: UUID) -> None:
    await asyncio.to_thread(execution.attempt, runtime, job_id)


async def parts_of(platform: Platform, job_id: UUID) -> list[JobRecord]:
    async with platform.db.connection() as connection:
        parts = await part_queries.list_parts(connection, job_id)
    return sorted(parts, key=lambda part: part.arguments["index"])


async def split(runtime: Runtime, platform: Platform, job_id: UUID) -> list[JobRecord]:
    """Have the file of a run cut; return the parts."""
    await attempt(runtime, job_id)
    parts = await parts_of(platform, job_id)
    assert parts
    return parts


async def finish(runtime: Runtime, parts: list[JobRecord], job_id: UUID) -> None:
    """Read the parts, the last ones first, and put them together."""
    for part in reversed(parts):
        await attempt(runtime, part.id)
    await attempt(runtime, job_id)


async def found(alice: Client, run_id: str) -> dict[str, Any]:
    """All that a run answers, but for what every run has of its own."""
    run = (await alice.get(f"/v1/runs/{run_id}")).json()
    own = {"id", "job_id", "upload_id", "created_at", "updated_at", "links", "filename", "version"}
    answers = {
        name: (await alice.get(f"/v1/runs/{run_id}/{path}")).json()
        for name, path in {
            "metrics": "metrics",
            "matrix": "matrix",
            "slices": "slices",
            "samples": "samples?limit=100",
            "errors": "errors",
            "sliced": "metrics?slice=country:DE&slice=note:plain",
        }.items()
    }
    exported = await alice.get(f"/v1/runs/{run_id}/export?format=csv")
    return {name: value for name, value in run.items() if name not in own} | answers | {"export": exported.text}


@pytest.mark.parametrize("body", [parquet(), text(), lines(), arrow()], ids=["parquet", "csv", "json lines", "arrow"])
async def test_a_run_of_parts_answers_everything_as_one_that_was_read_in_one_piece(
    alice: Client, runtime: Runtime, platform: Platform, body: bytes
) -> None:
    run_id, job_id = await begin(alice, body)
    parts = await split(runtime, platform, job_id)
    assert len(parts) >= 4
    assert (await alice.get(f"/v1/runs/{run_id}")).json()["status"] == "running"
    await finish(runtime, parts, job_id)
    cut_at(runtime, rows=10**9, size_bytes=10**9)
    whole_id, whole_job = await begin(alice, body)
    await attempt(runtime, whole_job)

    answers = await found(alice, run_id)

    assert answers == await found(alice, whole_id)
    matrix = confusion_matrix(TRUTH, PREDICTED).tolist()
    assert (answers["status"], answers["rows"], answers["matrix"]["confusion_matrix"]) == ("ready", 6000, matrix)
    area = roc_auc_score([label == "spam" for label in TRUTH], SCORES)
    assert [entry["roc_auc"] for entry in answers["metrics"]["classes"]] == pytest.approx([area, area], abs=1e-15)
    assert await parts_of(platform, job_id) == []


async def test_parts_are_nobodys_jobs_but_those_of_the_run(alice: Client, runtime: Runtime, platform: Platform) -> None:
    _, job_id = await begin(alice, parquet())
    parts = await split(runtime, platform, job_id)

    listed = (await alice.get("/v1/jobs")).json()["items"]
    answers = [
        (await alice.get(f"/v1/jobs/{parts[0].id}")).status_code,
        (await alice.post(f"/v1/jobs/{parts[0].id}/cancel")).status_code,
    ]
    await finish(runtime, parts, job_id)

    assert [job["id"] for job in listed] == [str(job_id)]
    assert answers == [404, 404]
    async with platform.db.connection() as connection:
        events = await connection.fetch(
            "SELECT type FROM webhook_event JOIN account ON account.id = account_id WHERE email = $1", alice.email
        )
    assert [event["type"] for event in events] == ["job.succeeded"]


async def test_progress_is_that_of_the_parts(alice: Client, runtime: Runtime, platform: Platform) -> None:
    run_id, job_id = await begin(alice, parquet())
    parts = await split(runtime, platform, job_id)
    seen: list[Any] = [await progress_of(alice, run_id)]

    for part in parts[:2]:
        await attempt(runtime, part.id)
    seen.append(await progress_of(alice, run_id))
    for part in parts[2:]:
        await attempt(runtime, part.id)
    seen.append(await progress_of(alice, run_id))
    await attempt(runtime, job_id)

    steps = {"parts": 4, "rows": 6000}
    assert seen == [
        (pytest.approx(0.1), {**steps, "phase": "parts", "parts_read": 0, "rows_read": 0}),
        (pytest.approx(0.1 + 0.7 * 2 / 4), {**steps, "phase": "parts", "parts_read": 2, "rows_read": 3200}),
        (pytest.approx(0.8), {**steps, "phase": "merging", "parts_read": 4, "rows_read": 6000}),
    ]
    assert await progress_of(alice, run_id) == (1, None)


async def test_the_page_of_a_run_says_how_many_of_its_parts_are_read(
    app: Litestar, alice: Client, runtime: Runtime, platform: Platform
) -> None:
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    run_id, job_id = await begin(alice, parquet())
    found = await split(runtime, platform, job_id)
    await attempt(runtime, found[1].id)
    seen = [(await visitor.get(f"/app/runs/{run_id}")).text]
    for part in (found[0], *found[2:]):
        await attempt(runtime, part.id)
    seen.append((await visitor.get(f"/app/runs/{run_id}")).text)

    assert "The file is read in 4 parts; 1 of them is read, 1,600 of 6,000 rows." in seen[0]
    assert "All parts of the file are read and are put together." in seen[1]


async def progress_of(alice: Client, run_id: str) -> tuple[float, dict[str, Any] | None]:
    run = (await alice.get(f"/v1/runs/{run_id}")).json()
    return run["progress"], run["reading"]


async def test_a_part_whose_worker_dies_is_repeated_alone_and_what_it_left_is_an_orphan(
    alice: Client, runtime: Runtime, platform: Platform
) -> None:
    run_id, job_id = await begin(alice, parquet())
    parts = await split(runtime, platform, job_id)
    async with platform.db.connection() as connection:
        lost = await queries.claim(connection, parts[1].id, finishing.LEASE)
        assert lost is not None
        await connection.execute("UPDATE job SET lease_until = now() - interval '1 s' WHERE id = $1", lost.id)
    await asyncio.to_thread(_leave_behind, runtime, lost)
    assert await finishing.rescue_expired(platform, MANY) >= 1
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE job SET run_after = now() WHERE id = $1", lost.id)

    for part in parts:
        await attempt(runtime, part.id)
    attempts = [part.attempt for part in await parts_of(platform, job_id)]
    keys = stored_keys(platform.storage, f"runs/{run_id}/")
    async with platform.db.connection() as connection:
        needed = await orphan_queries.without_version(connection, keys)
    await attempt(runtime, job_id)
    async with platform.db.connection() as connection:
        orphans = await orphan_queries.without_version(connection, stored_keys(platform.storage, f"runs/{run_id}/"))

    assert attempts == [1, 2, *[1] * (len(parts) - 2)]
    assert needed == []
    names = [f"rows-1-{lost.attempt}.parquet", "tally-0-1.bin", "tally-1-2.bin"]
    names += [f"tally-{at}-1.bin" for at in range(2, len(parts))]
    assert sorted(orphans) == sorted(f"runs/{run_id}/1/1/{name}" for name in names)
    assert (await alice.get(f"/v1/runs/{run_id}")).json()["status"] == "ready"
    assert (await alice.get(f"/v1/runs/{run_id}/samples")).status_code == 200


async def test_the_rows_of_first_pages_are_kept_beside_pieces_and_go_with_them(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, job_id = await begin(alice, parquet())
    for part in await split(runtime, platform, job_id):
        await attempt(runtime, part.id)
    monkeypatch.setattr(best_rows, "MIN_ROWS", 1)
    read: list[int] = []
    monkeypatch.setattr(Scratch, "count_read", lambda _, size_bytes: read.append(size_bytes))
    await attempt(runtime, job_id)
    pieces = [key for key in stored_keys(platform.storage, f"runs/{run_id}/1/1/rows") if key.endswith(".parquet")]
    stats = [platform.storage.stat(key) for key in pieces]
    # The time that putting them together may take grows with them.
    assert read == [sum(stat.size_bytes for stat in stats if stat is not None)]
    kept = f"runs/{run_id}/1/1/{objects.TOP_ROWS}"
    cell: Any = {"actual": "spam", "predicted": "ham", "limit": "20"}
    found = (await alice.get(f"/v1/runs/{run_id}/samples", **cell)).json()
    async with platform.db.connection() as connection:
        orphans = await orphan_queries.without_version(connection, [kept])
        departing = [record["key"] for record in await connection.fetch(KEYS["run"], [known(run_id)])]

    assert (kept in stored_keys(platform.storage, f"runs/{run_id}/"), orphans, kept in departing) == (True, [], True)
    platform.storage.delete([kept])
    assert (await alice.get(f"/v1/runs/{run_id}/samples", **cell)).json() == found
    errors = sorted(
        (SCORES[at], at) for at, (t, p) in enumerate(zip(TRUTH, PREDICTED, strict=True)) if (t, p) == ("spam", "ham")
    )
    assert [item["row"] for item in found["items"]] == [at + 1 for _, at in errors[:20]]
    assert (await alice.send("DELETE", f"/v1/runs/{run_id}")).status_code == 204
    assert {key for key in stored_keys(platform.storage, f"runs/{run_id}/") if "tally" not in key} == set()


def _leave_behind(runtime: Runtime, part: JobRecord) -> None:
    key = f"runs/{part.arguments['run_id']}/1/1/rows-1-{part.attempt}.parquet"
    runtime.platform.storage.put(key, File("rows", "application/octet-stream", b"cut off"))


# Behind the rows that tell what the columns are.
FAULTS = {
    "a missing label": changed("y_true", 5917, ""),
    "an id of another part": changed("sample_id", 5290, "00003"),
    "a score that is none": changed("prob_spam", 5130, float("nan")),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("form", [parquet, text], ids=["parquet", "csv"])
async def test_a_fault_in_a_part_is_told_as_of_the_whole_file(
    alice: Client, runtime: Runtime, platform: Platform, form: Callable[..., bytes], fault: str
) -> None:
    body = form(FAULTS[fault])
    run_id, job_id = await begin(alice, body)
    await finish(runtime, await split(runtime, platform, job_id), job_id)
    cut_at(runtime, rows=10**9, size_bytes=10**9)
    whole_id, whole_job = await begin(alice, body)
    await attempt(runtime, whole_job)

    run, whole = [(await alice.get(f"/v1/runs/{one}")).json() for one in (run_id, whole_id)]

    assert (run["status"], run["error"]) == ("failed", whole["error"])
    assert run["error"]["code"] in {"rows-invalid", "ids-duplicated"}
    assert await parts_of(platform, job_id) == []


async def test_after_a_refused_part_the_others_are_not_read(
    alice: Client, runtime: Runtime, platform: Platform
) -> None:
    _, job_id = await begin(alice, parquet(FAULTS["a missing label"]))
    parts = await split(runtime, platform, job_id)

    await attempt(runtime, parts[3].id)

    assert [(part.id, part.status) for part in await parts_of(platform, job_id)] == [(parts[3].id, "failed")]
    await attempt(runtime, job_id)
    assert (await alice.get(f"/v1/jobs/{job_id}")).json()["status"] == "failed"


async def test_a_part_that_kills_every_worker_fails_the_run_after_three_attempts(
    alice: Client, runtime: Runtime, platform: Platform
) -> None:
    run_id, job_id = await begin(alice, parquet())
    parts = await split(runtime, platform, job_id)

    for _ in range(finishing.MAX_FAILURES):
        async with platform.db.connection() as connection:
            await connection.execute("UPDATE job SET run_after = now() WHERE id = $1", parts[2].id)
            claimed = await queries.claim(connection, parts[2].id, finishing.LEASE)
        assert claimed is not None
        await finishing.strike(platform, claimed, WorkerLost())

    run = (await alice.get(f"/v1/runs/{run_id}")).json()
    assert (run["status"], run["error"]["code"]) == ("failed", "worker-lost")
    assert await parts_of(platform, job_id) == []


@pytest.mark.parametrize("how", ["cancel", "delete"])
async def test_a_run_that_is_given_up_takes_its_parts_with_it(
    alice: Client, runtime: Runtime, platform: Platform, how: str
) -> None:
    run_id, job_id = await begin(alice, parquet())
    parts = await split(runtime, platform, job_id)
    await attempt(runtime, parts[0].id)
    async with platform.db.connection() as connection:
        running = await queries.claim(connection, parts[1].id, finishing.LEASE)
    assert running is not None

    if how == "cancel":
        assert (await alice.post(f"/v1/jobs/{job_id}/cancel")).json()["status"] == "cancelled"
        assert (await alice.get(f"/v1/runs/{run_id}")).json()["status"] == "cancelled"
    else:
        assert (await alice.delete(f"/v1/runs/{run_id}")).status_code == 204

    with pytest.raises(LeaseLost):
        await finishing.succeed(platform, running, ())
    assert await parts_of(platform, job_id) == []
    keys = stored_keys(platform.storage, f"runs/{run_id}/")
    async with platform.db.connection() as connection:
        assert {*await orphan_queries.without_version(connection, keys)} == {*keys}


async def test_a_deleted_run_of_parts_leaves_only_what_is_collected(
    alice: Client, runtime: Runtime, platform: Platform
) -> None:
    run_id, job_id = await begin(alice, parquet())
    await finish(runtime, await split(runtime, platform, job_id), job_id)

    assert (await alice.delete(f"/v1/runs/{run_id}")).status_code == 204

    keys = stored_keys(platform.storage, f"runs/{run_id}/")
    assert all("/tally-" in key for key in keys)
    async with platform.db.connection() as connection:
        assert {*await orphan_queries.without_version(connection, keys)} == {*keys}


async def test_parts_without_rows_have_no_pieces(alice: Client, runtime: Runtime, platform: Platform) -> None:
    run_id, job_id = await begin(alice, text() + b"\r\n" * 40_000)
    parts = await split(runtime, platform, job_id)
    await finish(runtime, parts, job_id)

    run = (await alice.get(f"/v1/runs/{run_id}")).json()
    assert (run["status"], run["rows"]) == ("ready", 6000)
    folder = f"runs/{run_id}/1/1/"
    # The last two hold line breaks alone.
    pieces = {objects.piece_of(part.arguments["index"], 1) for part in parts[:-2]}
    assert {key.removeprefix(folder) for key in stored_keys(platform.storage, f"{folder}rows")} == pieces


async def test_what_dies_while_it_puts_the_parts_together_does_so_again(
    alice: Client, runtime: Runtime, platform: Platform
) -> None:
    run_id, job_id = await begin(alice, text())
    for part in await split(runtime, platform, job_id):
        await attempt(runtime, part.id)
    async with platform.db.connection() as connection:
        assert await queries.claim(connection, job_id, finishing.LEASE) is not None
        await connection.execute("UPDATE job SET lease_until = now() - interval '1 s' WHERE id = $1", job_id)
    assert await finishing.rescue_expired(platform, MANY) >= 1
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE job SET run_after = now() WHERE id = $1", job_id)

    await attempt(runtime, job_id)

    run = (await alice.get(f"/v1/runs/{run_id}")).json()
    assert (run["status"], run["rows"]) == ("ready", 6000)


async def test_messages_are_one_group_and_the_dispatcher_repeats_those_that_are_lost(
    alice: Client, runtime: Runtime, platform: Platform
) -> None:
    broker = redis.Redis.from_url(platform.settings.redis_url.get_secret_value())
    for wakeup in Wakeup:
        broker.delete(wakeup.queue)
    _, job_id = await begin(alice, parquet())
    parts = await split(runtime, platform, job_id)

    headers = [json.loads(message)["headers"] for message in broker.lrange(Wakeup.RUN_LATER.queue, 0, -1)]
    async with platform.db.transaction() as connection:
        repeated = await queueing.take_undispatched(connection, timedelta(), MANY, share=queueing.SHARE)

    assert {UUID(literal_eval(header["argsrepr"])[0]) for header in headers} == {p.id for p in parts}
    assert len({header["group"] for header in headers}) == 1
    assert headers[0]["group"] is not None
    assert {part.id for part in parts} <= {*repeated}
    broker.delete(Wakeup.RUN_LATER.queue)
    broker.close()


async def test_an_account_with_many_waiting_jobs_has_few_messages_of_its_parts(
    alice: Client, runtime: Runtime, platform: Platform
) -> None:
    _, job_id = await begin(alice, parquet())
    async with platform.db.connection() as connection:
        await connection.execute(WAITING, job_id, queueing.SHARE - 1)
    found = await split(runtime, platform, job_id)

    async with platform.db.connection() as connection:
        sent = await connection.fetchval("SELECT count(dispatched_at) FROM job WHERE parent_id = $1", job_id)
        await connection.execute("DELETE FROM job WHERE run_after = 'infinity'")

    assert (sent, len(found)) == (1, 4)


@pytest.mark.parametrize("statement", ["UPDATE job SET status = 'failed', finished_at = now()", "DELETE FROM job"])
async def test_a_job_whose_parts_ended_unseen_reads_the_file_in_one_piece(
    alice: Client, runtime: Runtime, platform: Platform, statement: str
) -> None:
    run_id, job_id = await begin(alice, parquet())
    await split(runtime, platform, job_id)
    async with platform.db.connection() as connection:
        await connection.execute(f"{statement} WHERE parent_id = $1", job_id)

    resumed = await parts.resume_forgotten(platform)
    await attempt(runtime, job_id)

    run = (await alice.get(f"/v1/runs/{run_id}")).json()
    assert resumed >= 1
    assert (run["status"], run["rows"], await parts_of(platform, job_id)) == ("ready", 6000, [])


async def test_a_job_that_waits_for_unfinished_parts_is_let_wait(
    alice: Client, runtime: Runtime, platform: Platform
) -> None:
    _, job_id = await begin(alice, parquet())
    found = await split(runtime, platform, job_id)
    for part in found[1:]:
        await attempt(runtime, part.id)

    await parts.resume_forgotten(platform)
    await finishing.rescue_expired(platform, MANY)

    assert (await alice.get(f"/v1/jobs/{job_id}")).json()["status"] == "running"
