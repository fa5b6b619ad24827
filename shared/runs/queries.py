"""Statements about runs and their versions."""

from typing import Any
from uuid import UUID

import msgspec

from shared.kit.database.transactions import Connection
from shared.runs import objects
from shared.runs.joining.rules import TruthSource
from shared.runs.lifecycle import STATUS, RunStatus
from shared.runs.mapping import ColumnsIn
from shared.runs.previews import Preview
from shared.runs.reading_steps import READING_STEPS
from shared.runs.records import (
    IngestInput,
    Reading,
    ReadyRun,
    RunDescription,
    RunRecord,
    RunSource,
    RunVersionRecord,
    StoredPreview,
)
from shared.runs.summary import RunSummary, packed, unpacked

FROM = """
    FROM run JOIN run_version ON run_version.run_id = run.id AND run_version.number = run.version
    LEFT JOIN job ON job.id = run_version.job_id LEFT JOIN run_dataset ON run_dataset.run_id = run.id
"""

COLUMNS = f"""
    run.id, run.name, run.model_name, run.model_version, run.tags, run.notes, run.positive, run.version,
    {STATUS}, CASE WHEN run_version.outcome IS NULL THEN coalesce(job.progress, 0) ELSE 1 END, job.error,
    run_version.job_id, run_version.upload_id, run_version.filename, run_version.columns, run_version.truth,
    run_version.reading, run_version.sample_count, run.created_at, run.updated_at, {READING_STEPS}
"""

FIND = f"SELECT {COLUMNS} {FROM} WHERE run.account_id = $1 AND run.id = $2"

LIST_OWN = f"""
    SELECT {COLUMNS} {FROM}
    WHERE run.account_id = $1 AND ($2::uuid IS NULL OR run.id < $2) AND ($3::text IS NULL OR {STATUS} = $3)
        AND ($4::text IS NULL OR run.tags @> ARRAY[$4::varchar])
        AND ($5::uuid IS NULL OR run_dataset.dataset_id = $5)
    ORDER BY run.id DESC LIMIT $6
"""

INSERT = """
    INSERT INTO run (id, account_id, name, model_name, model_version, tags, notes, positive, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)
"""

INSERT_VERSION = """
    INSERT INTO run_version (run_id, number, job_id, upload_id, filename, columns, truth, is_review)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

# Two requests that name columns take turns: each makes a version of its own.
LOCK = "SELECT version FROM run WHERE account_id = $1 AND id = $2 FOR UPDATE"

SET_VERSION = "UPDATE run SET version = $2, updated_at = now() WHERE id = $1"

READY = """
    SELECT run.version, run.positive, run_version.summary, run_version.folder, run_version.rows_bytes,
        run_version.created_at, coalesce(dataset.is_private, false)
    FROM run JOIN run_version ON run_version.run_id = run.id AND run_version.number = run.version
    LEFT JOIN run_dataset ON run_dataset.run_id = run.id LEFT JOIN dataset ON dataset.id = run_dataset.dataset_id
    WHERE run.account_id = $1 AND run.id = $2 AND run_version.outcome = 'ready'
"""

VERSION = """
    SELECT run.id, run.name, run.model_name, run.model_version, run.positive, run_version.number, run_version.reading,
        run_version.summary, run_version.created_at, dataset.id, dataset.name, dataset.version, dataset.filename,
        dataset.content_sha256, dataset.reading ->> 'file_sha256'
    FROM run JOIN run_version ON run_version.run_id = run.id
    LEFT JOIN run_dataset ON run_dataset.run_id = run.id LEFT JOIN dataset ON dataset.id = run_dataset.dataset_id
    WHERE run.account_id = $1 AND run.id = $2 AND run_version.number = $3 AND run_version.outcome = 'ready'
"""

LATEST_READY = """
    SELECT run.id, run.version
    FROM run JOIN run_version ON run_version.run_id = run.id AND run_version.number = run.version
    WHERE run.account_id = $1 AND run.id <> $2 AND run_version.outcome = 'ready'
        AND ($3::uuid IS NULL OR run.id = $3) AND ($4::text IS NULL OR run.tags @> ARRAY[$4::varchar])
        AND ($5::text IS NULL OR run.model_name = $5)
    ORDER BY run.id DESC LIMIT 1
"""

INPUT = """
    SELECT run_version.upload_id, run_version.columns, run.positive, run_version.truth, dataset.folder,
        coalesce(dataset.is_private, false), run_version.is_review
    FROM run JOIN run_version ON run_version.run_id = run.id
    LEFT JOIN run_dataset ON run_dataset.run_id = run.id LEFT JOIN dataset ON dataset.id = run_dataset.dataset_id
    WHERE run.account_id = $1 AND run.id = $2 AND run_version.number = $3 AND run_version.job_id = $4
"""

CONCLUDE = """
    UPDATE run_version
    SET outcome = $4, reading = $5, sample_count = $6, summary = $7, folder = $8, rows_bytes = $9,
        preview = $10, pieces = $11
    WHERE run_id = $1 AND number = $2 AND job_id = $3 AND outcome IS NULL RETURNING true
"""

# All versions are read from the same upload, so that a version that failed still has the rows of those before.
PREVIEW = """
    SELECT run_version.number, run_version.preview FROM run JOIN run_version ON run_version.run_id = run.id
    WHERE run.account_id = $1 AND run.id = $2 AND run_version.preview IS NOT NULL
    ORDER BY run_version.number DESC LIMIT 1
"""

FOLDERS = "SELECT folder, pieces FROM run_version WHERE run_id = $1 AND folder IS NOT NULL"

DELETE = "DELETE FROM run WHERE account_id = $1 AND id = $2 RETURNING true"


async def find(connection: Connection, account_id: int, run_id: UUID) -> RunRecord | None:
    """Return a run of the account, or None."""
    record = await connection.fetchrow(FIND, account_id, run_id)
    return RunRecord(*record) if record else None


async def list_own(
    connection: Connection,
    account_id: int,
    *,
    before: UUID | None,
    status: RunStatus | None,
    tag: str | None,
    dataset_id: UUID | None,
    limit: int,
) -> list[RunRecord]:
    """Return runs of the account, newest first; only those of a status, with a tag or of a dataset, if given."""
    wanted = (before, status, tag, dataset_id)
    return [RunRecord(*record) for record in await connection.fetch(LIST_OWN, account_id, *wanted, limit)]


async def insert(connection: Connection, run_id: UUID, account_id: int, description: RunDescription) -> None:
    """Insert a run, whose first version follows."""
    await connection.execute(INSERT, run_id, account_id, *msgspec.structs.astuple(description))


async def insert_version(connection: Connection, run_id: UUID, number: int, job_id: UUID, source: RunSource) -> None:
    """Insert a version, which its job reads."""
    upload, named, truth = source.upload, msgspec.to_builtins(source.columns), msgspec.to_builtins(source.truth)
    values = (upload.id, upload.filename, named, truth, source.is_review)
    await connection.execute(INSERT_VERSION, run_id, number, job_id, *values)


async def lock(connection: Connection, account_id: int, run_id: UUID) -> int | None:
    """Return the newest version of a run of the account, locked until the transaction ends; None if there is none."""
    version: int | None = await connection.fetchval(LOCK, account_id, run_id)
    return version


async def set_version(connection: Connection, run_id: UUID, number: int) -> None:
    """Make a version the newest one."""
    await connection.execute(SET_VERSION, run_id, number)


async def ready(connection: Connection, account_id: int, run_id: UUID) -> ReadyRun | None:
    """Return a run of the account with its counts; None unless its newest version is ready."""
    record = await connection.fetchrow(READY, account_id, run_id)
    if record is None:
        return None
    version, positive, stored, *rest = record
    return ReadyRun(run_id, account_id, version, positive, unpacked(stored), *rest)


async def version_of(connection: Connection, account_id: int, run_id: UUID, number: int) -> RunVersionRecord | None:
    """Return a version of a run of the account with what it was read from; None unless it is ready."""
    record = await connection.fetchrow(VERSION, account_id, run_id, number)
    return RunVersionRecord(*record) if record else None


async def latest_ready(
    connection: Connection,
    account_id: int,
    *,
    run_id: UUID | None,
    tag: str | None,
    model_name: str | None,
    other_than: UUID,
) -> tuple[UUID, int] | None:
    """Return id and version of the newest run that is ready, of those that have all that is named; None if none has."""
    record = await connection.fetchrow(LATEST_READY, account_id, other_than, run_id, tag, model_name)
    return None if record is None else (record["id"], record["version"])


async def ingest_input(
    connection: Connection, account_id: int, run_id: UUID, number: int, job_id: UUID
) -> IngestInput | None:
    """Return what the job of a version reads; None if the version is gone or belongs to another job."""
    record = await connection.fetchrow(INPUT, account_id, run_id, number, job_id)
    if record is None:
        return None
    upload_id, columns, positive, truth, *rest = record
    source = msgspec.convert(truth, TruthSource | None)
    return IngestInput(upload_id, msgspec.convert(columns, ColumnsIn), positive, source, *rest)


async def conclude(
    connection: Connection,
    run_id: UUID,
    number: int,
    job_id: UUID,
    reading: Reading,
    summary: RunSummary | None,
    folder: str | None,
    rows_bytes: int | None,
    preview: Preview | None,
    pieces: list[str] | None,
) -> bool:
    """Store what the job of a version has found: it is ready with a summary, and needs a mapping without one."""
    outcome = RunStatus.NEEDS_MAPPING if summary is None else RunStatus.READY
    values: list[Any] = [None, None] if summary is None else [summary.rows, packed(summary)]
    values += [folder, rows_bytes, msgspec.to_builtins(preview), pieces]
    found = msgspec.to_builtins(reading)
    return bool(await connection.fetchval(CONCLUDE, run_id, number, job_id, outcome, found, *values))


async def preview(connection: Connection, account_id: int, run_id: UUID) -> StoredPreview | None:
    """Return the newest preview of a run of the account, or None."""
    record = await connection.fetchrow(PREVIEW, account_id, run_id)
    return None if record is None else StoredPreview(record["number"], msgspec.convert(record["preview"], Preview))


async def keys(connection: Connection, run_id: UUID) -> list[str]:
    """Return the keys of the objects of all versions of a run."""
    return [key for record in await connection.fetch(FOLDERS, run_id) for key in objects.keys_of(*record)]


async def delete(connection: Connection, account_id: int, run_id: UUID) -> bool:
    """Delete a run of the account with its versions; False if there is none."""
    return bool(await connection.fetchval(DELETE, account_id, run_id))
