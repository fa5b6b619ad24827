"""The smooth calibration error: no bins, and so no choice of them (Błasiok and Nakkiran 2023)."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Cells between 0 and 1, of which the narrowest kernel spans four.
_CELLS = 2**14
_NARROWEST, _WIDEST = 4 / _CELLS, 1.0
# The error is exact to this; a dozen steps reach it.
_TOLERANCE, _MAX_STEPS = 1e-10, 60
# A Gaussian this many deviations out, 3e-18, is nothing beside the sizes, which doubles hold to 1e-16.
_DEVIATIONS = 9

Residuals = tuple[NDArray[np.float64], NDArray[np.float64]]


def smooth_error(parts: Iterable[Residuals], samples: float) -> float:
    """The smooth calibration error of scores from 0 to 1 of n > 0 samples.

    A part holds scores, and for each of them the number of samples that have the class less the number that the score
    promises. Smoothed by a Gaussian kernel that 0 and 1 reflect, these make a curve, and its mean size falls as the
    kernel gets wider: the error is the width at which both are equal. Scores lie on a grid of 2**14 cells.
    """
    spectrum = np.fft.rfft(_mirrored(_on_grid(parts) / samples))
    if (narrowest := _size(spectrum, _NARROWEST)) <= _NARROWEST:
        return narrowest
    return _crossing(lambda width: _size(spectrum, width) - width, narrowest - _NARROWEST)


def _crossing(excess: Callable[[float], float], above: float) -> float:
    """Where a falling function is 0, by the Illinois variant of false position; it is `above` 0 at the narrowest."""
    low, high = _NARROWEST, _WIDEST
    below, width = excess(high), high
    for _ in range(_MAX_STEPS):
        previous, width = width, (low * below - high * above) / (below - above)
        if abs(width - previous) < _TOLERANCE:
            break
        found = excess(width)
        if found > 0:
            # An end that stays twice in a row counts half, or the other would creep.
            below = below / 2 if previous < width else below
            low, above = width, found
        else:
            above = above / 2 if previous > width else above
            high, below = width, found
    return width


def _on_grid(parts: Iterable[Residuals]) -> NDArray[np.float64]:
    """The residuals at each edge of a cell, a score's shared between the two beside it."""
    grid = np.zeros(_CELLS + 2)
    for scores, residuals in parts:
        places = scores * _CELLS
        cells = places.astype(np.int64)
        upper = residuals * (places - cells)
        grid += np.bincount(cells, residuals - upper, _CELLS + 2) + np.bincount(cells + 1, upper, _CELLS + 2)
    return grid[:-1]


def _mirrored(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """One period of the curve and its mirror image; what lies on a mirror is its own image."""
    doubled: NDArray[np.float64] = np.concatenate([grid, grid[-2:0:-1]])
    doubled[[0, _CELLS]] *= 2
    return doubled


def _size(spectrum: NDArray[Any], width: float) -> float:
    """The mean size of the smoothed curve between the mirrors, whose period is 2."""
    kept = spectrum[: int(_DEVIATIONS / (np.pi * width)) + 1]
    deviations = width * np.pi * np.arange(len(kept))
    smoothed = np.abs(np.fft.irfft(kept * np.exp(-(deviations**2) / 2), 2 * _CELLS))
    return float(smoothed[1:_CELLS].sum() + (smoothed[0] + smoothed[_CELLS]) / 2)
