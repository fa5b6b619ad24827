"""How far an average precision varies, from the counts at every score, a stretch at a time.

The average precision is the mean over the positives of the precision at their scores. A sample changes it by its own
part and by the precision at every lower score (its influence function), and the variance is that of these changes. Of
few positives it is too high, as each counts itself among the hits: without itself, (tp − 1)/(tp + fp − 1) is the
precision that its score has among the others.
"""

import math
from typing import NamedTuple

import numpy as np

from shared.evaluation.curves.thresholds import ThresholdCounts
from shared.evaluation.rates import Floats

_TWO = 2


class PrecisionSpread(NamedTuple):
    """An average precision as each positive finds it among the others, and its standard error."""

    among_others: float
    error: float


class PrecisionSums:
    """Sums over the samples from the highest score down, of two positives and one negative at least."""

    def __init__(self, positives: int, negatives: int) -> None:
        self._sides = positives, negatives
        self._mean = self._among_others = self._by_hits = self._by_alarms = 0.0
        # Of the positives and of the negatives, the sums of what is known of their changes, and of its squares.
        self._changes = np.zeros((2, 2))

    def add(self, stretch: ThresholdCounts) -> None:
        """Add the samples of a stretch."""
        positives, n = self._sides[0], sum(self._sides)
        tp, reached = stretch.tp[1:], (stretch.tp[1:] + stretch.fp[1:]).astype(np.float64)
        hits, alarms = np.diff(stretch.tp), np.diff(stretch.fp)
        precision = tp / reached
        self._mean += float(hits @ precision) / positives
        others = np.divide(tp - 1, reached - 1, out=np.ones(len(tp)), where=reached > 1)
        self._among_others += float(hits @ others) / positives
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
        n = positives + negatives
        shifts = self._by_hits - self._mean * n / positives, -self._by_alarms
        squares: Floats = np.array(
            [
                square + 2 * shift * change + side * shift**2
                for (change, square), shift, side in zip(self._changes, shifts, self._sides, strict=True)
            ]
        )
        return PrecisionSpread(self._among_others, math.sqrt(max(squares.sum(), 0.0)) / n)
