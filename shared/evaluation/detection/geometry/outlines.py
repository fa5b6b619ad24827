"""From masks to outlines: the inverse of `polygons`, exact to the pixel."""

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry.masks import Mask
from shared.evaluation.types import Integers

Point = tuple[int, int]


def of_mask(mask: Mask) -> list[Point]:
    """One closed line (x, y) along the edges of the pixels; empty for an empty mask.

    The object is the area that the line encloses an odd number of times, as COCO fills a polygon. Holes and further
    parts are reached over bridges that are passed in both directions and so enclose nothing.
    """
    rings = rings_of(mask)
    line = [point for ring in rings for point in (*ring, ring[0])]
    # Back over the bridges; the line closes itself from its last point to its first.
    return line[:-1] if len(rings) == 1 else line + [ring[0] for ring in rings[-2:0:-1]]


def rings_of(mask: Mask) -> list[list[Point]]:
    """Closed lines (x, y) along the edges of the pixels, those around holes among them; none for an empty mask."""
    return _rings(_corners(mask)) if len(mask.starts) else []


def _corners(mask: Mask) -> Integers:
    """The corners (n, 2) of the outline: those that an odd number of its rectangles have; ascending by x, then y."""
    corners = np.concatenate([_corners_of(*rectangles) for rectangles in _rectangles(mask)])
    # One number for each corner: numbers are sorted ten times faster than pairs.
    numbers, times = np.unique(corners[:, 0] * (mask.height + 1) + corners[:, 1], return_counts=True)
    return np.column_stack(np.divmod(numbers[times % 2 == 1], mask.height + 1))


def _rectangles(mask: Mask) -> list[tuple[Integers, Integers, Integers, Integers]]:
    """The mask as rectangles apart from each other: left, top, right, bottom. A run is three of them at most."""
    height = mask.height
    first, top = np.divmod(mask.starts, height)
    last, end = np.divmod(mask.stops - 1, height)
    bottom = end + 1
    wraps = last > first
    nought, full = np.zeros_like(first), np.full_like(first, height)
    return [
        (first, top, first + 1, np.where(wraps, full, bottom)),
        (first + 1, nought, np.where(wraps, last, first + 1), full),
        (last, nought, np.where(wraps, last + 1, last), bottom),
    ]


def _corners_of(left: Integers, top: Integers, right: Integers, bottom: Integers) -> Integers:
    # A rectangle without width has each of its corners twice, and so none.
    xs, ys = np.concatenate([left, left, right, right]), np.concatenate([top, bottom, top, bottom])
    return np.column_stack([xs, ys])


def _rings(corners: Integers) -> list[list[Point]]:
    """The corners in the order in which the outlines pass them; every corner joins one upright and one level edge."""
    upright = _partners(np.arange(len(corners)))
    level = _partners(np.lexsort((corners[:, 0], corners[:, 1])))
    points: list[Point] = [(int(x), int(y)) for x, y in corners]
    rings, is_visited = [], [False] * len(points)
    for start in range(len(points)):
        ring, corner = list[Point](), start
        while not is_visited[corner]:
            across = upright[corner]
            is_visited[corner] = is_visited[across] = True
            ring += [points[corner], points[across]]
            corner = level[across]
        if ring:
            rings.append(ring)
    return rings


def _partners(order: NDArray[np.intp]) -> list[int]:
    """For each corner the other end of its edge: along a line, edges begin and end in turn."""
    partners = np.empty_like(order)
    partners[order[0::2]], partners[order[1::2]] = order[1::2], order[0::2]
    positions: list[int] = partners.tolist()
    return positions
