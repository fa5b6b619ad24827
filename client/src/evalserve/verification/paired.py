"""Tests of two accuracies on the same samples, by the formulas of the papers."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from evalserve.verification.figures import wilson

_PAIRS = ((True, True), (True, False), (False, True), (False, False))


class Pairs(NamedTuple):
    """Numbers of samples that both, only the baseline, only the candidate, and neither predict correctly.

    Whole ones, but of weighted samples effective ones.
    """

    both: float
    baseline_only: float
    candidate_only: float
    neither: float


def count(right: Sequence[tuple[bool, bool]]) -> Pairs:
    """Count what the baseline and the candidate have right."""
    return Pairs(*map(right.count, _PAIRS))


def effective(right: Sequence[tuple[bool, bool]], weights: Sequence[float]) -> Pairs:
    """Count what the two have right as independent samples with the variance of the weighted difference.

    That by linearisation (Cochran 1977), or that of (Σ w)²/Σ w² samples (Kish 1965), whichever is larger.
    """
    total, gains = math.fsum(weights), [int(second) - int(first) for first, second in right]
    sums = [math.fsum(weight for weight, own in zip(weights, right, strict=True) if own == pair) for pair in _PAIRS]
    shares = [part / total for part in sums]
    difference = shares[2] - shares[1]
    variance = shares[1] + shares[2] - difference**2
    spread = math.fsum((weight * (gain - difference)) ** 2 for weight, gain in zip(weights, gains, strict=True))
    number = total**2 / math.fsum(weight**2 for weight in weights)
    if variance > 0 and spread > 0:
        number = min(number, variance * total**2 / spread)
    return Pairs(*(number * share for share in shares))


def mcnemar(pairs: Pairs) -> tuple[float, float]:
    """Return the mid-P value of McNemar's test and the exact one; both 1 without discordant samples."""
    first, second = int(pairs.baseline_only), int(pairs.candidate_only)
    n, larger = first + second, max(first, second)
    if not n:
        return 1.0, 1.0
    at_it = _probability(larger, n)
    tail = math.fsum(_probability(k, n) for k in range(larger, n + 1))
    if pairs.baseline_only == pairs.candidate_only:
        return 1 - at_it / 2, min(1.0, 2 * tail)
    return 2 * tail - at_it, min(1.0, 2 * tail)


def newcombe(pairs: Pairs, alpha: float) -> tuple[float, float]:
    """Return the interval of the difference, candidate minus baseline, by method 10 of Newcombe (1998)."""
    a, b, c, d = pairs.both, pairs.candidate_only, pairs.baseline_only, pairs.neither
    n = a + b + c + d
    (low1, high1), (low2, high2) = wilson(a + b, n, alpha), wilson(a + c, n, alpha)
    first, second = (a + b) / n, (a + c) / n
    margins, excess = (a + b) * (c + d) * (a + c) * (b + d), float(a * d - b * c)
    if excess > 0:
        excess = max(excess - n / 2, 0.0)
    phi = excess / math.sqrt(margins) if margins else 0.0
    down = (first - low1) ** 2 - 2 * phi * (first - low1) * (high2 - second) + (high2 - second) ** 2
    up = (high1 - first) ** 2 - 2 * phi * (high1 - first) * (second - low2) + (second - low2) ** 2
    difference = first - second
    return difference - math.sqrt(max(down, 0.0)), difference + math.sqrt(max(up, 0.0))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return P-values adjusted for each other by Holm's method (1979); None stays and does not count."""
    tested = sorted((p, at) for at, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, at) in enumerate(tested):
        largest = max(largest, min(1.0, p * (len(tested) - rank)))
        adjusted[at] = largest
    return adjusted


def verdict(row: dict[str, Any], better: float | None, p_value: float | None, protocol: dict[str, Any]) -> str:
    """Return the verdict that follows from the P-values of a difference, in the direction in which more is better."""
    alpha, margin = protocol["alpha"], protocol["margin"]
    if better is None or (p_value is None and row["p_not_worse"] is None):
        return "inconclusive"
    differs = p_value is not None and p_value <= alpha
    if differs and better > 0:
        return "better"
    for name, said in (("p_equivalent", "equivalent_within_margin"), ("p_not_worse", "not_worse_within_margin")):
        if margin is not None and row[name] is not None and row[name] <= alpha / 2:
            return said
    if differs and better < 0:
        return "worse"
    # The least P-value of a bootstrap, lifted above alpha for many tests, leaves open what more replicates would show.
    is_least = row["p_value"] is not None and (row["reason"] or "").endswith("lifts it above alpha")
    return "no_difference_shown" if margin is None and not is_least else "inconclusive"


def _probability(k: int, n: int) -> float:
    """The probability of k heads in n throws."""
    return math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2))
