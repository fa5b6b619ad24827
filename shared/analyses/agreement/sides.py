"""The objects of one side of an image, from its annotations; takes values and returns values."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from shared.analyses.annotations.columns import AnnotationColumns, ObjectAnnotation
from shared.analyses.annotations.formats import (
    Size,
    box_of,
    computed_area_of,
    is_crowd,
    is_ignored,
    is_marked,
    mask_of,
    outline_box_of,
    xywh_of,
)
from shared.evaluation.detection.geometry import boxes
from shared.evaluation.detection.geometry.masks import Mask
from shared.evaluation.detection.geometry.objects import Geometry, Objects
from shared.evaluation.types import Flags, Floats

Box = tuple[float, float, float, float]


class _PlainBox(msgspec.Struct, gc=False):
    format: Literal["xywh", "xyxy"]
    bbox: tuple[float, float, float, float]
    area: float | None = None
    # Older annotations hold any value there.
    iscrowd: Any = None
    ignore: Any = None
    difficult: Any = None


_PLAIN = msgspec.json.Decoder(list[_PlainBox])


class _Shape(NamedTuple):
    """What is compared of one annotation."""

    corners: Box
    xywh: Box
    area: float
    mask: Mask | None


def objects_of(
    annotations: Sequence[ObjectAnnotation],
    codes: dict[str, int],
    geometry: Geometry,
    image: Size,
    *,
    as_detected: bool = False,
) -> Objects:
    """Return the objects of annotations whose classes have these codes; raises OutlineNotDrawn.

    With `as_detected` boxes and outlines have the areas of what a model found, whatever areas it states, as COCO
    measures them: of its box, and only of a mask without a box its own (pycocotools, `COCO.loadRes`).
    """
    all_data = [msgspec.json.decode(annotation.data) for annotation in annotations]
    shapes = [_shape(data, geometry, image, as_detected=as_detected) for data in all_data]
    return Objects(
        np.array([codes[annotation.class_name] for annotation in annotations], dtype=np.int64),
        np.array([confidence_of(annotation) for annotation in annotations], dtype=np.float64),
        np.array([shape.corners for shape in shapes], dtype=np.float64).reshape(-1, 4),
        [shape.mask for shape in shapes if shape.mask is not None],
        xywh=np.array([shape.xywh for shape in shapes], dtype=np.float64).reshape(-1, 4),
        areas=np.array([shape.area for shape in shapes], dtype=np.float64),
        crowds=np.array([is_crowd(data) for data in all_data], dtype=bool),
        ignored=np.array([is_ignored(data) for data in all_data], dtype=bool),
    )


def plain_boxes(annotations: AnnotationColumns, codes: dict[str, int]) -> Objects | None:
    """Return what `objects_of` returns, of the boxes of many images; None where any annotation is not a box."""
    try:
        data = list(chain.from_iterable(map(_PLAIN.decode, annotations.texts)))
    except msgspec.ValidationError:
        return None
    # Numbers in a row are read in half of the time of fours of them.
    sent = np.fromiter(chain.from_iterable([one.bbox for one in data]), np.float64, 4 * len(data)).reshape(-1, 4)
    is_corners = np.array([one.format == "xyxy" for one in data], dtype=bool)[:, None]
    xywh = np.where(is_corners, boxes.to_xywh(sent), sent)
    return Objects(
        np.array([codes[name] for name in annotations.class_names], dtype=np.int64),
        annotations.certain,
        np.where(is_corners, sent, boxes.to_xyxy(sent)),
        xywh=xywh,
        areas=_stated([one.area for one in data], xywh[:, 2] * xywh[:, 3]),
        crowds=_marked([one.iscrowd for one in data]),
        ignored=_marked([one.ignore for one in data]) | _marked([one.difficult for one in data]),
    )


def _marked(flags: Sequence[Any]) -> Flags:
    # Mostly nothing is stated, which one look tells.
    return np.array([is_marked(flag) for flag in flags], bool) if any(flags) else np.zeros(len(flags), bool)


def _stated(areas: Sequence[float | None], computed: Floats) -> Floats:
    if areas.count(None) == len(areas):
        return computed
    return np.array([own if area is None else area for area, own in zip(areas, computed.tolist(), strict=True)], float)


def confident(side: Objects, min_confidence: float) -> Objects:
    """Return the objects of at least this confidence."""
    return side.take(np.flatnonzero(side.confidences >= min_confidence))


def confidence_of(annotation: ObjectAnnotation) -> float:
    """Return the confidence; an annotation without one counts as certain."""
    return 1.0 if annotation.confidence is None else annotation.confidence


def _shape(data: dict[str, Any], geometry: Geometry, image: Size, *, as_detected: bool) -> _Shape:
    stated = data.get("area")
    if geometry == "masks":
        mask = mask_of(data, image)
        left, top, right, bottom = mask.box
        box = float(left), float(top), float(right), float(bottom)
        return _Shape(box, _xywh(box), float(mask.area if stated is None else stated), mask)
    is_box = data["format"] in {"xywh", "xyxy"}
    # The outline's own box: that of its pixels is clipped to the image, and lacks parts of them.
    corners = box_of(data) if is_box else outline_box_of(data)
    states_box = is_box or data.get("bbox") is not None
    xywh = xywh_of(data) if states_box else _xywh(corners)
    if as_detected and states_box:
        area = xywh[2] * xywh[3]
    else:
        area = float(computed_area_of(data) if stated is None or as_detected else stated)
    return _Shape(corners, xywh, area, None)


def _xywh(corners: Box) -> Box:
    left, top, right, bottom = corners
    return left, top, right - left, bottom - top
