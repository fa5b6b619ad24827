"""Thresholds that keep a promise with a confidence: Learn-then-Test (Angelopoulos et al. 2021) with exact tests.

A promise is about samples yet to come, of the same kind as these, and about the threshold that is chosen: were the
samples drawn anew, at most a share of 1 − confidence of the chosen thresholds would break it.
"""

from typing import Literal, NamedTuple

import numpy as np

from shared.evaluation.curves.ranked_scores import RankedScores
from shared.evaluation.distributions import LEAST_P, binomial_upper_tail
from shared.evaluation.thresholds.choice import point_of
from shared.evaluation.thresholds.goals import PointCounts

PromisedMetric = Literal["precision", "recall", "specificity"]

# Fewer samples promise nothing worth the name.
MIN_SAMPLES = 10
# Thresholds that are tested for a precision; each further one costs the others a little of the level.
_TESTED = 40


class Promise(NamedTuple):
    """A metric is at least a value, with a confidence."""

    metric: PromisedMetric
    at_least: float
    confidence: float

    @property
    def risk(self) -> float:
        """The chance that the promise may be broken with."""
        return 1 - self.confidence


class PromisedThreshold(NamedTuple):
    """The threshold with the most to offer among those that keep the promise, and its P-value; None where none does."""

    point: PointCounts | None
    p_value: float | None
    tested: int


def promise_threshold(ranked: RankedScores, promise: Promise) -> PromisedThreshold:
    """Find the threshold: for precision and specificity the lowest, for recall the highest.

    Of recall and specificity one sample decides which threshold it is, by its rank among those of its kind. Precision
    neither rises nor falls with the threshold for certain, so that several thresholds are tested one after another.
    """
    if promise.metric == "precision":
        return _of_precision(ranked, promise)
    n = int(ranked.positives if promise.metric == "recall" else ranked.negatives)
    rank = fewest_hits(n, promise.at_least, promise.risk)
    if rank is None:
        return PromisedThreshold(None, None, 1)
    p_value = binomial_upper_tail(rank, n, promise.at_least)
    # The lowest threshold with so many positives at it or above, or so many negatives below it.
    point = _reaching(ranked, rank) if promise.metric == "recall" else _above(ranked, fp_at_most=n - rank)
    return PromisedThreshold(point, max(p_value, LEAST_P), 1)


def fewest_hits(n: int, share: float, risk: float) -> int | None:
    """The fewest hits of n samples that only a share of `risk` of all sets would have, were the true share smaller."""
    if n == 0 or binomial_upper_tail(n, n, share) > risk:
        return None
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if binomial_upper_tail(middle, n, share) <= risk else (middle, high)
    return high


def ranks_to_test(n: int, promise: Promise) -> list[int]:
    """Numbers of predicted positives, rising by a factor, that are fixed before any label is seen."""
    fewest = next((k for k in range(1, n + 1) if promise.at_least**k <= promise.risk / _TESTED), None)
    if fewest is None:
        return []
    ranks: list[int] = np.unique(np.geomspace(fewest, n, _TESTED).round().astype(np.int64)).tolist()
    return ranks


def _of_precision(ranked: RankedScores, promise: Promise) -> PromisedThreshold:
    """Test the precision of the samples above the score with each rank, by the fallback procedure.

    Given how many samples lie above such a score, they are independent draws from all that do. Every test has the same
    share of the level; one that succeeds hands its level on to the next (Wiens and Dmitrienko 2005).
    """
    ranks = ranks_to_test(len(ranked.keys), promise)
    best, level = PromisedThreshold(None, None, len(ranks)), 0.0
    for point in _below_ranks(ranked, ranks):
        level += promise.risk / len(ranks)
        hits, predicted = int(point.tp), int(point.tp + point.fp)
        p_value = binomial_upper_tail(hits, predicted, promise.at_least) if predicted else 1.0
        if p_value <= level:
            best = PromisedThreshold(point, max(p_value, LEAST_P), len(ranks))
        else:
            level = 0.0
    return best


def _below_ranks(ranked: RankedScores, ranks: list[int]) -> list[PointCounts]:
    """For each rank the samples above the score that has it: a threshold that lies just above that score."""
    points: list[PointCounts] = []
    for counts in ranked.stretches():
        totals = counts.tp + counts.fp
        while len(points) < len(ranks) and ranks[len(points)] <= totals[-1]:
            at = int(np.searchsorted(totals, ranks[len(points)]))
            threshold = float(np.nextafter(counts.thresholds[at], np.inf))
            points.append(point_of(ranked, threshold, int(counts.tp[at - 1]), int(counts.fp[at - 1])))
    return points


def _reaching(ranked: RankedScores, positives: int) -> PointCounts:
    """The highest threshold that so many positives reach."""
    for counts in ranked.stretches():
        if counts.tp[-1] >= positives:
            at = int(np.searchsorted(counts.tp, positives))
            return point_of(ranked, counts.thresholds[at].item(), int(counts.tp[at]), int(counts.fp[at]))
    raise AssertionError("callers ask for no more positives than there are")


def _above(ranked: RankedScores, *, fp_at_most: int) -> PointCounts:
    """The threshold just above the highest score that more negatives than these reach."""
    for counts in ranked.stretches():
        if counts.fp[-1] > fp_at_most:
            at = int(np.searchsorted(counts.fp, fp_at_most, "right"))
            threshold = float(np.nextafter(counts.thresholds[at], np.inf))
            return point_of(ranked, threshold, int(counts.tp[at - 1]), int(counts.fp[at - 1]))
    raise AssertionError("callers ask for fewer negatives than there are")
