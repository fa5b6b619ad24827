"""How far an average precision varies, from the counts at every score, a stretch at a time.

The average precision is the mean over the positives of the precision at their scores. A sample changes it by its own
part and by the precision at every lower score (its influence function; Hampel 1974), and the variance is that of these
changes: within the positives, within the negatives, and of the share of the positives, which moves the mean of either.

Where scores have long tails, the few negatives far up decide. Most sets have fewer of them than there are on average:
these look too good, and as if little could vary. The lower bound therefore knows how far the changes spread (O'Neill
2014), and allows for one negative more, between the most harmful one, whose harm is h, and one above all samples, whose
harm is H. With a density that falls as the square of the harm, the mean square of this is hH, by h(H − h) more than the
square of h, as with areas under ROC curves (`area_spread`).
"""

import math
from typing import NamedTuple

import numpy as np

from shared.evaluation.curves.area_spread import ShareMoments, share_moments, variance_freedom
from shared.evaluation.curves.thresholds import ThresholdCounts
from shared.evaluation.distributions import summed_freedom

_TWO = 2


class PrecisionSpread(NamedTuple):
    """The standard error of an average precision, and the degrees of freedom of its square, one at least.

    These are for the upper bound of its interval; for the lower one there are other degrees of freedom, and `further`,
    what a negative that was not drawn adds to the error.
    """

    error: float
    freedom: float
    lower_freedom: float
    further: float


class ChangesOfSide(NamedTuple):
    """The changes by the samples of one side: how many these are worth, their mean, and how far they vary.

    `squares` is the sum of the squares around the mean.
    """

    size: float
    mean: float
    squares: float
    kurtosis: float


class PrecisionSums:
    """Sums over the samples from the highest score down, of two positives and one negative at least."""

    def __init__(self, positives: int, negatives: int) -> None:
        self._sides = positives, negatives
        self._mean = self._by_hits = self._by_alarms = 0.0
        # What is known of the changes of either side. A negative's ends with all alarms below it taken off.
        self._hits, self._alarms = ShareMoments(), ShareMoments()
        self._worst: float | None = None

    def add(self, stretch: ThresholdCounts) -> None:
        """Add the samples of a stretch."""
        positives, n = self._sides[0], sum(self._sides)
        tp, reached = stretch.tp[1:], (stretch.tp[1:] + stretch.fp[1:]).astype(np.float64)
        hits, alarms = stretch.hits, stretch.alarms
        precision = tp / reached
        self._mean += float(hits @ precision) / positives
        by_hit, by_alarm = (hits / positives * side * n / reached**2 for side in (reached - tp, tp))
        above_hits, above_alarms = (
            start + steps.cumsum() - steps for start, steps in ((self._by_hits, by_hit), (self._by_alarms, by_alarm))
        )
        self._hits = self._hits.together(share_moments(precision * n / positives - above_hits, hits))
        self._alarms = self._alarms.together(share_moments(above_alarms, alarms))
        if self._worst is None and alarms.any():
            self._worst = float(above_alarms[np.flatnonzero(alarms)[0]])
        self._by_hits += float(by_hit.sum())
        self._by_alarms += float(by_alarm.sum())

    def spread(self) -> PrecisionSpread | None:
        """The spread of all that was added; None of too few samples."""
        positives, negatives = self._sides
        if positives < _TWO or not negatives:
            return None
        shifts = self._by_hits - self._mean * (positives + negatives) / positives, -self._by_alarms
        sides = [changes_of(side, shift) for side, shift in zip((self._hits, self._alarms), shifts, strict=True)]
        return spread_of_changes(sides[0], sides[1], further_harm(self._alarms.mean, self._worst or 0.0, 0.0))


def further_harm(mean: float, worst: float, at_top: float) -> float:
    """What one negative more adds to the error of the sum of the changes.

    From the mean change by negatives, and those by the most harmful one and by one above all samples.
    """
    return math.sqrt(max(mean - worst, 0.0) * max(worst - at_top, 0.0))


def changes_of(moments: ShareMoments, shift: float = 0.0) -> ChangesOfSide:
    """The changes of a side by their moments, each of them shifted by the same."""
    kurtosis = moments.fourths * moments.size / moments.squares**2 if moments.squares else 1.0
    return ChangesOfSide(moments.size, moments.mean + shift, moments.squares, kurtosis)


def spread_of_changes(positives: ChangesOfSide, negatives: ChangesOfSide, further: float) -> PrecisionSpread:
    """The spread from the changes by the samples of both sides, and what a further negative adds to their error.

    A side of one sample is taken to vary by nothing. The degrees of freedom are Satterthwaite's (1946), where the share
    of the positives adds no doubt: how it varies is known. Those of the upper bound are of normal changes, as many as
    their number less one.
    """
    sides = positives, negatives
    within = [side.squares * side.size / max(side.size - 1, 1) for side in sides]
    variance = sum(within) + sum(side.size * side.mean**2 for side in sides)
    freedom, lower = (
        summed_freedom(variance, sum(part**2 / known for part, known in zip(within, degrees, strict=True)))
        for degrees in (
            [max(side.size - 1, 1) for side in sides],
            [variance_freedom(side.size, side.kurtosis) for side in sides],
        )
    )
    n = sum(side.size for side in sides)
    return PrecisionSpread(math.sqrt(variance) / n, freedom, lower, further / n)
