"""The choice of the analyses that are exported, made when the export is requested and not when it runs."""

import asyncio
import zlib
from uuid import UUID

import msgspec

from shared import projects
from shared.accounts import Caller
from shared.analyses.agreement.pairs import Side
from shared.analyses.errors import AnalysisNotFound
from shared.detection_runs.answers import judged_analyses
from shared.exports import queries
from shared.exports.errors import ExportTooLarge, NothingToExport
from shared.exports.writing.formats import ExportFormat
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform

# More than the largest public detection set has for training.
MAX_IMAGES = 200_000


class SelectedImage(msgspec.Struct, frozen=True, array_like=True):
    """An image with the analysis that is exported; width and height in pixels."""

    analysis_id: UUID
    image_id: UUID
    filename: str
    width: int
    height: int


class Selection(msgspec.Struct, frozen=True):
    """The images with an analysis of the side, by number, and the number of those without one."""

    images: list[SelectedImage]
    images_without: int
    is_truth: bool


async def choose(
    platform: Platform,
    caller: Caller,
    project_id: str,
    side: Side,
    file_format: ExportFormat,
    judged_by: str | None = None,
) -> bytes:
    """Choose the newest completed analysis of each image that is of the side, or the one that a detection run judged.

    `read` decodes it. Raises InvalidInput, ProjectNotFound, NothingToExport, ExportTooLarge; of a detection run
    DetectionRunNotFound, DetectionRunNotReady, and AnalysisNotFound where one was deleted since.
    """
    if side == Side():
        raise InvalidInput(Fault("/side", "side: send an analysis_id, a model_name, or ground_truth."))
    analysis_id = parse_uuid(side.analysis_id) if side.analysis_id is not None else None
    project = await projects.find(platform, caller, project_id)
    if side.analysis_id is not None and analysis_id is None:
        raise NothingToExport
    judged = await _judged(platform, caller, project.id, side, judged_by)
    conditions = (analysis_id, side.model_name, side.model_version, side.ground_truth, judged)
    async with platform.db.connection() as connection:
        records = await queries.select_side(connection, caller.account_id, project.id, *conditions)
    if not records:
        raise NothingToExport
    if judged is not None and len(records) < len(judged) and side.analysis_id is None:
        raise AnalysisNotFound("An image or analysis that the detection run judged was deleted; judge the model again.")
    if len(records) > MAX_IMAGES:
        raise ExportTooLarge(f"An export can have at most {MAX_IMAGES:,} images; split the project.")
    is_truth = all(record["is_ground_truth"] for record in records)
    if is_truth and file_format == "coco_results":
        raise InvalidInput(Fault("/format", "format: coco_results has detections only; ask for coco."))
    images = [SelectedImage(*values) for *values, _ in records]
    return await asyncio.to_thread(_packed, Selection(images, project.image_count - len(images), is_truth))


async def _judged(
    platform: Platform, caller: Caller, project_id: UUID, side: Side, detection_run_id: str | None
) -> list[UUID] | None:
    if detection_run_id is None:
        return None
    project_of_run, judged = await judged_analyses(platform, caller, detection_run_id, is_truth=side.ground_truth)
    if project_of_run != project_id:
        raise NothingToExport("The detection run is of another project.")
    return judged


def read(inputs: bytes) -> Selection:
    """Decode the selection of a job."""
    return msgspec.msgpack.decode(zlib.decompress(inputs), type=Selection)


def _packed(selection: Selection) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(selection), level=1)
