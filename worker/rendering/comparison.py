"""The comparison of several matrices as an HTML page: one file that loads nothing and runs no script."""

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from shared.evaluation.comparison.pycm_ranking import Comparison, aligned
from shared.evaluation.comparison.side_by_side import SideBySide
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.kit.number_format import count_text, percent_text, value_text
from shared.matrices.records import CountedMatrix
from shared.presentation.comparisons.ranked_models import RankedModel, ShortenedText, rank_models, verdict
from shared.presentation.comparisons.tables import class_lines, headlines, statistic_lines
from shared.presentation.labels import label_names
from shared.presentation.matrices.cell_colours import TICK_TEXTS
from shared.presentation.matrices.heatmap import SMALL, HeatMap, heat_map
from shared.presentation.standalone import REPORT_SHEET, Style, read_sheets
from worker.rendering.pages import TEMPLATES, render_page

_STYLE = Style(read_sheets(REPORT_SHEET, TEMPLATES / "comparison.css"))
_DRAWN_MATRICES, _DRAWN_CLASSES = 6, 20
_LISTED_CLASSES = 40
# The columns that fit across a printed page, in portrait and in landscape.
_UPRIGHT_COLUMNS, _PAPER_COLUMNS = 4, 8


class _Map(NamedTuple):
    heat: HeatMap
    right: str
    share: str


def render_comparison(
    matrices: Sequence[CountedMatrix], ranking: Comparison, table: SideBySide, *, generated_at: datetime
) -> bytes:
    """The page in UTF-8, with the matrices from best to worst; the same values give the same bytes.

    `ranking` and `table` name the matrices by their uid. Raises a subclass of `NotComparable` where they would.
    """
    ranked = rank_models(matrices, ranking)
    uids = [ranked_model.uid for ranked_model in ranked]
    by_uid = aligned({str(record.uid): record.matrix for record in matrices})
    in_order = [by_uid[uid] for uid in uids]
    names = label_names(in_order[0].classes)
    size = len(names.full)
    map_matrices = in_order[:_DRAWN_MATRICES] if size <= _DRAWN_CLASSES else []
    return render_page(
        "comparison.html",
        _STYLE,
        generated_at=generated_at,
        ranked=ranked,
        verdict=verdict(ranked),
        names=names,
        titled=True,
        size=size,
        samples=count_text(table.sample_count),
        data_set=_shared_data_set(ranked),
        headlines=headlines(table, uids),
        statistics=statistic_lines(table, uids),
        maps=[_map(matrix, names.full) for matrix in map_matrices],
        scale_ticks=TICK_TEXTS,
        score_text=value_text,
        drawn_matrices=_DRAWN_MATRICES,
        drawn_classes=_DRAWN_CLASSES,
        f1=class_lines(in_order) if size <= _LISTED_CLASSES else [],
        listed_classes=_LISTED_CLASSES,
        turned=len(ranked) > _UPRIGHT_COLUMNS,
        sheets=_sheets(len(ranked)),
    )


def _map(matrix: ConfusionMatrix, texts: Sequence[str]) -> _Map:
    right, total = matrix.hits.sum().item(), matrix.sample_count
    return _Map(heat_map(matrix, texts, SMALL), count_text(right), percent_text(right / total if total else 0))


def _shared_data_set(ranked: Sequence[RankedModel]) -> ShortenedText | None:
    data_sets = {ranked_model.data_set for ranked_model in ranked}
    return data_sets.pop() if len(data_sets) == 1 else None


def _sheets(columns: int) -> list[tuple[int, int]]:
    sheets = math.ceil(columns / _PAPER_COLUMNS)
    edges = [round(i * columns / sheets) for i in range(sheets + 1)]
    return list(pairwise(edges)) if sheets > 1 else []
