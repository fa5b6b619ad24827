"""Statements about comparisons."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from shared.comparisons.options import ComparisonOptions
from shared.comparisons.records import ComparedVersion, ComparisonRecord
from shared.comparisons.results import ComparisonResult, packed
from shared.jobs.result_status import status_of
from shared.kit.database.transactions import Connection

_COLUMNS = f"""
    comparison.id, comparison.job_id, {status_of("comparison")},
    CASE WHEN comparison.result IS NULL THEN coalesce(job.progress, 0) ELSE 1 END, job.error,
    comparison.baseline_run_id, comparison.baseline_matrix_uid, comparison.baseline_version,
    comparison.candidate_run_id, comparison.candidate_matrix_uid, comparison.candidate_version,
    comparison.options, comparison.verdict, {{result}}, comparison.folder, comparison.flips_bytes,
    comparison.created_at
    FROM comparison LEFT JOIN job ON job.id = comparison.job_id
"""

FIND = f"SELECT {_COLUMNS.format(result='comparison.result')} WHERE comparison.account_id = $1 AND comparison.id = $2"

# A result may have hundreds of kilobytes.
LIST_OWN = f"""
    SELECT {_COLUMNS.format(result="NULL")}
    WHERE comparison.account_id = $1 AND ($2::uuid IS NULL OR comparison.id < $2)
    ORDER BY comparison.id DESC LIMIT $3
"""

INSERT = """
    INSERT INTO comparison (id, account_id, job_id, baseline_run_id, baseline_matrix_uid, baseline_version,
        candidate_run_id, candidate_matrix_uid, candidate_version, options)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

CONCLUDE = """
    UPDATE comparison SET verdict = $3, result = $4, folder = $5, flips_bytes = $6
    WHERE id = $1 AND job_id = $2 AND result IS NULL RETURNING true
"""

DELETE = "DELETE FROM comparison WHERE account_id = $1 AND id = $2 RETURNING true"

FOLDER = "SELECT folder FROM comparison WHERE id = $1"

WITHOUT_COMPARISON = """
    SELECT key FROM unnest($1::text[]) AS key
    WHERE NOT EXISTS (SELECT FROM comparison WHERE folder = regexp_replace(key, '[^/]*$', ''))
"""


async def find(connection: Connection, account_id: int, comparison_id: UUID) -> ComparisonRecord | None:
    """Return a comparison of the account, or None."""
    record = await connection.fetchrow(FIND, account_id, comparison_id)
    return ComparisonRecord(*record) if record else None


async def list_own(
    connection: Connection, account_id: int, *, before: UUID | None, limit: int
) -> list[ComparisonRecord]:
    """Return comparisons of the account without their results, newest first."""
    return [ComparisonRecord(*record) for record in await connection.fetch(LIST_OWN, account_id, before, limit)]


async def insert(
    connection: Connection,
    comparison_id: UUID,
    account_id: int,
    job_id: UUID,
    sides: tuple[ComparedVersion, ComparedVersion],
    options: ComparisonOptions,
) -> None:
    """Insert a comparison, which its job makes."""
    columns = [
        value
        for side in sides
        for value in (side.id if side.kind == "run" else None, side.id if side.kind == "matrix" else None, side.version)
    ]
    await connection.execute(INSERT, comparison_id, account_id, job_id, *columns, msgspec.to_builtins(options))


async def conclude(
    connection: Connection, comparison_id: UUID, job_id: UUID, result: ComparisonResult, folder: str, flips_bytes: int
) -> bool:
    """Store the result; False if the comparison is gone or belongs to another job."""
    values = (result.verdict, packed(result), folder, flips_bytes)
    return bool(await connection.fetchval(CONCLUDE, comparison_id, job_id, *values))


async def folder(connection: Connection, comparison_id: UUID) -> str | None:
    """Return the folder of a comparison's object, None before it is ready."""
    found: str | None = await connection.fetchval(FOLDER, comparison_id)
    return found


async def delete(connection: Connection, account_id: int, comparison_id: UUID) -> bool:
    """Delete a comparison of the account; False if there is none."""
    return bool(await connection.fetchval(DELETE, account_id, comparison_id))


async def without_comparison(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Return the keys of objects that are in the folder of no comparison."""
    return [record["key"] for record in await connection.fetch(WITHOUT_COMPARISON, keys)]
