"""The metrics of each class as a table that can be sorted."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.evaluation.confusion.cell_list import most_errors
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Value
from shared.evaluation.intervals.of_matrix import Confidence, Estimate, class_estimates
from shared.evaluation.metrics import PER_CLASS, Metric
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.kit.number_format import value_text
from shared.presentation.interval_text import IntervalText, interval_text

Estimates = Mapping[str, Sequence[Estimate]]

_METRICS = {metric.pycm: metric for metric in PER_CLASS.metrics}

MAX_ROWS = 1000
"""Rows that a page shows; it has 250 bytes for each of their ten cells."""

COLUMNS: dict[str, Metric] = {
    name: _METRICS[name] for name in ("P", "TOP", "PPV", "TPR", "F1", "TNR", "MCC", "FN", "FP")
}


class MetricCell(NamedTuple):
    """A value and its interval as texts, None where undefined; `without_interval` says why a rate has none."""

    text: str | None
    interval: IntervalText | None
    without_interval: str | None


class ClassRow(NamedTuple):
    """The metrics of one class, in the order of COLUMNS; `position` is the class's in the matrix."""

    position: int
    cells: list[MetricCell]


def class_rows(
    matrix: ConfusionMatrix, statistics: Statistics, *, sort: str | None, descending: bool
) -> list[ClassRow]:
    """A row for each class, sorted by one of COLUMNS, with intervals of 95 %; undefined values come last.

    Of more than MAX_ROWS classes the first of that order are shown; unsorted, those with the most errors.
    """
    estimates = class_estimates(MatrixResult(matrix, statistics), Confidence())
    size = len(statistics.per_class["TP"])
    positions = list(range(size))
    if sort in COLUMNS:
        values = statistics.per_class[sort]
        defined = [position for position in positions if values[position] is not None]
        defined.sort(key=lambda position: _number(values[position]), reverse=descending)
        positions = defined + [position for position in positions if values[position] is None]
    elif size > MAX_ROWS:
        positions = most_errors(matrix, MAX_ROWS)
    return [
        ClassRow(position, [_cell(statistics, estimates, code, position) for code in COLUMNS])
        for position in positions[:MAX_ROWS]
    ]


def _cell(statistics: Statistics, estimates: Estimates, code: str, position: int) -> MetricCell:
    value = statistics.per_class[code][position]
    of_metric = estimates.get(COLUMNS[code].id)
    if value is None:
        return MetricCell(None, None, None)
    if of_metric is None:
        return MetricCell(value_text(_number(value)), None, None)
    return MetricCell(value_text(_number(value)), interval_text(of_metric[position]), of_metric[position].reason)


def _number(value: Value) -> float:
    assert isinstance(value, int | float), "these statistics are numbers"
    return value
