"""The delta method: the standard error of a smooth function of multinomial counts.

With shares p of n independent samples and the gradient g of the metric by the shares, the variance is
(Σ p·g² − (Σ p·g)²)/n (Agresti 2013, section 16.1). Derivatives are taken by a complex step, which subtracts nothing and
so loses no digits (Squire and Trapp 1998). For Cohen's kappa this is the standard error of Fleiss, Cohen and Everitt
(1969).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula, Shares
from shared.evaluation.rates import Floats

_STEP = 1e-100


def overall_error(formula: OverallFormula, matrix: ConfusionMatrix) -> float:
    """The standard error of a metric of the whole matrix; NaN where a term that matters is undefined."""
    total = matrix.sample_count
    hits, actual, predicted = matrix.hits / total, matrix.actual / total, matrix.predicted / total
    slopes = _slopes(formula.terms, (hits, actual, predicted))
    sums = [term.sum() for term in formula.terms(hits, actual, predicted)]
    outer = _slopes(lambda *values: (formula.combine(len(hits), *values),), sums)
    by_hits, by_actual, by_predicted = (
        sum(outer[j][0] * terms[j] for j in range(len(sums)) if np.any(outer[j][0])) for terms in slopes
    )
    # A cell without samples has no weight, whatever the gradient is there.
    rows, columns, counts = matrix.cells
    of_rows, of_columns, of_hits = (
        np.broadcast_to(slopes, len(hits))[positions]
        for slopes, positions in ((by_actual, rows), (by_predicted, columns), (by_hits, rows))
    )
    gradient = of_rows + of_columns + np.where(rows == columns, of_hits, 0.0)
    return float(_error(counts / total, gradient, total))


def class_errors(formula: ClassFormula, matrix: ConfusionMatrix) -> Floats:
    """The standard errors of a metric of each class, shape (k,)."""
    total = matrix.sample_count
    hits, actual, predicted = matrix.hits / total, matrix.actual / total, matrix.predicted / total
    ((by_hits,), (by_actual,), (by_predicted,)) = _slopes(
        lambda *shares: (formula(*shares),), (hits, actual, predicted)
    )
    outcomes = np.array([hits, actual - hits, predicted - hits])
    gradient = np.array([by_hits + by_actual + by_predicted, by_actual, by_predicted])
    return _error(np.maximum(outcomes, 0.0), gradient, total)


def _slopes(formula: Callable[..., Sequence[Any]], values: Sequence[Any]) -> list[list[Shares]]:
    """Of each value, the derivatives of all results by it."""
    found = []
    for i in range(len(values)):
        moved = [value + _STEP * 1j * (i == j) for j, value in enumerate(values)]
        found.append([np.imag(result) / _STEP for result in formula(*moved)])
    return found


def _error(shares: Floats, gradient: Floats, total: float) -> Floats:
    slopes = np.where(shares > 0, gradient, 0.0)
    mean = (shares * slopes).sum(axis=0, keepdims=True)
    # The centred form of the variance, which cannot fall below zero; the share that is left has slope 0.
    rest = 1 - shares.sum(axis=0)
    variance = (shares * (slopes - mean) ** 2).sum(axis=0) + np.maximum(rest, 0.0) * mean.reshape(rest.shape) ** 2
    return np.sqrt(variance / total)  # type: ignore[no-any-return]  # an array
