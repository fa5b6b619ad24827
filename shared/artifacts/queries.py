"""Statements about artifacts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.kit.database.transactions import Connection
from shared.kit.storage.files import StoredFile

INSERT = """
    INSERT INTO artifact (id, job_id, name, content_type, size_bytes, sha256, object_key)
    VALUES (uuidv7(), $1, $2, $3, $4, $5, $6)
"""

# The files of the job that is the row of `fact`, in a statement that writes more; without it nothing is written.
INSERT_OF_FACT = """
    INSERT INTO artifact (id, job_id, name, content_type, size_bytes, sha256, object_key)
    SELECT uuidv7(), fact.id, file.* FROM fact CROSS JOIN
        unnest({}::text[], {}::text[], {}::bigint[], {}::text[], {}::text[]) AS file
"""

SELECT = """
    SELECT job_id, name, content_type, size_bytes, sha256, object_key FROM artifact WHERE job_id = ANY($1) ORDER BY name
"""

# Those of the row of `job`, as a column of a statement about jobs.
OF_JOB = """(
    SELECT jsonb_agg(jsonb_build_array(name, content_type, size_bytes, sha256, object_key) ORDER BY name)
    FROM artifact WHERE job_id = job.id
)"""

DELETE = "DELETE FROM artifact WHERE job_id = ANY($1) RETURNING object_key"

UNREFERENCED = """
    SELECT key FROM unnest($1::text[]) AS key WHERE NOT EXISTS (SELECT FROM artifact WHERE object_key = key)
"""


async def add(connection: Connection, job_id: UUID, files: Sequence[StoredFile]) -> None:
    """Insert the files of a job."""
    await connection.executemany(INSERT, [(job_id, *file) for file in files])


def columns(files: Sequence[StoredFile]) -> list[list[Any]]:
    """Return the parameters of `INSERT_OF_FACT`."""
    return [[file[at] for file in files] for at in range(len(StoredFile._fields))]


async def of_job(connection: Connection, job_id: UUID) -> tuple[StoredFile, ...]:
    """Return the files of a job, by name."""
    return (await of_jobs(connection, [job_id])).get(job_id, ())


async def of_jobs(connection: Connection, job_ids: Sequence[UUID]) -> dict[UUID, tuple[StoredFile, ...]]:
    """Return the files of each of the jobs, by name; a job without files is left out."""
    files: dict[UUID, tuple[StoredFile, ...]] = {}
    for job_id, *file in await connection.fetch(SELECT, job_ids):
        files[job_id] = (*files.get(job_id, ()), StoredFile(*file))
    return files


def of_column(value: list[list[Any]] | None) -> tuple[StoredFile, ...]:
    """Return the files that the column `OF_JOB` holds."""
    return tuple(StoredFile(*file) for file in value or ())


async def remove(connection: Connection, job_ids: Sequence[UUID]) -> list[str]:
    """Delete the files of the jobs; return the keys of the objects that no artifact refers to any more."""
    keys = {record["object_key"] for record in await connection.fetch(DELETE, job_ids)}
    return await unreferenced(connection, sorted(keys))


async def unreferenced(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Return the keys that no artifact refers to."""
    return [record["key"] for record in await connection.fetch(UNREFERENCED, keys)]
