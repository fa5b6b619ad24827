"""Weak slices that nobody named: found in one half of the samples, and tested in the other."""

from collections.abc import Sequence
from typing import Literal as OneOf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.distributions import critical_value, hypergeometric_upper_tail
from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.paired.verdicts import holm
from shared.evaluation.rates import Floats
from shared.evaluation.slices.candidates import Candidate, CodedColumn, candidates

Correction = OneOf["benjamini-hochberg", "holm"]

_ALPHA = 0.05


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
    errors = int(is_error[second].sum())
    p_values = [hypergeometric_upper_tail(tested.errors, tested.support, errors, len(second)) for _, tested in usable]
    adjust = holm if plan.correction == "holm" else benjamini_hochberg
    results = []
    for (one, tested), p_value, p_adjusted in zip(usable, p_values, adjust(p_values), strict=True):
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


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted by Benjamini and Hochberg's method (1995), which bounds the false discoveries."""
    adjusted, smallest = [0.0] * len(p_values), 1.0
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    for rank, i in reversed([*enumerate(order, 1)]):
        smallest = min(smallest, p_values[i] * len(p_values) / rank)
        adjusted[i] = smallest
    return adjusted


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
