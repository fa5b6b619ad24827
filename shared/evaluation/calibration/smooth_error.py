"""The smooth calibration error: no bins, and so no choice of them (Błasiok and Nakkiran 2023)."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Cells between 0 and 1, of which the narrowest kernel spans four.
_CELLS = 2**14
_NARROWEST, _WIDEST = 4 / _CELLS, 1.0
# Halves the range of the kernel's width to less than the rounding of what is answered.
_STEPS = 40

Residuals = tuple[NDArray[np.float64], NDArray[np.float64]]


def smooth_error(parts: Iterable[Residuals], samples: int) -> float:
    """The smooth calibration error of scores from 0 to 1 of n > 0 samples.

    A part holds scores, and for each of them the number of samples that have the class less the number that the score
    promises. Smoothed by a Gaussian kernel that 0 and 1 reflect, these make a curve, and its mean size falls as the
    kernel gets wider: the error is the width at which both are equal. Scores lie on a grid of 2**14 cells.
    """
    spectrum = np.fft.rfft(_mirrored(_on_grid(parts) / samples))
    low, high = _NARROWEST, _WIDEST
    if _size(spectrum, low) <= low:
        return _size(spectrum, low)
    for _ in range(_STEPS):
        width = (low + high) / 2
        low, high = (width, high) if _size(spectrum, width) > width else (low, width)
    return (low + high) / 2


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
    frequencies = np.pi * np.arange(len(spectrum))
    smoothed = np.abs(np.fft.irfft(spectrum * np.exp(-((width * frequencies) ** 2) / 2), 2 * _CELLS))
    return float(smoothed[1:_CELLS].sum() + (smoothed[0] + smoothed[_CELLS]) / 2)
