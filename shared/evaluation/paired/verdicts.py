"""What a comparison says in words, and the correction for many comparisons at once."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Verdict = Literal[
    "better", "worse", "no_difference_shown", "equivalent_within_margin", "not_worse_within_margin", "inconclusive"
]


class Evidence(NamedTuple):
    """A difference in the direction in which more is better, and the adjusted P-values of what may be said of it.

    Of any difference, of being worse by less than the margin, and of lying within it on both sides; None of what was
    not tested.
    """

    difference: float | None
    p_value: float | None
    p_not_worse: float | None = None
    p_equivalent: float | None = None


def verdict(evidence: Evidence, alpha: float, margin: float | None = None) -> Verdict:
    """What a difference shows at a level.

    With a margin, a difference that is not better is asked whether it lies within it: on both sides, by two one-sided
    tests (Schuirmann 1987), or on the worse side alone, by a test of non-inferiority, each at half the level.
    """
    difference, p_value, p_not_worse, p_equivalent = evidence
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
    return "no_difference_shown" if margin is None else "inconclusive"


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
