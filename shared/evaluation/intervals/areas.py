"""The area under a ROC curve of scores, with the covariance of areas of several classifiers on the same samples.

DeLong's method (DeLong, DeLong and Clarke-Pearson 1988) by midranks (Sun and Xu 2014): n·log n steps for n samples.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.area_spread import AreaSpread, SideVariance, spread_of_sides
from shared.evaluation.curves.precision_spread import PrecisionSpread
from shared.evaluation.distributions import critical_value, student_critical
from shared.evaluation.intervals.logit import logit_interval
from shared.evaluation.types import Floats

# In samples of the smaller side. With ten positives, less leaves intervals of steep curves too short, and more makes
# all of them too long: `benchmarks.error_rates.statistics` tries ten distributions of scores.
_MODERATION = 1 / 3
# Of a sample of either side that was not drawn and would lose all of its pairs; and the number of samples of which
# Student's deviate is long enough without it. `benchmarks.error_rates.statistics` tries scores of short and long tails.
_NOT_DRAWN = 1 / 2
_WITHOUT = 10
_MOST_IN_32_BITS = 2**30
# On the scale of log(−log): both ends of the range, to the last digit.
_LONGEST = 100.0


class CorrelatedAreas(NamedTuple):
    """The areas of m classifiers (m,), and the covariances (m, m) that either side of the samples adds to theirs.

    `sides` are the numbers of positives and negatives.
    """

    values: Floats
    by_positives: Floats
    by_negatives: Floats
    sides: tuple[int, int]

    @property
    def covariance(self) -> Floats:
        """That of the areas, (m, m)."""
        return self.by_positives + self.by_negatives


def areas(is_positive: NDArray[np.bool_], scores: NDArray[Any]) -> CorrelatedAreas:
    """Measure the areas; `scores` (m, n) of the n samples by each classifier; two samples of each side at least.

    Of two classifiers it takes up to 50 bytes a sample beside the input.
    """
    below = np.empty(scores.shape)
    for row, shares in zip(scores, below, strict=True):
        _rank(is_positive, row, shares)
    won = np.compress(is_positive, below, axis=1)
    values = won.mean(axis=1)
    by_positives = _covariance_of_means(won)
    sides = won.shape[1], len(is_positive) - won.shape[1]
    del won
    lost = np.compress(~is_positive, below, axis=1)
    del below
    return CorrelatedAreas(values, by_positives, _covariance_of_means(np.subtract(1, lost, out=lost)), sides)


def placements(is_positive: NDArray[np.bool_], scores: NDArray[Any]) -> Floats:
    """The share of the pairs of each sample with the other side that a classifier orders right, (m, n).

    `scores` (m, n) are of n samples; equal ones count half. The mean over either side is the area.
    """
    won = np.empty(scores.shape)
    for row, shares in zip(scores, won, strict=True):
        _rank(is_positive, row, shares)
    return np.where(is_positive, won, 1 - won)


def _rank(is_positive: NDArray[np.bool_], scores: NDArray[Any], below: Floats) -> None:
    """Write of each sample the share of the other side below it, by one sort of all; equal ones count half."""
    order = np.argsort(scores)
    positive = is_positive[order]
    ordered = scores[order]
    # Twice the number of samples is the largest one.
    size = np.int32 if len(scores) < _MOST_IN_32_BITS else np.int64
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)).astype(size)
    del ordered
    positives = np.cumsum(positive, dtype=size)[ends]
    # An end is the position of the last sample.
    negatives = np.subtract(ends, positives)
    negatives += 1
    del ends
    twice = np.empty(len(scores), size)
    for own, other, side in ((positives, negatives, positive), (negatives, positives, ~positive)):
        twice[side] = _twice_below(own, other)
    below[order] = twice
    for side, other in ((is_positive, negatives), (~is_positive, positives)):
        np.divide(below, 2 * int(other[-1]), out=below, where=side)


def _twice_below(own: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """Of each sample of a side, twice the number of others below it, from the sums of both sides up to each score."""
    reached, counts = other.copy(), own.astype(np.intp)
    reached[1:] += other[:-1]
    counts[1:] -= own[:-1]
    return np.repeat(reached, counts)


def _covariance_of_means(shares: Floats) -> Floats:
    """The covariance of the means of shares (m, n), as `numpy.cov` computes it; these become their deviations."""
    shares -= shares.mean(axis=1)[:, None]
    n = shares.shape[1]
    covariance: Floats = np.dot(shares, shares.T.conj()) * (1 / (n - 1)) / n
    return covariance


def area_interval(area: float, spread: AreaSpread, sides: tuple[int, int], alpha: float) -> tuple[float, float] | None:
    """The interval of an area on the logit scale, which stays within 0 and 1 (Pepe 2003); None at 0 and 1.

    `sides` are the numbers of positives and negatives. Of few samples on a side the variance is often too small: it is
    moderated (Smyth 2004), which means that the largest variance that an area of this size can have counts as much as a
    third of a further sample. Where scores have long tails, the few samples far on the wrong side decide, of which most
    sets have fewer than there are on average. The lower bound therefore allows for half a sample that was not drawn,
    put together with that of the normal deviate by their squares (MOVER, Zou and Donner 2008), wherever this is lower.
    """
    if not 0 < area < 1:
        return None
    own = min(sides) - 1
    largest = area * (1 - area) * (1 / sides[0] + 1 / sides[1])
    variance = (own * spread.error**2 + _MODERATION * largest) / (own + _MODERATION)
    seen = logit_interval(area, math.sqrt(variance), student_critical(alpha, spread.freedom))
    normal = logit_interval(area, spread.error, critical_value(alpha))
    assert seen is not None, "the area is not at an end"
    assert normal is not None, "the area is not at an end"
    down = math.hypot(area - normal[0], critical_value(alpha) * _error_of_not_drawn(sides))
    return max(min(seen[0], area - down), 0.0), seen[1]


def _error_of_not_drawn(sides: tuple[int, int]) -> float:
    """How far samples that were not drawn, and lose all of their pairs, may move the mean of either side."""
    return math.sqrt(sum(_NOT_DRAWN * max(1 - _WITHOUT / size, 0.0) / size**2 for size in sides))


def average_precision_interval(value: float, spread: PrecisionSpread, alpha: float) -> tuple[float, float] | None:
    """The interval of an average precision on the scale of log(−log), which stays within 0 and 1; None at both.

    As of survival curves (Kalbfleisch and Prentice 2002): on it also values near 0, of a rare class, are about normal.
    The lower bound is that of the normal deviate with the error of a further negative if this is lower.
    """
    if not spread.error or not 0 < value < 1:
        return None
    depth = -math.log(value)
    seen, up = (student_critical(alpha, known) * spread.error for known in (spread.lower_freedom, spread.freedom))
    down = max(seen, critical_value(alpha) * math.hypot(spread.error, spread.further))
    longer, shorter = (math.exp(min(half / (value * depth), _LONGEST)) for half in (down, -up))
    return math.exp(-depth * longer), math.exp(-depth * shorter)


def difference_spread(found: CorrelatedAreas) -> tuple[float, AreaSpread]:
    """The second area minus the first, and its spread.

    The shares of pairs that a sample wins differ by a number of its own, and the variance of a side is that of these:
    n samples give it n - 1 degrees of freedom, and both sides those of Satterthwaite (1946), as Brunner and Munzel
    (2000) have them for one area.
    """
    variances = (
        SideVariance(max(float(one[0, 0] + one[1, 1] - 2 * one[0, 1]), 0.0), size - 1)
        for one, size in zip((found.by_positives, found.by_negatives), found.sides, strict=True)
    )
    return float(found.values[1] - found.values[0]), spread_of_sides(*variances)


def shares_below(scores: Floats, others: Floats) -> Floats:
    """Of each score, the share of the others below it; equal ones count half."""
    ordered = np.sort(others)
    ranks = ordered.searchsorted(scores, "left") + ordered.searchsorted(scores, "right")
    return ranks / (2 * len(others))
