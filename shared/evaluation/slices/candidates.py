"""All slices by one or two literals that look weak in some samples; another part of the samples has to confirm them."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Floats

# More columns make pairs by the thousand; the first ones are looked at.
MAX_COLUMNS = 60
# The values of a column that most samples have; the others are no slices.
MAX_VALUES = 100
# Each further slice to confirm costs the others some of the level.
MAX_CANDIDATES = 100
# Of one in six: a small slice that is weak may look no weaker in half of the samples.
_LEAST_DEVIATE = 1.0


class CodedColumn(NamedTuple):
    """A column of metadata: its values, and the position of that of each sample, (n,)."""

    name: str
    values: Sequence[str]
    codes: NDArray[np.int64]


class Literal(NamedTuple):
    """A column, by its position, has the value at a position."""

    column: int
    value: int


class Candidate(NamedTuple):
    """A slice of one or two literals, and how far its errors are above those of the rest, in standard errors."""

    literals: tuple[Literal, ...]
    deviate: float


class _Frequent(NamedTuple):
    """The values of a column that are slices, and the position among them of each sample; the last one: none."""

    values: NDArray[np.int64]
    codes: NDArray[np.int64]


def candidates(
    columns: Sequence[CodedColumn], is_error: NDArray[np.bool_], rows: NDArray[np.int64], min_support: int
) -> list[Candidate]:
    """The slices of these rows that look weakest, the weakest first.

    One of two literals has to look weaker than the rest of either literal, too: it says more than that literal alone.
    """
    errors = is_error[rows].astype(np.float64)
    frequent = [_frequent(column.codes[rows], min_support) for column in columns[:MAX_COLUMNS]]
    found: list[Candidate] = []
    for at, column in enumerate(frequent):
        support, wrong = _counted(column.codes, len(column.values), errors)
        deviates = _deviates(support, wrong, float(len(rows)), float(errors.sum()))
        found += _chosen(deviates, support >= min_support, [(at, column.values)])
    for first, second in combinations(range(len(frequent)), 2):
        found += _pairs(frequent, first, second, errors, min_support)
    return sorted(found, key=lambda one: -one.deviate)[:MAX_CANDIDATES]


def _pairs(frequent: Sequence[_Frequent], first: int, second: int, errors: Floats, min_support: int) -> list[Candidate]:
    left, right = frequent[first], frequent[second]
    shape = len(left.values) + 1, len(right.values) + 1
    cells = left.codes * shape[1] + right.codes
    support = np.bincount(cells, minlength=shape[0] * shape[1]).astype(np.float64).reshape(shape)
    wrong = np.bincount(cells, errors, shape[0] * shape[1]).astype(np.float64).reshape(shape)
    within = [
        _deviates(support, wrong, support.sum(axis=axis, keepdims=True), wrong.sum(axis=axis, keepdims=True))
        for axis in (0, 1)
    ]
    overall = _deviates(support, wrong, float(len(errors)), float(errors.sum()))
    is_own = (np.minimum(*within) >= _LEAST_DEVIATE) & (support >= min_support)
    return _chosen(overall[:-1, :-1], is_own[:-1, :-1], [(first, left.values), (second, right.values)])


def _chosen(
    deviates: Floats, allowed: NDArray[np.bool_], axes: Sequence[tuple[int, NDArray[np.int64]]]
) -> list[Candidate]:
    return [
        Candidate(
            tuple(Literal(column, int(values[i])) for (column, values), i in zip(axes, at, strict=True)),
            float(deviates[tuple(at)]),
        )
        for at in np.argwhere(allowed & (deviates >= _LEAST_DEVIATE)).tolist()
    ]


def _frequent(codes: NDArray[np.int64], min_support: int) -> _Frequent:
    support = np.bincount(codes)
    order = np.argsort(-support, kind="stable")[:MAX_VALUES]
    values = np.sort(order[support[order] >= min_support])
    position = np.full(len(support), len(values))
    position[values] = np.arange(len(values))
    return _Frequent(values, position[codes])


def _counted(codes: NDArray[np.int64], values: int, errors: Floats) -> tuple[Floats, Floats]:
    support = np.bincount(codes, minlength=values + 1).astype(np.float64)
    return support[:values], np.bincount(codes, errors, values + 1).astype(np.float64)[:values]


def _deviates(support: Floats, wrong: Floats, n: Floats | float, errors: Floats | float) -> Floats:
    """How far the share of errors is above that of the others of n, in standard errors under equal shares."""
    with np.errstate(invalid="ignore", divide="ignore"):
        others = n - support
        share = errors / n
        error = np.sqrt(share * (1 - share) * (1 / support + 1 / others))
        deviates: Floats = (wrong / support - (errors - wrong) / others) / error
    return np.where(np.isfinite(deviates), deviates, -math.inf)
