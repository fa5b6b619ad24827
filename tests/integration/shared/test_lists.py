"""Lists of an account are read along an index of that account's rows, however many rows others have."""

import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg
import pytest

from shared.datasets import queries as dataset_queries
from shared.jobs import queries as job_queries
from shared.matrices import queries as matrix_queries
from shared.projects import queries as project_queries
from shared.quotas import Quota
from shared.quotas.measures import MEASURES
from shared.runs import list_queries
from shared.runs import queries as run_queries
from shared.uploads import queries as upload_queries
from tests.fixtures import TEMPLATE

OTHERS = 20_000

FILL = [
    """
    INSERT INTO job (id, account_id, kind, arguments, subjects, fingerprint, status, progress, attempt, failures)
    SELECT uuidv7(), $1, 'report', '{}', '[]', n::text, 'succeeded', 1, 1, 0 FROM generate_series(1, $2::int) AS n
    """,
    """
    INSERT INTO matrix (uid, account_id, version, tags, classes, counts, sample_count)
    SELECT uuidv7(), $1, 1, '{}', '[0]', '[[1]]', 1 FROM generate_series(1, $2::int)
    """,
    """
    INSERT INTO file_upload (id, account_id, status, filename, content_type, size_bytes, part_size_bytes, object_key,
                             expires_at)
    SELECT uuidv7(), $1, 'pending', '', '', 1, 1, '', now() + interval '1 day' FROM generate_series(1, $2::int)
    """,
    """
    WITH run AS (
        INSERT INTO run (id, account_id, tags, version)
        SELECT uuidv7(), $1, '{}', 1 FROM generate_series(1, $2::int) RETURNING id
    )
    INSERT INTO run_version (run_id, number, job_id, upload_id, filename, columns, outcome, summary)
    SELECT id, 1, uuidv7(), uuidv7(), '', '{}', 'ready', '' FROM run
    """,
    """
    INSERT INTO run_figure (run_id, metric, account_id, value)
    SELECT id, 'accuracy', account_id, random() FROM run WHERE account_id = $1 ORDER BY id LIMIT $2
    """,
    """
    INSERT INTO dataset (id, account_id, name, version, is_private, job_id, upload_id, filename, columns)
    SELECT uuidv7(), $1, n::text, 1, false, uuidv7(), uuidv7(), '', '{}' FROM generate_series(1, $2::int) AS n
    """,
    "INSERT INTO project (id, account_id, name) SELECT uuidv7(), $1, n::text FROM generate_series(1, $2::int) AS n",
    """
    WITH event AS (
        INSERT INTO webhook_event (id, account_id, type, body)
        SELECT gen_random_uuid()::text, $1::bigint, 'job.succeeded', '' FROM generate_series(1, $2::int)
        RETURNING id
    )
    INSERT INTO webhook_delivery (id, account_id, event_id, url, status, attempt)
    SELECT uuidv7(), $1::bigint, id, '', 'dead', 1 FROM event
    """,
]

DELIVERIES = "SELECT * FROM webhook_delivery WHERE account_id = $1 ORDER BY id DESC LIMIT $2"

LISTS: list[tuple[str, str, tuple[Any, ...]]] = [
    ("job", job_queries.LIST_OWN, (None, None, None, 50)),
    ("job", job_queries.LIST_OWN, (None, "failed", None, 50)),
    ("job", job_queries.LIST_OWN, (None, None, "curve", 50)),
    ("matrix", matrix_queries.LIST_OWN, (None, None, None, 50)),
    ("matrix", matrix_queries.LIST_OWN, (None, "no such name", None, 50)),
    ("matrix", matrix_queries.SELECT_UIDS, (1000,)),
    ("file_upload", upload_queries.LIST_OWN, (None, None, 50)),
    ("file_upload", upload_queries.LIST_OWN, (None, "completed", 50)),
    ("file_upload", MEASURES[Quota.OPEN_UPLOADS], ()),
    ("file_upload", MEASURES[Quota.STORED_BYTES], ()),
    ("run", MEASURES[Quota.RUNS], ()),
    ("run_version", MEASURES[Quota.STORED_BYTES], ()),
    ("project", project_queries.LIST_OWN, (None, None, 50)),
    ("dataset", dataset_queries.LIST_OWN, (None, None, 50)),
    ("dataset", MEASURES[Quota.DATASETS], ()),
    ("run", run_queries.LIST_OWN, (None, None, None, None, 50)),
    ("run", list_queries.LIST_NEWEST, (None, None, None, None, None, 50)),
    ("run_version", list_queries.LIST_NEWEST, (None, None, None, "no such name", None, 50)),
    ("run", list_queries.GROUPS["model"], (50,)),
    ("run_figure", list_queries.LIST_HIGHEST, (None, None, None, None, "accuracy", None, None, 50)),
    ("run_figure", list_queries.LIST_LOWEST, (None, None, None, None, "accuracy", 0.5, uuid4(), 50)),
    ("run", list_queries.LIST_HIGHEST, (None, None, None, None, "accuracy", None, None, 50)),
    ("run_figure", list_queries.SERIES, (None, None, None, None, "accuracy", 50, None)),
    ("run", list_queries.SERIES, (None, None, None, None, "accuracy", 50, None)),
    ("run_version", run_queries.LIST_OWN, (None, None, None, None, 50)),
    ("run", run_queries.LIST_OWN, (None, "failed", "no such tag", None, 50)),
    ("webhook_delivery", DELIVERIES, (50,)),
]


ACCOUNTS = """
    INSERT INTO account (email, password_hash, credit, is_active, callback_secret_version)
    SELECT n || '@example.com', '', 0, true, 1 FROM generate_series(1, 2) AS n RETURNING id
"""


class Filled(NamedTuple):
    """A connection to a database that holds nothing but two accounts."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    small: int
    large: int


@pytest.fixture
async def filled(environment: dict[str, str]) -> AsyncIterator[Filled]:
    """A database of its own: what other tests left would have a say in the plans."""
    server, name = environment["DATABASE_URL"].rpartition("/")[0], f"lists_{uuid4().hex[:8]}"
    keeper = await asyncpg.connect(f"{server}/postgres")
    await keeper.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    connection = await asyncpg.connect(f"{server}/{name}")
    # Checks of foreign keys keep the plan that suits an empty table: each of 20,000 rows would walk those before it.
    await connection.execute("SET session_replication_role = replica")
    small, large = [record["id"] for record in await connection.fetch(ACCOUNTS)]
    yield Filled(connection, small, large)
    await connection.close()
    await keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await keeper.close()


async def test_a_small_account_s_lists_walk_its_own_rows_only(filled: Filled) -> None:
    for statement in FILL:
        await filled.connection.execute(statement, filled.small, 20)
        await filled.connection.execute(statement, filled.large, OTHERS)
    await filled.connection.execute("ANALYZE")

    for table, statement, arguments in LISTS:
        plan = await _explain(filled, statement, filled.small, *arguments)
        assert 0 < _rows_read(plan, table) <= 20, statement


async def test_the_newest_of_many_jobs_that_did_the_same_is_found_at_once(filled: Filled) -> None:
    await filled.connection.execute(FILL[0].replace("n::text", "'same'"), filled.small, OTHERS)
    await filled.connection.execute("ANALYZE")

    for statement, more in ((job_queries.SELECT_ALIVE, ()), (job_queries.SELECT_CACHED, (False,))):
        plan = await _explain(filled, statement, filled.small, "same", *more)
        assert _rows_read(plan, "job") == 1, statement


async def _explain(filled: Filled, statement: str, *arguments: Any) -> dict[str, Any]:
    (explained,) = json.loads(
        await filled.connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *arguments)
    )
    plan: dict[str, Any] = explained["Plan"]
    return plan


def _rows_read(node: dict[str, Any], table: str) -> float:
    """How many rows of the table were looked at, those that were passed over included."""
    read = sum(_rows_read(child, table) for child in node.get("Plans", ()))
    if node.get("Relation Name") == table:
        read += node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return read
