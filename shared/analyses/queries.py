"""Statements about analyses and their artifacts."""

# ruff: noqa: S608 -- the texts are put together from our own column names only

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from shared.analyses.lifecycle import FINAL, AnalysisStatus
from shared.analyses.records import (
    ARTIFACT_COLUMNS,
    COLUMNS,
    IMAGE_FILE_COLUMNS,
    AnalysisRecord,
    ArtifactRecord,
    ImageFile,
)
from shared.kit.database.transactions import Connection, Record

# Concurrent creations of analyses of one image take turns, so that the limit holds.
LOCK_IMAGE = f"""
    SELECT {IMAGE_FILE_COLUMNS} FROM image WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE
"""

COUNT_OF_IMAGE = "SELECT count(*) FROM analysis WHERE image_id = $1"

INSERT = f"""
    INSERT INTO analysis (id, account_id, image_id, model_name, model_version, parameters, description,
                          status, is_ground_truth, annotation_count)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', false, 0)
    RETURNING {COLUMNS}
"""

# The analyses of a deleted image are as invisible as the image.
SELECT_OWN = f"""
    SELECT {COLUMNS} FROM analysis JOIN image ON image.id = analysis.image_id
    WHERE analysis.id = $1 AND analysis.account_id = $2 AND image.deleted_at IS NULL
"""

LIST_OF_IMAGE = f"""
    SELECT {COLUMNS} FROM analysis WHERE image_id = $1 AND account_id = $2 ORDER BY id DESC
"""

COUNT_BY_STATUS = """
    SELECT image_id, status, count(*) FROM analysis WHERE image_id = ANY($1) AND account_id = $2
    GROUP BY image_id, status ORDER BY image_id, status
"""

# The operator's pipeline works for every account, any other one for its own. The image may be deleted in the
# meantime: it can be restored, and its annotations with it.
LOCK_FOR_SIGNER = f"""
    SELECT {COLUMNS} FROM analysis WHERE id = $1 AND ($2::bigint IS NULL OR account_id = $2) FOR NO KEY UPDATE
"""

QUEUED = f"""
    SELECT {COLUMNS}, {IMAGE_FILE_COLUMNS} FROM analysis JOIN image ON image.id = analysis.image_id
    WHERE analysis.account_id = $1 AND analysis.status = 'queued' AND image.deleted_at IS NULL
        AND (cardinality($2::text[]) = 0 OR analysis.model_name = ANY($2))
    ORDER BY analysis.id LIMIT $3
"""

MOVE = f"""
    UPDATE analysis
    SET status = $2::varchar, updated_at = now(),
        started_at = CASE WHEN $2::varchar = 'processing' THEN now() ELSE started_at END,
        completed_at = CASE WHEN $2::varchar IN ({", ".join(repr(end.value) for end in sorted(FINAL))}) THEN now() END,
        summary = coalesce($3, summary), error_message = coalesce($4, error_message)
    WHERE id = $1
    RETURNING {COLUMNS}
"""

DESCRIBE = f"""
    UPDATE analysis
    SET is_ground_truth = coalesce($3, is_ground_truth),
        description = CASE WHEN $4 THEN $5 ELSE description END, updated_at = now()
    FROM image
    WHERE analysis.id = $1 AND analysis.account_id = $2
        AND image.id = analysis.image_id AND image.deleted_at IS NULL
    RETURNING {COLUMNS}
"""

DELETE = """
    DELETE FROM analysis USING image
    WHERE analysis.id = $1 AND analysis.account_id = $2 AND image.id = analysis.image_id AND image.deleted_at IS NULL
    RETURNING analysis.id
"""

# A file that is announced again keeps its id; the latest announcement is what its upload is compared with.
ANNOUNCE = f"""
    INSERT INTO analysis_artifact (analysis_id, name, id, content_type, announced_bytes, status)
    VALUES ($1, $2, uuidv7(), $3, $4, 'announced')
    ON CONFLICT (analysis_id, name) DO UPDATE
    SET content_type = $3, announced_bytes = $4, status = 'announced', created_at = now()
    RETURNING {ARTIFACT_COLUMNS}
"""

SELECT_ARTIFACTS = f"SELECT {ARTIFACT_COLUMNS} FROM analysis_artifact WHERE analysis_id = $1 ORDER BY name"

DESCRIBED_IMAGE = "SELECT project_id, filename, height, width FROM image WHERE id = $1"

SETTLE_ARTIFACT = """
    UPDATE analysis_artifact SET status = $3, size_bytes = $4, object_key = $5 WHERE analysis_id = $1 AND name = $2
"""

# A pipeline that has been silent for so long will not finalize the analysis.
ABANDON_ARTIFACTS = """
    UPDATE analysis_artifact SET status = 'missing' WHERE status = 'announced' AND created_at < now() - $1::interval
    RETURNING analysis_id, id
"""

UNREFERENCED = """
    SELECT key FROM unnest($1::text[], $2::uuid[]) AS object (key, upload_id)
    WHERE NOT EXISTS (SELECT FROM analysis_artifact WHERE object_key = key)
        AND NOT EXISTS (SELECT FROM analysis_artifact WHERE id = upload_id AND status = 'announced')
"""


class NewAnalysis(NamedTuple):
    """The model that is to run on an image, with its parameters."""

    model_name: str
    model_version: str
    parameters: dict[str, Any]
    description: str | None


async def lock_image(connection: Connection, account_id: int, image_id: UUID) -> ImageFile | None:
    """Return an image of the account, locked until the transaction ends."""
    record = await connection.fetchrow(LOCK_IMAGE, image_id, account_id)
    return ImageFile(*record) if record else None


async def count_of_image(connection: Connection, image_id: UUID) -> int:
    """Return the number of an image's analyses."""
    count: int = await connection.fetchval(COUNT_OF_IMAGE, image_id)
    return count


async def insert(
    connection: Connection, analysis_id: UUID, account_id: int, image_id: UUID, new: NewAnalysis
) -> AnalysisRecord:
    """Insert an analysis with the status queued."""
    return _analysis(await connection.fetchrow(INSERT, analysis_id, account_id, image_id, *new))


async def own(connection: Connection, account_id: int, analysis_id: UUID) -> AnalysisRecord | None:
    """Return an analysis of the account whose image is not deleted, or None."""
    record = await connection.fetchrow(SELECT_OWN, analysis_id, account_id)
    return _analysis(record) if record else None


async def of_image(connection: Connection, account_id: int, image_id: UUID) -> list[AnalysisRecord]:
    """List the analyses of an image, newest first."""
    return [_analysis(record) for record in await connection.fetch(LIST_OF_IMAGE, image_id, account_id)]


async def status_counts(
    connection: Connection, account_id: int, image_ids: Sequence[UUID]
) -> dict[UUID, dict[AnalysisStatus, int]]:
    """Count the analyses of the images by image and status; an image without analyses is left out."""
    counts: dict[UUID, dict[AnalysisStatus, int]] = {}
    for image_id, status, count in await connection.fetch(COUNT_BY_STATUS, image_ids, account_id):
        counts.setdefault(image_id, {})[AnalysisStatus(status)] = count
    return counts


async def lock_for_signer(connection: Connection, account_id: int | None, analysis_id: UUID) -> AnalysisRecord | None:
    """Return an analysis of the account, or of any account if it is None, locked until the transaction ends."""
    record = await connection.fetchrow(LOCK_FOR_SIGNER, analysis_id, account_id)
    return _analysis(record) if record else None


async def list_queued(
    connection: Connection, account_id: int, models: Sequence[str], limit: int
) -> list[tuple[AnalysisRecord, ImageFile]]:
    """List queued analyses of the account for one of the models, or for any if there are none; the oldest first."""
    records = await connection.fetch(QUEUED, account_id, models, limit)
    width = len(AnalysisRecord.__struct_fields__)
    # By position: both tables have an id.
    return [(_analysis(record), ImageFile(*tuple(record)[width:])) for record in records]


async def move(
    connection: Connection, analysis_id: UUID, status: AnalysisStatus, summary: dict[str, Any] | None, error: str | None
) -> AnalysisRecord:
    """Update the status, which the lifecycle must allow; the caller holds the row's lock."""
    return _analysis(await connection.fetchrow(MOVE, analysis_id, status.value, summary, error))


async def describe(
    connection: Connection,
    account_id: int,
    analysis_id: UUID,
    *,
    is_ground_truth: bool | None,
    description: tuple[bool, str | None],
) -> AnalysisRecord | None:
    """Set whether an analysis is ground truth (None keeps it), and its description if the first of the two is true."""
    record = await connection.fetchrow(DESCRIBE, analysis_id, account_id, is_ground_truth, *description)
    return _analysis(record) if record else None


async def delete(connection: Connection, account_id: int, analysis_id: UUID) -> bool:
    """Delete an analysis of the account; return False if there was none."""
    return await connection.fetchval(DELETE, analysis_id, account_id) is not None


async def described_image(connection: Connection, image_id: UUID) -> tuple[UUID, str, int, int]:
    """Return the project, file name, height and width of an image, in pixels."""
    project_id, filename, height, width = await connection.fetchrow(DESCRIBED_IMAGE, image_id)
    return project_id, filename, height, width


async def announce_artifact(
    connection: Connection, analysis_id: UUID, name: str, content_type: str, announced_bytes: int | None
) -> ArtifactRecord:
    """Insert an announced file, or replace an earlier announcement of the same name."""
    return ArtifactRecord(*await connection.fetchrow(ANNOUNCE, analysis_id, name, content_type, announced_bytes))


async def artifacts(connection: Connection, analysis_id: UUID) -> list[ArtifactRecord]:
    """List the artifacts of an analysis, by name."""
    return [ArtifactRecord(*record) for record in await connection.fetch(SELECT_ARTIFACTS, analysis_id)]


async def settle_artifacts(connection: Connection, analysis_id: UUID, files: Sequence[ArtifactRecord]) -> None:
    """Write the status, size and key of inspected files."""
    rows = [(analysis_id, file.name, file.status, file.size_bytes, file.object_key) for file in files]
    await connection.executemany(SETTLE_ARTIFACT, rows)


async def abandon_artifacts(connection: Connection, age: timedelta) -> list[tuple[UUID, UUID]]:
    """Mark announced files that are older than this as missing; return the ids of their analyses and their own."""
    return [(record["analysis_id"], record["id"]) for record in await connection.fetch(ABANDON_ARTIFACTS, age)]


async def unreferenced(connection: Connection, objects: Sequence[tuple[str, UUID | None]]) -> list[str]:
    """Return the keys that belong to no stored file and, by the id beside each key, to no announced one."""
    keys, upload_ids = zip(*objects, strict=True)
    return [record["key"] for record in await connection.fetch(UNREFERENCED, keys, upload_ids)]


def _analysis(record: Record) -> AnalysisRecord:
    values = dict(zip(AnalysisRecord.__struct_fields__, record, strict=False))
    return AnalysisRecord(**{**values, "status": AnalysisStatus(values["status"])})
