"""The scores of a row as shares of their sum."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_SHARE = "a score below 0 is no share of the sum of its row; leave out `normalise`, or send probabilities."
NO_SHARES = "the scores of the row have no sum to divide them by: it is 0, or infinite."


def sums_of(scores: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    """Return the sum of each row of scores, which come column by column; shape (n,)."""
    # One column after the other, so that whoever checks a receipt finds the same last bit.
    sums = scores[0].astype(np.float64)
    with np.errstate(over="ignore"):
        for column in scores[1:]:
            sums += column
    return sums


def shares_of(scores: Sequence[NDArray[Any]], sums: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the columns of scores, each divided by the sums of their rows."""
    return [column.astype(np.float64) / sums for column in scores]
