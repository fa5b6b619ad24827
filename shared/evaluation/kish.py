"""How many samples of equal weight weighted ones are worth."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Floats


def kish_number(total: float, squares: float) -> float:
    """(Σ w)²/Σ w² of the sum of the weights and that of their squares (Kish 1965); 0 without weight."""
    return float(total) ** 2 / float(squares) if squares else 0.0


def kish_numbers(totals: Floats, squares: Floats) -> Floats:
    """`kish_number` of each of several sums, arrays of one shape."""
    return np.divide(totals**2, squares, out=np.zeros_like(totals), where=squares > 0)


def worth(weights: Floats, numbers: NDArray[Any]) -> float:
    """`kish_number` of so many samples of each of these weights, arrays (m,)."""
    return kish_number(float(numbers @ weights), float(numbers @ weights**2))
