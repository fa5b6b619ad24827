"""Axis-parallel boxes in pixels, the origin at the top left."""

from typing import Any

import numpy as np

from shared.evaluation.types import Floats


def to_xyxy(xywh: Any) -> Floats:
    """Corners (n, 4) of boxes in the form of corner and size."""
    boxes = np.array(xywh, dtype=np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def to_xywh(xyxy: Any) -> Floats:
    """Corner and size (n, 4) of boxes in the form of two corners."""
    boxes = np.array(xyxy, dtype=np.float64).reshape(-1, 4)
    boxes[:, 2:] -= boxes[:, :2]
    return boxes


def areas(xyxy: Floats) -> Floats:
    """The areas (n,) of boxes (n, 4)."""
    sizes: Floats = np.clip(xyxy[:, 2:] - xyxy[:, :2], 0, None)
    return sizes[:, 0] * sizes[:, 1]


def iou(left: Floats, right: Floats) -> Floats:
    """Intersection over union (n, m) of boxes (n, 4) and (m, 4), both as corners; 0 where both are empty."""
    shared = _common(left, right, 0)
    shared *= _common(left, right, 1)
    union = areas(left)[:, None] + areas(right)[None, :] - shared
    ratio: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ratio


def share_inside(groups: Floats, boxes: Floats) -> Floats:
    """The share (n, m) of each of m boxes that lies in each of n groups; 0 for an empty box."""
    shared = _common(groups, boxes, 0)
    shared *= _common(groups, boxes, 1)
    whole = np.broadcast_to(areas(boxes), shared.shape)
    share: Floats = np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
    return share


def _common(left: Floats, right: Floats, axis: int) -> Floats:
    """The overlap of two boxes along an axis (n, m); computed in place, because these are the largest arrays."""
    common: Floats = np.minimum(left[:, None, axis + 2], right[None, :, axis + 2])
    common -= np.maximum(left[:, None, axis], right[None, :, axis])
    return np.clip(common, 0, None, out=common)
