"""One difference of a metric, candidate minus baseline: its interval, its P-values, and what the samples can show.

A P-value or bound is None where there is nothing to test, and `reason` then says why.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.distributions import normal_upper_tail, student_critical
from shared.evaluation.intervals.bootstrap import percentiles
from shared.evaluation.paired.discordance import (
    EffectivePairs,
    Pairs,
    mcnemar_exact,
    mcnemar_mid_p,
    newcombe,
    samples_needed,
    smallest_detectable,
    whole_number,
)
from shared.evaluation.paired.hidden_losses import HiddenLosses
from shared.evaluation.paired.sample_basis import SampleBasis
from shared.evaluation.paired.student_percentiles import by_student, further_out
from shared.evaluation.types import Floats

DifferenceMethod = Literal[
    "newcombe", "bootstrap", "student-delong", "weighted-newcombe", "weighted-bootstrap", "weighted-delong"
]

# Of fewer samples hardly any difference would be found, and no interval is worth its name.
MIN_SAMPLES = 10
# The customary chance of finding a difference that is there.
POWER = 0.8

TOO_FEW = f"there are fewer than {MIN_SAMPLES} samples"
NO_DISCORDANT = "no sample is right in one of the two alone, so there is nothing to test"
ALIKE = "both differ in nothing that this metric depends on, so there is nothing to test"
UNVARIED = "nearly every sample that is drawn anew has the same difference, which leaves no interval"
TOO_FEW_OF_CLASS = f"fewer than {MIN_SAMPLES} samples are of the class, or predicted as it"
FEW_DIFFER = "no P-value of so few samples on which the two differ can be lower"
MAY_HIDE = "a loss as large as the margin may hide among so few samples of a class"
COARSE = "alpha is lower than any P-value that so many replicates of the bootstrap have, so that they test nothing"
OUT_OF_REACH = (
    "its P-value is the least that so many replicates of the bootstrap can have, and the adjustment for all tests "
    "lifts it above alpha"
)
UNSTABLE = "the metric is undefined in over 1 % of the bootstrap's replicates"

# Normal deviates beyond these are beyond the smallest double.
_LARGEST_DEVIATE = 37.0
_STEPS = 60
_SIDES = 2
# Two values of a metric that are equal, and the spread of replicates that are, are rounded by less.
ROUNDING = 1e-13


class Question(NamedTuple):
    """What is asked of every difference: the level, the margin if there is one, and the difference to plan for."""

    alpha: float
    margin: float | None
    sought: float


class Tested(NamedTuple):
    """The interval of a difference and its P-values.

    `p_value` asks for any difference, `p_above` for more than −margin and `p_below` for less than the margin.
    `smallest` is the least P-value of one side that so many replicates of a bootstrap can have, and 0 without one.
    """

    difference: float | None
    interval: tuple[float, float] | None = None
    method: DifferenceMethod | None = None
    p_value: float | None = None
    p_exact: float | None = None
    p_above: float | None = None
    p_below: float | None = None
    detectable: float | None = None
    needed: int | None = None
    reason: str | None = None
    smallest: float = 0.0

    @property
    def is_alike(self) -> bool:
        """True if the samples hold nothing that could show a difference."""
        return self.reason in {NO_DISCORDANT, ALIKE}


def of_pairs(pairs: Pairs, question: Question) -> Tested:
    """Test the difference of two proportions of right predictions: McNemar's test and Newcombe's interval."""
    if pairs.total < MIN_SAMPLES:
        return Tested(pairs.difference if pairs.total else None, reason=TOO_FEW)
    above = below = None
    if question.margin is not None:
        turned = Pairs(pairs.both, pairs.candidate_only, pairs.baseline_only, pairs.neither)
        above, below = chance_of(pairs, -question.margin), chance_of(turned, -question.margin)
    discordant = pairs.discordant > 0
    return Tested(
        pairs.difference,
        newcombe(pairs, question.alpha),
        "newcombe",
        mcnemar_mid_p(pairs) if discordant else None,
        mcnemar_exact(pairs) if discordant else None,
        above,
        below,
        smallest_detectable(pairs, question.alpha, POWER) if discordant else None,
        samples_needed(pairs, question.sought, question.alpha, POWER) if discordant else None,
        None if discordant else NO_DISCORDANT,
    )


def of_replicates(
    difference: float,
    drawn: Floats,
    samples: int,
    question: Question,
    basis: SampleBasis,
    losses: HiddenLosses,
) -> Tested:
    """Test a difference by the paired bootstrap; `drawn` (replicates,) are its values in samples drawn anew.

    Where few samples decide, as those of a rare class do, the percentiles lie too close together: they are those that
    Student's distribution has further out (Hesterberg 2015), with the degrees of freedom of the samples that differ.
    """
    if math.isnan(difference):
        return Tested(None, reason="the metric is undefined for one of the two")
    if samples < MIN_SAMPLES or basis.samples < MIN_SAMPLES:
        return Tested(difference, reason=TOO_FEW if samples < MIN_SAMPLES else TOO_FEW_OF_CLASS)
    if is_coarse(drawn, question.alpha):
        return Tested(difference, reason=COARSE, smallest=1 / (len(drawn) + 1))
    found = by_percentiles(difference, drawn, samples, question, "bootstrap", basis.freedom)
    return no_less(found, drawn, basis, losses, question)


def is_coarse(drawn: Floats, alpha: float) -> bool:
    """Whether so many replicates have no two-sided P-value at the level, nor bounds as far out."""
    return alpha * (len(drawn) + 1) < _SIDES


def by_percentiles(
    difference: float, drawn: Floats, samples: int, question: Question, method: DifferenceMethod, freedom: float
) -> Tested:
    """The interval of percentiles and the P-values of enough samples, as `drawn` (replicates,) show them."""
    drawn = without_rounding(drawn)
    interval = percentiles(drawn, further_out(question.alpha, freedom))
    if interval is None:
        return Tested(difference, reason=UNSTABLE)
    values = drawn[~np.isnan(drawn)]
    error, margin = float(values.std()), question.margin
    varies = interval[1] - interval[0] > ROUNDING

    def chance(beyond: NDArray[np.bool_], off: float) -> float:
        return by_student(_share(beyond), off / error if varies and not beyond.any() else 0.0, freedom)

    if error <= ROUNDING and abs(difference) <= ROUNDING:
        freedom = math.inf
    above = None if margin is None else chance(values <= -margin, difference + margin)
    below = None if margin is None else chance(values >= margin, margin - difference)
    if error <= ROUNDING and abs(difference) <= ROUNDING:
        return Tested(difference, p_above=above, p_below=below, reason=ALIKE)
    detectable, needed = planned(error, samples, question, freedom) if varies else (None, None)
    return Tested(
        difference,
        interval if varies else None,
        method,
        min(1.0, 2 * min(chance(values <= 0, difference), chance(values >= 0, -difference))),
        None,
        above,
        below,
        detectable,
        needed,
        None if varies else UNVARIED,
        1 / (len(values) + 1),
    )


def no_less(found: Tested, drawn: Floats, basis: SampleBasis, losses: HiddenLosses, question: Question) -> Tested:
    """P-values of a bootstrap, none less than so few samples can have, and the interval that goes with them.

    A bootstrap draws the differing samples again and again, and hardly ever none of them where they are a handful. It
    never draws one that is not there: a difference beyond a margin is as likely as that the samples show nothing of it.
    """
    above = below = basis.least
    if question.margin and question.margin > 0 and found.difference is not None:
        off = without_rounding(drawn[~np.isnan(drawn)] - found.difference)
        above, below = (
            losses.chance(question.margin + sign * found.difference) * float(np.mean(sign * off >= 0))
            for sign in (1, -1)
        )
    raised = found._replace(
        p_above=None if found.p_above is None else max(found.p_above, above),
        p_below=None if found.p_below is None else max(found.p_below, below),
    )
    if found.p_value is None:
        return raised
    p_value = max(found.p_value, min(1.0, 2 * basis.least))
    interval = found.interval
    if interval is not None and p_value > question.alpha:
        interval = min(interval[0], 0.0), max(interval[1], 0.0)
    reason = FEW_DIFFER if p_value > found.p_value else _hidden(found, raised, question.alpha / _SIDES)
    return raised._replace(p_value=p_value, interval=interval, reason=found.reason or reason)


def _hidden(found: Tested, raised: Tested, level: float) -> str | None:
    sides = (found.p_above, raised.p_above), (found.p_below, raised.p_below)
    lifted = any(p is not None and least is not None and p <= level < least for p, least in sides)
    return MAY_HIDE if lifted else None


def without_rounding(differences: Floats) -> Floats:
    """Differences of which those that rounding alone makes are 0."""
    return np.where(np.abs(differences) <= ROUNDING, 0.0, differences)


def planned(error: float, samples: int, question: Question, freedom: float = math.inf) -> tuple[float, int | None]:
    """The difference that so many samples show with the usual power, and the number for the one that is sought."""
    deviates = student_critical(question.alpha, freedom) + student_critical(1 - POWER, freedom, one_sided=True)
    ratio = deviates * error / question.sought
    return deviates * error, whole_number(samples * ratio * ratio)


def _share(hits: NDArray[np.bool_]) -> float:
    # One more, as the samples themselves are a draw too: a P-value of 0 would claim more than was seen.
    return (int(np.count_nonzero(hits)) + 1) / (len(hits) + 1)


def chance_of(pairs: Pairs | EffectivePairs, limit: float) -> float:
    """The P-value of a difference of at most `limit`: the one-sided level at which a bound of Newcombe's is there."""
    is_above = pairs.difference > limit
    low, high = 0.0, _LARGEST_DEVIATE
    for _ in range(_STEPS):
        middle = (low + high) / 2
        bounds = newcombe(pairs, 2 * normal_upper_tail(middle))
        reaches = bounds[0] <= limit if is_above else bounds[1] >= limit
        low, high = (low, middle) if reaches else (middle, high)
    tail = normal_upper_tail(high)
    return tail if is_above else 1 - tail
