"""One difference of a metric, candidate minus baseline: its interval, its P-values, and what the samples can show.

A P-value or bound is None where there is nothing to test, and `reason` then says why.
"""

import math
from typing import Literal, NamedTuple

import numpy as np

from shared.evaluation.distributions import LEAST_P, normal_upper_tail, student_critical
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
from shared.evaluation.types import Floats

DifferenceMethod = Literal[
    "newcombe", "bootstrap", "student-delong", "weighted-newcombe", "weighted-bootstrap", "weighted-delong",
    "clustered-newcombe", "clustered-student", "clustered-delong",
]  # fmt: skip

# Of fewer samples hardly any difference would be found, and no interval is worth its name.
MIN_SAMPLES = 10
# The customary chance of finding a difference that is there.
POWER = 0.8

TOO_FEW = f"there are fewer than {MIN_SAMPLES} samples"
NO_DISCORDANT = "no sample is right in one of the two alone, so there is nothing to test"
NO_GROUP_DIFFERS = "no group has more samples right in one of the two than in the other, so there is nothing to test"
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
# Two values of a metric that are equal, and the spread of replicates that are, are rounded by less.
ROUNDING = 1e-13


class Question(NamedTuple):
    """What is asked of every difference: the level, the margin if there is one, and the difference to plan for."""

    alpha: float
    margin: float | None
    sought: float


class DifferenceTest(NamedTuple):
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
    def stated(self) -> "DifferenceTest":
        """The same with P-values that are too small for a number as the least that is stated: none is ever 0."""
        names = ("p_value", "p_exact", "p_above", "p_below")
        found = {name: getattr(self, name) for name in names}
        return self._replace(**{name: max(p, LEAST_P) for name, p in found.items() if p is not None})

    @property
    def is_alike(self) -> bool:
        """True if the samples hold nothing that could show a difference."""
        return self.reason in {NO_DISCORDANT, NO_GROUP_DIFFERS, ALIKE}


def of_pairs(pairs: Pairs, question: Question) -> DifferenceTest:
    """Test the difference of two proportions of right predictions: McNemar's test and Newcombe's interval."""
    if pairs.total < MIN_SAMPLES:
        return DifferenceTest(pairs.difference if pairs.total else None, reason=TOO_FEW)
    above = below = None
    if question.margin is not None:
        turned = Pairs(pairs.both, pairs.candidate_only, pairs.baseline_only, pairs.neither)
        above, below = chance_of(pairs, -question.margin), chance_of(turned, -question.margin)
    discordant = pairs.discordant > 0
    return DifferenceTest(
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
    ).stated


def without_rounding(differences: Floats) -> Floats:
    """Differences of which those that rounding alone makes are 0."""
    return np.where(np.abs(differences) <= ROUNDING, 0.0, differences)


def planned(error: float, samples: int, question: Question, freedom: float = math.inf) -> tuple[float, int | None]:
    """The difference that so many samples show with the usual power, and the number for the one that is sought."""
    deviates = student_critical(question.alpha, freedom) + student_critical(1 - POWER, freedom, one_sided=True)
    ratio = deviates * error / question.sought
    return deviates * error, whole_number(samples * ratio * ratio)


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
