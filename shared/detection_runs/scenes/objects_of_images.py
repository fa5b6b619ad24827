"""From the annotations of two sides to a scene; pure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import numpy as np

from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.analyses.agreement.sides import confidence_of, objects_of, plain_boxes
from shared.analyses.annotations.columns import AnnotationColumns, StatedObject
from shared.analyses.annotations.formats import (
    NOT_LABELLED,
    Size,
    is_crowd,
    is_ignored,
    visibility_of,
)
from shared.analyses.errors import ImageTooCrowded, MasksNotComparable, OutlineNotDrawn
from shared.detection_runs.errors import KeypointsNotComparable
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes.ground_truth_labels import labels_of
from shared.detection_runs.scenes.oriented_objects import oriented
from shared.detection_runs.scenes.scene_file import StoredScene, ids_of
from shared.evaluation.detection.error_analysis.error_types import BACKGROUND
from shared.evaluation.detection.geometry import keypoints, mask_overlaps, masks, object_table, overlaps, quadrilaterals
from shared.evaluation.detection.geometry.keypoints import COCO_SIGMAS, Points
from shared.evaluation.detection.geometry.mask_overlaps import MasksNotMeasured, MeasuredMasks
from shared.evaluation.detection.geometry.masks import MaskSizesDiffer
from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.geometry.objects import Geometry, Objects
from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.detection.matching.ranked_outcomes import Scene
from shared.evaluation.detection.rules import class_hierarchy, open_images, voc
from shared.evaluation.detection.rules.class_hierarchy import NO_HIERARCHY
from shared.evaluation.detection.rules.profiles import DetectionSubject

# The annotation types that are objects of each subject.
TYPES: dict[DetectionSubject, list[str]] = {
    "boxes": ["bounding_box", "segmentation"],
    "masks": ["segmentation"],
    "keypoints": ["keypoint"],
    "oriented_boxes": ["bounding_box", "segmentation"],
}

# Of one image; several arrays of them are in memory together.
MAX_PAIRS = 16_000_000
_TOO_MANY_PAIRS = f"it has more than {MAX_PAIRS:,} pairs of objects; cut it into tiles, or send surer candidates alone."


class ImageSides(NamedTuple):
    """The analyses to compare, their annotations by image on each side, and the parameters of the ground truth's.

    Only profiles that know labels of images have parameters.
    """

    pairing: Pairing
    references: AnnotationColumns
    candidates: AnnotationColumns
    parameters: Mapping[UUID, dict[str, Any]] = MappingProxyType({})

    def by_image(self) -> "_Annotations":
        """The annotations of the reference and of the candidate of each image, each by itself."""
        return list(zip(self.references.by_analysis(), self.candidates.by_analysis(), strict=True))


def class_names(sides: ImageSides) -> list[str]:
    """The classes of both sides, by name."""
    return sorted({*sides.references.class_names, *sides.candidates.class_names})


def scene_of(sides: ImageSides, options: DetectionOptions, classes: Sequence[str]) -> StoredScene:
    """Make the scene of all images.

    Raises ImageTooCrowded, MasksNotComparable, OutlineNotDrawn, KeypointsNotComparable, BoxesNotOriented,
    ImageLabelsUnreadable.
    """
    codes = {name: code for code, name in enumerate(classes)}
    hierarchy = NO_HIERARCHY if options.class_hierarchy is None else class_hierarchy.of_tree(options.class_hierarchy)
    crowded = np.flatnonzero(sides.references.counts * sides.candidates.counts > MAX_PAIRS)
    if len(crowded):
        raise ImageTooCrowded(_of_image(sides.pairing.pairs[crowded[0]], _TOO_MANY_PAIRS))
    if options.subject == "keypoints":
        references, candidates, pairs = _keypoints(sides.pairing, sides.by_image(), codes, options)
    elif options.subject == "oriented_boxes":
        references, candidates, pairs = _oriented(sides.pairing, sides.by_image(), codes)
    elif options.subject == "masks":
        references, candidates, pairs = _masks(sides.pairing, sides.by_image(), codes)
    else:
        references, candidates, pairs = _overlapping_boxes(sides, codes, options)
    return StoredScene(
        Scene(
            references, candidates, pairs, len(classes), labels_of(sides.pairing, sides.parameters, codes, hierarchy)
        ),
        ids_of([pair.image_id for pair in sides.pairing.pairs]),
        ids_of([pair.reference for pair in sides.pairing.pairs]),
        ids_of([pair.candidate for pair in sides.pairing.pairs]),
        sides.references.ids,
        sides.candidates.ids,
    )


_Annotations = Sequence[tuple[list[StatedObject], list[StatedObject]]]
_Tables = tuple[ObjectTable, ObjectTable, Overlaps]


def _masks(pairing: Pairing, annotations: _Annotations, codes: dict[str, int]) -> _Tables:
    drawn = _each_drawn(pairing, annotations, codes, "masks")
    pairs, *areas = _mask_overlaps(pairing, drawn)
    references = object_table.of_references([reference for reference, _ in drawn], areas[0])
    return references, object_table.of_candidates([candidate for _, candidate in drawn], areas[1]), pairs


def _overlapping_boxes(sides: ImageSides, codes: dict[str, int], options: DetectionOptions) -> _Tables:
    references, candidates = _boxes(sides, codes)
    if options.profile == "openimages":
        references = open_images.sought(references)
    if options.profile in {"voc07", "voc12"}:
        return references, candidates, voc.pairs_of(references, candidates, BACKGROUND)
    return references, candidates, overlaps.of_boxes(references, candidates, BACKGROUND, within_class=False)


def _boxes(sides: ImageSides, codes: dict[str, int]) -> tuple[ObjectTable, ObjectTable]:
    truth, found = (plain_boxes(side, codes) for side in (sides.references, sides.candidates))
    if truth is None or found is None:
        drawn = _each_drawn(sides.pairing, sides.by_image(), codes, "boxes")
        references = object_table.of_references([reference for reference, _ in drawn])
        candidates = [candidate for _, candidate in drawn]
        areas = np.concatenate([np.zeros(0), *(candidate.object_areas for candidate in candidates)])
        return references, object_table.of_candidates(candidates, areas)
    references = object_table.of_joined(truth, sides.references.counts)
    return references, object_table.measured(object_table.of_joined(found, sides.candidates.counts))


def _each_drawn(
    pairing: Pairing, annotations: _Annotations, codes: dict[str, int], geometry: Geometry
) -> list[tuple[Objects, Objects]]:
    current = None
    try:
        objects = list[tuple[Objects, Objects]]()
        for current, (reference, candidate) in zip(pairing.pairs, annotations, strict=True):
            size = Size(current.height, current.width)
            truth = objects_of(reference, codes, geometry, size)
            found = objects_of(candidate, codes, geometry, size, as_detected=True)
            masks.check_sizes([*truth.masks, *found.masks])
            objects.append((truth, found))
    except OutlineNotDrawn as error:
        raise OutlineNotDrawn(_of_image(current, error.detail)) from error
    except MaskSizesDiffer as error:
        raise MasksNotComparable(_of_image(current, MasksNotComparable().detail)) from error
    return objects


def _oriented(pairing: Pairing, annotations: _Annotations, codes: dict[str, int]) -> _Tables:
    truth, found = (oriented(pairing, _numbered(annotations, side), codes, is_truth=side == 0) for side in (0, 1))
    corners, upright = (truth.corners, found.corners), (truth.is_upright, found.is_upright)
    return truth.table, found.table, quadrilaterals.pairs_of(truth.table, found.table, corners, upright, BACKGROUND)


def _numbered(annotations: _Annotations, side: int) -> list[tuple[int, StatedObject]]:
    return [(number, one) for number, sides in enumerate(annotations) for one in sides[side]]


def _mask_overlaps(pairing: Pairing, objects: Sequence[tuple[Objects, Objects]]) -> MeasuredMasks:
    try:
        return mask_overlaps.of_masks(objects, BACKGROUND, within_class=False)
    except MasksNotMeasured as error:
        # Their sizes are checked when they are drawn.
        detail = "its masks overlap so much that comparing them takes too long."
        raise ImageTooCrowded(_of_image(pairing.pairs[error.position], detail)) from error


def _of_image(pair: ImagePair | None, detail: str) -> str:
    return f"Image {pair.image_id if pair else None}: {detail}"


def _keypoints(
    pairing: Pairing, annotations: _Annotations, codes: dict[str, int], options: DetectionOptions
) -> _Tables:
    names = _names(annotations)
    sigmas = np.array(options.sigmas or COCO_SIGMAS)
    if len(names) not in {0, len(sigmas)}:
        raise KeypointsNotComparable(
            f"The ground truth has {len(names)} keypoints and there are {len(sigmas)} sigmas; send one for each."
        )
    tables = list[tuple[ObjectTable, Points]]()
    for side in (0, 1):
        records = _numbered(annotations, side)
        tables.append(_keypoint_table(pairing, records, codes, names or [str(n) for n in range(len(sigmas))], side))
    (references, truth), (candidates, found) = tables
    pairs = keypoints.similarities(references, candidates, (truth, found), sigmas, BACKGROUND)
    return references, candidates, pairs


def _names(annotations: _Annotations) -> list[str]:
    first = next((one for reference, _ in annotations for one in reference), None)
    return [] if first is None else [point["name"] for point in msgspec.json.decode(first.data)["keypoints"]]


def _keypoint_table(
    pairing: Pairing,
    records: Sequence[tuple[int, StatedObject]],
    codes: dict[str, int],
    names: Sequence[str],
    side: int,
) -> tuple[ObjectTable, Points]:
    data = [msgspec.json.decode(record.data) for _, record in records]
    for (image, _), one in zip(records, data, strict=True):
        if [point["name"] for point in one["keypoints"]] != list(names):
            detail = f"Image {pairing.pairs[image].image_id}: {KeypointsNotComparable().detail}"
            raise KeypointsNotComparable(detail)
    places = np.array([[(point["x"], point["y"]) for point in one["keypoints"]] for one in data], float)
    labels = [[visibility_of(point) != NOT_LABELLED for point in one["keypoints"]] for one in data]
    points = Points(places.reshape(-1, len(names), 2), np.array(labels, dtype=bool).reshape(-1, len(names)))
    xywh = np.array([_box(one) for one in data], float).reshape(-1, 4)
    crowds = np.array([is_crowd(one) for one in data], bool)
    ignored = np.array([is_ignored(one) for one in data], bool)
    stated = np.array([_area(one) for one in data], float)
    return ObjectTable(
        np.array([image for image, _ in records], np.int64),
        np.array([codes[record.class_name] for _, record in records], np.int64),
        np.array([confidence_of(record) for _, record in records], float),
        xywh,
        keypoints.areas(points) if side else stated,
        crowds,
        crowds | ignored | keypoints.uncounted(points),
    ), points


def _box(data: dict[str, Any]) -> list[float]:
    """The stated box, or that around the labelled points, as corner and size."""
    if data.get("bbox") is not None:
        return [float(value) for value in data["bbox"]]
    points = [(point["x"], point["y"]) for point in data["keypoints"] if visibility_of(point) != NOT_LABELLED]
    if not points:
        return [0.0, 0.0, 0.0, 0.0]
    (left, top), (right, bottom) = np.min(points, axis=0).tolist(), np.max(points, axis=0).tolist()
    return [left, top, right - left, bottom - top]


def _area(data: dict[str, Any]) -> float:
    """The stated area, or that of the box."""
    if data.get("area") is not None:
        return float(data["area"])
    _, _, width, height = _box(data)
    return width * height
