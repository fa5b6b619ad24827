"""From outlines to masks, exactly as COCO draws them.

Source: cocodataset/cocoapi, common/maskApi.c, rleFrPoly. The outline is drawn five times larger; a column of the image
changes sides where a step of that drawing passes its middle.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry.masks import Mask, of_runs, union
from shared.evaluation.types import Integers

_SCALE = 5
_POINT = 2

# The drawing of an outline has as many steps as its length in fifths of a pixel; this is an outline of 800,000 pixels.
MAX_STEPS = 4_000_000

_Floats = NDArray[np.float64]


class OutlineTooLong(ValueError):
    """The outline is longer than anything that can be seen in an image."""


def parts(points: Any) -> list[_Floats]:
    """The outlines of a polygon, each with its corners (n, 2).

    The points are [[x, y], ...], or COCO's flat form [x, y, ...], or a list of such outlines.
    """
    first = points[0]
    if not isinstance(first, list):
        return [_corners(points)]
    # A point has two numbers, and an outline at least six or three points.
    is_point = len(first) == _POINT and not isinstance(first[0], list)
    return [_corners(points)] if is_point else [_corners(part) for part in points]


def to_mask(points: Any, height: int, width: int) -> Mask:
    """The mask (height, width) of a polygon, in any form that `parts` reads; raises OutlineTooLong."""
    outlines = parts(points)
    if sum(map(_steps_of, outlines)) > MAX_STEPS:
        raise OutlineTooLong
    return union([_part_to_mask(outline, height, width) for outline in outlines])


def steps(points: Any) -> int:
    """The number of steps in which a polygon is drawn, which is its cost."""
    return sum(map(_steps_of, parts(points)))


def box(points: Any) -> tuple[float, float, float, float]:
    """The smallest box around a polygon, as corners."""
    corners = np.concatenate(parts(points))
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return left, top, right, bottom


def area(points: Any) -> float:
    """The area within the outlines of a polygon, which do not cross (the shoelace formula); parts are added."""
    return sum(map(_area, parts(points)))


def _area(corners: _Floats) -> float:
    x, y = (corners - corners[0]).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def _corners(points: Any) -> _Floats:
    return np.asarray(points, dtype=np.float64).reshape(-1, _POINT)


def _part_to_mask(points: _Floats, height: int, width: int) -> Mask:
    u, v = _steps(*_edges(points))
    changes = np.flatnonzero(u[1:] != u[:-1]) + 1
    column = (np.minimum(u[changes], u[changes - 1]) + 0.5) / _SCALE - 0.5
    row = np.ceil(np.clip((np.minimum(v[changes], v[changes - 1]) + 0.5) / _SCALE - 0.5, 0, height))
    is_inside = (column == np.floor(column)) & (column >= 0) & (column <= width - 1)
    bounds = np.sort((column[is_inside] * height + row[is_inside]).astype(np.int64))
    return _between(bounds, height, width)


def _steps_of(points: _Floats) -> int:
    begin, end = _edges(points)
    return int(_lengths(begin, end).sum()) + len(begin)


def _edges(points: _Floats) -> tuple[Integers, Integers]:
    """The begin and the end of each edge, in the coordinates of the drawing."""
    # Truncated towards zero, as C does it.
    corners = np.trunc(_SCALE * points + 0.5).astype(np.int64)
    return corners, np.roll(corners, -1, axis=0)


def _lengths(begin: Integers, end: Integers) -> Integers:
    lengths: Integers = np.abs(end - begin).max(axis=1)
    return lengths


def _steps(begin: Integers, end: Integers) -> tuple[Integers, Integers]:
    """Every step along the edges, both ends of each edge included."""
    lengths = _lengths(begin, end)
    edge = np.repeat(np.arange(len(lengths)), lengths + 1)
    first = np.cumsum(lengths + 1) - (lengths + 1)
    step = np.arange(len(edge)) - first[edge]
    dx, dy = np.abs(end - begin).T
    flat = dx >= dy
    # COCO walks every edge in the direction in which its longer side grows, and then turns the walk around.
    backwards = np.where(flat, begin[:, 0] > end[:, 0], begin[:, 1] > end[:, 1])
    low, high = np.where(backwards[:, None], end, begin), np.where(backwards[:, None], begin, end)
    rise = np.where(flat, high[:, 1] - low[:, 1], high[:, 0] - low[:, 0])
    slope = np.divide(rise, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    along = np.where(backwards[edge], lengths[edge] - step, step)
    across = slope[edge] * along
    u = np.where(flat[edge], low[edge, 0] + along, _rounded(low[edge, 0] + across))
    v = np.where(flat[edge], _rounded(low[edge, 1] + across), low[edge, 1] + along)
    return u, v


def _rounded(values: _Floats) -> Integers:
    return np.trunc(values + 0.5).astype(np.int64)


def _between(bounds: Integers, height: int, width: int) -> Mask:
    # A polygon crosses every column an even number of times, but where it was cut off at the side.
    if len(bounds) % 2:
        bounds = np.append(bounds, height * width)
    return of_runs(bounds[0::2], bounds[1::2], height, width)
