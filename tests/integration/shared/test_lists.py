"""Lists of an account are read along an index of that account's rows, however many rows others have."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.datasets import queries as dataset_queries
from shared.jobs import queries as job_queries
from shared.kit.db import Connection
from shared.kit.platform import Platform
from shared.matrices import queries as matrix_queries
from shared.projects import queries as project_queries
from shared.quotas import Quota
from shared.quotas.measures import MEASURES
from shared.runs import queries as run_queries
from shared.uploads import queries as upload_queries
from tests.actors import Client

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
    ("run_version", run_queries.LIST_OWN, (None, None, None, None, 50)),
    ("run", run_queries.LIST_OWN, (None, "failed", "no such tag", None, 50)),
    ("webhook_delivery", DELIVERIES, (50,)),
]


@pytest.fixture
async def filled(platform: Platform) -> AsyncIterator[Connection]:
    """A connection whose transaction, which never comes to its end, sees far more rows of others than of ours."""
    async with platform.db.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


async def test_a_small_account_s_lists_walk_its_own_rows_only(
    filled: Connection, alice: Client, mallory: Client
) -> None:
    owner = "SELECT id FROM account WHERE email = $1"
    small, large = [await filled.fetchval(owner, client.email) for client in (alice, mallory)]
    for statement in FILL:
        await filled.execute(statement, small, 20)
        await filled.execute(statement, large, OTHERS)
    await filled.execute("ANALYZE dataset, file_upload, job, matrix, project, run, run_version, webhook_delivery")

    for table, statement, arguments in LISTS:
        (plan,) = await filled.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", small, *arguments)
        assert 0 < _rows_read(plan["Plan"], table) <= 20, statement


async def test_the_newest_of_many_jobs_that_did_the_same_is_found_at_once(filled: Connection, alice: Client) -> None:
    owner = await filled.fetchval("SELECT id FROM account WHERE email = $1", alice.email)
    await filled.execute(FILL[0].replace("n::text", "'same'"), owner, OTHERS)
    await filled.execute("ANALYZE job")

    for statement, more in ((job_queries.SELECT_ALIVE, ()), (job_queries.SELECT_CACHED, (False,))):
        (plan,) = await filled.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", owner, "same", *more)
        assert _rows_read(plan["Plan"], "job") == 1, statement


def _rows_read(node: dict[str, Any], table: str) -> float:
    """How many rows of the table were looked at, those that were passed over included."""
    read = sum(_rows_read(child, table) for child in node.get("Plans", ()))
    if node.get("Relation Name") == table:
        read += node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return read
