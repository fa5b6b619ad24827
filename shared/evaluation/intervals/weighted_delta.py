"""The delta method for weighted samples: how far a smooth function of sums of weights varies.

With shares p of all weights and the gradient g of the metric by the shares, the variance is Σ q·(g − Σ p·g)²/(Σ w)² by
linearisation, with the sums q of the squared weights of the cells, or that of (Σ w)²/Σ w² independent samples,
whichever is larger, as few heavy samples often show too little. A further sample has the weight Σ w²/Σ w, of which
Kish's number of samples would weigh as much as all. With equal weights all of it is as without weights.
"""

from typing import Any

import numpy as np

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import elsewhere
from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula
from shared.evaluation.intervals.delta import Spread, slopes_of
from shared.evaluation.kish import kish_number
from shared.evaluation.types import Floats


def samples_worth(matrix: ConfusionMatrix) -> float:
    """As many independent samples as the weights are worth, (Σ w)²/Σ w² (Kish 1965); the matrix has `squares`."""
    assert matrix.squares is not None, "callers ask for matrices of weighted samples"
    return kish_number(matrix.counts.sum(), matrix.squares.sum())


def overall_spread(formula: OverallFormula, matrix: ConfusionMatrix, added: float = 0.0) -> Spread:
    """The spread of a metric of the whole matrix, with so many further samples laid evenly over its cells.

    The matrix has `squares`.
    """
    counts, squares = _with_further(matrix, added)
    total = counts.sum()
    cells = counts / total
    sides = cells.diagonal(), cells.sum(axis=1), cells.sum(axis=0)
    slopes = slopes_of(formula.terms, sides)
    sums = [term.sum() for term in formula.terms(*sides)]
    outer = slopes_of(lambda *values: (formula.combine(len(cells), *values),), sums)
    by_hits, by_actual, by_predicted = (
        sum(outer[j][0] * terms[j] for j in range(len(sums)) if np.any(outer[j][0])) for terms in slopes
    )
    gradient = np.add.outer(by_actual, by_predicted) + np.diag(np.broadcast_to(by_hits, len(cells)))
    found = _spread(cells.ravel(), gradient.ravel(), (squares / total**2).ravel(), 0.0)
    return Spread(*found, formula(*sides))


def class_spreads(formula: ClassFormula, matrix: ConfusionMatrix, added: float = 0.0) -> Spread:
    """The spreads of a metric of each class, shape (k,), with further samples laid evenly over its four outcomes."""
    counts, squares = _outcomes(matrix, added)
    total = counts.sum(axis=0)
    shares = counts / total
    hits, misses, alarms, _ = shares
    ((by_hits,), (by_actual,), (by_predicted,)) = slopes_of(
        lambda *sides: (formula(*sides),), (hits, hits + misses, hits + alarms)
    )
    gradient = np.array([by_hits + by_actual + by_predicted, by_actual, by_predicted])
    found = _spread(shares[:3], gradient, squares[:3] / total**2, squares[3] / total**2)
    return Spread(*found, formula(hits, hits + misses, hits + alarms))


def _with_further(matrix: ConfusionMatrix, added: float) -> tuple[Floats, Floats]:
    """Sums of weights and of their squares with so many further samples, laid evenly over the cells."""
    counts, squares = _sums(matrix)
    one, part = squares.sum() / counts.sum(), added / counts.size
    return counts + part * one, squares + part * one**2


def _outcomes(matrix: ConfusionMatrix, added: float) -> tuple[Floats, Floats]:
    """The same of hits, misses, false alarms and the rest of each class, (4, k)."""
    counts, squares = _sums(matrix)
    one, part = squares.sum() / counts.sum(), added / 4
    return _of_classes(counts) + part * one, _of_classes(squares) + part * one**2


def _sums(matrix: ConfusionMatrix) -> tuple[Floats, Floats]:
    assert matrix.squares is not None, "callers ask for matrices of weighted samples"
    return np.asarray(matrix.counts, np.float64), np.asarray(matrix.squares, np.float64)


def _of_classes(cells: Floats) -> Floats:
    errors = cells * (1 - np.eye(len(cells)))
    return np.array([cells.diagonal(), errors.sum(axis=1), errors.sum(axis=0), elsewhere(cells)])


def _spread(shares: Floats, gradient: Floats, squares: Floats, squares_of_rest: Any) -> tuple[Floats, Floats]:
    """The errors and kurtoses of metrics, whose gradient is (m, ...)."""
    # A cell without samples has no weight, whatever the gradient is there.
    slopes = np.where(shares > 0, gradient, 0.0)
    mean = (shares * slopes).sum(axis=0)
    rest = np.maximum(1 - shares.sum(axis=0), 0.0)
    off = (slopes - mean) ** 2
    linearised = (squares * off).sum(axis=0) + squares_of_rest * mean**2
    variance = (shares * off).sum(axis=0) + rest * mean**2
    fourth = (shares * off**2).sum(axis=0) + rest * mean**4
    of_all = variance * (squares.sum(axis=0) + squares_of_rest)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(np.maximum(linearised, of_all)), fourth / variance**2
