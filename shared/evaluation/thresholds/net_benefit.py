"""Decision curves: the net benefit of acting on scores (Vickers and Elkin 2006)."""

import math
from typing import NamedTuple

import numpy as np

from shared.evaluation.curves.ranked_scores import RankedScores
from shared.evaluation.distributions import critical_value
from shared.evaluation.rates import Floats

_ALPHA = 0.05


class NetBenefit(NamedTuple):
    """The net benefit per sample at a threshold probability, its interval of 95 %, and that of acting on all samples.

    `gain` is the net benefit minus the better of acting on all samples and on none, with the interval of that.
    """

    threshold: float
    net_benefit: float
    interval: tuple[float, float]
    of_all: float
    gain: float
    gain_interval: tuple[float, float]


def decision_curve(ranked: RankedScores, thresholds: Floats) -> list[NetBenefit]:
    """The net benefit at threshold probabilities in (0, 1), rising; n > 1 samples of both kinds.

    A true positive is worth 1 and a false positive costs threshold / (1 − threshold), the odds at which acting and not
    acting are as good as each other. The net benefit is a mean over samples, with the standard error of a mean.
    """
    tp, fp = _counts_at(ranked, thresholds)
    rows = zip(thresholds.tolist(), tp, fp, strict=True)
    kinds = int(ranked.positives), int(ranked.negatives)
    return [_at(threshold, hits, alarms, *kinds) for threshold, hits, alarms in rows]


def _counts_at(ranked: RankedScores, thresholds: Floats) -> tuple[list[int], list[int]]:
    """True and false positives when a score of the threshold or more is positive."""
    tp, fp = np.zeros(len(thresholds), np.int64), np.zeros(len(thresholds), np.int64)
    for counts in ranked.stretches():
        # The last of the scores, which fall, that reach the threshold; those of later stretches overwrite it.
        at = np.searchsorted(-counts.thresholds, -thresholds, "right") - 1
        is_here = at > 0
        tp[is_here], fp[is_here] = counts.tp[at[is_here]], counts.fp[at[is_here]]
    return tp.tolist(), fp.tolist()


def _at(threshold: float, tp: int, fp: int, positives: int, negatives: int) -> NetBenefit:
    n, odds = positives + negatives, threshold / (1 - threshold)
    mean, interval = _mean({1.0: tp, -odds: fp}, n)
    of_all = (positives - odds * negatives) / n
    # Beside acting on all samples, what counts is the samples that are spared: a miss costs 1, a rest saves the odds.
    spared = {-1.0: positives - tp, odds: negatives - fp}
    gain, gain_interval = _mean(spared, n) if of_all > 0 else (mean, interval)
    return NetBenefit(threshold, mean, interval, of_all, gain, gain_interval)


def _mean(values: dict[float, int], n: int) -> tuple[float, tuple[float, float]]:
    """The mean of n values, 0 but for so many of each of these, with its interval."""
    mean = math.fsum(value * count for value, count in values.items()) / n
    square = math.fsum(value**2 * count for value, count in values.items()) / n
    half = critical_value(_ALPHA) * math.sqrt(max(0.0, square - mean**2) / (n - 1))
    return mean, (mean - half, mean + half)
