"""Reading what an export writes: the objects into a file of the scratch folder, and the numbers that name them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from shared import jobs
from shared.analyses import numbering
from shared.analyses.annotations.validation import MAX_CHARACTERS
from shared.analyses.coco_form import keypoint_names
from shared.analyses.errors import AnalysisNotFound
from shared.analyses.image_labels import TruthLabels
from shared.exports import queries, selection
from shared.exports.kinds.export_annotations import ExportAnnotations
from shared.exports.selection import SelectedImage
from shared.exports.writing.source import NO_LABELS, ExportedImage, ExportedObject, ExportSource
from shared.jobs import JobRecord
from shared.kit.database.transactions import retry_conflicts
from shared.kit.names import is_visible
from shared.kit.platform import Platform
from shared.projects import queries as project_queries
from shared.projects.errors import ProjectNotFound


async def load(platform: Platform, job: JobRecord, arguments: ExportAnnotations, folder: Path) -> ExportSource:
    """Write the objects into a file of the folder, and return what is exported.

    Raises ProjectNotFound, and AnalysisNotFound where one was deleted after the request.
    """
    selected = selection.read(await jobs.read_inputs(platform, job))
    project_id, target = UUID(arguments.project_id), folder / "objects"
    classes = await _write_objects(platform, job.account_id, project_id, selected.images, target)
    labels = await _labels(platform, selected.images) if selected.is_truth else {}
    for name in {name for each in labels.values() if each is not None for name in each.names}:
        classes.setdefault(name, [])
    image_ids = [image.image_id for image in selected.images]
    numbers = await numbering.number(platform, job.account_id, project_id, image_ids, classes)
    images = [
        ExportedImage(
            image.filename,
            image.width,
            image.height,
            numbers.images[image.image_id],
            labels.get(image.analysis_id, NO_LABELS),
        )
        for image in selected.images
    ]
    return ExportSource(images, numbers.categories, target, selected.images_without, is_truth=selected.is_truth)


async def _labels(platform: Platform, images: Sequence[SelectedImage]) -> dict[UUID, TruthLabels | None]:
    """Return what the ground truth says of whole images, by analysis; None where it cannot be read."""
    async with platform.db.connection() as connection:
        sent = await queries.parameters(connection, [image.analysis_id for image in images])
    return {analysis_id: _readable(parameters) for analysis_id, parameters in sent.items()}


def _readable(parameters: dict[str, Any]) -> TruthLabels | None:
    try:
        labels = msgspec.convert(parameters, TruthLabels)
    except msgspec.ValidationError:
        return None
    # Parameters are the sender's own, and a class has a name that can be seen.
    return labels if all(len(name) <= MAX_CHARACTERS and is_visible(name) for name in labels.names) else None


@retry_conflicts
async def _write_objects(
    platform: Platform, account_id: int, project_id: UUID, images: Sequence[SelectedImage], target: Path
) -> dict[str, list[str]]:
    """Write a line for each object, and return the classes with the names of their keypoints."""
    ids = [image.analysis_id for image in images]
    positions = {analysis_id: position for position, analysis_id in enumerate(ids)}
    classes: dict[str, dict[str, None]] = {}
    async with platform.db.transaction() as connection:
        if not await project_queries.exists(connection, account_id, project_id):
            raise ProjectNotFound
        if await queries.count_analyses(connection, account_id, ids) < len(ids):
            raise AnalysisNotFound("An image or analysis was deleted after the export was requested; request it again.")
        with target.open("wb") as file:
            async for analysis_id, annotation_type, class_name, confidence, data in queries.annotations(
                connection, ids
            ):
                names = classes.setdefault(class_name, {})
                if annotation_type == "keypoint":
                    names.update(dict.fromkeys(keypoint_names(msgspec.json.decode(data))))
                row = ExportedObject(
                    positions[analysis_id], annotation_type, class_name, confidence, msgspec.Raw(data.encode())
                )
                file.write(msgspec.json.encode(row) + b"\n")
    return {name: list(keypoints) for name, keypoints in classes.items()}
