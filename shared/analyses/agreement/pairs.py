"""The choice of the analyses to compare, made when the comparison is requested and not when it runs."""

import zlib
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.accounts import Caller
from shared.analyses.errors import AnalysisNotFound, NothingToCompare
from shared.kit.database.transactions import Connection
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid
from shared.kit.names import ModelName, ModelVersion
from shared.kit.platform import Platform
from shared.projects.errors import ImageNotFound, ProjectNotFound

Id = Annotated[str, Meta(max_length=36)]

MAX_IMAGES = 10_000

# The newest completed analysis of each image that matches.
# The account is asked of the image alone: until a table that was filled is analysed, the planner would search all
# analyses of the account for every image, which takes seconds.
SELECT_SIDE = """
    SELECT DISTINCT ON (analysis.image_id)
        analysis.image_id, analysis.id, analysis.is_ground_truth, image.height, image.width, image.number,
        image.filename
    FROM analysis JOIN image ON image.id = analysis.image_id
    WHERE image.account_id = $1 AND image.deleted_at IS NULL AND analysis.status = 'completed'
        AND ($2::uuid IS NULL OR image.project_id = $2) AND ($3::uuid IS NULL OR image.id = $3)
        AND ($4::uuid IS NULL OR analysis.id = $4)
        AND ($5::text IS NULL OR analysis.model_name = $5) AND ($6::text IS NULL OR analysis.model_version = $6)
        AND (NOT $7::boolean OR analysis.is_ground_truth)
    ORDER BY analysis.image_id, analysis.id DESC
"""

OWN_PROJECT = "SELECT true FROM project WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL"
OWN_IMAGE = "SELECT true FROM image WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL"
OWN_ANALYSES = """
    SELECT count(*) FROM analysis JOIN image ON image.id = analysis.image_id
    WHERE analysis.id = ANY($1) AND analysis.account_id = $2 AND image.deleted_at IS NULL
"""


class Side(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The analyses on one side: one by its id, or of each image the newest completed one that matches."""

    analysis_id: Annotated[Id | None, Meta(description="Id of the one analysis.")] = None
    model_name: Annotated[ModelName | None, Meta(description="Only analyses by this model.")] = None
    model_version: Annotated[ModelVersion | None, Meta(description="Only analyses by this model version.")] = None
    ground_truth: Annotated[bool, Meta(description="Only analyses that are marked as ground truth.")] = False


class ImagePair(msgspec.Struct, frozen=True, array_like=True):
    """The two analyses of one image, and the image's size in pixels."""

    image_id: UUID
    reference: UUID
    candidate: UUID
    height: int
    width: int


class Pairing(msgspec.Struct, frozen=True):
    """The inputs of a comparison: the pairs, and the numbers of images with an analysis on one side only."""

    pairs: list[ImagePair]
    only_reference: int
    only_candidate: int
    reference_is_truth: bool


async def choose(
    platform: Platform,
    caller: Caller,
    reference: Side,
    candidate: Side,
    *,
    project_id: str | None,
    image_id: str | None,
) -> bytes:
    """Choose the caller's analyses on two sides, in a project or an image; return the pairing as `read` decodes it.

    Raises InvalidInput, ProjectNotFound, ImageNotFound, AnalysisNotFound, or NothingToCompare.
    """
    sides = reference, candidate
    _check(sides, is_bounded=project_id is not None or image_id is not None)
    async with platform.db.connection() as connection:
        scope = await _scope(connection, caller, project_id, image_id)
        await _check_analyses(connection, caller, sides)
        analyses = [await _side(connection, caller, scope, side) for side in sides]
    return zlib.compress(msgspec.msgpack.encode(_pair(*analyses)), level=1)


def read(inputs: bytes) -> Pairing:
    """Decode the pairing of a job."""
    return msgspec.msgpack.decode(zlib.decompress(inputs), type=Pairing)


def _check(sides: Sequence[Side], *, is_bounded: bool) -> None:
    for name, side in zip(("reference", "candidate"), sides, strict=True):
        if side == Side():
            detail = f"{name}: send an analysis_id, a model_name, or ground_truth."
            raise InvalidInput(Fault(f"/{name}", detail))
        if side.analysis_id is None and not is_bounded:
            raise InvalidInput(Fault("/project_id", "project_id: send a project_id or an image_id."))


async def _scope(
    connection: Connection, caller: Caller, project_id: str | None, image_id: str | None
) -> tuple[UUID | None, UUID | None]:
    project, image = parse_uuid(project_id or ""), parse_uuid(image_id or "")
    if project_id is not None and not await connection.fetchval(OWN_PROJECT, project, caller.account_id):
        raise ProjectNotFound
    if image_id is not None and not await connection.fetchval(OWN_IMAGE, image, caller.account_id):
        raise ImageNotFound
    return project, image


async def _check_analyses(connection: Connection, caller: Caller, sides: Sequence[Side]) -> None:
    ids = {parse_uuid(side.analysis_id) for side in sides if side.analysis_id is not None}
    # An invalid id parses to None, which matches no analysis.
    if await connection.fetchval(OWN_ANALYSES, list(ids), caller.account_id) < len(ids):
        raise AnalysisNotFound


async def _side(
    connection: Connection, caller: Caller, scope: tuple[UUID | None, UUID | None], side: Side
) -> dict[UUID, Any]:
    analysis_id = parse_uuid(side.analysis_id) if side.analysis_id else None
    conditions = (analysis_id, side.model_name, side.model_version, side.ground_truth)
    records = await connection.fetch(SELECT_SIDE, caller.account_id, *scope, *conditions)
    return {record["image_id"]: record for record in records}


def _place(side: Any) -> tuple[Any, ...]:
    """Return the place of an image: equal confidences count in the order of images, as the files number them."""
    number = side["number"]
    return number is None, number or 0, side["filename"], side["image_id"]


def _pair(reference: dict[UUID, Any], candidate: dict[UUID, Any]) -> Pairing:
    image_ids: Sequence[UUID] = sorted(reference.keys() & candidate.keys(), key=lambda each: _place(reference[each]))
    if not image_ids:
        raise NothingToCompare
    if len(image_ids) > MAX_IMAGES:
        raise NothingToCompare(f"A comparison can have at most {MAX_IMAGES} images; split the project.")
    return Pairing(
        pairs=[
            ImagePair(
                image_id,
                reference[image_id]["id"],
                candidate[image_id]["id"],
                reference[image_id]["height"],
                reference[image_id]["width"],
            )
            for image_id in image_ids
        ],
        only_reference=len(reference) - len(image_ids),
        only_candidate=len(candidate) - len(image_ids),
        reference_is_truth=all(reference[image_id]["is_ground_truth"] for image_id in image_ids),
    )
