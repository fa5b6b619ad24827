"""The numbers by which files name the images and categories of a project: given once, kept, and never shared by two.

Whoever is given a file names detections by its numbers, and files of both sides are compared by them. So a number that
a file has once used keeps its meaning.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from shared.analyses.numbered_categories import NumberedCategory, additions, unambiguous
from shared.kit.database.transactions import Connection, retry_conflicts
from shared.kit.platform import Platform
from shared.projects import queries as project_queries
from shared.projects.errors import ProjectNotFound

# A number that several images have names none of them, so it is given up by all of them.
TO_NUMBER = """
    WITH shared AS (
        SELECT number FROM image WHERE project_id = $1 AND deleted_at IS NULL GROUP BY number HAVING count(*) > 1
    )
    SELECT id FROM image
    WHERE project_id = $1 AND deleted_at IS NULL
        AND (number IN (SELECT number FROM shared) OR (number IS NULL AND id = ANY($2)))
    ORDER BY filename, id
"""

# Deleted images may come back with their numbers.
NUMBER_IMAGES = """
    UPDATE image SET number = last.number + row.position
    FROM unnest($2::uuid[]) WITH ORDINALITY AS row (id, position),
        (SELECT greatest(max(number), 0) AS number FROM image WHERE project_id = $1) AS last
    WHERE image.id = row.id
"""

IMAGE_NUMBERS = "SELECT id, number FROM image WHERE project_id = $1 AND id = ANY($2)"

# Of a name with several numbers, the first that says how frequent it is.
CATEGORIES = """
    SELECT name, number, keypoints, skeleton,
        first_value(frequency) OVER (PARTITION BY name ORDER BY frequency IS NULL, number)
    FROM project_category WHERE project_id = $1 ORDER BY number, name
"""

ADD_CATEGORY = """
    INSERT INTO project_category (project_id, name, number, keypoints, skeleton) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (project_id, number, name) DO UPDATE SET keypoints = excluded.keypoints
"""

# For the images of the largest projects together.
TIMEOUT_S = 120


class Numbers(NamedTuple):
    """The numbers of images, and the categories of a project by name; those without a number are left out."""

    images: dict[UUID, int]
    categories: dict[str, NumberedCategory]


@retry_conflicts
async def number(
    platform: Platform,
    account_id: int,
    project_id: UUID,
    image_ids: Sequence[UUID],
    classes: Mapping[str, Sequence[str]],
) -> Numbers:
    """Return the numbers of images and of classes with these keypoints; those that have none are given one.

    Raises ProjectNotFound.
    """
    async with platform.db.connection() as connection:
        unnumbered, known = await _state(connection, project_id, image_ids)
        if not unnumbered and not additions(known, classes):
            return await _numbers(connection, project_id, image_ids, known)
    async with platform.db.transaction() as connection:
        # Imports and other exports of the project take turns.
        if await project_queries.lock(connection, account_id, project_id) is None:
            raise ProjectNotFound
        unnumbered, known = await _state(connection, project_id, image_ids)
        await connection.execute(NUMBER_IMAGES, project_id, unnumbered, timeout=TIMEOUT_S)
        added = additions(known, classes)
        await connection.executemany(ADD_CATEGORY, [_row(project_id, category) for category in added])
        return await _numbers(connection, project_id, image_ids, [*added, *known])


async def _state(
    connection: Connection, project_id: UUID, image_ids: Sequence[UUID]
) -> tuple[list[UUID], list[NumberedCategory]]:
    unnumbered = await connection.fetch(TO_NUMBER, project_id, image_ids, timeout=TIMEOUT_S)
    categories = [
        NumberedCategory(
            name, number, tuple(keypoints), tuple(zip(skeleton[::2], skeleton[1::2], strict=True)), frequency
        )
        for name, number, keypoints, skeleton, frequency in await connection.fetch(CATEGORIES, project_id)
    ]
    return [record["id"] for record in unnumbered], categories


async def _numbers(
    connection: Connection, project_id: UUID, image_ids: Sequence[UUID], categories: Sequence[NumberedCategory]
) -> Numbers:
    images = dict(await connection.fetch(IMAGE_NUMBERS, project_id, image_ids, timeout=TIMEOUT_S))
    return Numbers(images, unambiguous(categories))


def _row(project_id: UUID, category: NumberedCategory) -> tuple[Any, ...]:
    skeleton = [position for pair in category.skeleton for position in pair]
    return project_id, category.name, category.number, list(category.keypoints), skeleton
