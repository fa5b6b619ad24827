"""Which of the things that two models found in an image are the same one, for drawing them in the colours of that."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from shared.analyses.annotations.formats import FormattedAnnotation, Size, box_of, mask_of, mask_of_runs
from shared.analyses.errors import OutlineNotDrawn
from shared.evaluation.detection import polygons
from shared.evaluation.detection.masks import MaskSizesDiffer
from shared.evaluation.detection.matching import match
from shared.evaluation.detection.objects import Geometry, Objects
from shared.presentation.overlay import MatchState, Shape

# Objects overlap by so much when two models mean the same one.
SAME_OBJECT = 0.5
# More pairs of masks than these are not compared pixel by pixel while somebody waits for a page.
MAX_PAIRS_OF_MASKS = 40_000

_BOXES = ("bounding_box", "segmentation")


class ModelShapes(NamedTuple):
    """What one model found: the annotations, and each of them as a shape."""

    annotations: Sequence[FormattedAnnotation]
    shapes: Sequence[Shape]


class _One(NamedTuple):
    shape: Shape
    data: dict[str, Any]


def compared(first: ModelShapes, second: ModelShapes, image: Size) -> tuple[list[Shape], list[Shape]]:
    """The shapes of two models, each told whether the other found the same object and called it the same.

    Boxes are compared with boxes, and masks with masks by their pixels. Where only one model has masks, or there are
    very many of them, everything is compared by the boxes around it. Of classifications it is the class that counts;
    keypoints and heat maps are not compared.
    """
    sides = [_objects_of(side) for side in (first, second)]
    told: dict[str, tuple[MatchState, Shape | None]] = {}
    for left, right, geometry in _groups(*sides):
        told |= _told(left, right, _matches(left, right, geometry, image))
    labels = [[shape for shape in side.shapes if shape.kind == "classification"] for side in (first, second)]
    told |= _told_of_labels(labels[0], labels[1]) | _told_of_labels(labels[1], labels[0])
    left_shapes, right_shapes = ([_marked(shape, told) for shape in side.shapes] for side in (first, second))
    return left_shapes, right_shapes


def _objects_of(side: ModelShapes) -> list[_One]:
    return [
        _One(shape, msgspec.json.decode(one.data))
        for one, shape in zip(side.annotations, side.shapes, strict=True)
        if shape.kind in _BOXES
    ]


def _groups(first: list[_One], second: list[_One]) -> list[tuple[list[_One], list[_One], Geometry]]:
    masks = [[one for one in side if one.shape.kind == "segmentation"] for side in (first, second)]
    if not all(masks) or len(masks[0]) * len(masks[1]) > MAX_PAIRS_OF_MASKS:
        return [(first, second, "boxes")]
    boxes = [[one for one in side if one.shape.kind == "bounding_box"] for side in (first, second)]
    return [(boxes[0], boxes[1], "boxes"), (masks[0], masks[1], "masks")]


def _matches(left: list[_One], right: list[_One], geometry: Geometry, image: Size) -> list[int]:
    names = sorted({one.shape.class_name for one in (*left, *right)})
    codes = {name: code for code, name in enumerate(names)}
    try:
        sides = [_objects(side, codes, geometry, image) for side in (left, right)]
        found: list[int] = match(*sides, threshold=SAME_OBJECT, geometry=geometry).of_reference.tolist()
    except (OutlineNotDrawn, MaskSizesDiffer):
        # An outline of a million pixels, or masks of different sizes: the boxes around them still tell something.
        if geometry == "boxes":
            raise
        return _matches(left, right, "boxes", image)
    return found


def _objects(side: list[_One], codes: dict[str, int], geometry: Geometry, image: Size) -> Objects:
    return Objects(
        classes=np.array([codes[one.shape.class_name] for one in side], np.int64),
        confidences=np.array([1.0 if one.shape.confidence is None else one.shape.confidence for one in side]),
        boxes=np.array([_corners(one.data) for one in side], np.float64).reshape(-1, 4),
        masks=[mask_of(one.data, image) for one in side] if geometry == "masks" else (),
    )


def _corners(data: dict[str, Any]) -> tuple[float, float, float, float]:
    match data["format"]:
        case "polygon":
            return polygons.box(data["points"])
        case "rle":
            return mask_of_runs(data["rle"]).box
        case _:
            return box_of(data)


def _told(left: list[_One], right: list[_One], matches: list[int]) -> dict[str, tuple[MatchState, Shape | None]]:
    told: dict[str, tuple[MatchState, Shape | None]] = {
        one.shape.id: (MatchState.ALONE, None) for one in (*left, *right)
    }
    for one, place in zip(left, matches, strict=True):
        if place >= 0:
            partner = right[place].shape
            agreement = MatchState.AGREED if partner.class_name == one.shape.class_name else MatchState.RENAMED
            told[one.shape.id] = agreement, partner
            told[partner.id] = agreement, one.shape
    return told


def _told_of_labels(labels: Sequence[Shape], others: Sequence[Shape]) -> dict[str, tuple[MatchState, Shape | None]]:
    by_name = {shape.class_name: shape for shape in reversed(others)}
    absent = MatchState.RENAMED if others else MatchState.ALONE
    return {
        shape.id: (MatchState.AGREED, by_name[shape.class_name])
        if shape.class_name in by_name
        else (absent, others[0] if others else None)
        for shape in labels
    }


def _marked(shape: Shape, told: dict[str, tuple[MatchState, Shape | None]]) -> Shape:
    if shape.id not in told:
        return shape
    agreement, partner = told[shape.id]
    if partner is None:
        return shape._replace(agreement=agreement)
    return shape._replace(agreement=agreement, partner=partner.id, other_name=partner.class_name)
