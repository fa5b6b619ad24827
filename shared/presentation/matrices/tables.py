"""The rows of the report's tables, as plain values for the template."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.evaluation.confusion.cell_list import list_cells
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Value
from shared.evaluation.intervals.of_matrix import Confidence, Estimate, overall_estimates
from shared.evaluation.metrics import OVERALL, PER_CLASS, Family, Group, Metric
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.metrics.undefined import why_undefined
from shared.evaluation.rates import row_shares
from shared.kit.number_format import count_text, percent_text, value_text
from shared.presentation.interval_text import IntervalText, interval_text
from shared.presentation.matrices.cell_colours import shade_class, shades
from shared.presentation.matrices.headlines import reason_text


class Cell(NamedTuple):
    """A cell's text and style class."""

    text: str | None
    style: str


class MatrixRow(NamedTuple):
    """One actual class: its counts and its row shares in percent, both (k,), and its total."""

    counts: list[Cell]
    shares: list[Cell]
    total: str


class Pair(NamedTuple):
    """Samples of one class predicted as another; `actual` and `predicted` are positions among the classes."""

    actual: int
    predicted: int
    samples: str
    share: str


class ClassSupport(NamedTuple):
    """The number of samples of a class and of predictions of it; `bar` in percent of the largest class."""

    samples: str
    share: str
    bar: float
    predicted: str


class OverallRow(NamedTuple):
    """One overall metric with its value and interval; no `text` means undefined, for the reason in `why`.

    `without_interval` says why a value has no interval.
    """

    metric: Metric
    text: str | None
    interval: IntervalText | None
    why: str | None
    without_interval: str | None


class ClassTable(NamedTuple):
    """A group of class metrics: its columns, and for each class one text (or None, undefined) per column."""

    columns: list[Metric]
    rows: list[list[str | None]]


def matrix_rows(matrix: ConfusionMatrix) -> list[MatrixRow]:
    """One row per actual class."""
    levels, shares, totals = (
        shades(matrix).tolist(),
        row_shares(matrix.counts).tolist(),
        matrix.counts.sum(axis=1).tolist(),
    )
    rows = []
    for i, counts in enumerate(matrix.counts.tolist()):
        styles = [shade_class(level, is_correct=i == j) for j, level in enumerate(levels[i])]
        rows.append(
            MatrixRow(
                [Cell(count_text(count), style) for count, style in zip(counts, styles, strict=True)],
                [
                    Cell(percent_text(share) if totals[i] else None, style)
                    for share, style in zip(shares[i], styles, strict=True)
                ],
                count_text(totals[i]),
            )
        )
    return rows


def confused_pairs(matrix: ConfusionMatrix, limit: int) -> list[Pair]:
    """The most frequent confusions, most frequent first, at most `limit`."""
    rows, columns, counts = (part[:limit] for part in list_cells(matrix, None, errors_only=True))
    shares = counts / matrix.actual[rows]
    return [
        Pair(row, column, count_text(count), percent_text(share))
        for row, column, count, share in zip(
            rows.tolist(), columns.tolist(), counts.tolist(), shares.tolist(), strict=True
        )
    ]


def support(matrix: ConfusionMatrix, positions: Sequence[int]) -> list[ClassSupport]:
    """One entry for each of these classes."""
    samples, predicted = matrix.actual.tolist(), matrix.predicted.tolist()
    total, largest = sum(samples) or 1, max(samples) or 1
    return [
        ClassSupport(
            count_text(samples[i]),
            percent_text(samples[i] / total),
            round(100 * samples[i] / largest, 2),
            count_text(predicted[i]),
        )
        for i in positions
    ]


def overall_tables(matrix: ConfusionMatrix, statistics: Statistics) -> list[tuple[str, list[OverallRow]]]:
    """Each group's title and rows, with intervals of 95 %; what only PyCM reads is left out.

    Statistics of PyCM that the catalogue lacks come last, under their own names.
    """
    result = MatrixResult(matrix, statistics)
    estimates = overall_estimates(result, Confidence())
    groups = [(group.title, [metric for metric in group.metrics if not metric.inherited]) for group in OVERALL.groups]
    tables = [
        (title, [_overall_row(metric, result, estimates.get(metric.id)) for metric in metrics])
        for title, metrics in groups
    ]
    unknown = [_unknown_metric(name) for name in _uncatalogued(OVERALL, statistics.overall)]
    others = [OverallRow(metric, _text(statistics.overall[metric.id], metric), None, None, None) for metric in unknown]
    return [*tables, ("Others", others)] if others else tables


def _overall_row(metric: Metric, result: MatrixResult, estimate: Estimate | None) -> OverallRow:
    value = metric.read(result)
    why = reason_text(why_undefined(metric, result)) if value is None else None
    interval, without = None, metric.without_interval
    if estimate is not None:
        interval, without = interval_text(estimate), estimate.reason
    return OverallRow(metric, _text(value, metric), interval, why, None if value is None else without)


def class_tables(statistics: Statistics, positions: Sequence[int]) -> list[tuple[str, ClassTable]]:
    """Each group's title and table of these classes; statistics that the catalogue lacks come last, by their names."""
    tables = []
    for title, metric_of in _group_metrics(PER_CLASS, statistics.per_class):
        values = [(metric, statistics.per_class[name]) for name, metric in metric_of.items()]
        columns = [[_text(column[i], metric) for i in positions] for metric, column in values]
        tables.append((title, ClassTable(list(metric_of.values()), list(map(list, zip(*columns, strict=True))))))
    return tables


def _group_metrics(family: Family, values: Mapping[str, object]) -> list[tuple[str, dict[str, Metric]]]:
    uncatalogued = Group("Others", tuple(map(_unknown_metric, _uncatalogued(family, values))))
    groups = (
        (group.title, {str(metric.pycm): metric for metric in group.metrics if metric.pycm in values})
        for group in (*family.groups, uncatalogued)
    )
    return [(title, metric_of) for title, metric_of in groups if metric_of]


def _uncatalogued(family: Family, values: Mapping[str, object]) -> list[str]:
    catalogued = {metric.pycm for metric in family.metrics}
    return [name for name in values if name not in catalogued]


def _unknown_metric(name: str) -> Metric:
    # A newer PyCM may have more.
    return Metric(
        id=name, title=name, definition="", formula="", undefined=(), read=lambda _: None, direction="none", pycm=name
    )


def _text(value: Value, metric: Metric) -> str | None:
    if isinstance(value, tuple):
        halves = [_text(half, metric) for half in value]
        return None if all(half is None for half in halves) else metric.pair.format(*(half or "—" for half in halves))
    if value is None or isinstance(value, str):
        return value
    return value_text(value)
