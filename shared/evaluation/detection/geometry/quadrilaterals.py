"""Oriented boxes: the overlaps of convex outlines of four corners, exact but for rounding.

Each outline is cut along the four sides of the other (Sutherland and Hodgman 1974), many pairs at once.
"""

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry import overlaps
from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.types import Flags, Floats

# Pairs that are cut together: a dozen arrays of up to sixteen corners each.
_AT_ONCE = 50_000

_TOUCHING = float(np.nextafter(0, 1))


def of_boxes(xywh: Floats) -> Floats:
    """The corners (n, 4, 2) of upright boxes (n, 4), from the top left on clockwise."""
    left, top, width, height = xywh.T
    right, bottom = left + width, top + height
    return np.stack([left, top, right, top, right, bottom, left, bottom], axis=1).reshape(-1, 4, 2)


def is_convex(corners: Floats) -> Flags:
    """Which outlines (n, 4, 2) turn one way at all corners, and so do not cross themselves; three may be in line."""
    turns = _cross(np.roll(corners, -1, axis=1) - corners, np.roll(corners, -2, axis=1) - np.roll(corners, -1, axis=1))
    return np.asarray((turns >= 0).all(axis=1) | (turns <= 0).all(axis=1))


def areas(corners: Floats) -> Floats:
    """The areas (n,) within convex outlines (n, k, 2)."""
    return np.abs(_signed_areas(corners))


def enclosing(corners: Floats) -> Floats:
    """The upright boxes (n, 4) around outlines (n, 4, 2), as corner and size."""
    low, high = corners.min(axis=1), corners.max(axis=1)
    return np.hstack([low, high - low])


def pairs_of(
    references: ObjectTable,
    candidates: ObjectTable,
    corners: tuple[Floats, Floats],
    upright: tuple[Flags, Flags],
    least: float,
) -> Overlaps:
    """The pairs of one image and any class that overlap by `least` (above 0) or more.

    Boxes of the tables enclose the corners of references and candidates; where both are upright, boxes are compared,
    so that what lies on a threshold lies there as for COCO.
    """
    touching = overlaps.of_boxes(references, candidates, _TOUCHING, within_class=False)
    shares = touching.iou.copy()
    rows = np.flatnonzero(~(upright[0][touching.references] & upright[1][touching.candidates]))
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        truth, found = corners[0][touching.references[some]], corners[1][touching.candidates[some]]
        shared, own = common_areas(truth, found), areas(found)
        whole = np.where(references.is_crowd[touching.references[some]], own, own + areas(truth) - shared)
        shares[some] = np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
    return touching._replace(iou=shares).where(shares >= least)


def common_areas(left: Floats, right: Floats) -> Floats:
    """The area (n,) that lies in both of each pair of convex outlines (n, 4, 2)."""
    # Far from the origin, products of coordinates would cancel.
    origins = right.mean(axis=1, keepdims=True)
    outline, cutter = _one_way(left - origins), _one_way(right - origins)
    for side in range(cutter.shape[1]):
        outline = _cut(outline, cutter[:, side], np.roll(cutter, -1, axis=1)[:, side])
    # One whose corners are a single point cuts nothing off.
    return np.minimum(areas(outline), areas(right))


def _cut(outline: Floats, begin: Floats, end: Floats) -> Floats:
    """What of each outline (n, k, 2) lies on the inner side of a line: (n, k + 1, 2), the first corner repeated."""
    count = outline.shape[1]
    heights = _cross((end - begin)[:, None], outline - begin[:, None])
    following, next_heights = np.roll(outline, -1, axis=1), np.roll(heights, -1, axis=1)
    crosses = (heights >= 0) != (next_heights >= 0)
    steps = np.divide(heights, heights - next_heights, out=np.zeros_like(heights), where=crosses)
    met = outline + steps[..., None] * (following - outline)
    corners = np.stack([outline, met], axis=2).reshape(len(outline), 2 * count, 2)
    kept = np.stack([heights >= 0, crosses], axis=2).reshape(len(outline), 2 * count)
    # A convex outline gains one corner at most.
    order = np.argsort(~kept, axis=1, kind="stable")[:, : count + 1]
    chosen, is_kept = np.take_along_axis(corners, order[..., None], axis=1), np.take_along_axis(kept, order, axis=1)
    return np.where(is_kept[..., None], chosen, chosen[:, :1])


def _one_way(corners: Floats) -> Floats:
    return np.where((_signed_areas(corners) < 0)[:, None, None], corners[:, ::-1], corners)


def _signed_areas(corners: Floats) -> Floats:
    local = corners - corners[:, :1]
    total: Floats = _cross(local, np.roll(local, -1, axis=1)).sum(axis=1) / 2
    return total


def _cross(left: Floats, right: Floats) -> NDArray[np.float64]:
    product: Floats = left[..., 0] * right[..., 1] - left[..., 1] * right[..., 0]
    return product
