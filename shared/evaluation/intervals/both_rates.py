"""Intervals of what recall and specificity of a class make together.

The two are of different samples, and so independent. Their sum has the score test's. Of all else Wilson's intervals are
put together (MOVER): the distances to the bounds of a sum of logarithms or squares are the root of the squares of those
of its parts (Zou and Donner 2008); of a ratio they solve a quadratic equation (Donner and Zou 2012). Bounds are NaN
where a rate is undefined, or has no logarithm.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.intervals.score import sum_bounds
from shared.evaluation.types import Floats

Bounds = tuple[Floats, Floats]


class BoundedRate:
    """A rate of each class, `part` of `whole`, with its bounds by Wilson's method, shapes (k,)."""

    def __init__(self, part: Any, whole: Any, critical: float) -> None:
        """Take the samples that the rate counts, those that it is of, and the deviate of the level."""
        self.part, self.whole, self.critical = np.asarray(part, float), np.asarray(whole, float), critical
        self.low, self.high = wilson(part, whole, critical)
        with np.errstate(invalid="ignore", divide="ignore"):
            self.share: Floats = self.part / self.whole

    @property
    def complement(self) -> "BoundedRate":
        """The rate of the other samples, from their number: one minus a share near 1 would lose digits."""
        return BoundedRate(self.whole - self.part, self.whole, self.critical)


def _sum(recall: BoundedRate, specificity: BoundedRate, weight: float, less: float) -> Bounds:
    low, high = sum_bounds([recall.part, specificity.part], [recall.whole, specificity.whole], recall.critical)
    return weight * low - less, weight * high - less


def _ratio(above: BoundedRate, below: BoundedRate) -> Bounds:
    product = above.share * below.share
    least, most = (bound * (2 * above.share - bound) for bound in (above.low, above.high))
    small, large = (bound * (2 * below.share - bound) for bound in (below.low, below.high))
    with np.errstate(invalid="ignore", divide="ignore"):
        # What rounding leaves below zero under a root is zero.
        low = least / (product + np.sqrt(np.maximum(product**2 - least * large, 0.0)))
        high = (product + np.sqrt(np.maximum(product**2 - most * small, 0.0))) / small
    return np.where(above.share == 0, 0.0, low), high


def _log_odds(recall: BoundedRate, specificity: BoundedRate, factor: float = 1.0) -> Bounds:
    with np.errstate(invalid="ignore", divide="ignore"):
        (value, low, high), other = (
            [np.log(share / (1 - share)) for share in (rate.share, rate.low, rate.high)]
            for rate in (recall, specificity)
        )
        centre = value + other[0]
        down, up = np.hypot(value - low, other[0] - other[1]), np.hypot(high - value, other[2] - other[0])
        return factor * (centre - down), factor * (centre + up)


def _odds_ratio(recall: BoundedRate, specificity: BoundedRate) -> Bounds:
    low, high = _log_odds(recall, specificity)
    return np.exp(low), np.exp(high)


def _yule_q(recall: BoundedRate, specificity: BoundedRate) -> Bounds:
    low, high = _log_odds(recall, specificity, 0.5)
    return np.tanh(low), np.tanh(high)


def _distance(recall: BoundedRate, specificity: BoundedRate) -> Bounds:
    misses, alarms = recall.complement, specificity.complement
    square = misses.share**2 + alarms.share**2
    down = np.hypot(misses.share**2 - misses.low**2, alarms.share**2 - alarms.low**2)
    up = np.hypot(misses.high**2 - misses.share**2, alarms.high**2 - alarms.share**2)
    return np.sqrt(np.maximum(square - down, 0.0)), np.sqrt(square + up)


def _similarity(recall: BoundedRate, specificity: BoundedRate) -> Bounds:
    near, far = _distance(recall, specificity)
    return 1 - far / math.sqrt(2), 1 - near / math.sqrt(2)


OF_BOTH_RATES: dict[str, Callable[[BoundedRate, BoundedRate], Bounds]] = {
    "balanced_accuracy.class": partial(_sum, weight=0.5, less=0.0),
    **dict.fromkeys(("informedness.class", "youden.class", "gini.class"), partial(_sum, weight=1.0, less=1.0)),
    "plr.class": lambda recall, specificity: _ratio(recall, specificity.complement),
    "nlr.class": lambda recall, specificity: _ratio(recall.complement, specificity),
    "dor.class": _odds_ratio,
    "yule_q.class": _yule_q,
    "discriminant_power.class": partial(_log_odds, factor=math.sqrt(3) / math.pi / math.log(10)),
    "distance_index.class": _distance,
    "similarity_index.class": _similarity,
}
"""By recall and specificity, the bounds of a metric of each class."""
