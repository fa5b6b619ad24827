"""Metrics of the association between actual and predicted classes, for the whole matrix."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import ratio
from shared.evaluation.types import Counts

# Beside a lighter cell the usual formulas lose digits that are shown; of others they are PyCM's to the last bit.
_LIGHT = 1e-6


@dataclass(frozen=True, slots=True)
class Association:
    """Agreement beyond chance and association; NaN where undefined.

    They are PyCM's Kappa, Krippendorff Alpha, Overall MCC, Cramer V, Pearson C, Lambda A and Lambda B, to the last
    bit but for the rounding of one square in a thousand within chi-squared.
    """

    kappa: float
    krippendorff_alpha: float
    mcc: float
    cramer_v: float
    pearson_c: float
    lambda_a: float
    lambda_b: float


def association(matrix: ConfusionMatrix) -> Association:
    """Compute the metrics from the counts."""
    hits, actual, predicted = matrix.hits, matrix.actual, matrix.predicted
    total = matrix.sample_count
    chi_squared = chi_squared_of(matrix)
    largest_of_rows, largest_of_columns = largest_cells(matrix)
    if not matrix.is_sparse and matrix.is_weighted and _differ_widely(matrix.counts):
        kappa, mcc = _of_weights(matrix.counts)
    else:
        kappa, mcc = _kappa(hits, actual, predicted, total), _mcc(hits, actual, predicted, total)
    return Association(
        kappa=kappa,
        krippendorff_alpha=_krippendorff_alpha(hits, actual, predicted, total),
        mcc=mcc,
        cramer_v=math.sqrt(ratio(ratio(chi_squared, total), len(hits) - 1)),
        pearson_c=math.sqrt(ratio(chi_squared, total + chi_squared)),
        lambda_a=share_of_errors_avoided(largest_of_columns, actual, total),
        lambda_b=share_of_errors_avoided(largest_of_rows, predicted, total),
    )


def varies(actual: Counts, predicted: Counts) -> bool:
    """Return True if samples are of more than one class and predicted as more than one; otherwise nothing correlates.

    The check is needed for fractional counts, where subtraction leaves a rounding error instead of zero.
    """
    return bool(min(np.count_nonzero(actual), np.count_nonzero(predicted)) > 1)


def _beyond_chance(agreement: float, chance: float) -> float:
    return ratio(agreement - chance, 1 - chance)


def _kappa(hits: Counts, actual: Counts, predicted: Counts, total: float) -> float:
    if not total:
        return math.nan
    chances = predicted.astype(float) * actual.astype(float) / float(total) ** 2
    return _beyond_chance(hits.sum().item() / total, sum(chances.tolist()))


def _differ_widely(counts: Counts) -> bool:
    return bool(counts.min(where=counts > 0, initial=np.inf) < _LIGHT * counts.sum())


def _of_weights(counts: Counts) -> tuple[float, float]:
    """Cohen's kappa and the MCC of sums of weights, which may differ by more than a double has digits.

    Products of outcomes are added up instead of subtracting one from the total, which would leave roundings of the
    largest sum: c·s − Σ p·t is Σ (TP·TN − FP·FN), and s² − Σ p·t is Σ t·(s − p), where s − p is all that is left.
    """
    others = 1 - np.eye(len(counts))
    actual, predicted, errors = counts.sum(axis=1), counts.sum(axis=0), counts * others
    elsewhere = ((others @ counts) * others).sum(axis=1)
    common = _in_order(counts.diagonal() * elsewhere - errors.sum(axis=0) * errors.sum(axis=1))
    not_actual, not_predicted = others @ actual, others @ predicted
    kappa = ratio(common, _in_order(actual * not_predicted))
    if not varies(actual, predicted):
        return kappa, math.nan
    spread = math.sqrt(_in_order(actual * not_actual)) * math.sqrt(_in_order(predicted * not_predicted))
    return kappa, ratio(common, spread)


def _krippendorff_alpha(hits: Counts, actual: Counts, predicted: Counts, total: float) -> float:
    if not total:
        return math.nan
    shares: list[float] = ((predicted + actual) / (2 * total)).tolist()
    correction = 1 / (2 * total)
    agreement = (1 - correction) * (hits.sum().item() / total) + correction
    # Python's power rounds a few squares otherwise than a product does, and so does PyCM.
    return _beyond_chance(agreement, sum(share**2 for share in shares))


def _mcc(hits: Counts, actual: Counts, predicted: Counts, total: float) -> float:
    if not varies(actual, predicted):
        return math.nan
    predictions, actuals, matches = (vector.astype(float) for vector in (predicted, actual, hits))
    # A sum of fractions may be less than one of them by a rounding.
    spread = [_in_order(sums * np.maximum(total - sums, 0)) for sums in (predictions, actuals)]
    return ratio(_in_order(matches * total - actuals * predictions), math.sqrt(spread[1] * spread[0]))


def chi_squared_of(matrix: ConfusionMatrix) -> float:
    """Chi-squared of the counts against independence; NaN if a class never occurs or is never predicted."""
    actual, predicted = matrix.actual.astype(float), matrix.predicted.astype(float)
    total = matrix.sample_count or 1
    if not actual.all() or not predicted.all():
        return math.nan
    if not matrix.is_sparse:
        expected = np.outer(actual, predicted) / total
        return _in_order((matrix.counts - expected) ** 2 / expected) if expected.all() else math.nan
    rows, columns, counts = matrix.cells
    expected = actual[rows] * predicted[columns] / total
    # An empty cell adds what is expected of it.
    return float(((counts - expected) ** 2 / expected).sum() + max(total - expected.sum(), 0.0))


def largest_cells(matrix: ConfusionMatrix) -> tuple[Counts, Counts]:
    """The largest count of each row, and of each column, shape (k,) both."""
    if not matrix.is_sparse:
        return matrix.counts.max(axis=1), matrix.counts.max(axis=0)
    rows, columns, counts = matrix.cells
    largest: list[NDArray[Any]] = [np.zeros(len(matrix.classes), counts.dtype) for _ in range(2)]
    for found, positions in zip(largest, (rows, columns), strict=True):
        np.maximum.at(found, positions, counts)
    return largest[0], largest[1]


def share_of_errors_avoided(largest: Counts, margin: Counts, total: float) -> float:
    """Goodman and Kruskal's lambda from the largest counts and the margin of the other side; NaN if undefined."""
    largest_margin = margin.max().item()
    return ratio(largest.sum().item() - largest_margin, total - largest_margin)


def _in_order(terms: NDArray[Any]) -> float:
    # NumPy's sum adds in pairs, PyCM one by one: a value on the edge of a grade must fall on the same side.
    return float(np.cumsum(terms)[-1])
