"""Curves with no more points than a plot can show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.roc_and_pr import CurvePoints
from shared.evaluation.types import Floats


@dataclass(frozen=True, slots=True, eq=False)
class ThinnedCurve:
    """A curve with few enough points to draw; its area differs from the full curve's by at most `area_error`."""

    curve: CurvePoints
    area_error: float


def thin(curve: CurvePoints, max_points: int, *, monotone: bool) -> ThinnedCurve:
    """Keep at most `max_points` (8 or more) points: of each cell the first, the last, the lowest and the highest.

    Cells are equally long pieces of x or, if y never falls (`monotone`), of x + y. Within a cell both curves stay in
    the box around its points, and from corner to corner of it if monotone: `area_error` adds up the boxes, or their
    halves, which is at most 1 / (max_points - 1) if monotone. A curve that is short enough stays as it is.
    """
    if len(curve.x) <= max_points:
        return ThinnedCurve(curve, 0.0)
    cells = max_points // (2 if monotone else 4)
    starts = _starts(curve.x + curve.y if monotone else curve.x, cells)
    ends = np.append(starts[1:], len(curve.x)) - 1
    low, high = np.minimum.reduceat(curve.y, starts), np.maximum.reduceat(curve.y, starts)
    is_kept = np.zeros(len(curve.x), np.bool_)
    is_kept[starts] = is_kept[ends] = True
    if not monotone:
        for extreme in (low, high):
            hits = np.flatnonzero(curve.y == np.repeat(extreme, ends - starts + 1))
            is_kept[hits[np.searchsorted(hits, starts)]] = True
    boxes = float((curve.x[ends] - curve.x[starts]) @ (high - low))
    points = CurvePoints(curve.x[is_kept], curve.y[is_kept], curve.thresholds[is_kept])
    return ThinnedCurve(points, boxes / 2 if monotone else boxes)


def _starts(along: Floats, cells: int) -> NDArray[np.intp]:
    span = float(along[-1] - along[0])
    cell = np.minimum((along - along[0]) * (cells / span if span else 0.0), cells - 1).astype(np.intp)
    return np.flatnonzero(np.concatenate([[True], cell[1:] != cell[:-1]]))
