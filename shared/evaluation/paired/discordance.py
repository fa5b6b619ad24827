"""Tests and intervals of the difference of two accuracies on the same samples.

Only the samples on which one of the two classifiers is right tell them apart.
"""

import math
from typing import NamedTuple

from shared.evaluation.distributions import binomial_probability, binomial_upper_tail, critical_value
from shared.evaluation.intervals.proportions import wilson

# The largest number up to which JSON's readers keep every whole one.
_MOST_SAMPLES = 2**53


class Pairs(NamedTuple):
    """Numbers of samples that both, only the baseline, only the candidate, and neither predict correctly."""

    both: int
    baseline_only: int
    candidate_only: int
    neither: int

    @property
    def total(self) -> int:
        """All samples."""
        return sum(self)

    @property
    def discordant(self) -> int:
        """Samples on which one of the two alone is right."""
        return self.baseline_only + self.candidate_only

    @property
    def difference(self) -> float:
        """The accuracy of the candidate minus that of the baseline; `total` > 0."""
        return (self.candidate_only - self.baseline_only) / self.total


class EffectivePairs(NamedTuple):
    """`Pairs` of weighted samples, as numbers of independent samples with the variance that the weights leave."""

    both: float
    baseline_only: float
    candidate_only: float
    neither: float

    @property
    def total(self) -> float:
        """All samples."""
        return sum(self)

    @property
    def discordant(self) -> float:
        """Samples on which one of the two alone is right."""
        return self.baseline_only + self.candidate_only

    @property
    def difference(self) -> float:
        """The accuracy of the candidate minus that of the baseline; `total` > 0."""
        return (self.candidate_only - self.baseline_only) / self.total


def mcnemar_exact(pairs: Pairs) -> float:
    """The two-sided P-value of the exact McNemar test; 1 without discordant samples."""
    larger = max(pairs.baseline_only, pairs.candidate_only)
    return min(1.0, 2 * binomial_upper_tail(larger, pairs.discordant, 0.5))


def mcnemar_mid_p(pairs: Pairs) -> float:
    """The mid-P version, less conservative (Fagerland, Lydersen and Laake 2013); 1 without discordant samples."""
    if not pairs.discordant:
        return 1.0
    larger = max(pairs.baseline_only, pairs.candidate_only)
    at_it = binomial_probability(larger, pairs.discordant, 0.5)
    if pairs.baseline_only == pairs.candidate_only:
        return 1 - at_it / 2
    return 2 * binomial_upper_tail(larger, pairs.discordant, 0.5) - at_it


def newcombe(pairs: Pairs | EffectivePairs, alpha: float) -> tuple[float, float]:
    """The interval of the difference, candidate minus baseline, by Newcombe's method 10 (1998), in [−1, 1].

    Wilson's intervals of the two accuracies, combined with their correlation; `total` > 0.
    """
    n, critical = pairs.total, critical_value(alpha)
    first, second = pairs.both + pairs.candidate_only, pairs.both + pairs.baseline_only
    (low1, low2), (high1, high2) = (bound.tolist() for bound in wilson([first, second], [n, n], critical))
    down1, up1 = first / n - low1, high1 - first / n
    down2, up2 = second / n - low2, high2 - second / n
    phi = _correlation(pairs)
    lower = down1**2 - 2 * phi * down1 * up2 + up2**2
    upper = up1**2 - 2 * phi * up1 * down2 + down2**2
    difference = pairs.difference
    return difference - math.sqrt(max(lower, 0.0)), difference + math.sqrt(max(upper, 0.0))


def smallest_detectable(pairs: Pairs, alpha: float, power: float) -> float:
    """The true difference that a test of so many samples, with so many discordant ones, finds with this power."""
    return deviates(alpha, power) * math.sqrt(pairs.discordant) / pairs.total


def samples_needed(pairs: Pairs | EffectivePairs, difference: float, alpha: float, power: float) -> int | None:
    """The number of samples needed to find this difference with this power (Connor 1987).

    None if the share of discordant samples is smaller than the difference: then it cannot be so large; and of more
    than 2^53 samples.
    """
    discordant = pairs.discordant / pairs.total
    if abs(difference) >= discordant or not difference:
        return None
    of_level = critical_value(alpha) * math.sqrt(discordant)
    of_power = critical_value(1 - power, one_sided=True) * math.sqrt(discordant - difference**2)
    ratio = (of_level + of_power) / difference
    return whole_number(ratio * ratio)


def whole_number(samples: float) -> int | None:
    """So many samples, rounded up; None of more than anybody counts."""
    return math.ceil(samples) if samples <= _MOST_SAMPLES else None


def deviates(alpha: float, power: float) -> float:
    """The standard errors that a true difference needs to be found at a level with this power."""
    return critical_value(alpha) + critical_value(1 - power, one_sided=True)


def _correlation(pairs: Pairs | EffectivePairs) -> float:
    a, b, c, d = (float(count) for count in (pairs.both, pairs.candidate_only, pairs.baseline_only, pairs.neither))
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if not margins:
        return 0.0
    excess = a * d - b * c
    if excess > 0:
        # Newcombe's correction for continuity, which keeps the interval from being too narrow.
        excess = max(excess - pairs.total / 2, 0.0)
    return excess / math.sqrt(margins)
