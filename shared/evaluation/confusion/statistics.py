"""Metrics of a confusion matrix."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import starmap
from typing import Any

import numpy as np
from pycm.class_funcs import class_statistics
from pycm.overall_funcs import overall_statistics

from shared.evaluation.confusion.association import varies
from shared.evaluation.confusion.matrix import ConfusionMatrix, FilledCells
from shared.evaluation.confusion.sparse_statistics import measure_cells
from shared.evaluation.rates import defined, f1, precision, ratio, recall
from shared.evaluation.types import Counts

# A double is exact to a few more digits than this; those that follow are rounding errors of the sums.
_DIGITS = 15
# PyCM's loops over the cells of more classes take it tenths of a second, and grow with the square.
LOOPED_CLASSES = 150
# The largest whole number below which a double holds every other.
_EXACT = 2**53

Value = float | int | str | None | tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Summary:
    """The four headline metrics; precision, recall and F1 are means over all classes, None if one class has none.

    They are PyCM's Overall_ACC, PPV_Macro, TPR_Macro and F1_Macro.
    """

    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """PyCM's statistics under PyCM's names; None where undefined.

    A tuple in `per_class` has one value for each class, in the order of the matrix.
    """

    overall: dict[str, Value]
    per_class: dict[str, tuple[Value, ...]]


def summary(matrix: ConfusionMatrix) -> Summary:
    """Compute the headline metrics from the counts, in microseconds."""
    hits: list[float] = matrix.hits.tolist()
    actual: list[float] = matrix.actual.tolist()
    predicted: list[float] = matrix.predicted.tolist()

    def mean(formula: Callable[[float, float, float], tuple[float, float]]) -> float | None:
        # NaN of one class makes NaN of the mean.
        return defined(sum(starmap(ratio, map(formula, hits, actual, predicted))) / len(hits))

    return Summary(
        accuracy=defined(ratio(sum(hits), sum(actual))),
        precision=mean(precision),
        recall=mean(recall),
        f1=mean(f1),
    )


def statistics(matrix: ConfusionMatrix) -> Statistics:
    """Compute PyCM's statistics from the counts; safe in threads, where it holds the GIL throughout.

    Its P-Value alone takes up to 70 ms between 500 and 1,100 samples. Weights that sum to whole numbers are counts
    like any others; with fractions P-Value and ARI are undefined, and values have 15 significant digits.
    """
    matrix = _as_integers(matrix)
    is_large = matrix.is_sparse or len(matrix.classes) > LOOPED_CLASSES
    overall, per_class = measure_cells(matrix) if is_large else _measure(matrix.counts)
    if isinstance(overall["P-Value"], float):
        # One minus a sum: rounding alone takes it below zero.
        overall["P-Value"] = max(overall["P-Value"], 0.0)
    if not varies(matrix.actual, matrix.predicted):
        overall["Overall MCC"] = None
    convert = _rounded if matrix.is_weighted else plain
    return Statistics(
        overall={name: convert(value) for name, value in overall.items()},
        per_class={name: tuple(map(convert, values.values())) for name, values in per_class.items()},
    )


def _as_integers(matrix: ConfusionMatrix) -> ConfusionMatrix:
    source = matrix.source
    counts = source.counts if isinstance(source, FilledCells) else source
    if not matrix.is_weighted or counts.sum() >= _EXACT or (counts % 1).any():
        return matrix
    whole = counts.astype(np.int64)
    return ConfusionMatrix(matrix.classes, source._replace(counts=whole) if isinstance(source, FilledCells) else whole)


def _measure(counts: Counts) -> tuple[dict[str, Any], dict[str, dict[int, Any]]]:
    # PyCM's own ConfusionMatrix would add a second class to a matrix of one; the functions below it take any number.
    # Classes go by their position, so that no user's text enters PyCM, and counts as Python's unbounded int.
    classes = list(range(len(counts)))
    table = {i: dict(enumerate(row)) for i, row in enumerate(counts.tolist())}
    errors = counts * (1 - np.eye(len(counts), dtype=counts.dtype))
    outcomes = {"TP": counts.diagonal(), "FP": errors.sum(axis=0), "FN": errors.sum(axis=1), "TN": elsewhere(counts)}
    by_class = {name: dict(enumerate(values.tolist())) for name, values in outcomes.items()}
    per_class = class_statistics(**by_class, classes=classes, table=table)
    # Fractions added up separately for each class differ in their last bit, and an accuracy above 1 has no interval.
    # Added in this way they are never less than the sum of all hits.
    per_class["POP"] = dict.fromkeys(classes, sum(sum(row.values()) for row in table.values()))
    overall = overall_statistics(
        **per_class,
        classes=classes,
        table=table,
        jaccard_list=per_class["J"],
        CEN_dict=per_class["CEN"],
        MCEN_dict=per_class["MCEN"],
        AUC_dict=per_class["AUC"],
        ICSI_dict=per_class["ICSI"],
    )
    return overall, per_class


def elsewhere(counts: Counts) -> Counts:
    """Samples neither of a class nor predicted as it, for each class."""
    if counts.dtype == np.int64:
        actual, predicted = counts.sum(axis=1), counts.sum(axis=0)
        return counts.sum() - actual - predicted + counts.diagonal()  # type: ignore[no-any-return]  # an array
    # Subtracting fractions would leave a rounding error instead of zero.
    off_diagonal = 1 - np.eye(len(counts))
    return ((off_diagonal @ counts) * off_diagonal).sum(axis=1)  # type: ignore[no-any-return]  # an array


def plain(value: Any) -> Value:
    """A value of PyCM's as JSON knows it: None for what is undefined or not finite, in a pair for each half."""
    if isinstance(value, tuple):
        low, high = (plain(half) for half in value)
        return None if low is None and high is None else (low, high)  # type: ignore[return-value]  # halves are numbers
    if value == "None":
        return None
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else None  # adding 0.0 makes -0.0 positive
    return value  # type: ignore[no-any-return]  # PyCM has no types: int or str


def _rounded(value: Any) -> Value:
    converted = plain(value)
    if isinstance(converted, tuple):
        return tuple(map(_rounded, converted))  # type: ignore[return-value]  # two stay two
    return float(f"{converted:.{_DIGITS}g}") if isinstance(converted, float) else converted
