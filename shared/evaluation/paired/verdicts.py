"""What a comparison says in words, and the correction for many comparisons at once."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal, NamedTuple

Verdict = Literal[
    "better", "worse", "no_difference_shown", "equivalent_within_margin", "not_worse_within_margin", "inconclusive"
]


class Evidence(NamedTuple):
    """A difference in the direction in which more is better, and the adjusted P-values of what may be said of it.

    Of any difference, of being worse by less than the margin, and of lying within it on both sides; None of what was
    not tested. `is_out_of_reach` where the first one could not have been small enough.
    """

    difference: float | None
    p_value: float | None
    p_not_worse: float | None = None
    p_equivalent: float | None = None
    is_out_of_reach: bool = False


def verdict(evidence: Evidence, alpha: float, margin: float | None = None) -> Verdict:
    """What a difference shows at a level.

    With a margin, a difference that is not better is asked whether it lies within it: on both sides, by two one-sided
    tests (Schuirmann 1987), or on the worse side alone, by a test of non-inferiority, each at half the level.
    """
    difference, p_value, p_not_worse, p_equivalent, is_out_of_reach = evidence
    if difference is None or (p_value is None and p_not_worse is None):
        return "inconclusive"
    differs = p_value is not None and p_value <= alpha
    if differs and difference > 0:
        return "better"
    if margin is not None and p_equivalent is not None and p_equivalent <= alpha / 2:
        return "equivalent_within_margin"
    if margin is not None and p_not_worse is not None and p_not_worse <= alpha / 2:
        return "not_worse_within_margin"
    if differs and difference < 0:
        return "worse"
    return "no_difference_shown" if margin is None and not is_out_of_reach else "inconclusive"


def holm_of_some(p_values: Sequence[float | None]) -> list[float | None]:
    """P-values adjusted by Holm's method; None, where nothing was tested, stays so and does not count."""
    adjusted = iter(holm([p for p in p_values if p is not None]))
    return [None if p is None else next(adjusted) for p in p_values]


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted by Holm's method (1979), in their order; the chance of any false alarm stays at the level."""
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, p_values[i] * (len(p_values) - rank)))
        adjusted[i] = largest
    return adjusted


def out_of_reach(p_values: Sequence[float | None], smallest: Sequence[float], alpha: float) -> list[bool]:
    """Whether a P-value is the least that its test can have, and Holm's method would still lift it above alpha.

    More replicates of a bootstrap could have shown it: nothing is known but that it is small. Only those that are less
    come before it.
    """
    ordered = sorted(p for p in p_values if p is not None)
    return [
        p is not None and p > 0 and math.isclose(p, least) and p * (len(ordered) - bisect_left(ordered, p)) > alpha
        for p, least in zip(p_values, smallest, strict=True)
    ]
