"""Metrics of several matrices side by side, as texts for the comparison's tables."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from shared.evaluation.comparison.side_by_side import COMPARED, MetricRow, SideBySide
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.metrics import CATALOGUE
from shared.evaluation.rates import defined, f1, ratios
from shared.kit.number_format import count_text, percent_text, value_text

_METRICS = {metric.plain_name: metric for metric in COMPARED}
_HEADLINES = ("accuracy", "precision_macro", "recall_macro", "f1_macro")
# Equal shares of different counts can differ in the last bit.
_TIE = 1e-12
_MIN_DIFFERENCE = 0.00005


class ComparedValue(NamedTuple):
    """One matrix's value (None if undefined), its difference from the best one, and whether it is the best."""

    text: str | None
    difference: str | None
    best: bool


class Line(NamedTuple):
    """One row of a table; without a `title` it is the class at the row's position.

    `undefined` names the case in which a value is undefined.
    """

    title: str | None
    note: str | None
    values: list[ComparedValue]
    undefined: str


class Headline(NamedTuple):
    """The best value of one statistic in percent, None if undefined; `winner` is the position of the only best one."""

    title: str
    percent: str | None
    bar: float
    winner: int | None
    note: str


def statistic_lines(table: SideBySide, uids: Sequence[str]) -> list[Line]:
    """A row for each statistic, its columns in the order of `uids`."""
    columns = [table.names.index(uid) for uid in uids]
    return [
        Line(
            row.title,
            "lower is better" if row.lower_is_better else None,
            _compared_values(
                [row.values[i] for i in columns],
                [row.to_best[i] for i in columns],
                [table.names[i] in row.winners for i in columns],
            ),
            f"undefined: {_METRICS[row.name].undefined_when()}",
        )
        for row in table.rows
    ]


def class_lines(matrices: Sequence[ConfusionMatrix]) -> list[Line]:
    """A row for each class with its F1 in every matrix; the matrices' classes are in the same order."""
    columns = [_f1(matrix) for matrix in matrices]
    supports = [matrix.actual.tolist() for matrix in matrices]
    lines = []
    for i, values in enumerate(zip(*columns, strict=True)):
        defined_values = [value for value in values if value is not None]
        best = max(defined_values, default=0.0)
        has_winner = any(not _close(value, best) for value in defined_values)
        totals = {count_text(support[i]) for support in supports}
        lines.append(
            Line(
                None,
                f"{totals.pop()} samples" if len(totals) == 1 else None,
                _compared_values(
                    values,
                    [None if value is None else value - best for value in values],
                    [has_winner and value is not None and _close(value, best) for value in values],
                ),
                f"undefined: {CATALOGUE['f1.class'].undefined_when()}",
            )
        )
    return lines


def headlines(table: SideBySide, uids: Sequence[str]) -> list[Headline]:
    """The four headline metrics; the winners' positions are those among `uids`."""
    rows = {row.name: row for row in table.rows}
    return [_headline(rows[name], uids) for name in _HEADLINES]


def _headline(row: MetricRow, uids: Sequence[str]) -> Headline:
    defined_values = [value for value in row.values if value is not None]
    best = max(defined_values, default=None)
    winners = [i for i, uid in enumerate(uids) if uid in row.winners]
    return Headline(
        row.title,
        None if best is None else percent_text(best),
        round(100 * (best or 0), 2),
        winners[0] if len(winners) == 1 else None,
        _note(defined_values, missing=len(row.values) - len(defined_values), winners=len(winners)),
    )


def _note(defined_values: Sequence[float], *, missing: int, winners: int) -> str:
    if not defined_values:
        return "Undefined for all."
    if winners:
        lowest = f"lowest {percent_text(min(defined_values))}%"
        return f"{lowest}." if winners == 1 else f"{winners} matrices; {lowest}."
    return f"Undefined for {missing} of {missing + len(defined_values)}." if missing else "The same for all."


def _compared_values(
    values: Sequence[float | None], differences: Sequence[float | None], wins: Sequence[bool]
) -> list[ComparedValue]:
    undecided = not any(wins)
    is_only_value = sum(value is not None for value in values) == 1
    return [
        ComparedValue(
            None if value is None else _text(value),
            None if difference is None or win or is_only_value else "equal" if undecided else _signed_text(difference),
            win,
        )
        for value, difference, win in zip(values, differences, wins, strict=True)
    ]


def _text(value: float) -> str:
    # A row is read across: its values have as many decimals as one another, however small they are.
    if float(value).is_integer() or abs(value) < _MIN_DIFFERENCE:
        return value_text(value)
    return f"{value:.4f}".replace("-", "−")


def _signed_text(difference: float) -> str:
    sign = "−" if difference < 0 else "+"
    size = abs(difference)
    return f"{sign}<0.0001" if size < _MIN_DIFFERENCE else f"{sign}{size:.4f}"


def _close(value: float, best: float) -> bool:
    return math.isclose(value, best, rel_tol=_TIE, abs_tol=_TIE)


def _f1(matrix: ConfusionMatrix) -> list[float | None]:
    return list(map(defined, ratios(*f1(matrix.hits, matrix.actual, matrix.predicted)).tolist()))
