"""The page of a run that is ready."""

from litestar import Response

from api.web.page_request import PageRequest
from api.web.run_selection import select
from shared import runs
from shared.kit.errors import Problem
from shared.presentation.cell_colours import SHADE_NAMES
from shared.presentation.matrix_drawing import draw_matrix
from shared.presentation.matrix_view import View
from shared.presentation.run_tables import CLASS_COLUMNS, class_table, headlines
from shared.presentation.whiskers import WIDTH
from shared.runs.records import RunRecord


async def show(
    page_request: PageRequest,
    run: RunRecord,
    class_label: str = "",
    threshold: str = "",
    slices: list[str] | None = None,
    problem: Problem | None = None,
    texts: dict[str, str] | None = None,
) -> Response[str]:
    """Show the metrics with their intervals, the matrix and the classes; the rest is loaded by a script or a link."""
    platform, caller = page_request.platform, page_request.caller
    ready = await runs.get_ready(platform, caller, str(run.id), runs.ANY_TASK)
    selection = select(ready, class_label, threshold, slices)
    matrix = await selection.matrix(platform)
    has_labels = ready.summary.has_labels
    return page_request.render(
        "runs/page.html",
        page_request.status(problem),
        run=run,
        selection=selection,
        rows=int(matrix.counts.sum()),
        headlines=headlines(selection.run, matrix, is_slice=selection.is_slice),
        classes=class_table(selection.run, matrix, is_slice=selection.is_slice) if has_labels else [],
        class_columns=CLASS_COLUMNS,
        width=WIDTH,
        matrix_drawing=await draw_matrix(matrix, View()) if has_labels else None,
        view=View(),
        shade_names=SHADE_NAMES,
        problem=problem,
        texts=texts,
    )
