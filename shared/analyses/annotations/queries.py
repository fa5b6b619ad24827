"""Statements about annotations."""

# ruff: noqa: S608 -- the texts are put together from our own column names only

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from shared.analyses.errors import AnalysisNotFound, TooManyToCompare
from shared.analyses.records import ANNOTATION_COLUMNS, AnnotationRecord
from shared.kit.database.transactions import Connection, Database

_INSERT_COLUMNS = ("analysis_id", *AnnotationRecord.__struct_fields__)

SELECT_BATCH = "SELECT first_position, count FROM annotation_batch WHERE analysis_id = $1 AND digest = $2"

INSERT_BATCH = "INSERT INTO annotation_batch (analysis_id, digest, first_position, count) VALUES ($1, $2, $3, $4)"

ADD_TO_COUNT = "UPDATE analysis SET annotation_count = annotation_count + $2, updated_at = now() WHERE id = $1"

SELECT_RANGE = f"""
    SELECT {ANNOTATION_COLUMNS} FROM annotation
    WHERE analysis_id = $1 AND position >= $2 AND position < $3 ORDER BY position
"""

# A sum over the rows before is found without reading their data, whose sizes stand in the rows.
SELECT_PAGE = f"""
    SELECT {ANNOTATION_COLUMNS} FROM (
        SELECT {ANNOTATION_COLUMNS},
            sum(octet_length(data)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - octet_length(data) AS before
        FROM (
            SELECT {ANNOTATION_COLUMNS} FROM annotation
            WHERE analysis_id = $1 AND position > $2
                AND ($3::text IS NULL OR annotation_type = $3)
                AND ($4::text IS NULL OR class_name = $4)
                AND ($5::float8 IS NULL OR confidence >= $5)
            ORDER BY position LIMIT $6 OFFSET $7
        ) AS wanted
    ) AS page WHERE before < $8 ORDER BY position
"""

# The sum runs over all classes, not only those that are listed.
CLASS_COUNTS = """
    SELECT class_name, count(*) FILTER (WHERE sure),
        coalesce(sum(count(*) FILTER (WHERE sure AND ($3::text IS NULL OR class_name = $3))) OVER (), 0)::bigint
    FROM (
        SELECT class_name, $2::float8 IS NULL OR confidence >= $2 AS sure FROM annotation WHERE analysis_id = $1
    ) AS found
    GROUP BY class_name ORDER BY count(*) DESC, class_name LIMIT $4
"""

SELECT_OF_MANY = f"""
    SELECT analysis_id, {ANNOTATION_COLUMNS} FROM annotation
    WHERE analysis_id = ANY($1) AND annotation_type = ANY($2) ORDER BY analysis_id, position
"""

CLASS_NAMES = """
    SELECT DISTINCT class_name FROM annotation WHERE analysis_id = $1 AND annotation_type = ANY($2) ORDER BY class_name
"""

COUNT_ANALYSES = "SELECT count(*), coalesce(sum(annotation_count), 0) FROM analysis WHERE id = ANY($1)"

# Bounds what one statement holds in memory.
ANALYSES_AT_ONCE = 100

# Data of one page: ten thousand ordinary annotations take a tenth. A page ends with the annotation that exceeds it.
MAX_PAGE_BYTES = 32 * 2**20

DELETED = "An analysis was deleted after the comparison was requested; request it again."

# The comparison of so many objects fits a worker's memory.
MAX_COMPARED = 1_000_000


class Filter(NamedTuple):
    """Conditions on annotations; None matches all."""

    annotation_type: str | None = None
    class_name: str | None = None
    min_confidence: float | None = None


async def batch(connection: Connection, analysis_id: UUID, digest: bytes) -> list[AnnotationRecord] | None:
    """Return the annotations that a request with this digest has written before, or None."""
    record = await connection.fetchrow(SELECT_BATCH, analysis_id, digest)
    if record is None:
        return None
    first, count = record
    return _annotations(await connection.fetch(SELECT_RANGE, analysis_id, first, first + count))


async def insert(
    connection: Connection, analysis_id: UUID, digest: bytes, annotations: Sequence[AnnotationRecord]
) -> None:
    """Insert a batch; the caller holds the lock of the analysis, whose count gave the positions."""
    rows = (
        (analysis_id, row.position, row.id, row.annotation_type, row.class_name, row.confidence, row.data)
        for row in annotations
    )
    await connection.copy_records_to_table("annotation", records=rows, columns=_INSERT_COLUMNS)
    first = annotations[0].position if annotations else 0
    await connection.execute(INSERT_BATCH, analysis_id, digest, first, len(annotations))
    await connection.execute(ADD_TO_COUNT, analysis_id, len(annotations))


async def page(
    connection: Connection, analysis_id: UUID, criteria: Filter, *, after: int, limit: int, skip: int = 0
) -> list[AnnotationRecord]:
    """List annotations of an analysis after a position, in their order, without the first `skip` of them.

    There are fewer than `limit`, and at least one, where their data exceed MAX_PAGE_BYTES.
    """
    values = (after, *criteria, limit, skip, MAX_PAGE_BYTES)
    return _annotations(await connection.fetch(SELECT_PAGE, analysis_id, *values))


async def class_counts(
    connection: Connection, analysis_id: UUID, criteria: Filter, limit: int
) -> tuple[dict[str, int], int]:
    """Count the sufficiently confident annotations by class, the largest class first, and those that match."""
    records = await connection.fetch(CLASS_COUNTS, analysis_id, criteria.min_confidence, criteria.class_name, limit)
    return {name: count for name, count, _ in records}, records[0][2] if records else 0


async def class_names(connection: Connection, analysis_id: UUID, types: Sequence[str]) -> list[str]:
    """List the classes of an analysis's annotations of some types, in order."""
    return [record["class_name"] for record in await connection.fetch(CLASS_NAMES, analysis_id, types)]


async def check_comparable(connection: Connection, unique: Sequence[UUID]) -> None:
    """Raise AnalysisNotFound if one of these different analyses is gone, and TooManyToCompare."""
    count, total = await connection.fetchrow(COUNT_ANALYSES, unique)
    if count < len(unique):
        raise AnalysisNotFound(DELETED)
    if total > MAX_COMPARED:
        raise TooManyToCompare


async def of_analyses(
    db: Database, analysis_ids: Sequence[UUID], types: Sequence[str]
) -> dict[UUID, list[AnnotationRecord]]:
    """Return the annotations of the analyses, of some types, in their order.

    Raises AnalysisNotFound if an analysis is gone, and TooManyToCompare.
    """
    unique = sorted(set(analysis_ids))
    annotations: dict[UUID, list[AnnotationRecord]] = {}
    async with db.connection() as connection:
        await check_comparable(connection, unique)
        for start in range(0, len(unique), ANALYSES_AT_ONCE):
            ids = unique[start : start + ANALYSES_AT_ONCE]
            for analysis_id, *values in await connection.fetch(SELECT_OF_MANY, ids, types):
                annotations.setdefault(analysis_id, []).append(AnnotationRecord(*values))
    return annotations


def _annotations(records: Sequence[Sequence[object]]) -> list[AnnotationRecord]:
    return [AnnotationRecord(*record) for record in records]  # type: ignore[arg-type] # the columns are the fields
