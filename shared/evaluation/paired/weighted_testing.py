"""The difference of two accuracies on the same weighted samples: its test, its interval and what the samples can show.

McNemar's test has no form for weights. Its idea has one: if neither is better, each sample that only one of the two has
right could as well be one that only the other has right, so that the sign of its weight is one of chance. This is the
paired test of Fisher and Pitman (1937); its mid-P value is that of McNemar's test where all weights are equal. Up to 16
signs are tried in every way; of more, those of the 12 heaviest samples, and the others together are normal.

The interval is Newcombe's with as many independent samples as have the variance of the weighted difference by
linearisation (Cochran 1977, chapter 6), at most Kish's number (1965).
"""

import math

import numpy as np
from numpy.typing import NDArray

from shared.evaluation import kish
from shared.evaluation.distributions import normal_upper_tail
from shared.evaluation.intervals.weighted_areas import WeightedAreas
from shared.evaluation.paired.area_testing import of_spread
from shared.evaluation.paired.discordance import (
    EffectivePairs,
    Pairs,
    mcnemar_mid_p,
    newcombe,
    samples_needed,
    whole_number,
)
from shared.evaluation.paired.margins import MarginGrounds
from shared.evaluation.paired.replicate_testing import by_percentiles, is_coarse, no_less
from shared.evaluation.paired.sample_basis import SampleBasis
from shared.evaluation.paired.tensor import PairedCounts
from shared.evaluation.paired.testing import (
    COARSE,
    MIN_SAMPLES,
    NO_DISCORDANT,
    POWER,
    TOO_FEW,
    TOO_FEW_OF_CLASS,
    DifferenceTest,
    Question,
    chance_of,
    planned,
)
from shared.evaluation.types import Floats

TOO_FEW_WEIGHED = f"fewer than {MIN_SAMPLES} samples have a weight above 0"
TOO_UNEQUAL = f"the weights are so unequal that the samples are worth fewer than {MIN_SAMPLES}"

# So many signs are tried in every way, and so many of more.
_MOST_TRIED, _HEAVIEST = 16, 12
# Sums of the same weights in another order differ by less, in shares of all weights.
_ROUNDING = 1e-9
_NEEDED_DIGITS = 6


def worth(counts: PairedCounts) -> float:
    """As many independent samples as the weights are worth, (Σ w)²/Σ w² (Kish 1965); 0 without weight."""
    return kish.worth(_weights(counts), counts.counts)


def too_few(counts: PairedCounts) -> str | None:
    """Why so few samples, or such unequal weights, show nothing; None where they may show something."""
    return _too_few(_weights(counts), counts.counts)


def _too_few(weights: Floats, numbers: NDArray[np.int64]) -> str | None:
    if int(numbers[weights > 0].sum()) < MIN_SAMPLES:
        return TOO_FEW_WEIGHED if numbers.sum() >= MIN_SAMPLES else TOO_FEW
    return TOO_UNEQUAL if round(kish.worth(weights, numbers), 6) < MIN_SAMPLES else None


def effective_pairs(counts: PairedCounts) -> EffectivePairs:
    """The samples by which of the two is right; their weights are not all 0."""
    gains, sums = _gains(counts), counts.sums
    right = counts.truth == counts.baseline
    chosen = right & (gains == 0), gains < 0, gains > 0, ~right & (gains == 0)
    shares = np.array([sums[own].sum() for own in chosen]) / sums.sum()
    difference = float(shares[2] - shares[1])
    variance = float(shares[1] + shares[2]) - difference**2
    number, linearised = worth(counts), _variance(counts, difference)
    if variance > 0 and linearised > 0:
        number = min(number, variance / linearised)
    return EffectivePairs(*(number * shares).tolist())


def of_weighted_pairs(counts: PairedCounts, question: Question, *, of_errors: bool = False) -> DifferenceTest:
    """Test the weighted difference of two shares of right predictions, or of wrong ones; not all weights are 0."""
    pairs = effective_pairs(counts)
    pairs = EffectivePairs(*reversed(pairs)) if of_errors else pairs
    if reason := too_few(counts):
        return DifferenceTest(pairs.difference, reason=reason)
    above = below = None
    if question.margin is not None:
        turned = EffectivePairs(pairs.both, pairs.candidate_only, pairs.baseline_only, pairs.neither)
        above, below = chance_of(pairs, -question.margin), chance_of(turned, -question.margin)
    interval = newcombe(pairs, question.alpha)
    if not pairs.discordant:
        return DifferenceTest(
            pairs.difference, interval, "weighted-newcombe", None, None, above, below, reason=NO_DISCORDANT
        ).stated
    # As if there were no difference, as of samples without weights.
    detectable, _ = planned(math.sqrt(_variance(counts, 0.0)), counts.total, question)
    needed = samples_needed(pairs, question.sought, question.alpha, POWER)
    # Equal weights leave all samples but for rounding, which is not to cost one.
    needed = None if needed is None else whole_number(round(needed * counts.total / pairs.total, _NEEDED_DIGITS))
    p_value = _p_value(counts)
    return DifferenceTest(
        pairs.difference,
        interval,
        "weighted-newcombe",
        p_value,
        None,
        above,
        below,
        detectable,
        needed,
    ).stated


def of_weighted_replicates(
    difference: float,
    drawn: Floats,
    counts: PairedCounts,
    question: Question,
    basis: SampleBasis,
    grounds: MarginGrounds,
) -> DifferenceTest:
    """Test a weighted difference by the paired bootstrap; `drawn` (replicates,) are its values in samples drawn anew.

    As of samples without weights; those that differ are worth what their weights say, or those among their class.
    """
    if math.isnan(difference):
        return DifferenceTest(None, reason="the metric is undefined for one of the two")
    if reason := too_few(counts):
        return DifferenceTest(difference, reason=reason)
    if basis.samples < MIN_SAMPLES:
        return DifferenceTest(difference, reason=TOO_FEW_OF_CLASS)
    if is_coarse(drawn, question.alpha):
        return DifferenceTest(difference, reason=COARSE, smallest=1 / (len(drawn) + 1))
    found = by_percentiles(difference, drawn, counts.total, question, "weighted-bootstrap", basis.freedom)
    return no_less(found, drawn, basis, grounds, question)


def of_weighted_areas(
    found: WeightedAreas, is_positive: NDArray[np.bool_], weights: Floats, question: Question
) -> DifferenceTest:
    """Test the difference of two weighted areas, as of samples without weights by what either side is worth."""
    difference = found.candidate - found.baseline
    if reason := _too_few(weights, np.ones(len(weights), np.int64)):
        return DifferenceTest(difference, reason=reason)
    area, own_weights = (found.baseline, difference), (weights[is_positive], weights[~is_positive])
    sides = [int(np.count_nonzero(own)) for own in own_weights]
    # As many pairs as the weights are worth; a probability of these is of no distribution of a mean.
    pairs = int(round(min(kish.worth(own, np.ones(len(own), np.int64)) for own in own_weights), _NEEDED_DIGITS))
    return of_spread(area, found.spread, (sides[0], sides[1]), pairs, question, "weighted-delong")


def sign_test(numbers: NDArray[np.int64], weights: Floats, net: float) -> float:
    """The two-sided mid-P value of a sum of weights with signs of chance: `numbers` (m,) samples of each weight > 0."""
    order = np.argsort(-weights, kind="stable")
    numbers, weights, net = numbers[order], weights[order], abs(net)
    count = int(numbers.sum())
    if weights[0] - weights[-1] <= _ROUNDING * weights[0]:
        more = round((count + net / float(weights[0])) / 2)
        return mcnemar_mid_p(Pairs(0, count - more, more, 0))
    # Repeated no more often than tried, as there may be millions of one weight.
    heaviest = np.repeat(weights, np.minimum(numbers, _MOST_TRIED))[
        : _MOST_TRIED if count <= _MOST_TRIED else _HEAVIEST
    ]
    sums = np.zeros(1)
    for weight in heaviest:
        sums = np.concatenate([sums - weight, sums + weight])
    if count <= _MOST_TRIED:
        off = np.abs(sums) - net
        at_it = np.abs(off) <= _ROUNDING * float(numbers @ weights)
        return float(np.mean((off > 0) & ~at_it) + np.mean(at_it) / 2)
    tried = np.clip(_HEAVIEST - (np.cumsum(numbers) - numbers), 0, numbers)
    # The others may weigh less than what the sums of the heaviest are rounded by.
    deviation = max(math.sqrt(float((numbers - tried) @ weights**2)), _ROUNDING * float(numbers @ weights))
    return min(1.0, 2 * math.fsum(normal_upper_tail((net - one) / deviation) for one in sums.tolist()) / len(sums))


def _p_value(counts: PairedCounts) -> float:
    gains, weights = _gains(counts), _weights(counts)
    own = (gains != 0) & (weights > 0)
    net = float((gains * counts.sums)[own].sum())
    return sign_test(counts.counts[own], weights[own], net)


def _variance(counts: PairedCounts, difference: float) -> float:
    """The variance of the weighted difference by linearisation."""
    off = (_gains(counts) - difference) ** 2
    return float((counts.sums * _weights(counts) * off).sum()) / float(counts.sums.sum()) ** 2


def _gains(counts: PairedCounts) -> NDArray[np.int64]:
    """1 where the candidate alone is right, -1 where the baseline alone is, else 0."""
    right, also = (counts.truth == side for side in (counts.baseline, counts.candidate))
    gains: NDArray[np.int64] = also.astype(np.int64) - right
    return gains


def _weights(counts: PairedCounts) -> Floats:
    assert counts.weights is not None, "callers count weighted samples"
    return counts.weights
