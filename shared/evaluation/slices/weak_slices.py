"""Weak slices that nobody named: found in one half of the samples, and tested in the other."""

import math
from collections.abc import Sequence
from typing import Literal as OneOf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.distributions import LEAST_P, critical_value
from shared.evaluation.hypergeometric import hypergeometric_upper_tail
from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.slices.candidates import Candidate, CodedColumn, candidates
from shared.evaluation.types import Floats

Correction = OneOf["benjamini-hochberg", "holm"]

_ALPHA = 0.05
# A slice gets e² times as much of the level for each standard error that it stood out by in the first half, up to four:
# beyond, the strongest would leave nothing to others that are as real.
_STEEPNESS, _MOST_DEVIATE = 2.0, 4.0


class SlicePlan(NamedTuple):
    """The level, the correction for many slices, the least support in either half, the seed, and examples to keep."""

    alpha: float
    correction: Correction
    min_support: int
    seed: int
    examples: int


class ErrorCount(NamedTuple):
    """So many errors among so many samples."""

    errors: int
    support: int


class JudgedSlice(NamedTuple):
    """A slice as the second half shows it.

    `literals` are columns and values; `difference` is its share of errors minus that of all other samples. `examples`
    are rows of both halves with errors, the most confident first.
    """

    literals: tuple[tuple[str, str], ...]
    found: ErrorCount
    tested: ErrorCount
    rest: ErrorCount
    difference: float
    interval: tuple[float, float]
    p_value: float
    p_adjusted: float
    is_weak: bool
    examples: list[int]


def weak_slices(
    columns: Sequence[CodedColumn], is_error: NDArray[np.bool_], confidence: Floats, plan: SlicePlan
) -> list[JudgedSlice]:
    """Find slices with more errors than the rest, and test each; the smallest P-values first. All have shape (n,).

    The test is Fisher's exact one, one-sided, and the interval Newcombe's of 95 %.
    """
    n = len(is_error)
    order = np.random.default_rng(plan.seed).permutation(n)
    first, second = np.sort(order[: n // 2]), np.sort(order[n // 2 :])
    chosen = candidates(columns, is_error, first, plan.min_support)
    counted = [(one, _count(columns, one, is_error, second)) for one in chosen]
    usable = [(one, tested) for one, tested in counted if plan.min_support <= tested.support < len(second)]
    weights = first_half_weights([one.deviate for one, _ in usable])
    errors = int(is_error[second].sum())
    p_values = [
        max(hypergeometric_upper_tail(tested.errors, tested.support, errors, len(second)), LEAST_P)
        for _, tested in usable
    ]
    adjust = holm if plan.correction == "holm" else benjamini_hochberg
    results = []
    for (one, tested), p_value, p_adjusted in zip(usable, p_values, adjust(p_values, weights), strict=True):
        rest = ErrorCount(errors - tested.errors, len(second) - tested.support)
        results.append(
            JudgedSlice(
                tuple((columns[at].name, columns[at].values[value]) for at, value in one.literals),
                _count(columns, one, is_error, first),
                tested,
                rest,
                tested.errors / tested.support - rest.errors / rest.support,
                newcombe_independent(tested, rest),
                p_value,
                p_adjusted,
                p_adjusted <= plan.alpha,
                _examples(columns, one, is_error, confidence, plan.examples),
            )
        )
    return sorted(results, key=lambda one: one.p_value)


def first_half_weights(deviates: Sequence[float]) -> list[float]:
    """The parts of the level that slices get by how far they stood out in the first half; their mean is 1.

    They say nothing of the second half's P-values, so that a weighted method keeps its level (Genovese, Roeder and
    Wasserman 2006).
    """
    raw = [math.exp(_STEEPNESS * min(deviate, _MOST_DEVIATE)) for deviate in deviates]
    return [one * len(raw) / sum(raw) for one in raw]


def benjamini_hochberg(p_values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """P-values adjusted by Benjamini and Hochberg's method (1995), which bounds the share of false findings.

    `weights` have a mean of 1; one above 1 may leave a P-value smaller than it was.
    """
    ratios = _ratios(p_values, weights)
    adjusted, smallest = [0.0] * len(ratios), 1.0
    for rank, i in reversed([*enumerate(_order(ratios), 1)]):
        smallest = min(smallest, ratios[i] * len(ratios) / rank)
        adjusted[i] = smallest
    return adjusted


def holm(p_values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """P-values adjusted by Holm's weighted method (1979), which bounds the chance of any false finding."""
    ratios = _ratios(p_values, weights)
    adjusted, largest, remaining = [0.0] * len(ratios), 0.0, sum(weights)
    for i in _order(ratios):
        largest = max(largest, min(1.0, ratios[i] * remaining))
        adjusted[i] = largest
        remaining -= weights[i]
    return adjusted


def _ratios(p_values: Sequence[float], weights: Sequence[float]) -> list[float]:
    return [p_value / weight for p_value, weight in zip(p_values, weights, strict=True)]


def _order(ratios: Sequence[float]) -> list[int]:
    return sorted(range(len(ratios)), key=ratios.__getitem__)


def newcombe_independent(one: ErrorCount, other: ErrorCount) -> tuple[float, float]:
    """Newcombe's interval of 95 % of the difference of two shares of different samples (1998, method 10)."""
    wholes = np.array([one.support, other.support])
    parts = np.array([one.errors, other.errors])
    share, (low, high) = parts / wholes, wilson(parts, wholes, critical_value(_ALPHA))
    below, above = share - low, high - share
    difference = share[0] - share[1]
    return (
        float(difference - np.hypot(below[0], above[1])),
        float(difference + np.hypot(above[0], below[1])),
    )


def _members(columns: Sequence[CodedColumn], one: Candidate) -> NDArray[np.bool_]:
    masks = [columns[at].codes == value for at, value in one.literals]
    found: NDArray[np.bool_] = np.logical_and.reduce(masks)
    return found


def _count(
    columns: Sequence[CodedColumn], one: Candidate, is_error: NDArray[np.bool_], rows: NDArray[np.int64]
) -> ErrorCount:
    members = _members(columns, one)[rows]
    return ErrorCount(int((members & is_error[rows]).sum()), int(members.sum()))


def _examples(
    columns: Sequence[CodedColumn], one: Candidate, is_error: NDArray[np.bool_], confidence: Floats, most: int
) -> list[int]:
    rows = np.flatnonzero(_members(columns, one) & is_error)
    chosen: list[int] = rows[np.argsort(-confidence[rows], kind="stable")[:most]].tolist()
    return chosen
