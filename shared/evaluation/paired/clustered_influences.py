"""The difference of any metric of samples that come in groups, by how far the samples of each group move it.

A difference is close to a sum of what each sample adds, its influence, so that its variance is that of the sums of
groups (Liang and Zeger 1986; Obuchowski 1997 for areas), each of which is left out once as in `clustered_testing`. The
test is Student's, with the same degrees of freedom.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shared.evaluation.distributions import binomial_upper_tail, student_critical, student_upper_tail
from shared.evaluation.kish import kish_number
from shared.evaluation.paired.clustered_testing import LEAST_FREEDOM, MIN_DIFFERING, too_few
from shared.evaluation.paired.testing import ALIKE, ROUNDING, DifferenceMethod, DifferenceTest, Question, planned
from shared.evaluation.types import Floats, Integers

GROUPS_MAY_HIDE = "a loss as large as the margin may lie in whole groups, of which the two differ in too few to tell"

_HALF = 0.5
_NO_WEIGHT = 1e-300


class GroupInfluences(NamedTuple):
    """What each group adds to a difference, which is 0 together, and its share of all weight, two arrays (G,)."""

    added: Floats
    shares: Floats

    @property
    def error(self) -> float:
        """The standard error of the difference, by leaving out each group; at least two groups."""
        left_out = self.added / np.maximum(1 - self.shares, ROUNDING)
        return math.sqrt((1 - 1 / len(self.added)) * math.fsum((left_out * left_out).tolist()))

    @property
    def worth(self) -> float:
        """As many groups of equal size as these are worth (Kish 1965)."""
        return _worth(self.shares)

    @property
    def differing_worth(self) -> float:
        """As many groups that add the same as these are worth (Kish 1965)."""
        return kish_number(float(np.abs(self.added).sum()), float(self.added @ self.added))


def sums_of_influences(
    influences: Floats, groups: Integers, weights: Floats, bases: Sequence[Floats]
) -> GroupInfluences:
    """Add up the influences of samples (n,), which are 0 on average, by the codes of groups and with weights (n,).

    `bases` are what each sample counts, in one way or several (n,): groups have the shares by which they are worth the
    least, as a class of few samples decides where each class counts alike.
    """
    added = np.bincount(groups, influences * weights) / float(weights.sum())
    shares = min((np.bincount(groups, basis) / max(float(basis.sum()), _NO_WEIGHT) for basis in bases), key=_worth)
    counts = (shares > 0) | (np.abs(added) > ROUNDING)
    return GroupInfluences(added[counts], shares[counts])


def _worth(shares: Floats) -> float:
    return kish_number(float(shares.sum()), float(shares @ shares))


def of_influences(
    difference: float,
    sums: GroupInfluences,
    differing: int,
    samples: int,
    question: Question,
    method: DifferenceMethod,
) -> DifferenceTest:
    """Test a difference of so many samples, on which so many groups differ, by Student's t of its error."""
    if math.isnan(difference):
        return DifferenceTest(None, reason="the metric is undefined for one of the two")
    if reason := too_few(int(np.count_nonzero(sums.shares)), sums.worth):
        return DifferenceTest(difference, reason=reason)
    error, freedom, hidden = sums.error, sums.worth - 1, _hidden(sums, differing, question)
    if error <= ROUNDING:
        known = hidden if abs(difference) <= ROUNDING else None
        return DifferenceTest(difference, p_above=known, p_below=known, reason=ALIKE).stated
    of_bounds = max(min(freedom, sums.differing_worth - 1), LEAST_FREEDOM)
    half, margin = student_critical(question.alpha, of_bounds) * error, question.margin
    # Whether there is any loss is what the P-value of no difference asks for.
    of_margin = of_bounds if margin else freedom
    p_value = max(2 * student_upper_tail(abs(difference) / error, freedom), min(1.0, 2 * _HALF**differing))
    low, high = difference - half, difference + half
    if p_value > question.alpha:
        low, high = min(low, 0.0), max(high, 0.0)
    above, below = (
        None if margin is None else max(_upper_tail((margin + side) / error, of_margin), hidden or 0.0)
        for side in (difference, -difference)
    )
    return DifferenceTest(
        difference,
        (max(low, -1.0), min(high, 1.0)),
        method,
        p_value,
        None,
        above,
        below,
        *planned(error, samples, question, freedom),
        GROUPS_MAY_HIDE if margin and margin > 0 and hidden is not None and hidden > question.alpha / 2 else None,
    ).stated


def _upper_tail(deviate: float, freedom: float) -> float:
    tail = student_upper_tail(abs(deviate), freedom)
    return tail if deviate >= 0 else 1 - tail


def _hidden(sums: GroupInfluences, differing: int, question: Question) -> float | None:
    """The chance that a loss of the margin in whole groups shows in no more than the few that differ; None of many.

    So few groups show little of how far groups differ from each other.
    """
    if question.margin is None or differing >= MIN_DIFFERING:
        return None
    if question.margin <= 0:
        return float(_HALF**differing)
    return 1 - binomial_upper_tail(differing + 1, math.floor(sums.worth), question.margin)
