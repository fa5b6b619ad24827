"""The shades of the cells of a matrix, by the share of each in its row."""

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import row_shares

LEVELS = 64
"""Shades between a trace and the whole; the eye tells neighbours apart no more."""

# The shares that the legend marks. A percent sign stays with its number.
TICKS = (0.0, 0.01, 0.05, 0.10, 0.25, 0.50, 1.0)
TICK_TEXTS = ("0", *(f"{100 * tick:.0f}\u00a0%" for tick in TICKS[1:]))


def levels(shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """The shade of each share: 0 of nothing or of no samples, else 1 to LEVELS.

    They grow with the square root: mistakes matter from one percent on, and a linear scale would hide them.
    """
    # Sums of weights are rounded, so a share may exceed one by its last digit.
    roots: NDArray[np.float64] = np.sqrt(np.nan_to_num(shares))
    return np.minimum(np.ceil(LEVELS * roots), LEVELS).astype(np.int64)


def shades(matrix: ConfusionMatrix) -> NDArray[np.int64]:
    """A shade from 1 (faint) to LEVELS (full) for each counted cell and 0 for each empty one, shape (k, k)."""
    return levels(row_shares(matrix.counts))


def shade_class(shade: int, *, is_correct: bool) -> str:
    """The style class of a cell: d for correct predictions (the diagonal), e for errors."""
    return f"{'d' if is_correct else 'e'}{shade}"
