"""Means and sums of independent proportions, such as the recalls of the classes, whose samples are different ones.

The interval holds every sum that a score test would not reject, as Wilson's does of one proportion: the error is that
of the likeliest proportions that have this sum (Tebbs and Roths 2008; Martín Andrés, Álvarez Hernández and Herranz
Tejedor 2011). Wilson's intervals put together by the squares of their lengths (MOVER) end too low where many
proportions are near 1, as the room that each of them has above is less than it has in the sum.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from shared.evaluation.types import Floats

# Means of the recalls of the classes that occur; True for their complement.
MEANS_OF_RECALLS = {"recall.macro": False, "false_negative_rate.macro": True, "balanced_accuracy": False}

# Each halves the bracket of a multiplier: to the eleventh digit, of which the bounds keep all.
_STEPS = 36


def sum_bounds(parts: ArrayLike, wholes: ArrayLike, critical: float) -> tuple[Any, Any]:
    """The bounds of the sum of proportions along the first axis; NaN where one of nothing is among them."""
    hits, totals = np.asarray(parts, float), np.asarray(wholes, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.stack([hits, totals - hits], axis=1) / totals[:, np.newaxis]
        least, least_of_rest = _least_sums(shares, totals[:, np.newaxis], critical)
    return least, len(hits) - least_of_rest


def _least_sums(shares: Floats, wholes: Floats, critical: float) -> Any:
    """The least sums along the first axis that the test does not reject.

    Of a smaller sum than that of the shares s of n samples, the likeliest proportions p have n(s − p) = μp(1 − p), with
    one multiplier μ. Their sum is less by μV, V = Σ p(1 − p)/n being its variance: μ²V is the square of the deviate.
    """

    def likeliest(multiplier: Any) -> Floats:
        steep = multiplier / wholes
        found: Floats = 2 * shares / (1 + steep + np.sqrt((1 - steep) ** 2 + 4 * steep * (1 - shares)))
        return found

    def is_rejected(multiplier: Any) -> Any:
        p = likeliest(multiplier)
        return multiplier**2 * (p * (1 - p) / wholes).sum(axis=0) > critical**2

    # None of p(1 − p) is more than a quarter.
    low = np.broadcast_to(2 * critical / np.sqrt((1 / wholes).sum(axis=0)), shares.shape[1:])
    high = 2 * low
    can_fall = shares.sum(axis=0) > 0
    while np.any(is_short := can_fall & ~is_rejected(high)):
        low, high = np.where(is_short, high, low), np.where(is_short, 2 * high, high)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        is_far = is_rejected(middle)
        low, high = np.where(is_far, low, middle), np.where(is_far, middle, high)
    return likeliest(high).sum(axis=0)
