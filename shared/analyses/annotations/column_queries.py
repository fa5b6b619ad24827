"""Reading the annotations of many analyses as columns."""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from shared.analyses.annotations import columns, queries
from shared.analyses.annotations.columns import AnalysisColumns, AnnotationColumns
from shared.analyses.errors import AnalysisNotFound
from shared.kit.database.transactions import Connection, Database

# A row of each analysis: rows of annotations take the client ten times as long. An analysis with long data has no text
# here, since the server would hold it several times.
SELECT_JOINED = """
    SELECT analysis.id, longest, count, ids, confidences, class_names, data,
        CASE WHEN count < annotation_count THEN (
            SELECT count(*) FROM annotation
            WHERE analysis_id = analysis.id AND annotation_type = ANY($4) AND annotation_type <> ALL($2)
        ) ELSE 0 END
    FROM analysis CROSS JOIN LATERAL (
        SELECT count(*), coalesce(max(octet_length(data)), 0) AS longest,
            coalesce(string_agg(uuid_send(id), ''), '') AS ids,
            coalesce(string_agg(float8send(coalesce(confidence, 'NaN')), ''), '') AS confidences,
            coalesce(array_agg(class_name), '{}') AS class_names,
            coalesce(string_agg(data, ',') FILTER (WHERE octet_length(data) <= $3), '') AS data
        FROM (
            SELECT id, confidence, class_name, data FROM annotation
            WHERE analysis_id = analysis.id AND annotation_type = ANY($2) ORDER BY position
        ) AS sorted
    ) AS joined
    WHERE analysis.id = ANY($1)
"""

SELECT_ROWS = """
    SELECT analysis_id, uuid_send(id), class_name, confidence, data FROM annotation
    WHERE analysis_id = ANY($1) AND annotation_type = ANY($2) ORDER BY analysis_id, position
"""

# A box with every member that it may have is shorter.
SHORT_BYTES = 500

# The types that are objects, each of them a subject of detection runs.
OBJECT_TYPES = ("bounding_box", "segmentation", "keypoint")

# Bound what one statement holds in memory.
JOINED_AT_ONCE, ROWS_AT_ONCE = 500, 100


async def of_sides(
    db: Database, references: Sequence[UUID], candidates: Sequence[UUID], types: Sequence[str]
) -> tuple[AnnotationColumns, AnnotationColumns]:
    """Return the annotations of the analyses of both sides, of some types, in the order of the ids.

    Raises AnalysisNotFound if an analysis is gone, and TooManyToCompare.
    """
    async with db.connection() as connection:
        await queries.check_comparable(connection, sorted({*references, *candidates}))
    # A server process for each side, while the other's answer is read here.
    return await asyncio.gather(_of_side(db, references, types), _of_side(db, candidates, types))


async def _of_side(db: Database, analysis_ids: Sequence[UUID], types: Sequence[str]) -> AnnotationColumns:
    read = dict[UUID, AnalysisColumns]()
    async with db.connection() as connection:
        for start in range(0, len(analysis_ids), JOINED_AT_ONCE):
            read |= await _joined(connection, analysis_ids[start : start + JOINED_AT_ONCE], types)
    if len(read) < len(set(analysis_ids)):
        raise AnalysisNotFound(queries.DELETED)
    return columns.joined([read[analysis_id] for analysis_id in analysis_ids])


async def _joined(
    connection: Connection, analysis_ids: Sequence[UUID], types: Sequence[str]
) -> dict[UUID, AnalysisColumns]:
    read, others = dict[UUID, AnalysisColumns](), dict[UUID, int]()
    rows = await connection.fetch(SELECT_JOINED, analysis_ids, types, SHORT_BYTES, OBJECT_TYPES)
    for analysis_id, longest, *joined in rows:
        # Columns without the long data would be those of other annotations, should the analysis go until they are read.
        if longest > SHORT_BYTES:
            others[analysis_id] = joined[-1]
        else:
            read[analysis_id] = AnalysisColumns(*joined)
    long = list(others)
    for start in range(0, len(long), ROWS_AT_ONCE):
        rows = await connection.fetch(SELECT_ROWS, long[start : start + ROWS_AT_ONCE], types)
        for analysis_id, some in groupby(rows, key=lambda row: row[0]):
            read[analysis_id] = columns.of_rows([tuple(row)[1:] for row in some], others[analysis_id])
    return read
