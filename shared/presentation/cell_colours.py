"""The shades of the cells of a matrix, by the share of each in its row."""

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import row_shares

# A narrow legend breaks before the number, not behind it.
_SPACE = "\u00a0"

# Finer at the lower end: mistakes matter from one percent on, and a linear scale would hide them.
THRESHOLDS = (0.01, 0.02, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90)
SHADE_NAMES = (f"< 1{_SPACE}%", *(f"≥ {100 * threshold:.0f}{_SPACE}%" for threshold in THRESHOLDS))


def shades(matrix: ConfusionMatrix) -> NDArray[np.int64]:
    """A shade from 1 (faint) to 9 (full) for each counted cell and 0 for each empty one, shape (k, k)."""
    levels = np.digitize(row_shares(matrix.counts), THRESHOLDS) + 1
    return np.where(matrix.counts > 0, levels, 0)


def shade_class(shade: int, *, is_correct: bool) -> str:
    """The style class of a cell: d for correct predictions (the diagonal), e for errors."""
    return f"{'d' if is_correct else 'e'}{shade}"
