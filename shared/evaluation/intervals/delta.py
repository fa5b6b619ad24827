"""The delta method: how far a smooth function of multinomial counts varies.

With shares p of n independent samples and the gradient g of the metric by the shares, the variance is
(Σ p·g² − (Σ p·g)²)/n (Agresti 2013, section 16.1). Derivatives are taken by a complex step, which subtracts nothing and
so loses no digits (Squire and Trapp 1998). For Cohen's kappa this is the standard error of Fleiss, Cohen and Everitt
(1969).
"""

import sys
from collections.abc import Callable, Sequence
from itertools import accumulate, chain, pairwise
from math import comb
from typing import Any, NamedTuple

import numpy as np

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula, Shares
from shared.evaluation.types import Floats

_STEP = 1e-100

# Less than this share of the range is the rounding of a spread of zero.
ROUNDING = 1e-12
# Satterthwaite's degrees of freedom of the variance are 2n/(kurtosis − 1). On the scale of a share the variance moves
# with the metric itself, which makes up for half of its own spread: `benchmarks.error_rates.counted_intervals`.
_FREEDOM = 4.0
# More make no difference.
_MOST_FREEDOM = 1e9

# More numbers would not stay in the processor's memory from one step to the next, nor do more at once save anything.
_MOST_AT_ONCE = 2**16

# The part of the further samples in the centred moment of a power.
OfAdded = Callable[[Floats, int], Floats | float]


class Spread(NamedTuple):
    """The standard errors of metrics, and the kurtosis of what single samples add to them, both of one shape.

    `value` are the metrics of the same counts. NaN where a term that matters is undefined.
    """

    error: Floats
    kurtosis: Floats
    value: Floats

    def freedom(self, samples: float) -> float:
        """The degrees of freedom that the variance of one metric of so many samples has."""
        # Of outcomes that are equally far from the mean the kurtosis is 1: their spread is known.
        return min(_FREEDOM * samples / max(float(self.kurtosis) - 1, sys.float_info.epsilon), _MOST_FREEDOM)


def overall_spreads(
    formulas: Sequence[OverallFormula], matrix: ConfusionMatrix, added: Sequence[float] = (0.0,)
) -> Spread:
    """The spreads of metrics of the whole matrix, with each of these numbers of further samples: shape (F, A).

    The further samples are laid evenly over the cells.
    """
    k = len(matrix.classes)
    more = np.array(added)[:, np.newaxis]
    totals = matrix.sample_count + more
    sides = np.array([matrix.hits + more / k**2, matrix.actual + more / k, matrix.predicted + more / k]) / totals
    pairs = len(formulas) * len(added)
    values, slopes = _gradients(formulas, sides)
    by_side = slopes.reshape(3, pairs, k)
    of_pairs = [np.tile(numbers[:, 0], len(formulas)) for numbers in (totals, more / totals)]
    at_once = max(1, _MOST_AT_ONCE // len(matrix.cells.counts))
    spreads = [
        _of_cells(matrix, by_side[:, part], *(numbers[part] for numbers in of_pairs))
        for part in (slice(at, at + at_once) for at in range(0, pairs, at_once))
    ]
    error, kurtosis = (np.concatenate(parts).reshape(values.shape) for parts in zip(*spreads, strict=True))
    return Spread(error, kurtosis, values)


def overall_slopes(formula: OverallFormula, sides: Floats) -> Floats:
    """The derivatives (3, k) of a metric by the shares of hits, samples and predictions of each class, (3, k)."""
    slopes: Floats = _gradients([formula], sides[:, np.newaxis])[1][:, 0, 0]
    return slopes


def _gradients(formulas: Sequence[OverallFormula], sides: Floats) -> tuple[Floats, Floats]:
    """The metrics, (F, A), and their derivatives by the shares (3, A, k) of hits, samples and predictions.

    The derivatives have the shape (3, F, A, k).
    """
    moved = _moved(sides)
    terms = [formula.terms(*moved) for formula in formulas]
    starts = [*accumulate(map(len, terms), initial=0)]
    results = np.empty((starts[-1], *sides.shape), complex)
    for at, term in enumerate(chain.from_iterable(terms)):
        results[at] = term
    sums = results[:, 0].real.sum(axis=-1)
    outer, values = np.empty_like(sums), np.empty((len(formulas), sides.shape[1]))
    for at, (start, end) in enumerate(pairwise(starts)):
        combined = formulas[at].combine(sides.shape[-1], *_moved(sums[start:end]))
        outer[start:end], values[at] = np.imag(combined) / _STEP, np.real(combined)[0]
    # A sum that the metric does not depend on here may have terms without a derivative.
    factors, slopes = outer[:, np.newaxis, :, np.newaxis], results.imag / _STEP
    slopes = np.multiply(factors, slopes, where=factors != 0, out=np.zeros_like(slopes))
    return values, np.add.reduceat(slopes, starts[:-1]).swapaxes(0, 1)


def _of_cells(matrix: ConfusionMatrix, by_side: Floats, totals: Floats, added_shares: Floats) -> tuple[Floats, Floats]:
    """The errors and kurtoses of P metrics by their derivatives (3, P, k).

    `totals` and `added_shares` (P,) are the numbers of samples, and the shares of the further ones among them.
    """
    by_hits, by_actual, by_predicted = by_side
    rows, columns, counts = matrix.cells
    gradients = by_actual[:, rows] + by_predicted[:, columns]
    gradients += np.where(rows == columns, by_hits[:, rows], 0.0)

    def of_added(mean: Floats, power: int) -> Floats:
        if not power:
            return added_shares
        powers = _power_sums(by_actual, by_predicted - mean, by_hits, power)
        return np.where(added_shares > 0, added_shares / len(matrix.classes) ** 2 * powers, 0.0)

    return _spread(counts / totals[:, np.newaxis], gradients, totals, of_added)


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
    outcomes = np.stack([hits, actual - hits, predicted - hits], axis=-1)
    gradient = np.stack([by_hits + by_actual + by_predicted, by_actual, by_predicted], axis=-1)
    return Spread(*_spread(np.maximum(outcomes, 0.0), gradient, total), formula(hits, actual, predicted))


def _power_sums(of_rows: Floats, of_columns: Floats, of_diagonal: Floats, power: int) -> Floats:
    """The sums (...) of a power of row + column over all k² cells, with the diagonal's own part, in O(k)."""
    # Around the mean of the rows, so that little is subtracted from much.
    centre = of_rows.mean(axis=-1, keepdims=True)
    rows, columns = of_rows - centre, of_columns + centre
    grid = sum(
        comb(power, i) * (rows**i).sum(axis=-1) * (columns ** (power - i)).sum(axis=-1) for i in range(power + 1)
    )
    return grid + ((rows + columns + of_diagonal) ** power - (rows + columns) ** power).sum(axis=-1)  # type: ignore[no-any-return]  # an array


def slopes_of(formula: Callable[..., Sequence[Any]], values: Sequence[Any]) -> list[list[Shares]]:
    """Of each value, the derivatives of all results by it; the formula gets them with one axis more, in front.

    All values have one shape. They are moved one by one, each in its row of that axis: one call for all.
    """
    count, shape = len(values), np.shape(values[0])
    slopes = [np.broadcast_to(np.imag(result) / _STEP, (count, *shape)) for result in formula(*_moved(values))]
    return [[slope[i] for slope in slopes] for i in range(count)]


def _moved(values: Sequence[Any] | Floats) -> Shares:
    count, shape = len(values), np.shape(values[0])
    moved = np.empty((count, count, *shape), complex)
    for i, value in enumerate(values):
        moved[i] = value
        moved[i, i] += _STEP * 1j
    return moved


def _nothing(_mean: Floats, _power: int) -> float:
    return 0.0


def _spread(
    shares: Floats, gradient: Floats, total: Floats | float, of_added: OfAdded = _nothing
) -> tuple[Floats, Floats]:
    """The error and the kurtosis by the slopes of cells, both (..., m), of `total` samples (...)."""
    # A cell without samples has no weight, whatever the gradient is there.
    slopes = np.where(shares > 0, gradient, 0.0)
    mean = (shares * slopes).sum(axis=-1) + of_added(np.zeros(1), 1)
    means = mean[..., np.newaxis]
    # Centred moments, of which none can fall below zero; the share that is left has slope 0.
    rest = np.maximum(1 - shares.sum(axis=-1) - of_added(means, 0), 0.0)
    squares = (slopes - means) ** 2
    variance = (shares * squares).sum(axis=-1) + rest * mean**2 + of_added(means, 2)
    fourth = (shares * squares * squares).sum(axis=-1) + rest * mean**4 + of_added(means, 4)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(variance / total), fourth / variance**2
