"""How far an average precision varies, from the counts at every score, a stretch at a time.

The average precision is the mean over the positives of the precision at their scores. A sample changes it by its own
part and by the precision at every lower score (its influence function; Hampel 1974), and the variance is that of these
changes: within the positives, within the negatives, and of the share of the positives, which moves the mean of either.

Where scores have long tails, the few negatives far up decide. Most sets have fewer of them than there are on average:
these look too good, and as if little could vary. The lower bound is therefore that of one negative more, as far beyond
the most harmful one as that is beyond the next, and its deviate knows how far the changes spread (O'Neill 2014).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shared.evaluation.curves.area_spread import ShareMoments, share_moments, variance_freedom
from shared.evaluation.curves.thresholds import Counts, ThresholdCounts
from shared.evaluation.distributions import summed_freedom
from shared.evaluation.rates import Floats

_TWO = 2


class PrecisionSpread(NamedTuple):
    """The standard error of an average precision, and the degrees of freedom of its square, one at least.

    For the upper bound of its interval, and for the lower one, which allows for negatives that were not drawn.
    """

    error: float
    freedom: float
    lower_error: float
    lower_freedom: float


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
        self._worst: list[float] = []

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
        self._hits = self._hits.together(share_moments(precision * n / positives - above_hits, hits))
        self._alarms = self._alarms.together(share_moments(above_alarms, alarms))
        self._worst = [*self._worst, *first_two(above_alarms, alarms)][:_TWO]
        self._by_hits += float(by_hit.sum())
        self._by_alarms += float(by_alarm.sum())

    def spread(self) -> PrecisionSpread | None:
        """The spread of all that was added; None of too few samples."""
        positives, negatives = self._sides
        if positives < _TWO or not negatives:
            return None
        shifts = self._by_hits - self._mean * (positives + negatives) / positives, -self._by_alarms
        sides = [changes_of(side, shift) for side, shift in zip((self._hits, self._alarms), shifts, strict=True)]
        return spread_of_changes(sides[0], sides[1], further_harm(self._alarms.mean, self._worst))


def first_two(changes: Floats, times: Counts) -> list[float]:
    """The changes of the first two samples of a side, of which there are so many at each score."""
    at = np.flatnonzero(times)[:_TWO]
    return [*np.repeat(changes[at], np.minimum(times[at], _TWO).astype(np.int64))[:_TWO].tolist()]


def further_harm(mean: float, worst: Sequence[float]) -> float:
    """How far below the mean of its side one negative more is expected to change an average precision.

    It lies as far beyond the most harmful negative as this lies beyond the next one.
    """
    return mean - worst[0] + (worst[-1] - worst[0])


def changes_of(moments: ShareMoments, shift: float = 0.0) -> ChangesOfSide:
    """The changes of a side by their moments, each of them shifted by the same."""
    kurtosis = moments.fourths * moments.size / moments.squares**2 if moments.squares else 1.0
    return ChangesOfSide(moments.size, moments.mean + shift, moments.squares, kurtosis)


def spread_of_changes(positives: ChangesOfSide, negatives: ChangesOfSide, further: float) -> PrecisionSpread:
    """The spread from the changes by the samples of both sides, and that by a further negative from their mean.

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
    return PrecisionSpread(math.sqrt(variance) / n, freedom, math.sqrt(variance + further**2) / n, lower)
