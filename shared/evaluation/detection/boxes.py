"""Axis-parallel boxes in pixels, the origin at the top left."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def to_xyxy(xywh: Any) -> Floats:
    """Corners (n, 4) of boxes that are given by corner and size."""
    boxes = np.array(xywh, dtype=np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def to_xywh(xyxy: Any) -> Floats:
    """Corner and size (n, 4) of boxes that are given by two corners."""
    boxes = np.array(xyxy, dtype=np.float64).reshape(-1, 4)
    boxes[:, 2:] -= boxes[:, :2]
    return boxes


def areas(xyxy: Floats) -> Floats:
    """The areas (n,) of boxes (n, 4)."""
    sizes: Floats = np.clip(xyxy[:, 2:] - xyxy[:, :2], 0, None)
    return sizes[:, 0] * sizes[:, 1]


def iou(left: Floats, right: Floats) -> Floats:
    """Intersection over union (n, m) of boxes (n, 4) and (m, 4), both as corners; 0 where both are empty."""
    low = np.maximum(left[:, None, :2], right[None, :, :2])
    high = np.minimum(left[:, None, 2:], right[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    shared = sides[..., 0] * sides[..., 1]
    union = areas(left)[:, None] + areas(right)[None, :] - shared
    ratio: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ratio
