"""Statements about detection runs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from shared.detection_runs.lifecycle import INTERVAL_STATUS, STATUS
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.records import DetectionRunDescription, DetectionRunRecord, ModelCount, ShownImage
from shared.evaluation.detection.rules.lvis import Frequency
from shared.kit.database.transactions import Connection

_COLUMNS = f"""
    detection_run.id, detection_run.account_id, detection_run.project_id, detection_run.job_id, {STATUS},
    {INTERVAL_STATUS},
    CASE WHEN detection_run.result IS NULL OR detection_run.awaits_intervals THEN coalesce(job.progress, 0) ELSE 1 END,
    job.error,
    detection_run.model_name, detection_run.model_version, detection_run.name, detection_run.tags, detection_run.notes,
    detection_run.options, detection_run.ap, {{result}}, detection_run.folder, detection_run.scene_bytes,
    detection_run.created_at
    FROM detection_run JOIN project ON project.id = detection_run.project_id
    LEFT JOIN job ON job.id = detection_run.job_id
"""

# Those of a deleted project are as invisible as the project.
FIND = f"""
    SELECT {_COLUMNS.format(result="detection_run.result")}
    WHERE detection_run.account_id = $1 AND detection_run.id = $2 AND project.deleted_at IS NULL
"""

# A result has a line for every class.
LIST_OWN = f"""
    SELECT {_COLUMNS.format(result="NULL")}
    WHERE detection_run.account_id = $1 AND ($2::uuid IS NULL OR detection_run.project_id = $2)
        AND ($3::uuid IS NULL OR detection_run.id < $3) AND project.deleted_at IS NULL
        AND ($4::text IS NULL OR strpos(lower(detection_run.name), lower($4)) > 0
            OR strpos(lower(detection_run.model_name), lower($4)) > 0)
    ORDER BY detection_run.id DESC LIMIT $5
"""

INSERT = """
    INSERT INTO detection_run
        (id, account_id, project_id, job_id, model_name, model_version, options, name, tags, notes)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

LOCK_DESCRIPTION = "SELECT name, tags, notes FROM detection_run WHERE account_id = $1 AND id = $2 FOR UPDATE"

DESCRIBE = "UPDATE detection_run SET name = $3, tags = $4, notes = $5 WHERE account_id = $1 AND id = $2"

# One that is named is compared whatever its rules, so that the check says what differs; the latest is of the same.
LATEST_READY = """
    SELECT other.id
    FROM detection_run AS candidate JOIN detection_run AS other ON other.account_id = candidate.account_id
    JOIN project ON project.id = other.project_id AND project.deleted_at IS NULL
    WHERE candidate.account_id = $1 AND candidate.id = $2 AND other.id <> candidate.id AND other.result IS NOT NULL
        AND CASE WHEN $3::uuid IS NOT NULL THEN other.id = $3
            ELSE other.project_id = candidate.project_id
                AND other.options -> 'subject' = candidate.options -> 'subject'
                AND other.options -> 'profile' = candidate.options -> 'profile'
                AND other.options -> 'sigmas' = candidate.options -> 'sigmas' END
        AND ($4::text IS NULL OR other.tags @> ARRAY[$4::varchar]) AND ($5::text IS NULL OR other.model_name = $5)
    ORDER BY other.id DESC LIMIT 1
"""

DELETE = "DELETE FROM detection_run WHERE account_id = $1 AND id = $2 RETURNING coalesce(folder, '')"

WITHOUT_DETECTION_RUN = """
    SELECT key FROM unnest($1::text[]) AS key
    WHERE NOT EXISTS (SELECT FROM detection_run WHERE folder = regexp_replace(key, '[^/]*$', ''))
"""

MODELS_OF = """
    SELECT model_name, model_version, count(DISTINCT image_id), count(*) FILTER (WHERE is_ground_truth)
    FROM analysis JOIN image ON image.id = analysis.image_id
    WHERE analysis.account_id = $1 AND image.project_id = $2 AND image.deleted_at IS NULL
        AND analysis.status = 'completed'
    GROUP BY model_name, model_version ORDER BY model_name, model_version LIMIT 1000
"""

SHOWN_IMAGES = """
    SELECT id, filename, width, height FROM image WHERE id = ANY($1) AND account_id = $2 AND deleted_at IS NULL
"""

IMAGES_WITH = """
    SELECT id FROM image
    WHERE project_id = $1 AND deleted_at IS NULL AND metadata ? $2
        AND ($3::text IS NULL OR strpos(lower(metadata ->> $2), lower($3)) > 0)
"""

# Those of ground truth say what is known of whole images.
PARAMETERS_OF = "SELECT id, parameters FROM analysis WHERE id = ANY($1)"

FREQUENCIES_OF = """
    SELECT DISTINCT ON (name) name, frequency FROM project_category
    WHERE project_id = $1 AND frequency IS NOT NULL ORDER BY name, number
"""


# The sizes stand in the rows, so that what is too long is not read.
TEXTS_OF = """
    SELECT id, data FROM (
        SELECT id, data, sum(octet_length(data)) OVER (ORDER BY octet_length(data), id) AS so_far
        FROM annotation WHERE analysis_id = ANY($1) AND id = ANY($2)
    ) AS wanted WHERE so_far <= $3
"""

LIMBS_OF = """
    SELECT DISTINCT ON (name) name, keypoints, skeleton FROM project_category
    WHERE project_id = $1 AND cardinality(skeleton) > 0 ORDER BY name, number
"""


async def find(connection: Connection, account_id: int, detection_run_id: UUID) -> DetectionRunRecord | None:
    """Return a detection run of the account, or None."""
    record = await connection.fetchrow(FIND, account_id, detection_run_id)
    return DetectionRunRecord(*record) if record else None


async def list_own(
    connection: Connection,
    account_id: int,
    *,
    project_id: UUID | None,
    before: UUID | None,
    text: str | None,
    limit: int,
) -> list[DetectionRunRecord]:
    """Return detection runs of the account without their results, newest first.

    Of one project, and with a part of their name or their model's, if given.
    """
    records = await connection.fetch(LIST_OWN, account_id, project_id, before, text, limit)
    return [DetectionRunRecord(*record) for record in records]


async def insert(
    connection: Connection,
    detection_run_id: UUID,
    account_id: int,
    project_id: UUID,
    job_id: UUID,
    model: tuple[str, str | None],
    options: DetectionOptions,
    description: DetectionRunDescription,
) -> None:
    """Insert a detection run, which its job makes."""
    values = (detection_run_id, account_id, project_id, job_id, *model, msgspec.to_builtins(options))
    await connection.execute(INSERT, *values, *msgspec.structs.astuple(description))


async def lock_description(
    connection: Connection, account_id: int, detection_run_id: UUID
) -> DetectionRunDescription | None:
    """Return the description of a detection run of the account, locked until the transaction ends, or None."""
    record = await connection.fetchrow(LOCK_DESCRIPTION, account_id, detection_run_id)
    return DetectionRunDescription(*record) if record else None


async def describe(
    connection: Connection, account_id: int, detection_run_id: UUID, description: DetectionRunDescription
) -> None:
    """Replace the description of a detection run of the account."""
    await connection.execute(DESCRIBE, account_id, detection_run_id, *msgspec.structs.astuple(description))


async def latest_ready(
    connection: Connection,
    account_id: int,
    *,
    detection_run_id: UUID | None,
    tag: str | None,
    model_name: str | None,
    other_than: UUID,
) -> UUID | None:
    """Return the newest that is ready: the named one, or one with the tag and the model of a candidate's project."""
    found: UUID | None = await connection.fetchval(
        LATEST_READY, account_id, other_than, detection_run_id, tag, model_name
    )
    return found


async def delete(connection: Connection, account_id: int, detection_run_id: UUID) -> str | None:
    """Delete a detection run of the account; return the folder of its object, "" without one, None if there is none."""
    found: str | None = await connection.fetchval(DELETE, account_id, detection_run_id)
    return found


async def without_detection_run(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Return the keys of objects that are in the folder of no detection run."""
    return [record["key"] for record in await connection.fetch(WITHOUT_DETECTION_RUN, keys)]


async def models_of(connection: Connection, account_id: int, project_id: UUID) -> list[ModelCount]:
    """Return the models with completed analyses of a project's images, by name."""
    return [ModelCount(*record) for record in await connection.fetch(MODELS_OF, account_id, project_id)]


async def parameters_of(connection: Connection, analysis_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the parameters of analyses."""
    return {record[0]: record[1] for record in await connection.fetch(PARAMETERS_OF, analysis_ids)}


async def frequencies_of(connection: Connection, project_id: UUID) -> dict[str, Frequency]:
    """Return how frequent the categories of a project are, by name, of those of which it is known."""
    return {record[0]: record[1] for record in await connection.fetch(FREQUENCIES_OF, project_id)}


async def images_with(connection: Connection, project_id: UUID, key: str, value: str | None) -> list[UUID]:
    """Return the images of a project that have a key of metadata, and a part of its value, if given."""
    return [record["id"] for record in await connection.fetch(IMAGES_WITH, project_id, key, value)]


async def shown_images(connection: Connection, account_id: int, image_ids: Sequence[UUID]) -> dict[UUID, ShownImage]:
    """Return those of the images that still exist."""
    records = await connection.fetch(SHOWN_IMAGES, image_ids, account_id)
    return {record["id"]: ShownImage(*record) for record in records}


async def texts_of(
    connection: Connection, analysis_ids: Sequence[UUID], annotation_ids: Sequence[UUID], max_bytes: int
) -> dict[UUID, str]:
    """Return the data of those of the annotations that the analyses have, the shortest first, up to a size."""
    records = await connection.fetch(TEXTS_OF, analysis_ids, annotation_ids, max_bytes)
    return {record[0]: record[1] for record in records}


async def limbs_of(connection: Connection, project_id: UUID) -> dict[str, list[tuple[str, str]]]:
    """Return the pairs of keypoints that the categories of a project join by lines, by the name of the category."""
    records = await connection.fetch(LIMBS_OF, project_id)
    return {
        name: [
            (names[first - 1], names[second - 1])
            for first, second in zip(skeleton[::2], skeleton[1::2], strict=True)
            if 0 < first <= len(names) and 0 < second <= len(names)
        ]
        for name, names, skeleton in records
    }
