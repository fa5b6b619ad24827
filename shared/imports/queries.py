"""Statements of imports."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from shared.analyses.records import AnnotationRecord
from shared.imports.planning import PlannedAnalysis
from shared.imports.reading.objects import Category, Known, KnownImage
from shared.imports.reading.pictures import SentPicture
from shared.kit.database.transactions import Connection
from shared.projects import images as project_images
from shared.projects import thumbnail_queries
from shared.projects.canvas import CONTENT_TYPE, canvas

IMAGES = """
    SELECT id, filename, width, height, number, EXISTS (
        SELECT FROM analysis WHERE image_id = image.id AND status = 'completed' AND is_ground_truth
    ) AS has_truth, EXISTS (
        SELECT FROM analysis WHERE image_id = image.id AND status = 'completed' AND NOT is_ground_truth
            AND model_name = $3 AND model_version = $4 AND annotation_count > 0
    ) AS has_detections
    FROM image WHERE project_id = $1 AND account_id = $2 AND deleted_at IS NULL ORDER BY id
"""

CATEGORIES = """
    SELECT name, number, keypoints, skeleton, frequency FROM project_category WHERE project_id = $1
    ORDER BY number, name
"""

LOCK_IMAGES = """
    SELECT id FROM image WHERE id = ANY($1) AND account_id = $2 AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE
"""

NAME_TAKEN = """
    SELECT filename FROM image WHERE project_id = $1 AND filename = ANY($2) AND deleted_at IS NULL LIMIT 1
"""

FULL = """
    SELECT image.filename FROM analysis JOIN image ON image.id = analysis.image_id WHERE image_id = ANY($1)
    GROUP BY image.id HAVING count(*) >= $2 ORDER BY image.id LIMIT 1
"""

# Without bytes there is nothing to draw a thumbnail of; pages show the canvas.
INSERT_IMAGES = """
    WITH added AS (
        SELECT * FROM unnest($3::uuid[], $4::text[], $5::int[], $6::int[], $7::bigint[], $8::bigint[], $9::text[],
                             $10::text[], $11::int[], $12::text[])
            AS row (id, filename, width, height, number, size_bytes, sha256, content_type, orientation, object_key)
    ), drawn AS (
        INSERT INTO thumbnail (image_id, account_id, status, attempt)
        SELECT id, $1, CASE WHEN object_key IS NULL THEN 'failed' ELSE 'queued' END, 0 FROM added
    )
    INSERT INTO image (id, account_id, project_id, filename, content_type, size_bytes, sha256, width, height,
                       orientation, number, object_key, metadata)
    SELECT id, $1, $2, filename, content_type, size_bytes, sha256, width, height, orientation, number, object_key, '{}'
    FROM added
"""

NUMBER_IMAGES = """
    UPDATE image SET number = row.number FROM unnest($1::uuid[], $2::bigint[]) AS row (id, number)
    WHERE image.id = row.id AND image.number IS NULL
"""

INSERT_ANALYSES = """
    INSERT INTO analysis (id, account_id, image_id, model_name, model_version, parameters, status, is_ground_truth,
                          annotation_count, started_at, completed_at)
    SELECT row.id, $1, row.image_id, $2, $3, $4 || row.labels, 'completed', $5, row.count, now(), now()
    FROM unnest($6::uuid[], $7::uuid[], $8::int[], $9::jsonb[]) AS row (id, image_id, count, labels)
"""

INSERT_CATEGORY = """
    INSERT INTO project_category (project_id, name, number, keypoints, skeleton, frequency)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (project_id, number, name) DO UPDATE SET frequency = excluded.frequency
    WHERE excluded.frequency IS NOT NULL
"""

_IMAGE_COLUMNS, _UPRIGHT = 10, 1

ANNOTATION_COLUMNS = ("analysis_id", *AnnotationRecord.__struct_fields__)

# One statement of each takes some seconds; nobody waits for a worker's statements.
ROWS_AT_ONCE = 50_000
TIMEOUT_S = 120


async def known(connection: Connection, account_id: int, project_id: UUID, model: tuple[str, str]) -> Known:
    """Return the images and categories of a project, and which images a version of a model has found objects in."""
    images = [KnownImage(*record) for record in await connection.fetch(IMAGES, project_id, account_id, *model)]
    categories = [
        Category(name, number, tuple(keypoints), tuple(zip(skeleton[::2], skeleton[1::2], strict=True)), frequency)
        for name, number, keypoints, skeleton, frequency in await connection.fetch(CATEGORIES, project_id)
    ]
    return Known(images, categories)


async def lock_images(connection: Connection, account_id: int, image_ids: Sequence[UUID]) -> int:
    """Lock the images of the account that are not deleted, until the transaction ends; returns their number."""
    return len(await connection.fetch(LOCK_IMAGES, image_ids, account_id, timeout=TIMEOUT_S))


async def taken_name(connection: Connection, project_id: UUID, names: Sequence[str]) -> str | None:
    """Return one of the names that an image of the project has already, or None."""
    name: str | None = await connection.fetchval(NAME_TAKEN, project_id, names, timeout=TIMEOUT_S)
    return name


async def full_image(connection: Connection, image_ids: Sequence[UUID], limit: int) -> str | None:
    """Return the name of an image that has so many analyses already, or None."""
    name: str | None = await connection.fetchval(FULL, image_ids, limit, timeout=TIMEOUT_S)
    return name


async def insert_images(
    connection: Connection,
    account_id: int,
    project_id: UUID,
    images: Sequence[KnownImage],
    pictures: Mapping[UUID, SentPicture],
) -> None:
    """Insert images, with the picture that came with them, or with nothing but their size."""
    rows = [_image_row(image, pictures.get(image.id)) for image in images]
    columns = zip(*rows, strict=True) if rows else [[]] * _IMAGE_COLUMNS
    await connection.execute(thumbnail_queries.NOTIFY)
    await connection.execute(INSERT_IMAGES, account_id, project_id, *map(list, columns), timeout=TIMEOUT_S)


async def number_images(connection: Connection, numbers: dict[UUID, int]) -> None:
    """Give images that have none the numbers by which a file names them."""
    await connection.execute(NUMBER_IMAGES, list(numbers), list(numbers.values()), timeout=TIMEOUT_S)


async def insert_analyses(
    connection: Connection,
    account_id: int,
    model: tuple[str, str],
    parameters: dict[str, Any],
    analyses: Sequence[PlannedAnalysis],
    *,
    is_ground_truth: bool,
) -> None:
    """Insert completed analyses with their annotations."""
    columns = (
        [analysis.id for analysis in analyses],
        [analysis.image_id for analysis in analyses],
        [len(analysis.annotations) for analysis in analyses],
        [analysis.labels for analysis in analyses],
    )
    await connection.execute(
        INSERT_ANALYSES, account_id, *model, parameters, is_ground_truth, *columns, timeout=TIMEOUT_S
    )
    rows = _rows(analyses)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        await connection.copy_records_to_table(
            "annotation", records=batch, columns=ANNOTATION_COLUMNS, timeout=TIMEOUT_S
        )


async def insert_categories(connection: Connection, project_id: UUID, categories: Sequence[Category]) -> None:
    """Insert the numbers of categories that are not known yet."""
    rows = [
        (project_id, name, number, list(keypoints), [position for pair in skeleton for position in pair], frequency)
        for name, number, keypoints, skeleton, frequency in categories
        if number is not None
    ]
    await connection.executemany(INSERT_CATEGORY, rows, timeout=TIMEOUT_S)


def _image_row(image: KnownImage, picture: SentPicture | None) -> tuple[Any, ...]:
    described = (image.id, image.filename, image.width, image.height, image.number)
    if picture is not None:
        key = project_images.key_of(image.id, picture.sha256)
        return *described, picture.size_bytes, picture.sha256, picture.content_type, picture.orientation, key
    drawn = canvas(image.width, image.height)
    return *described, len(drawn), hashlib.sha256(drawn).hexdigest(), CONTENT_TYPE, _UPRIGHT, None


def _rows(analyses: Sequence[PlannedAnalysis]) -> Iterator[tuple[Any, ...]]:
    for analysis in analyses:
        for position, row in enumerate(analysis.annotations):
            yield analysis.id, position, row.id, row.annotation_type, row.class_name, row.confidence, row.data
