"""The delta method for weighted samples: the standard error of a smooth function of sums of weights.

With shares p of all weights and the gradient g of the metric by the shares, the variance is Σ q·(g − Σ p·g)²/(Σ w)² by
linearisation, with the sums q of the squared weights of the cells, or that of (Σ w)²/Σ w² independent samples,
whichever is larger, as few heavy samples often show too little.
"""

from typing import Any

import numpy as np

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import elsewhere
from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula
from shared.evaluation.intervals.delta import slopes_of
from shared.evaluation.rates import Floats


def overall_error(formula: OverallFormula, matrix: ConfusionMatrix) -> float:
    """The standard error of a metric of the whole matrix, which has `squares`; NaN where a term is undefined."""
    assert matrix.squares is not None, "callers ask for matrices of weighted samples"
    total = matrix.counts.sum()
    cells = matrix.counts / total
    sides = cells.diagonal(), cells.sum(axis=1), cells.sum(axis=0)
    slopes = slopes_of(formula.terms, sides)
    sums = [term.sum() for term in formula.terms(*sides)]
    outer = slopes_of(lambda *values: (formula.combine(len(cells), *values),), sums)
    by_hits, by_actual, by_predicted = (
        sum(outer[j][0] * terms[j] for j in range(len(sums)) if np.any(outer[j][0])) for terms in slopes
    )
    gradient = np.add.outer(by_actual, by_predicted) + np.diag(np.broadcast_to(by_hits, len(cells)))
    return float(_error(cells.ravel(), gradient.ravel(), (matrix.squares / total**2).ravel(), 0.0))


def class_errors(formula: ClassFormula, matrix: ConfusionMatrix) -> Floats:
    """The standard errors of a metric of each class, shape (k,)."""
    assert matrix.squares is not None, "callers ask for matrices of weighted samples"
    total, squares = matrix.counts.sum(), matrix.squares
    cells = matrix.counts / total
    hits, actual, predicted = cells.diagonal(), cells.sum(axis=1), cells.sum(axis=0)
    ((by_hits,), (by_actual,), (by_predicted,)) = slopes_of(
        lambda *shares: (formula(*shares),), (hits, actual, predicted)
    )
    gradient = np.array([by_hits + by_actual + by_predicted, by_actual, by_predicted])
    shares, own = (
        np.array([sums.diagonal(), errors.sum(axis=1), errors.sum(axis=0)])
        for sums, errors in ((part, part * (1 - np.eye(len(part)))) for part in (cells, squares))
    )
    return _error(shares, gradient, own / total**2, elsewhere(squares) / total**2)


def _error(shares: Floats, gradient: Floats, squares: Floats, squares_of_rest: Any) -> Floats:
    # A cell without samples has no weight, whatever the gradient is there.
    slopes = np.where(shares > 0, gradient, 0.0)
    mean = (shares * slopes).sum(axis=0)
    rest = np.maximum(1 - shares.sum(axis=0), 0.0)
    off = (slopes - mean) ** 2
    linearised = (squares * off).sum(axis=0) + squares_of_rest * mean**2
    of_all = ((shares * off).sum(axis=0) + rest * mean**2) * (squares.sum(axis=0) + squares_of_rest)
    return np.sqrt(np.maximum(linearised, of_all))  # type: ignore[no-any-return]  # an array
