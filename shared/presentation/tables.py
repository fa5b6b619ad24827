"""The rows of the report's tables, as plain values for the template."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Value
from shared.evaluation.rates import row_shares
from shared.presentation.cell_colours import shade_class, shades
from shared.presentation.explanations import CLASS_GROUPS, OVERALL_GROUPS, Explanation, Group
from shared.presentation.number_format import count_text, figure_text, percent_text

_T = TypeVar("_T")


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


class Support(NamedTuple):
    """How many samples belong to a class and how many were predicted as it; `bar` in percent of the largest class."""

    samples: str
    share: str
    bar: float
    predicted: str


class OverallRow(NamedTuple):
    """One overall statistic with what it means; no `text` means undefined."""

    code: str
    explanation: Explanation
    text: str | None


class ClassTable(NamedTuple):
    """A group of class statistics: its columns, and for each class one text (or None, undefined) per column."""

    columns: list[tuple[str, Explanation]]
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
        styles = [shade_class(level, right=i == j) for j, level in enumerate(levels[i])]
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
    wrong = matrix.counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:limit]
    shares = row_shares(matrix.counts)
    return [
        Pair(i, j, count_text(wrong[i, j].item()), percent_text(float(shares[i, j])))
        for i, j in (map(int, divmod(int(place), len(wrong))) for place in order)
        if wrong[i, j]
    ]


def support(matrix: ConfusionMatrix) -> list[Support]:
    """One entry per class."""
    samples, predicted = matrix.counts.sum(axis=1).tolist(), matrix.counts.sum(axis=0).tolist()
    total, largest = sum(samples) or 1, max(samples) or 1
    return [
        Support(
            count_text(samples[i]),
            percent_text(samples[i] / total),
            round(100 * samples[i] / largest, 2),
            count_text(predicted[i]),
        )
        for i in range(len(samples))
    ]


def overall_tables(statistics: Statistics) -> list[tuple[str, list[OverallRow]]]:
    """Each group's title and rows; statistics without an explanation come last, under their own names."""
    return [
        (group.title, [OverallRow(code, about, _text(values[code], about)) for code, about in group.statistics.items()])
        for group, values in _grouped(OVERALL_GROUPS, statistics.overall)
    ]


def class_tables(statistics: Statistics) -> list[tuple[str, ClassTable]]:
    """Each group's title and table; statistics without an explanation come last, under their own names."""
    tables = []
    for group, values in _grouped(CLASS_GROUPS, statistics.per_class):
        columns = [[_text(value, about) for value in values[code]] for code, about in group.statistics.items()]
        tables.append(
            (group.title, ClassTable(list(group.statistics.items()), list(map(list, zip(*columns, strict=True)))))
        )
    return tables


def _grouped(groups: Sequence[Group], values: Mapping[str, _T]) -> list[tuple[Group, Mapping[str, _T]]]:
    explained = {code for group in groups for code in group.statistics}
    rest = Group("Others", {code: Explanation(code, "") for code in values if code not in explained})
    present = (
        Group(group.title, {code: about for code, about in group.statistics.items() if code in values})
        for group in (*groups, rest)
    )
    return [(group, values) for group in present if group.statistics]


def _text(value: Value, about: Explanation) -> str | None:
    if isinstance(value, tuple):
        halves = [_text(half, about) for half in value]
        return None if all(half is None for half in halves) else about.pair.format(*(half or "—" for half in halves))
    if value is None or isinstance(value, str):
        return value
    return figure_text(value)
