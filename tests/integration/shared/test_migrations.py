"""Migrations go up, down and up again while the tables are in use, and hold nobody up."""

import asyncio
import json
import os
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.forking import Nursery
from deploy.local.process import Process
from deploy.local.stack import Stack
from tests.actors import ROOT, eventually

VERSIONS = sorted(path.name.partition("_")[0] for path in (ROOT / "shared/migrations/versions").glob("[0-9]*.py"))

ROWS = 10_000
FILL = f"""
    INSERT INTO account (email, password_hash, credit, is_active, callback_secret_version)
    SELECT n || '@example.com', '', 0, true, 1 FROM generate_series(1, 50) AS n;
    INSERT INTO job (id, account_id, kind, arguments, subjects, fingerprint, status, progress, attempt, failures)
    SELECT uuidv7(), 1 + n % 50, 'report', '{{}}', '{{}}', n, 'queued', 0, 0, 0 FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO webhook_event (id, account_id, type, body)
    SELECT 'msg_' || n, 1 + n % 50, 'job.succeeded', '' FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO webhook_delivery (id, account_id, event_id, url, status, attempt)
    SELECT uuidv7(), 1 + n % 50, 'msg_' || n, 'https://example.com', 'pending', 0 FROM generate_series(1, {ROWS}) AS n;
"""

# What the program does all day, in the columns of the first migration.
SUBMIT = """
    INSERT INTO job (id, account_id, kind, arguments, subjects, fingerprint, status, progress, attempt, failures)
    VALUES ($1, 1, 'report', '{}', '{}', '', 'queued', 0, 0, 0)
"""
START = "UPDATE job SET status = 'running', attempt = attempt + 1, lease_until = now() WHERE id = $1"
READ = "SELECT status FROM job JOIN account ON account.id = account_id WHERE job.id = $1"
FINISH = "UPDATE job SET status = 'succeeded', lease_until = NULL, finished_at = now() WHERE id = $1"
CYCLE = (SUBMIT, START, READ, FINISH)

FILL_PROJECT = """
    INSERT INTO account (email, password_hash, credit, is_active, callback_secret_version)
    VALUES ('a@example.com', '', 0, true, 1);
    INSERT INTO project (id, account_id, name) VALUES (uuidv7(), 1, 'p');
"""
INSERT_JUDGED = """
    INSERT INTO detection_run (id, account_id, project_id, job_id, model_name, options, result, folder)
    SELECT uuidv7(), 1, id, uuidv7(), 'm', $1::jsonb, $2, 'x/' FROM project
"""

# How long each statement of the load has been waiting for a lock.
WAITS = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0)::float8 FROM pg_locks
    JOIN pg_stat_activity USING (pid) WHERE NOT granted AND application_name = 'load'
"""

# Rules of squawk that are not ours, each with the reason.
NOT_OURS = {
    "ban-drop-not-null": "only we read these columns; the program before lacks nothing but pictures it never had",
    "prefer-bigint-over-int": "counts of attempts and pixels fit into four bytes",
    "prefer-text-field": "SQLModel's strings are varchar without a length, which is text",
    "require-statement-timeout": "an index of a large table takes as long as it takes; only locks are limited",
    "transaction-nesting": "what is built concurrently commits what came before it, as it must",
    "prefer-robust-stmts": "every other migration is one transaction, so it is there wholly or not at all",
}


@dataclass
class EmptyDatabase:
    """A database, empty at first."""

    url: str
    stack: Stack
    nursery: Nursery
    runs: int = 0

    async def alembic(self, verb: str, target: str) -> None:
        """Move the schema to a version."""
        self.runs += 1
        name = f"alembic-{self.url.rpartition('_')[2]}-{self.runs}"
        command, environment = [sys.executable, "-m", "alembic", verb, target], {**os.environ, "DATABASE_URL": self.url}
        moving = Process(
            name, command, data=self.stack.data, environment=environment, folder=ROOT, nursery=self.nursery
        )
        moving.spawn()
        assert await asyncio.to_thread(moving.wait, 200)
        assert moving.exit_code == 0, moving.log.read_text()[-2000:]


@pytest.fixture
async def database(stack: Stack, nursery: Nursery) -> AsyncIterator[EmptyDatabase]:
    """An empty database."""
    name = f"migrated_{uuid4().hex[:8]}"
    server = stack.environment["DATABASE_URL"].rpartition("/")[0]
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(f"CREATE DATABASE {name}")
    yield EmptyDatabase(f"{server}/{name}", stack, nursery)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.mark.timeout(400)
async def test_every_migration_goes_up_down_and_up_while_the_tables_are_in_use(database: EmptyDatabase) -> None:
    await database.alembic("upgrade", VERSIONS[0])
    connection = await asyncpg.connect(database.url)
    await connection.execute(FILL)
    longest: dict[str, float] = {}

    async with _load(database.url) as cycles:
        for step in (("upgrade", VERSIONS[-1]), ("downgrade", VERSIONS[0]), ("upgrade", "head")):
            began = cycles.total()
            async with _watched(database.url) as waits:
                await database.alembic(*step)
            longest[" ".join(step)] = max(waits)
            assert cycles.total() > began, f"nothing could be done during {step}"

    print("longest waits of the load for a lock, in seconds:", longest)
    assert {step: seconds for step, seconds in longest.items() if seconds > 1.0} == {}
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == VERSIONS[-1]
    assert not await connection.fetchval("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
    assert await connection.fetchval("SELECT count(*) FROM job") == ROWS + cycles[SUBMIT]
    await connection.close()


@pytest.mark.timeout(300)
async def test_a_migration_that_does_not_get_its_lock_lets_others_pass_and_tries_again(
    database: EmptyDatabase,
) -> None:
    await database.alembic("upgrade", "0003")
    holding, passing = [await asyncpg.connect(database.url) for _ in range(2)]
    transaction = holding.transaction()
    await transaction.start()
    await holding.execute("SELECT FROM webhook_endpoint")
    migrating = asyncio.create_task(database.alembic("upgrade", "0004"))

    async def is_waiting() -> bool:
        return bool(await passing.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

    await eventually(is_waiting)
    # Behind the migration, which waits for who holds the table: this comes through once it steps back.
    async with asyncio.timeout(60):
        await passing.execute("SELECT FROM webhook_endpoint")
    await transaction.rollback()
    await migrating

    assert await passing.fetchval("SELECT version_num FROM alembic_version") == "0004"
    await holding.close()
    await passing.close()


@pytest.mark.timeout(400)
async def test_a_migration_goes_on_after_its_index_was_broken_off(database: EmptyDatabase) -> None:
    await database.alembic("upgrade", "0032")
    for version in ("0033", "0035"):
        await database.alembic("upgrade", f"{int(version) - 1:04}")
        await _break_off_index(database, version)
        await database.alembic("upgrade", version)

    connection = await asyncpg.connect(database.url)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == "0035"
    assert not await connection.fetchval("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
    assert not await connection.fetchval("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")
    await connection.close()


@pytest.mark.timeout(300)
async def test_copies_that_start_together_take_turns(database: EmptyDatabase) -> None:
    await asyncio.gather(*(database.alembic("upgrade", "head") for _ in range(3)))

    connection = await asyncpg.connect(database.url)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == VERSIONS[-1]
    await connection.close()


@pytest.mark.timeout(300)
async def test_counts_of_further_profiles_that_are_stored_get_the_terms_of_today(database: EmptyDatabase) -> None:
    former = {"profile": "voc12", "ap": None, "right": 3, "wrong": 2, "missed": 1}
    results = [{"ap": 0.5, "differences": [former]}, {"ap": 0.5, "differences": []}]
    await database.alembic("upgrade", "0042")
    connection = await asyncpg.connect(database.url)
    await connection.execute(FILL_PROJECT)
    for result, profiles in zip(results, ('["voc12"]', "[]"), strict=True):
        packed = zlib.compress(json.dumps(result).encode())
        await connection.execute(INSERT_JUDGED, f'{{"profiles": {profiles}}}', packed)

    await database.alembic("upgrade", "0043")

    rows = await connection.fetch("SELECT result FROM detection_run ORDER BY id")
    await connection.close()
    renamed = {**former, "true_positives": 3, "false_positives": 2, "false_negatives": 1}
    assert [json.loads(zlib.decompress(row["result"])) for row in rows] == [
        {"ap": 0.5, "differences": [renamed]},
        results[1],
    ]


def test_squawk_has_nothing_against_the_migrations(tmp_path: Path) -> None:
    alembic = [sys.executable, "-m", "alembic", "upgrade", "0001:head", "--sql"]
    written = subprocess.run(alembic, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (tmp_path / "migrations.sql").write_text(written)

    squawk = [
        str(Path(sys.executable).with_name("squawk")),
        "--pg-version=18",
        f"--exclude={','.join(NOT_OURS)}",
        "--reporter=json",
    ]
    found = subprocess.run(
        [*squawk, str(tmp_path / "migrations.sql")], capture_output=True, text=True, check=False
    ).stdout

    assert written.count("ALTER TABLE") > 10
    assert json.loads(found) == []


async def _break_off_index(database: EmptyDatabase, version: str) -> None:
    """Begin a migration, and end its connection while it builds an index."""
    reading, ending = [await asyncpg.connect(database.url) for _ in range(2)]
    # It holds no table; an index is complete once everybody has ended who might not see it.
    snapshot = reading.transaction(isolation="repeatable_read")
    await snapshot.start()
    await reading.execute("SELECT 1")
    migrating = asyncio.create_task(database.alembic("upgrade", version))

    async def is_ended() -> bool:
        return bool(
            await ending.fetchval(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND locktype = 'virtualxid' LIMIT 1"
            )
        )

    await eventually(is_ended)
    with pytest.raises(AssertionError, match="sqlalchemy"):
        await migrating
    await snapshot.rollback()
    await reading.close()
    await ending.close()


@asynccontextmanager
async def _load(url: str) -> AsyncIterator[Counter[str]]:
    """Several connections that go through the life of jobs; how often each statement was done."""
    done: Counter[str] = Counter()

    async def work() -> None:
        connection = await asyncpg.connect(
            url, server_settings={"application_name": "load", "lock_timeout": "5s"}, statement_cache_size=0
        )
        try:
            while not over.is_set():
                job_id = uuid4()
                for statement in CYCLE:
                    await connection.execute(statement, job_id)
                    done[statement] += 1
                await asyncio.sleep(0.05)
        finally:
            await connection.close()

    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(work())
        try:
            yield done
        finally:
            over.set()


@asynccontextmanager
async def _watched(url: str) -> AsyncIterator[list[float]]:
    """The waits of the load for locks, looked at all the while."""
    waits = [0.0]
    over = asyncio.Event()

    async def watch() -> None:
        connection = await asyncpg.connect(url)
        while not over.is_set():
            waits.append(await connection.fetchval(WAITS))
            await asyncio.sleep(0.05)
        await connection.close()

    watching = asyncio.create_task(watch())
    try:
        yield waits
    finally:
        over.set()
        await watching
