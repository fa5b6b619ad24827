"""The difference of two shares of right predictions where samples come in groups, such as the images of one patient.

The variance is that of a ratio of sums over groups, each of which is left out once: the cluster-robust variance of Bell
and McCaffrey (2002), which unequal groups leave honest. The test is Student's of sums of groups, as McNemar's is for
clustered pairs (Obuchowski 1998; Durkalski, Palesch, Lipsitz and Rust 2003). Its degrees of freedom are one less than
the groups of equal size that the groups are worth (Kish 1965): G − 1 where all are equal. The interval is Newcombe's
with as many independent samples as have this variance (Dean and Pagano 2015) and Student's deviate.
"""

import math
from typing import NamedTuple

import numpy as np

from shared.evaluation.distributions import critical_value, normal_upper_tail, student_critical, student_upper_tail
from shared.evaluation.kish import kish_number
from shared.evaluation.paired.discordance import EffectivePairs, newcombe
from shared.evaluation.paired.testing import NO_GROUP_DIFFERS, DifferenceTest, Question, chance_of, planned
from shared.evaluation.types import Flags, Floats, Integers

# The fewest that false alarms are counted of: at 5 % up to 4.2 % of the sets find a difference that is not there.
MIN_GROUPS = 10
# As many groups of equal size; sizes that vary as numbers of images of a patient do leave a half of them.
MIN_WORTH = 5
# Of fewer that differ their spread says too little: with ten, up to 6 % of losses of just the margin passed at 2.5 %.
MIN_DIFFERING = 20

TOO_FEW_GROUPS = f"there are samples of fewer than {MIN_GROUPS} groups"
GROUPS_TOO_UNEQUAL = f"the groups are so unequal that they are worth fewer than {MIN_WORTH} of equal size"

_HALF = 0.5
# Where fewer groups differ their spread is not used: that of MIN_WORTH groups is.
LEAST_FREEDOM = MIN_WORTH - 1.0
# Sums of weights that are equal are rounded by less, in shares of a group.
_ROUNDING = 1e-12
_NO_WEIGHT = 1e-300


class GroupSums(NamedTuple):
    """Sums over the samples of each group, (G,): what the candidate gains, and the weight of all of them.

    `shares` are those of the weight by which of the two is right: both, the baseline, the candidate, and neither.
    """

    gains: Floats
    wholes: Floats
    shares: Floats

    @property
    def difference(self) -> float:
        """The share of the candidate minus that of the baseline."""
        return math.fsum(self.gains.tolist()) / math.fsum(self.wholes.tolist())

    @property
    def error(self) -> float:
        """The standard error of the difference, by leaving each group out of both of its sums; at least two groups."""
        whole = math.fsum(self.wholes.tolist())
        residuals = self.gains - self.difference * self.wholes
        left_out = residuals / (whole - self.wholes)
        return math.sqrt((len(self.wholes) - 1) / len(self.wholes) * math.fsum((left_out * left_out).tolist()))

    @property
    def differing(self) -> int:
        """The groups of which one of the two has more right than the other."""
        return int(np.count_nonzero(np.abs(self.gains) > _ROUNDING * self.wholes))

    @property
    def differing_worth(self) -> float:
        """As many groups of equal difference as those that differ are worth (Kish 1965)."""
        return kish_number(float(np.abs(self.gains).sum()), float(self.gains @ self.gains))

    @property
    def worth(self) -> float:
        """As many groups of equal size as these are worth (Kish 1965)."""
        return kish_number(float(self.wholes.sum()), float(self.wholes @ self.wholes))


def sums_of_groups(right: tuple[Flags, Flags], groups: Integers, weights: Floats | None = None) -> GroupSums:
    """The sums of the groups whose samples have weight; what either side has right, and codes of groups, all (n,)."""
    baseline, candidate = right
    own = np.ones(len(groups)) if weights is None else weights.astype(float)
    wholes = np.bincount(groups, own).astype(float)
    gains = np.bincount(groups, own * (candidate.astype(float) - baseline)).astype(float)
    kinds = baseline & candidate, baseline & ~candidate, candidate & ~baseline, ~(baseline | candidate)
    total = max(float(own.sum()), _NO_WEIGHT)
    has_weight = wholes > 0
    return GroupSums(gains[has_weight], wholes[has_weight], np.array([own[kind].sum() for kind in kinds]) / total)


def of_groups(sums: GroupSums, samples: int, question: Question) -> DifferenceTest:
    """Test the difference of two shares of so many samples that come in groups."""
    if not len(sums.wholes):
        return DifferenceTest(None, reason=TOO_FEW_GROUPS)
    difference = sums.difference
    if reason := too_few(len(sums.wholes), sums.worth):
        return DifferenceTest(difference, reason=reason)
    pairs, freedom = _effective(sums, samples), sums.worth - 1
    # Bounds rest on the groups that differ, of which there may be few.
    of_bounds = max(min(freedom, sums.differing_worth - 1), LEAST_FREEDOM)
    above = below = None
    if question.margin is not None:
        turned = EffectivePairs(pairs.both, pairs.candidate_only, pairs.baseline_only, pairs.neither)
        above, below = (_by_student(chance_of(one, -question.margin), of_bounds) for one in (pairs, turned))
        if not question.margin and sums.differing:
            # Whether there is any loss is what the P-value of no difference asks for.
            half = _p_value(sums, freedom) / 2
            above, below = (half, 1 - half) if difference > 0 else (1 - half, half)
    found = DifferenceTest(
        difference,
        newcombe(pairs, 2 * normal_upper_tail(student_critical(question.alpha, of_bounds))),
        "clustered-newcombe",
        p_above=above,
        p_below=below,
    )
    if not sums.differing:
        return found._replace(reason=NO_GROUP_DIFFERS).stated
    detectable, needed = planned(sums.error, samples, question, freedom)
    return found._replace(p_value=_p_value(sums, freedom), detectable=detectable, needed=needed).stated


def too_few(groups: int, worth: float) -> str | None:
    """Why so many groups, which are worth so many of equal size, tell nothing; None where they do."""
    if groups < MIN_GROUPS:
        return TOO_FEW_GROUPS
    return GROUPS_TOO_UNEQUAL if round(worth, 6) < MIN_WORTH else None


def _effective(sums: GroupSums, samples: int) -> EffectivePairs:
    """As many independent samples as have the variance of the groups; of few that differ, as if each were one sample.

    So few show little of how alike the samples of a group are: at worst all of them are the same.
    """
    both, lost, gained, neither = sums.shares.tolist()
    variance, error = lost + gained - (gained - lost) ** 2, sums.error
    number = min(float(samples), sums.worth)
    if sums.differing >= MIN_DIFFERING and error > 0:
        number = min(float(samples), variance / error**2)
    return EffectivePairs(*(number * share for share in (both, lost, gained, neither)))


def _p_value(sums: GroupSums, freedom: float) -> float:
    """Student's, and at least that of an exchange of the two in whole groups (Fisher and Pitman 1937)."""
    least = min(1.0, 2 * _HALF**sums.differing)
    error = sums.error
    return max(least, 2 * student_upper_tail(abs(sums.difference) / error, freedom) if error > 0 else 0.0)


def _by_student(tail: float, freedom: float) -> float:
    """The tail of Student's t beyond the normal deviate that has this tail, of at most a half or more."""
    deviate = critical_value(min(tail, 1 - tail), one_sided=True)
    found = student_upper_tail(deviate, freedom)
    return found if tail <= _HALF else 1 - found
