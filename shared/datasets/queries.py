"""Statements about datasets, and about the runs that refer to them."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.datasets.lifecycle import STATUS, DatasetStatus
from shared.datasets.records import DatasetRecord, DatasetSource
from shared.kit.database.transactions import Connection

_RUN_COUNT = "(SELECT count(*) FROM run_dataset WHERE run_dataset.dataset_id = dataset.id)"

_FROM = "FROM dataset LEFT JOIN job ON job.id = dataset.job_id"

_COLUMNS = f"""
    SELECT dataset.id, dataset.name, dataset.version, dataset.is_private, {STATUS},
        CASE WHEN dataset.outcome IS NULL THEN coalesce(job.progress, 0) ELSE 1 END, job.error,
        dataset.job_id, dataset.upload_id, dataset.filename, dataset.columns, dataset.reading, dataset.sample_count,
        dataset.content_sha256, dataset.folder, {_RUN_COUNT}, dataset.created_at
    {_FROM}
"""

FIND = f"{_COLUMNS} WHERE dataset.account_id = $1 AND dataset.id = $2"

LIST_OWN = f"""
    {_COLUMNS}
    WHERE dataset.account_id = $1 AND ($2::uuid IS NULL OR dataset.id < $2) AND ($3::text IS NULL OR dataset.name = $3)
    ORDER BY dataset.id DESC LIMIT $4
"""

# Two requests with the same name take turns: each makes a version of its own.
LOCK_NAME = "SELECT pg_advisory_xact_lock(hashtextextended('dataset:' || $1::text || ':' || $2, 0))"

INSERT = """
    INSERT INTO dataset (id, account_id, name, version, is_private, job_id, upload_id, filename, columns)
    VALUES ($1, $2, $3::varchar,
        (SELECT coalesce(max(version), 0) + 1 FROM dataset WHERE account_id = $2 AND name = $3::varchar),
        $4, $5, $6, $7, $8)
"""

CONCLUDE = """
    UPDATE dataset
    SET outcome = $3, reading = $4, sample_count = $5, content_sha256 = $6, folder = $7, rows_bytes = $8
    WHERE id = $1 AND job_id = $2 AND outcome IS NULL RETURNING true
"""

# A run that is created meanwhile waits for this lock, by its foreign key.
LOCK = "SELECT folder FROM dataset WHERE account_id = $1 AND id = $2 FOR UPDATE"

COUNT_RUNS = "SELECT count(*) FROM run_dataset WHERE dataset_id = $1"

DELETE = "DELETE FROM dataset WHERE id = $1"

LOCK_FOR_RUN = "SELECT true FROM dataset WHERE account_id = $1 AND id = $2 FOR KEY SHARE"

ADD_RUN = "INSERT INTO run_dataset (run_id, dataset_id) VALUES ($1, $2)"

IS_PRIVATE = """
    SELECT EXISTS (SELECT FROM run_dataset JOIN dataset ON dataset.id = run_dataset.dataset_id
        WHERE run_dataset.run_id = ANY($1::uuid[]) AND dataset.is_private)
"""

WITHOUT_DATASET = """
    SELECT key FROM unnest($1::text[]) AS key
    WHERE NOT EXISTS (SELECT FROM dataset WHERE folder = regexp_replace(key, '[^/]*$', ''))
"""


class DatasetContent(NamedTuple):
    """What a file holds that was read: its samples, the SHA-256 of its content, and where its rows lie."""

    sample_count: int
    content_sha256: str
    folder: str
    rows_bytes: int


async def find(connection: Connection, account_id: int, dataset_id: UUID) -> DatasetRecord | None:
    """Return a dataset of the account, or None."""
    record = await connection.fetchrow(FIND, account_id, dataset_id)
    return DatasetRecord(*record) if record else None


async def list_own(
    connection: Connection, account_id: int, *, before: UUID | None, name: str | None, limit: int
) -> list[DatasetRecord]:
    """Return datasets of the account, newest first; only the versions of a name, if given."""
    return [DatasetRecord(*record) for record in await connection.fetch(LIST_OWN, account_id, before, name, limit)]


async def insert(
    connection: Connection, dataset_id: UUID, account_id: int, job_id: UUID, source: DatasetSource
) -> None:
    """Insert the next version of a name, which its job reads."""
    await connection.execute(LOCK_NAME, str(account_id), source.name)
    named = msgspec.to_builtins(source.columns)
    file = (source.upload.id, source.upload.filename, named)
    await connection.execute(INSERT, dataset_id, account_id, source.name, source.is_private, job_id, *file)


async def conclude(
    connection: Connection, dataset_id: UUID, job_id: UUID, reading: dict[str, Any], content: DatasetContent | None
) -> bool:
    """Store what the job has found; False if the dataset is gone or belongs to another job."""
    outcome = DatasetStatus.NEEDS_MAPPING if content is None else DatasetStatus.READY
    values = content or (None, None, None, None)
    return bool(await connection.fetchval(CONCLUDE, dataset_id, job_id, outcome.value, reading, *values))


async def lock(connection: Connection, account_id: int, dataset_id: UUID) -> tuple[str | None] | None:
    """Return the folder of a dataset of the account, locked until the transaction ends; None if there is none."""
    record = await connection.fetchrow(LOCK, account_id, dataset_id)
    return None if record is None else (record["folder"],)


async def count_runs(connection: Connection, dataset_id: UUID) -> int:
    """Return how many runs refer to a dataset."""
    count: int = await connection.fetchval(COUNT_RUNS, dataset_id)
    return count


async def delete(connection: Connection, dataset_id: UUID) -> None:
    """Delete a dataset."""
    await connection.execute(DELETE, dataset_id)


async def add_run(connection: Connection, account_id: int, dataset_id: UUID, run_id: UUID) -> bool:
    """Note that a run is of a dataset; False if the account no longer has it."""
    if not await connection.fetchval(LOCK_FOR_RUN, account_id, dataset_id):
        return False
    await connection.execute(ADD_RUN, run_id, dataset_id)
    return True


async def is_private(connection: Connection, run_ids: Sequence[UUID]) -> bool:
    """Return whether one of the runs is of a private dataset."""
    return bool(await connection.fetchval(IS_PRIVATE, run_ids))


async def without_dataset(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Return the keys of objects that are in the folder of no dataset."""
    return [record["key"] for record in await connection.fetch(WITHOUT_DATASET, keys)]
