"""The data of the annotations behind judged objects, from which their outlines and keypoints are drawn."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from shared.detection_runs import queries
from shared.detection_runs.figures.image_order import JudgedImage
from shared.detection_runs.figures.matches import JudgedObject
from shared.detection_runs.records import DetectionRunRecord
from shared.kit.platform import Platform

# Outlines of so much JSON are made in a second. Those of one page that exceed it stay boxes.
MAX_BYTES = 2 * 2**20

# Names of the two keypoints that a line joins.
Limb = tuple[str, str]


class DrawnData(NamedTuple):
    """JSON texts of annotations by their ids, and the lines between the keypoints of classes by their names."""

    texts: Mapping[UUID, str] = MappingProxyType({})
    limbs: Mapping[str, Collection[Limb]] = MappingProxyType({})


async def of_images(platform: Platform, run: DetectionRunRecord, images: Collection[JudgedImage]) -> DrawnData:
    """Read the data of all objects of some images of a detection run."""
    analyses = {one for image in images for one in (image.reference_analysis_id, image.candidate_analysis_id)}
    return await of_objects(platform, run, analyses, {box.annotation_id for image in images for box in image.boxes})


async def of_judged(platform: Platform, run: DetectionRunRecord, objects: Collection[JudgedObject]) -> DrawnData:
    """Read the data of objects of a detection run, and of those in their place."""
    analyses = {analysis for one in objects for analysis in (one.reference_analysis_id, one.candidate_analysis_id)}
    partners = {one.partner.annotation_id for one in objects if one.partner is not None}
    return await of_objects(platform, run, analyses, {one.annotation_id for one in objects} | partners)


async def of_objects(
    platform: Platform, run: DetectionRunRecord, analyses: Collection[UUID], annotations: Collection[UUID]
) -> DrawnData:
    """Read the data of annotations of a detection run's analyses, the shortest first, up to MAX_BYTES.

    There are none where boxes were judged, and of annotations that were deleted since.
    """
    if run.asked.subject == "boxes":
        return DrawnData()
    async with platform.db.connection() as connection:
        texts = await queries.texts_of(connection, list(analyses), list(annotations), MAX_BYTES)
        limbs = await queries.limbs_of(connection, run.project_id) if run.asked.subject == "keypoints" else {}
    return DrawnData(texts, limbs)
