"""The page of a run that is ready."""

from typing import Any, NamedTuple

from litestar import Response

from api.web.page_request import PageRequest
from api.web.runs.address import RunAddress
from api.web.runs.selection import RunSelection, select
from shared import runs
from shared.kit.errors import Problem
from shared.kit.number_format import count_text
from shared.kit.platform import Platform
from shared.presentation.matrices.class_table import MAX_ROWS
from shared.presentation.matrices.drawing import MatrixDrawing, draw_matrix
from shared.presentation.matrices.view import View
from shared.presentation.runs.tables import (
    CLASS_COLUMNS,
    RunClass,
    RunMetric,
    class_table,
    headlines,
    label_set_headlines,
    label_table,
    sort_classes,
)
from shared.presentation.whiskers import WIDTH
from shared.runs import answers
from shared.runs.records import RunRecord


async def show(
    page_request: PageRequest,
    run: RunRecord,
    address: RunAddress,
    problem: Problem | None = None,
    texts: dict[str, str] | None = None,
) -> Response[str]:
    """Show the metrics with their intervals, the matrix and the classes; the rest is loaded by a script or a link."""
    platform, caller = page_request.platform, page_request.caller
    ready = await runs.get_ready(platform, caller, str(run.id), runs.ANY_TASK, heeds_weights=True)
    selection = select(ready, address)
    return page_request.render(
        "runs/page.html",
        page_request.status(problem),
        run=run,
        problem=problem,
        texts=texts,
        **await values(platform, selection),
    )


async def values(platform: Platform, selection: RunSelection) -> dict[str, Any]:
    """Return what every page of a run shows of the selected samples."""
    shown = await _figures(platform, selection)
    return {
        "selection": selection,
        "rows": shown.rows,
        "weight": shown.weight,
        "headlines": shown.headlines,
        "classes": sort_classes(shown.classes, *selection.address.order)[:MAX_ROWS],
        "class_count": len(selection.run.summary.classes),
        "class_columns": CLASS_COLUMNS,
        "width": WIDTH,
        "matrix_drawing": shown.drawing,
        "right": shown.right,
        "view": View(),
    }


class _Figures(NamedTuple):
    """What a run is about, in numbers; the drawing of its matrix is None where it has none."""

    rows: int
    headlines: list[RunMetric]
    classes: list[RunClass]
    drawing: MatrixDrawing | None = None
    right: str = ""
    # The sum of the weights of weighted samples.
    weight: float | None = None


async def _figures(platform: Platform, selection: RunSelection) -> _Figures:
    run, is_slice = selection.run, selection.is_slice
    if run.summary.is_multilabel:
        counts = await answers.label_counts(platform, run, selection.conditions)
        return _Figures(counts.rows, label_set_headlines(counts), label_table(run, counts, is_slice=is_slice))
    matrix = await selection.matrix(platform)
    rows = int(matrix.of_rows.sample_count)
    shown = _Figures(rows, headlines(run, matrix, is_slice=is_slice), [], weight=matrix.weight)
    if not run.summary.has_labels:
        return shown
    table = class_table(run, matrix, is_slice=is_slice)
    right = count_text(matrix.of_rows.hits.sum().item())
    return shown._replace(classes=table, drawing=await draw_matrix(matrix, View()), right=right)
