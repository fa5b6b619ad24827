"""Closed lines as paths of an SVG; pure."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# A ring of fewer corners encloses nothing.
_LEAST_CORNERS = 3
# No image reaches so far; an outline may.
_FARTHEST = 1e9

Corners = NDArray[np.int64]


def closed(ring: NDArray[Any], grain: float) -> str:
    """The path of a ring of corners (n, 2), in units of `grain`, without those that repeat or lie on a straight line.

    Empty where nothing is left.
    """
    corners = _bent(on_grid(ring, grain))
    if len(corners) < _LEAST_CORNERS:
        return ""
    # Steps are shorter than positions, and repeat, which compresses.
    steps = np.diff(corners, axis=0).tolist()
    return f"M{corners[0][0]} {corners[0][1]}{''.join(_step(x, y) for x, y in steps)}Z"


def on_grid(places: NDArray[Any], grain: float) -> Corners:
    """Places in whole units of `grain`."""
    return np.round(np.clip(places / grain, -_FARTHEST, _FARTHEST)).astype(np.int64)


def _bent(corners: Corners) -> Corners:
    corners = corners[np.any(corners != np.roll(corners, 1, axis=0), axis=1)]
    before, after = corners - np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0) - corners
    bent: Corners = corners[before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]]
    return bent


def _step(x: int, y: int) -> str:
    return f"h{x}" if y == 0 else f"v{y}" if x == 0 else f"l{x} {y}"
