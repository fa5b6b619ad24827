"""What a run's counts say: matrices of slices, metrics by name, and slices from the worst to the best."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.intervals.of_areas import area_estimate
from shared.evaluation.intervals.of_matrix import Confidence, Estimate, class_estimates, overall_estimates
from shared.evaluation.intervals.of_weighted import weighted_class_estimates, weighted_overall_estimates
from shared.evaluation.metrics import CATALOGUE, Metric
from shared.evaluation.metrics.definition import IntervalMethod
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.metrics.undefined import UndefinedMetric, why_undefined
from shared.evaluation.types import Label
from shared.runs.errors import WITHOUT_LABELS, SlicesNotAvailable, TaskUnsupported
from shared.runs.rows.filters import Condition
from shared.runs.summary import RunSummary, SliceTable

# Each is read from the counts in microseconds; PyCM's further statistics take too long for an answer.
OVERALL = (
    "accuracy", "balanced_accuracy", "precision.macro", "recall.macro", "f1.macro", "precision.weighted",
    "recall.weighted", "f1.weighted", "precision.micro", "recall.micro", "f1.micro", "specificity.macro",
    "jaccard.macro", "mcc", "kappa", "error_rate",
)  # fmt: skip
# What whether each sample is right decides alone.
OF_FLAGS = ("accuracy", "error_rate")
BY_CLASS = ("precision.class", "recall.class", "f1.class", "jaccard.class")


NEEDS_LABELS = "the file says only whether each sample is right, not what was predicted"


class SliceResult(NamedTuple):
    """A value of a column of metadata: its rows, and a metric of them with the reason where it is undefined."""

    column: str
    value: str
    support: int
    errors: int
    metric: float | None
    # The sum of the weights of weighted rows, and the interval of their accuracy.
    weight: float | None = None
    accuracy: Estimate | None = None
    conditions: tuple[Condition, ...] = ()


def overall(
    matrix: ConfusionMatrix, *, has_labels: bool = True
) -> tuple[dict[str, float | None], dict[str, UndefinedMetric]]:
    """The metrics of a whole matrix by their names, and the reasons of those that are undefined.

    Without labels the classes of the matrix are right and wrong, and most metrics need others.
    """
    result = MatrixResult(matrix)
    known = OVERALL if has_labels else OF_FLAGS
    metrics = {CATALOGUE[metric_id]: CATALOGUE[metric_id].read(result) for metric_id in known}
    values: dict[str, float | None] = {CATALOGUE[metric_id].plain_name: None for metric_id in OVERALL}
    values |= {metric.plain_name: value for metric, value in metrics.items()}
    undefined = {m.plain_name: why_undefined(m, result) for m, value in metrics.items() if value is None}
    others = [CATALOGUE[metric_id] for metric_id in OVERALL if metric_id not in known]
    return values, undefined | {m.plain_name: UndefinedMetric(m.id, NEEDS_LABELS) for m in others}


def estimates(matrix: ConfusionMatrix, *, has_labels: bool = True) -> dict[str, Estimate]:
    """The metrics of a whole matrix with their intervals of 95 %, by their names."""
    found = estimates_by_id(matrix, OVERALL if has_labels else OF_FLAGS)
    absent = Estimate(None, reason=NEEDS_LABELS)
    return {CATALOGUE[metric_id].plain_name: found.get(metric_id, absent) for metric_id in OVERALL}


def estimates_by_class(matrix: ConfusionMatrix) -> dict[str, list[Estimate]]:
    """The metrics of each class with their intervals of 95 %, by their names."""
    return {_class_name(CATALOGUE[metric_id]): ones for metric_id, ones in class_estimates_by_id(matrix).items()}


def estimates_by_id(matrix: ConfusionMatrix, metric_ids: Sequence[str] = OVERALL) -> dict[str, Estimate]:
    """Metrics of a whole matrix with their intervals of 95 %, by their ids."""
    measure = weighted_overall_estimates if matrix.is_weighted else overall_estimates
    return measure(MatrixResult(matrix), Confidence(), [CATALOGUE[metric_id] for metric_id in metric_ids])


def class_estimates_by_id(matrix: ConfusionMatrix) -> dict[str, list[Estimate]]:
    """The metrics of each class with their intervals of 95 %, by their ids."""
    measure = weighted_class_estimates if matrix.is_weighted else class_estimates
    return measure(MatrixResult(matrix), Confidence(), [CATALOGUE[metric_id] for metric_id in BY_CLASS])


def area_estimates(summary: RunSummary, *, is_slice: bool) -> list[Estimate]:
    """The area under the ROC curve of each class with its interval of 95 %."""
    k = len(summary.classes)
    if is_slice or summary.roc_auc is None:
        reason = "the ROC AUC is measured of all samples only" if is_slice else "the run has no scores of classes"
        return [Estimate(None, reason=reason)] * k
    spreads = summary.roc_auc_spread or [None] * k
    method: IntervalMethod = "weighted-delong" if summary.is_weighted else "moderated-delong"
    found = [area_estimate(*area, method) for area in zip(summary.roc_auc, spreads, _sides(summary), strict=True)]
    if not summary.is_multilabel:
        return found
    scored = {column.class_position for column in summary.scores}
    absent = Estimate(None, reason="the run has no scores of this label")
    return [area if at in scored else absent for at, area in enumerate(found)]


def one_against_rest(matrix: ConfusionMatrix, position: int) -> ConfusionMatrix:
    """The matrix of a class against the rest."""
    rows = None if matrix.rows is None else _cut(ConfusionMatrix(matrix.classes, matrix.rows), position)
    squares = None if matrix.squares is None else _cut(ConfusionMatrix(matrix.classes, matrix.squares), position)
    return ConfusionMatrix((matrix.classes[position], "rest"), _cut(matrix, position), rows, squares)


def _cut(matrix: ConfusionMatrix, position: int) -> NDArray[Any]:
    at_rows, at_columns, counts = matrix.cells
    is_own, is_taken = at_rows == position, at_columns == position
    # Added up, as subtracting sums of weights leaves a rounding error instead of zero.
    sums = [[counts[own & taken].sum() for taken in (is_taken, ~is_taken)] for own in (is_own, ~is_own)]
    return np.array(sums, counts.dtype)


def matrix_of_slice(table: SliceTable, value: str, whole: ConfusionMatrix) -> ConfusionMatrix:
    """The confusion matrix of the rows that have a value; all counts are 0 where no row has it."""
    triples, _ = table.triples()
    return table.matrix(whole.classes, triples[:, 0] == (table.values.index(value) if value in table.values else -1))


def whole_of(table: SliceTable, classes: Sequence[Label]) -> ConfusionMatrix:
    """The confusion matrix of all rows of a table."""
    return table.matrix(classes)


def slices(
    tables: Sequence[SliceTable], whole: ConfusionMatrix, metric_id: str, positive: int | None, min_support: int
) -> list[SliceResult]:
    """The values of the columns, from the worst metric to the best; those where it is undefined come last."""
    metric = CATALOGUE[metric_id]
    found = [result for table in tables for result in _of_column(table, whole, metric, positive, min_support)]
    return ranked(found, metric)


def ranked(results: Sequence[SliceResult], metric: Metric) -> list[SliceResult]:
    """Slices from the worst metric to the best; those where it is undefined come last."""
    sign = -1 if metric.lower_is_better else 1

    def rank(result: SliceResult) -> tuple[bool, float, int, str, str]:
        return (result.metric is None, sign * (result.metric or 0.0), -result.support, result.column, result.value)

    return sorted(results, key=rank)


def check_metric(summary: RunSummary, metric_id: str) -> None:
    """Raise TaskUnsupported for a metric that needs labels of a run without any, or sets of a run without sets."""
    if not summary.is_multilabel and metric_id.startswith("multilabel."):
        raise TaskUnsupported("metric: each sample of the run has one label; send a metric without `multilabel.`.")
    if not summary.has_labels and metric_id not in OF_FLAGS:
        raise TaskUnsupported(f"metric: send {' or '.join(OF_FLAGS)}. {WITHOUT_LABELS}")


def table_of(tables: Sequence[SliceTable], column: str) -> SliceTable:
    """The table of a column; raises SlicesNotAvailable where it has too many values."""
    table = next(table for table in tables if table.column == column)
    if table.codes is None:
        raise SlicesNotAvailable(f"The column “{column[:100]}” has too many different values to be sliced by.")
    return table


def _of_column(
    table: SliceTable, whole: ConfusionMatrix, metric: Metric, positive: int | None, min_support: int
) -> list[SliceResult]:
    triples, counts = table.triples()
    results = []
    starts = np.searchsorted(triples[:, 0], np.arange(len(table.values) + 1))
    for at, value in enumerate(table.values):
        rows = slice(starts[at], starts[at + 1])
        support = int(counts[rows].sum())
        right = int(counts[rows][triples[rows, 1] == triples[rows, 2]].sum())
        if support >= max(1, min_support):
            matrix = table.matrix(whole.classes, rows)
            found = SliceResult(table.column, value, support, support - right, _value(metric, matrix, positive))
            results.append(_weighed(found, matrix) if matrix.is_weighted else found)
    return results


def _weighed(found: SliceResult, matrix: ConfusionMatrix) -> SliceResult:
    accuracy = weighted_overall_estimates(MatrixResult(matrix), Confidence(), [CATALOGUE["accuracy"]])["accuracy"]
    return found._replace(weight=matrix.weight, accuracy=accuracy)


def value_of(metric_id: str, matrix: ConfusionMatrix, positive: int | None) -> float | None:
    """A metric of a matrix; that of a class is of the positive one. None where it is undefined."""
    return _value(CATALOGUE[metric_id], matrix, positive)


def _value(metric: Metric, matrix: ConfusionMatrix, positive: int | None) -> float | None:
    value: float | None = None
    read = metric.read(MatrixResult(matrix))
    if metric.averaging != "class":
        value = read
    elif positive is not None:
        value = read[positive]
    return value


def _sides(summary: RunSummary) -> list[tuple[int, int]]:
    """The samples that are of each class, or have the label, and the others; effective numbers of weighted ones."""
    counts, matrix = summary.label_counts, summary.matrix if summary.label_counts is None else None
    if matrix is not None and matrix.squares is not None:
        cells = [_cut(ConfusionMatrix(matrix.classes, sums), at).sum(axis=1)
                 for at in range(len(matrix.classes)) for sums in (matrix.counts, matrix.squares)]  # fmt: skip
        sums = zip(cells[::2], cells[1::2], strict=True)
        return [(_effective(w[0], q[0]), _effective(w[1], q[1])) for w, q in sums]
    actual = summary.matrix.actual if counts is None else counts.by_label[:, 1]
    return [(int(own), summary.rows - int(own)) for own in actual]


def _effective(weight: float, squares: float) -> int:
    """Kish's number of independent samples."""
    return max(round(weight**2 / squares), 1) if weight else 0


def _class_name(metric: Metric) -> str:
    return metric.id.removesuffix(".class")
