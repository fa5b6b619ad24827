"""The HTML report of a confusion matrix: one file that loads nothing and runs no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from shared.evaluation.confusion.cell_list import most_errors
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Summary
from shared.evaluation.rates import ratios, recall
from shared.kit.number_format import count_text, percent_text
from shared.presentation.labels import display_width, label_names, plain_text
from shared.presentation.matrices.cell_colours import TICK_TEXTS
from shared.presentation.matrices.headlines import main_metrics
from shared.presentation.matrices.heatmap import NUMBERED_CLASSES, HeatMap, heat_map
from shared.presentation.matrices.tables import (
    MatrixRow,
    class_tables,
    confused_pairs,
    matrix_rows,
    overall_tables,
    support,
)
from shared.presentation.matrices.view import WINDOW, View, grid
from shared.presentation.standalone import REPORT_SHEET, Style, read_sheets
from worker.rendering.pages import render_page

_SHEET = read_sheets(REPORT_SHEET)
# Two tables of 40 x 40 cells are the most that a reader scrolls through; larger matrices have heat map and pairs.
_WHOLE_CLASSES = 40
_LEVEL_COLUMNS = 5
# The classes that fit across a printed page, in portrait and in landscape.
_LEVEL_CLASSES, _LANDSCAPE_CLASSES = 14, 24
_PAIRS, _PAIRS_WITHOUT_TABLE = 10, 20
# Classes whose statistics are shown where there are thousands.
_SHOWN_CLASSES = 100


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The facts about the report itself and the stored matrix; all times have a zone."""

    matrix_uid: str
    version: int
    created_at: datetime
    updated_at: datetime
    generated_at: datetime
    name: str | None = None


class _Headline(NamedTuple):
    title: str
    percent: str | None
    bar: float
    meaning: str


class _ClassShare(NamedTuple):
    position: int
    share: str


def render_report(matrix: ConfusionMatrix, summary: Summary, statistics: Statistics, facts: ReportFacts) -> bytes:
    """The report as one HTML page in UTF-8; the same values give the same bytes."""
    names = label_names(matrix.classes)
    whole = len(matrix.classes) <= _WHOLE_CLASSES
    heat = grid(matrix, View(measure="row")).heat if matrix.is_sparse else heat_map(matrix, names.full)
    rows = matrix_rows(matrix) if whole else []
    # With their 65 statistics, all of thousands of classes would make ten megabytes.
    positions = most_errors(matrix, _SHOWN_CLASSES) if matrix.is_sparse else range(len(matrix.classes))
    return render_page(
        "report.html",
        Style(_SHEET, _shades_in(heat, rows)),
        facts=facts,
        title=plain_text(facts.name) if facts.name else f"Matrix {facts.matrix_uid}",
        names=names,
        # A title on every cut label of a large matrix would repeat long labels thousands of times.
        titled=whole,
        whole=whole,
        print_form=_print_form(len(matrix.classes)),
        upright=max(map(display_width, names.narrow)) > _LEVEL_COLUMNS,
        size=len(matrix.classes),
        size_text=count_text(len(matrix.classes)),
        samples=count_text(matrix.sample_count),
        right=count_text(matrix.hits.sum().item()),
        unit="weight" if _is_weighted(matrix) else "samples",
        headlines=_headlines(matrix, summary),
        heat=heat,
        scale_ticks=TICK_TEXTS,
        alternative=_alternative(matrix),
        omissions=_omissions(heat, matrix),
        baseline=_baseline(matrix),
        hardest=_hardest(matrix),
        pairs=confused_pairs(matrix, _PAIRS if whole else _PAIRS_WITHOUT_TABLE),
        rows=rows,
        column_totals=[count_text(total) for total in matrix.predicted.tolist()] if whole else [],
        overall=overall_tables(matrix, statistics),
        positions=positions,
        support=support(matrix, positions),
        by_class=class_tables(statistics, positions),
    )


def _shades_in(heat: HeatMap, rows: Sequence[MatrixRow]) -> set[str]:
    """The classes of cells that the heat map and the tables use."""
    return {
        *(style for style, _ in heat.runs),
        *(number.style for number in heat.numbers),
        *(cell.style for row in rows for cell in row.counts),
    }


def _print_form(size: int) -> str:
    if size <= _LEVEL_CLASSES:
        return "level"
    return "landscape" if size <= _LANDSCAPE_CLASSES else "landscape crowded"


def _headlines(matrix: ConfusionMatrix, summary: Summary) -> list[_Headline]:
    return [
        _Headline(
            metric.title,
            None if value is None else percent_text(value),
            round(100 * (value or 0), 2),
            metric.definition if why is None else f"{metric.definition} It is {why}.",
        )
        for metric, value, why in main_metrics(matrix, summary)
    ]


def _alternative(matrix: ConfusionMatrix) -> str:
    right, total = count_text(matrix.hits.sum().item()), count_text(matrix.sample_count)
    lead = f"A weight of {right} out of {total} lies" if _is_weighted(matrix) else f"{right} of {total} samples lie"
    return f"{lead} on the diagonal, where the prediction is correct."


def _is_weighted(matrix: ConfusionMatrix) -> bool:
    return matrix.is_weighted


def _omissions(heat: HeatMap, matrix: ConfusionMatrix) -> list[str]:
    omissions, size = [], len(matrix.classes)
    if matrix.is_sparse:
        omissions.append(f"Of {count_text(size)} classes the heat map shows the {WINDOW} with the most errors.")
    if size > NUMBERED_CLASSES:
        omissions.append(f"The heat map has no counts, because there are more than {NUMBERED_CLASSES} classes.")
    if heat.step > 1:
        omissions.append(f"The axes label one of every {heat.step} classes.")
    if size > _WHOLE_CLASSES:
        omissions.append(f"Tables of all cells are omitted, because there are more than {_WHOLE_CLASSES} classes.")
    return omissions


def _baseline(matrix: ConfusionMatrix) -> _ClassShare | None:
    totals = matrix.actual
    if not totals.any():
        return None
    position = int(totals.argmax())
    return _ClassShare(position, percent_text(float(totals[position] / totals.sum())))


def _hardest(matrix: ConfusionMatrix) -> _ClassShare | None:
    recalls = ratios(*recall(matrix.hits, matrix.actual, matrix.predicted))
    if np.isnan(recalls).all():
        return None
    position = int(np.nanargmin(recalls))
    return _ClassShare(position, percent_text(float(recalls[position]))) if recalls[position] < 1 else None
