"""How far an average precision varies, from the counts at every score, a stretch at a time.

The average precision is the mean over the positives of the precision at their scores. A sample changes it by its own
part and by the precision at every lower score (its influence function; Hampel 1974), and the variance is that of these
changes: within the positives, within the negatives, and of the share of the positives, which moves the mean of either.
"""

import math
from typing import NamedTuple

import numpy as np

from shared.evaluation.curves.thresholds import ThresholdCounts
from shared.evaluation.distributions import summed_freedom
from shared.evaluation.rates import Floats

_TWO = 2


class PrecisionSpread(NamedTuple):
    """The standard error of an average precision, and the degrees of freedom of its square, one at least."""

    error: float
    freedom: float


class PrecisionSums:
    """Sums over the samples from the highest score down, of two positives and one negative at least."""

    def __init__(self, positives: int, negatives: int) -> None:
        self._sides = positives, negatives
        self._mean = self._by_hits = self._by_alarms = 0.0
        # Of the positives and of the negatives, the sums of what is known of their changes, and of its squares.
        self._changes = np.zeros((2, 2))

    def add(self, stretch: ThresholdCounts) -> None:
        """Add the samples of a stretch."""
        positives, n = self._sides[0], sum(self._sides)
        tp, reached = stretch.tp[1:], (stretch.tp[1:] + stretch.fp[1:]).astype(np.float64)
        hits, alarms = np.diff(stretch.tp), np.diff(stretch.fp)
        precision = tp / reached
        self._mean += float(hits @ precision) / positives
        by_hit, by_alarm = (hits / positives * side * n / reached**2 for side in (reached - tp, tp))
        above_hits, above_alarms = (
            start + np.cumsum(steps) - steps for start, steps in ((self._by_hits, by_hit), (self._by_alarms, by_alarm))
        )
        for at, times, change in ((0, hits, precision * n / positives - above_hits), (1, alarms, above_alarms)):
            self._changes[at] += times @ change, times @ change**2
        self._by_hits += float(by_hit.sum())
        self._by_alarms += float(by_alarm.sum())

    def spread(self) -> PrecisionSpread | None:
        """The spread of all that was added; None of too few samples."""
        positives, negatives = self._sides
        if positives < _TWO or not negatives:
            return None
        shifts = self._by_hits - self._mean * (positives + negatives) / positives, -self._by_alarms
        means: Floats = self._changes[:, 0] / self._sides
        squares: Floats = self._changes[:, 1] - self._sides * means**2
        return spread_of_changes(self._sides, (means + shifts).tolist(), squares.tolist())


def spread_of_changes(
    sides: tuple[int, int], means: tuple[float, float], squares: tuple[float, float]
) -> PrecisionSpread:
    """The spread from the mean change of the positives and of the negatives, and the squares around these means.

    A side of one sample is taken to vary by nothing. The degrees of freedom are Satterthwaite's (1946), where the share
    of the positives adds no doubt: how it varies is known.
    """
    within = [max(square, 0.0) * n / max(n - 1, 1) for square, n in zip(squares, sides, strict=True)]
    between = sum(n * mean**2 for mean, n in zip(means, sides, strict=True))
    variance = sum(within) + between
    uncertain = sum(part**2 / max(n - 1, 1) for part, n in zip(within, sides, strict=True))
    return PrecisionSpread(math.sqrt(variance) / sum(sides), summed_freedom(variance, uncertain))
