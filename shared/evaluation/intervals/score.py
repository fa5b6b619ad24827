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

# Newton's method doubles the digits with each; where it goes too far, the bracket is halved instead.
_MOST_STEPS = 100
# A shorter one moves the bounds by less than their rounding.
_SHORTEST_STEP = 1e-12


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
    one multiplier μ. Their sum is less by μV, V = Σ p(1 − p)/n being its variance: μ²V is the square of the deviate,
    which grows with μ.
    """
    # None of p(1 − p) is more than a quarter.
    low = np.broadcast_to(2 * critical / np.sqrt((1 / wholes).sum(axis=0)), shares.shape[1:])
    multiplier, high = low, np.full(low.shape, np.inf)
    can_fall = shares.sum(axis=0) > 0
    for _ in range(_MOST_STEPS):
        p, root = _likeliest(shares, multiplier / wholes)
        variances = p * (1 - p) / wholes
        variance = variances.sum(axis=0)
        beyond = multiplier**2 * variance - critical**2
        slope = multiplier * (variance + (variances / root).sum(axis=0))
        low, high = np.where(beyond < 0, multiplier, low), np.where(beyond < 0, high, multiplier)
        by_newton = multiplier - beyond / slope
        # Where a share of 1 begins to fall, the square of the deviate has a kink, below which it hardly grows.
        top = np.minimum(high, 4 * multiplier)
        is_within = (low <= by_newton) & (by_newton <= top)
        before, multiplier = multiplier, np.where(is_within, by_newton, (low + top) / 2)
        if not np.any(can_fall & (np.abs(multiplier - before) > _SHORTEST_STEP * multiplier)):
            break
    return _likeliest(shares, multiplier / wholes)[0].sum(axis=0)


def _likeliest(shares: Floats, steep: Floats) -> tuple[Floats, Floats]:
    """The proportions p for μ/n, and 1 + μ(1 − 2p)/n: p(1 − p)/n divided by it is how far p falls with μ."""
    root = np.sqrt((1 - steep) ** 2 + 4 * steep * (1 - shares))
    return 2 * shares / (1 + steep + root), root
