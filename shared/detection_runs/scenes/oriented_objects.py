"""Annotations as oriented boxes: upright boxes, and outlines of four corners; pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from shared.analyses.agreement.pairs import Pairing
from shared.analyses.agreement.sides import confidence_of
from shared.analyses.annotations.columns import StatedObject
from shared.analyses.annotations.formats import is_crowd, is_ignored, xywh_of
from shared.detection_runs.errors import BoxesNotOriented
from shared.evaluation.detection.geometry import polygons, quadrilaterals
from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.types import Flags, Floats

_CORNERS = 4


class OrientedObjects(NamedTuple):
    """Objects with the boxes around them, their corners (n, 4, 2), and which of them (n,) are upright boxes."""

    table: ObjectTable
    corners: Floats
    is_upright: Flags


def oriented(
    pairing: Pairing, records: Sequence[tuple[int, StatedObject]], codes: dict[str, int], *, is_truth: bool
) -> OrientedObjects:
    """Return the objects of annotations with the positions of their images.

    The areas of the ground truth are the stated ones. Raises BoxesNotOriented, which names the image.
    """
    data = [msgspec.json.decode(record.data) for _, record in records]
    corners = quadrilaterals.of_boxes(np.array([_box(one) for one in data], float).reshape(-1, 4))
    outlines = np.array([one["format"] == "polygon" for one in data], bool)
    for row in np.flatnonzero(outlines | [one["format"] == "rle" for one in data]).tolist():
        outline = _outline(data[row])
        if outline is None or not quadrilaterals.is_convex(outline[None])[0]:
            raise BoxesNotOriented(f"Image {pairing.pairs[records[row][0]].image_id}: {BoxesNotOriented().detail}")
        corners[row] = outline
    xywh, areas = quadrilaterals.enclosing(corners), quadrilaterals.areas(corners)
    xywh[~outlines] = np.array([_box(one) for one in data], float).reshape(-1, 4)[~outlines]
    whole = xywh[:, 2] * xywh[:, 3]
    areas = np.where(outlines, areas, whole)
    stated = [one.get("area") for one in data] if is_truth else [None] * len(data)
    crowds = np.array([is_crowd(one) for one in data], bool)
    table = ObjectTable(
        np.array([image for image, _ in records], np.int64),
        np.array([codes[record.class_name] for _, record in records], np.int64),
        np.array([confidence_of(record) for _, record in records], float),
        xywh,
        np.array([own if area is None else area for area, own in zip(stated, areas.tolist(), strict=True)], float),
        crowds,
        crowds | np.array([is_ignored(one) for one in data], bool),
    )
    return OrientedObjects(table, corners, areas == whole)


def _box(data: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return the box as corner and size; nothing for an outline."""
    return xywh_of(data) if data["format"] in {"xywh", "xyxy"} else (0.0, 0.0, 0.0, 0.0)


def _outline(data: dict[str, Any]) -> Floats | None:
    """Return the corners (4, 2) of an outline; None if it has another number of them, or several parts."""
    parts = polygons.parts(data["points"]) if data["format"] == "polygon" else []
    return parts[0] if len(parts) == 1 and len(parts[0]) == _CORNERS else None
