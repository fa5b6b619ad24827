"""The delta method: how far a smooth function of multinomial counts varies.

With shares p of n independent samples and the gradient g of the metric by the shares, the variance is
(Σ p·g² − (Σ p·g)²)/n (Agresti 2013, section 16.1). Derivatives are taken by a complex step, which subtracts nothing and
so loses no digits (Squire and Trapp 1998). For Cohen's kappa this is the standard error of Fleiss, Cohen and Everitt
(1969).
"""

from collections.abc import Callable, Sequence
from math import comb
from typing import Any, NamedTuple

import numpy as np

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula, Shares
from shared.evaluation.rates import Floats

_STEP = 1e-100

# The part of the further samples in the centred moment of a power.
OfAdded = Callable[[Floats, int], float]


class Spread(NamedTuple):
    """The standard errors of metrics, and the kurtosis of what single samples add to them, both of one shape.

    NaN where a term that matters is undefined.
    """

    error: Floats
    kurtosis: Floats


def overall_spread(formula: OverallFormula, matrix: ConfusionMatrix, added: float = 0.0) -> Spread:
    """The spread of a metric of the whole matrix, with so many further samples laid evenly over its cells."""
    k = len(matrix.classes)
    total = matrix.sample_count + added
    hits = (matrix.hits + added / k**2) / total
    actual, predicted = ((sums + added / k) / total for sums in (matrix.actual, matrix.predicted))
    slopes = slopes_of(formula.terms, (hits, actual, predicted))
    sums = [term.sum() for term in formula.terms(hits, actual, predicted)]
    outer = slopes_of(lambda *values: (formula.combine(len(hits), *values),), sums)
    by_hits, by_actual, by_predicted = (
        np.broadcast_to(sum(outer[j][0] * terms[j] for j in range(len(sums)) if np.any(outer[j][0])), k)
        for terms in slopes
    )
    rows, columns, counts = matrix.cells
    gradient = by_actual[rows] + by_predicted[columns] + np.where(rows == columns, by_hits[rows], 0.0)

    def of_added(mean: Floats, power: int) -> float:
        if not power:
            return added / total
        return added / k**2 / total * _power_sum(by_actual, by_predicted - mean, by_hits, power) if added else 0.0

    return _spread(counts / total, gradient, total, of_added)


def class_spreads(formula: ClassFormula, matrix: ConfusionMatrix, added: float = 0.0) -> Spread:
    """The spreads of a metric of each class, shape (k,), with further samples laid evenly over its four outcomes."""
    total = matrix.sample_count + added
    hits, actual, predicted = (
        (sums + share * added) / total
        for sums, share in ((matrix.hits, 0.25), (matrix.actual, 0.5), (matrix.predicted, 0.5))
    )
    ((by_hits,), (by_actual,), (by_predicted,)) = slopes_of(
        lambda *shares: (formula(*shares),), (hits, actual, predicted)
    )
    outcomes = np.array([hits, actual - hits, predicted - hits])
    gradient = np.array([by_hits + by_actual + by_predicted, by_actual, by_predicted])
    return _spread(np.maximum(outcomes, 0.0), gradient, total)


def _power_sum(of_rows: Floats, of_columns: Floats, of_diagonal: Floats, power: int) -> float:
    """The sum of a power of row + column over all k² cells, with the diagonal's own part, in O(k)."""
    # Around the mean of the rows, so that little is subtracted from much.
    rows, columns = of_rows - of_rows.mean(), of_columns + of_rows.mean()
    grid = sum(comb(power, i) * (rows**i).sum() * (columns ** (power - i)).sum() for i in range(power + 1))
    return float(grid + ((rows + columns + of_diagonal) ** power - (rows + columns) ** power).sum())


def slopes_of(formula: Callable[..., Sequence[Any]], values: Sequence[Any]) -> list[list[Shares]]:
    """Of each value, the derivatives of all results by it; the formula gets them with one axis more, in front.

    All values have one shape. They are moved one by one, each in its row of that axis: one call for all.
    """
    count, shape = len(values), np.shape(values[0])
    moved = np.empty((count, count, *shape), complex)
    for i, value in enumerate(values):
        moved[i] = value
        moved[i, i] += _STEP * 1j
    slopes = [np.broadcast_to(np.imag(result) / _STEP, (count, *shape)) for result in formula(*moved)]
    return [[slope[i] for slope in slopes] for i in range(count)]


def _nothing(_mean: Floats, _power: int) -> float:
    return 0.0


def _spread(shares: Floats, gradient: Floats, total: float, of_added: OfAdded = _nothing) -> Spread:
    # A cell without samples has no weight, whatever the gradient is there.
    slopes = np.where(shares > 0, gradient, 0.0)
    mean = (shares * slopes).sum(axis=0, keepdims=True) + of_added(np.zeros(1), 1)
    # Centred moments, of which none can fall below zero; the share that is left has slope 0.
    rest = np.maximum(1 - shares.sum(axis=0) - of_added(mean, 0), 0.0)
    squares = (slopes - mean) ** 2
    square_of_rest = mean.reshape(rest.shape) ** 2
    variance = (shares * squares).sum(axis=0) + rest * square_of_rest + of_added(mean, 2)
    fourth = (shares * squares * squares).sum(axis=0) + rest * square_of_rest**2 + of_added(mean, 4)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Spread(np.sqrt(variance / total), fourth / variance**2)
