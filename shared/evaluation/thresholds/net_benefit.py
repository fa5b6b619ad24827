"""Decision curves: the net benefit of acting on scores (Vickers and Elkin 2006)."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from shared.evaluation.curves.ranked_scores import RankedScores
from shared.evaluation.distributions import critical_value
from shared.evaluation.kish import kish_number
from shared.evaluation.types import Floats

_ALPHA = 0.05
# What is left of a sum of weights without all of them is off by less, as a share of it.
_ROUNDING = 1e-12


class NetBenefit(NamedTuple):
    """The net benefit per sample at a threshold probability, its interval of 95 %, and that of acting on all samples.

    `gain` is the net benefit minus the better of acting on all samples and on none, with the interval of that. An
    interval is None where no sample adds to its mean, so that nothing shows how far it varies.
    """

    threshold: float
    net_benefit: float
    interval: tuple[float, float] | None
    of_all: float
    gain: float
    gain_interval: tuple[float, float] | None


class _Kind(NamedTuple):
    """Samples with one benefit: the sum of their weights, and of the squares of these; without weights their number."""

    benefit: float
    weight: float
    square: float


def decision_curve(ranked: RankedScores, thresholds: Floats) -> list[NetBenefit]:
    """The net benefit at threshold probabilities in (0, 1), rising; n > 1 samples of both kinds.

    A true positive is worth 1 and a false positive costs threshold / (1 − threshold), the odds at which acting and not
    acting are as good as each other. The net benefit is a mean over samples, with the standard error of a mean. Of
    weighted samples it is a weighted mean, with the variance of a ratio by linearisation, or with that of Kish's number
    of independent samples if it is larger; equal weights change nothing.
    """
    weights, squares = _reached(ranked, np.append(thresholds, -np.inf))
    whole = weights[-1], squares[-1]
    return [
        _at(threshold, part, whole)
        for threshold, part in zip(thresholds.tolist(), zip(weights[:-1], squares[:-1], strict=True), strict=True)
    ]


def _reached(ranked: RankedScores, thresholds: Floats) -> tuple[list[Any], list[Any]]:
    """Of the positive and negative samples that reach each threshold: the sums of weights, and those of squares."""
    sums = np.zeros((2, len(thresholds)))
    rows = np.zeros(len(thresholds), np.int64)
    for counts in ranked.stretches():
        # The last of the scores, which fall, that reach the threshold; those of later stretches overwrite it.
        at = np.searchsorted(-counts.thresholds, -thresholds, "right") - 1
        is_here = at > 0
        sums[:, is_here] = counts.tp[at[is_here]], counts.fp[at[is_here]]
        if counts.rows is not None:
            rows[is_here] = counts.rows[at[is_here]]
    squares = sums if ranked.weighted is None else np.array(ranked.weighted.squared().of_first(rows))
    return sums.T.tolist(), squares.T.tolist()


def _at(threshold: float, part: tuple[Any, Any], whole: tuple[Any, Any]) -> NetBenefit:
    odds = threshold / (1 - threshold)
    (tp, fp), (tp_square, fp_square) = part
    (positives, negatives), (positive_square, negative_square) = whole
    total = positives + negatives, positive_square + negative_square
    mean, interval = _mean([_Kind(1.0, tp, tp_square), _Kind(-odds, fp, fp_square)], *total)
    of_all = (positives - odds * negatives) / total[0]
    # Beside acting on all samples, what counts is the samples that are spared: a miss costs 1, a rest saves the odds.
    spared = [
        _Kind(-1.0, positives - tp, positive_square - tp_square),
        _Kind(odds, negatives - fp, negative_square - fp_square),
    ]
    gain, gain_interval = _mean(spared, *total) if of_all > 0 else (mean, interval)
    return NetBenefit(threshold, mean, interval, of_all, gain, gain_interval)


def _mean(kinds: Sequence[_Kind], weight: float, square: float) -> tuple[float, tuple[float, float] | None]:
    """The mean of all samples, 0 but for these kinds, with its interval; None without a sample of these kinds."""
    if not any(kind.weight > _ROUNDING * weight for kind in kinds):
        return 0.0, None
    mean = math.fsum(kind.benefit * kind.weight for kind in kinds) / weight
    spread = max(0.0, math.fsum(kind.benefit**2 * kind.weight for kind in kinds) / weight - mean**2)
    n = kish_number(weight, square)
    linearised = math.fsum((kind.benefit - 2 * mean) * kind.benefit * kind.square for kind in kinds) + mean**2 * square
    variance = max(spread / n, linearised / weight**2) * n / (n - 1)
    half = critical_value(_ALPHA) * math.sqrt(variance)
    return mean, (mean - half, mean + half)
