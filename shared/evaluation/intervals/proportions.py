"""Intervals of a proportion: so many of so many samples."""

import math

import numpy as np
from numpy.typing import ArrayLike

from shared.evaluation.distributions import beta_quantile
from shared.evaluation.types import Floats


def wilson(part: ArrayLike, whole: ArrayLike, critical: float) -> tuple[Floats, Floats]:
    """Wilson's score interval (1927), in [0, 1]; `whole` broadcast to the shape of `part`, NaN where `whole` is 0."""
    parts, wholes = np.asarray(part, float), np.asarray(whole, float)
    square = critical**2
    with np.errstate(invalid="ignore", divide="ignore"):
        share = parts / wholes
        centre = parts + square / 2
        half = critical * np.sqrt(parts * (1 - share) + square / 4)
        low, high = (centre - half) / (wholes + square), (centre + half) / (wholes + square)
    # The interval of nothing begins at 0 and that of everything ends at 1; rounding would put them beside it.
    low = np.where(parts == 0, 0.0, np.maximum(low, 0.0))
    high = np.where(parts == wholes, 1.0, np.minimum(high, 1.0))
    return np.where(wholes > 0, low, np.nan), np.where(wholes > 0, high, np.nan)


def wilson_of_share(share: float, number: float, critical: float) -> tuple[float, float]:
    """Wilson's interval of one share of so many samples, which need not be a whole number; `number` > 0."""
    square = critical * critical / number
    centre = (share + square / 2) / (1 + square)
    half = critical / (1 + square) * math.sqrt(share * (1 - share) / number + square / (4 * number))
    return max(0.0, centre - half), min(1.0, centre + half)


def clopper_pearson(part: int, whole: int, tail: float) -> tuple[float, float]:
    """The exact interval (Clopper and Pearson 1934) that leaves at most `tail` on either side; `whole` > 0."""
    low = beta_quantile(tail, part, whole - part + 1) if part else 0.0
    high = beta_quantile(1 - tail, part + 1, whole - part) if part < whole else 1.0
    return low, high
