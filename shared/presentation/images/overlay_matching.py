"""Matching of the shapes of two models, for drawing them in the colours of their agreement."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from shared.analyses.annotations.formats import FormattedAnnotation, Size, box_of, mask_of, mask_of_runs
from shared.analyses.errors import OutlineNotDrawn
from shared.evaluation.detection.geometry import polygons
from shared.evaluation.detection.geometry.masks import MaskSizesDiffer, TooManyRuns
from shared.evaluation.detection.geometry.objects import Geometry, Objects
from shared.evaluation.detection.matching.pairs import match
from shared.presentation.images.overlay import MatchState, Shape

# Two shapes that overlap by so much are the same object.
SAME_OBJECT = 0.5
# More pairs of masks than these are not compared pixel by pixel while somebody waits for a page.
MAX_PAIRS_OF_MASKS = 40_000

_BOXES = ("bounding_box", "segmentation")


class ModelShapes(NamedTuple):
    """The annotations of one model, and each of them as a shape."""

    annotations: Sequence[FormattedAnnotation]
    shapes: Sequence[Shape]


class _ShapeData(NamedTuple):
    shape: Shape
    data: dict[str, Any]


def match_shapes(first: ModelShapes, second: ModelShapes, image: Size) -> tuple[list[Shape], list[Shape]]:
    """Match the shapes of two models by object; each shape states whether the other model has the object and its class.

    Boxes are compared with boxes, and masks with masks by their pixels. Where only one model has masks, or there are
    very many of them, everything is compared by the boxes around it. Classifications are compared by class;
    keypoints and heat maps are not compared.
    """
    sides = [_objects_of(side) for side in (first, second)]
    states: dict[str, tuple[MatchState, Shape | None]] = {}
    for left, right, geometry in _groups(*sides):
        states |= _object_matches(left, right, _matches(left, right, geometry, image))
    labels = [[shape for shape in side.shapes if shape.kind == "classification"] for side in (first, second)]
    states |= _label_matches(labels[0], labels[1]) | _label_matches(labels[1], labels[0])
    left_shapes, right_shapes = ([_with_match(shape, states) for shape in side.shapes] for side in (first, second))
    return left_shapes, right_shapes


def _objects_of(side: ModelShapes) -> list[_ShapeData]:
    return [
        _ShapeData(shape, msgspec.json.decode(annotation.data))
        for annotation, shape in zip(side.annotations, side.shapes, strict=True)
        if shape.kind in _BOXES
    ]


def _groups(
    first: list[_ShapeData], second: list[_ShapeData]
) -> list[tuple[list[_ShapeData], list[_ShapeData], Geometry]]:
    masks = [[item for item in side if item.shape.kind == "segmentation"] for side in (first, second)]
    if not all(masks) or len(masks[0]) * len(masks[1]) > MAX_PAIRS_OF_MASKS:
        return [(first, second, "boxes")]
    boxes = [[item for item in side if item.shape.kind == "bounding_box"] for side in (first, second)]
    return [(boxes[0], boxes[1], "boxes"), (masks[0], masks[1], "masks")]


def _matches(left: list[_ShapeData], right: list[_ShapeData], geometry: Geometry, image: Size) -> list[int]:
    names = sorted({item.shape.class_name for item in (*left, *right)})
    codes = {name: code for code, name in enumerate(names)}
    try:
        sides = [_objects(side, codes, geometry, image) for side in (left, right)]
        partners: list[int] = match(*sides, threshold=SAME_OBJECT, geometry=geometry).of_reference.tolist()
    except (OutlineNotDrawn, MaskSizesDiffer, TooManyRuns):
        # An outline of a million pixels, masks of different sizes or too many runs: their boxes can still be compared.
        if geometry == "boxes":
            raise
        return _matches(left, right, "boxes", image)
    return partners


def _objects(side: list[_ShapeData], codes: dict[str, int], geometry: Geometry, image: Size) -> Objects:
    return Objects(
        classes=np.array([codes[item.shape.class_name] for item in side], np.int64),
        confidences=np.array([1.0 if item.shape.confidence is None else item.shape.confidence for item in side]),
        boxes=np.array([_corners(item.data) for item in side], np.float64).reshape(-1, 4),
        masks=[mask_of(item.data, image) for item in side] if geometry == "masks" else (),
    )


def _corners(data: dict[str, Any]) -> tuple[float, float, float, float]:
    match data["format"]:
        case "polygon":
            return polygons.box(data["points"])
        case "rle":
            return mask_of_runs(data["rle"]).box
        case _:
            return box_of(data)


def _object_matches(
    left: list[_ShapeData], right: list[_ShapeData], matches: list[int]
) -> dict[str, tuple[MatchState, Shape | None]]:
    states: dict[str, tuple[MatchState, Shape | None]] = {
        item.shape.id: (MatchState.ALONE, None) for item in (*left, *right)
    }
    for item, position in zip(left, matches, strict=True):
        if position >= 0:
            partner = right[position].shape
            agreement = MatchState.AGREED if partner.class_name == item.shape.class_name else MatchState.RENAMED
            states[item.shape.id] = agreement, partner
            states[partner.id] = agreement, item.shape
    return states


def _label_matches(labels: Sequence[Shape], others: Sequence[Shape]) -> dict[str, tuple[MatchState, Shape | None]]:
    by_name = {shape.class_name: shape for shape in reversed(others)}
    absent = MatchState.RENAMED if others else MatchState.ALONE
    return {
        shape.id: (MatchState.AGREED, by_name[shape.class_name])
        if shape.class_name in by_name
        else (absent, others[0] if others else None)
        for shape in labels
    }


def _with_match(shape: Shape, states: dict[str, tuple[MatchState, Shape | None]]) -> Shape:
    if shape.id not in states:
        return shape
    agreement, partner = states[shape.id]
    if partner is None:
        return shape._replace(agreement=agreement)
    return shape._replace(agreement=agreement, partner=partner.id, other_name=partner.class_name)
