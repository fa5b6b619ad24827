"""Statements of exports."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from shared.kit.database.transactions import Connection

# The newest completed analysis of each image that matches, in the order of numbers.
SELECT_SIDE = """
    SELECT id, image_id, filename, width, height, is_ground_truth FROM (
        SELECT DISTINCT ON (analysis.image_id) analysis.id, analysis.image_id, image.filename, image.width,
            image.height, image.number, analysis.is_ground_truth
        FROM analysis JOIN image ON image.id = analysis.image_id
        WHERE analysis.account_id = $1 AND image.project_id = $2 AND image.deleted_at IS NULL
            AND analysis.status = 'completed' AND ($3::uuid IS NULL OR analysis.id = $3)
            AND ($4::text IS NULL OR analysis.model_name = $4) AND ($5::text IS NULL OR analysis.model_version = $5)
            AND (NOT $6::boolean OR analysis.is_ground_truth) AND ($7::uuid[] IS NULL OR analysis.id = ANY($7))
        ORDER BY analysis.image_id, analysis.id DESC
    ) AS newest ORDER BY number, filename, id
"""

COUNT_ANALYSES = """
    SELECT count(*) FROM analysis JOIN image ON image.id = analysis.image_id
    WHERE analysis.id = ANY($1) AND analysis.account_id = $2 AND image.deleted_at IS NULL
"""

PARAMETERS = "SELECT id, parameters FROM analysis WHERE id = ANY($1)"

ANNOTATIONS = """
    SELECT analysis_id, annotation_type, class_name, confidence, data
    FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place) JOIN annotation ON analysis_id = wanted.id
    ORDER BY place, position
"""

# A mask may have two megabytes.
ROWS_AT_ONCE = 100

# Bounds what one statement sorts.
ANALYSES_AT_ONCE = 1000


async def select_side(
    connection: Connection,
    account_id: int,
    project_id: UUID,
    analysis_id: UUID | None,
    model_name: str | None,
    model_version: str | None,
    is_truth: bool,  # noqa: FBT001 -- the conditions come in the order of the statement
    among: Sequence[UUID] | None,
) -> list[Any]:
    """List the analyses of a side with their images; only some, if `among` is given."""
    conditions = (analysis_id, model_name, model_version, is_truth, among)
    records: list[Any] = await connection.fetch(SELECT_SIDE, account_id, project_id, *conditions)
    return records


async def count_analyses(connection: Connection, account_id: int, analysis_ids: Sequence[UUID]) -> int:
    """Count those of the analyses that are still there."""
    count: int = await connection.fetchval(COUNT_ANALYSES, analysis_ids, account_id)
    return count


async def parameters(connection: Connection, analysis_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the parameters of the analyses."""
    return dict(await connection.fetch(PARAMETERS, analysis_ids))


async def annotations(connection: Connection, analysis_ids: Sequence[UUID]) -> AsyncIterator[Any]:
    """Yield the annotations of the analyses, in this order, within a transaction."""
    for start in range(0, len(analysis_ids), ANALYSES_AT_ONCE):
        ids = analysis_ids[start : start + ANALYSES_AT_ONCE]
        async for record in connection.cursor(ANNOTATIONS, ids, prefetch=ROWS_AT_ONCE):
            yield record
