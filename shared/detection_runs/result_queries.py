"""Statements that store what detection runs find."""

from uuid import UUID

from shared.detection_runs.results import DetectionFigures, packed
from shared.kit.database.transactions import Connection

# Once more where the answer to the first time was lost: no other attempt has the same folder.
KEEP_FIGURES = """
    UPDATE detection_run SET ap = $3, result = $4, folder = $5, scene_bytes = $6, awaits_intervals = true
    WHERE id = $1 AND job_id = $2 AND (result IS NULL OR folder = $5) RETURNING true
"""

CONCLUDE = """
    UPDATE detection_run SET result = $3, awaits_intervals = false
    WHERE id = $1 AND job_id = $2 AND awaits_intervals RETURNING true
"""


async def keep_figures(
    connection: Connection,
    detection_run_id: UUID,
    job_id: UUID,
    figures: DetectionFigures,
    folder: str,
    scene_bytes: int,
) -> bool:
    """Store figures that lack their intervals; False if the detection run is gone or belongs to another job."""
    values = (figures.ap, packed(figures), folder, scene_bytes)
    return bool(await connection.fetchval(KEEP_FIGURES, detection_run_id, job_id, *values))


async def conclude(connection: Connection, detection_run_id: UUID, job_id: UUID, figures: DetectionFigures) -> bool:
    """Store the figures with their intervals; False if the detection run is gone or belongs to another job."""
    return bool(await connection.fetchval(CONCLUDE, detection_run_id, job_id, packed(figures)))
