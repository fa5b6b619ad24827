"""Parts of a run's page that a script loads on demand, each also a page of its own."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api.http.dependencies import Injected
from api.http.request_end import request_end
from api.reports import of_runs
from api.web.page_request import PageRequest
from api.web.runs.address import RUN_ADDRESS, RunAddress
from api.web.runs.selection import RunSelection, select
from api.web.runs.thresholds import threshold_that_reaches
from shared import runs
from shared.evaluation.thresholds.goals import TargetMetric
from shared.kit.errors import Fault, InvalidInput
from shared.presentation.curves.curve_drawing import SIDE, area_of_band, path
from shared.presentation.curves.histogram_drawing import HISTOGRAM, draw_histogram
from shared.presentation.curves.reliability_drawing import reliability_points
from shared.presentation.runs.slices import slice_rows
from shared.presentation.whiskers import WIDTH
from shared.runs import answers
from shared.runs.errors import WITH_LABEL_SETS, WITHOUT_LABELS, TaskUnsupported
from shared.runs.records import ReadyRun
from shared.runs.rows import exports
from shared.runs.rows.filters import RowFilter
from shared.runs.scores.score_charts import ChartSizes, score_charts

MAX_SAMPLES = 50
# A slider with more steps cannot be set exactly.
CHART_SIZES = ChartSizes(points=200, reliability_bins=10, steps=300, score_bins=20)
MAX_SLICES = 40
# A slice of fewer samples says little about any metric.
MIN_SUPPORT = 10
# The largest number of a row.
MAX_ROW = 2**53

Position = Annotated[int | None, QueryParameter(ge=0, le=100_000)]


class RunPartPages(Controller):
    """Parts of a run's page."""

    path = "/app/runs/{run_id:str}"
    dependencies = RUN_ADDRESS

    @get("/report")
    async def report(self, page_request: Injected[PageRequest], run_id: FromPath[str]) -> Response[str]:
        """Show the run as one file to keep."""
        return await of_runs.report(page_request.platform, page_request.caller, run_id)

    @get("/samples")
    async def samples(
        self,
        page_request: Injected[PageRequest],
        run_id: FromPath[str],
        address: Injected[RunAddress],
        *,
        row: Position = None,
        column: Position = None,
        cursor: Annotated[int | None, QueryParameter(ge=1, le=MAX_ROW)] = None,
    ) -> Response[str]:
        """List the samples of a cell, or all errors, the most confident ones first."""
        selection = await _selected(page_request, run_id, address)
        wanted = _cell(selection, row, column)
        page = await answers.samples(
            page_request.platform,
            selection.stored,
            wanted,
            after=cursor,
            limit=MAX_SAMPLES,
            decision=selection.decision,
        )
        return page_request.render(
            "runs/samples.html",
            run_id=run_id,
            selection=selection,
            row=row,
            column=column,
            samples=page.rows,
            next_cursor=page.next,
        )

    @get("/samples.csv")
    async def samples_file(
        self,
        page_request: Injected[PageRequest],
        run_id: FromPath[str],
        address: Injected[RunAddress],
        *,
        row: Position = None,
        column: Position = None,
    ) -> Response[Any]:
        """Send all samples of a cell, or all errors, as a file."""
        selection = await _selected(page_request, run_id, address)
        wanted = _cell(selection, row, column)
        export = await exports.begin(page_request.platform, selection.stored, wanted, "csv", selection.decision)
        request_end.get().callback(export.close)
        name = f'attachment; filename="run-{selection.stored.id}-v{selection.stored.version}-samples.csv"'
        return Stream(export.pieces, media_type="text/csv", headers={"Content-Disposition": name})

    @get("/curves")
    async def curves(
        self,
        page_request: Injected[PageRequest],
        run_id: FromPath[str],
        address: Injected[RunAddress],
    ) -> Response[str]:
        """Draw the ROC and the precision-recall curve of a class, and its reliability diagram."""
        run = await runs.get_shown(
            page_request.platform, page_request.caller, run_id, runs.WITH_SCORES, heeds_weights=True
        )
        return await curves_part(page_request, run, select(run, address), run_id)

    @get("/threshold")
    async def threshold(
        self,
        page_request: Injected[PageRequest],
        run_id: FromPath[str],
        address: Injected[RunAddress],
        metric: Annotated[TargetMetric, QueryParameter()] = "precision",
        at_least: Annotated[str, QueryParameter()] = "",
    ) -> Response[Any]:
        """Lead to the page of a run at the threshold of a class that reaches a metric."""
        run = await runs.get_shown(page_request.platform, page_request.caller, run_id, heeds_weights=True)
        selection = select(run, address._replace(threshold=""))
        reached = await threshold_that_reaches(page_request.platform, selection, metric, at_least)
        return page_request.redirect(f"/app/runs/{run.id}?{address._replace(threshold=repr(reached)).query}")

    @get("/slices")
    async def slices(
        self,
        page_request: Injected[PageRequest],
        run_id: FromPath[str],
        address: Injected[RunAddress],
        by: Annotated[str, QueryParameter()] = "",
    ) -> Response[str]:
        """List the slices of a run by one column or by each, the worst first."""
        run = await runs.get_ready(
            page_request.platform, page_request.caller, run_id, runs.ANY_TASK, heeds_weights=True
        )
        found = await answers.slices(page_request.platform, run, by or None, "accuracy", MIN_SUPPORT)
        return page_request.render(
            "runs/slices.html",
            run_id=run_id,
            address=address,
            rows=slice_rows(found.results[:MAX_SLICES]),
            hidden=max(0, len(found.results) - MAX_SLICES),
            whole=found.whole,
            columns=found.columns,
            by=by,
            is_multilabel=run.summary.is_multilabel,
            is_weighted=run.summary.is_weighted,
            least=MIN_SUPPORT,
            width=WIDTH,
        )


async def curves_part(
    page_request: PageRequest, run: ReadyRun, selection: RunSelection, run_id: str | None
) -> Response[str]:
    """Draw the curves of a class and its reliability diagram; with a way back to the run whose id is given."""
    platform = page_request.platform
    threshold = selection.decision and selection.decision.threshold
    charts = await score_charts(platform, run, selection.position, selection.conditions, CHART_SIZES, threshold)
    found, reliability, scores = charts.curves, charts.reliability, charts.profile
    return page_request.render(
        "runs/curves.html",
        run_id=run_id,
        selection=selection,
        label=run.summary.classes[found.position],
        is_weighted=run.summary.is_weighted,
        curves=found.curves,
        area=found.area,
        average_precision=found.average_precision,
        roc=found.curves.roc and path(found.curves.roc.curve),
        band=area_of_band(found.curves.roc.curve if found.curves.roc else None, found.roc_band),
        pr=found.curves.pr and path(found.curves.pr.curve, stepped=True),
        side=SIDE,
        reliability=reliability,
        points=reliability_points(reliability.bins) if reliability else [],
        histogram=draw_histogram(scores.bins),
        histogram_size=HISTOGRAM,
        steps=msgspec.json.encode([*map(list, scores.steps)]).decode(),
        step_count=len(scores.steps),
    )


async def _selected(page_request: PageRequest, run_id: str, address: RunAddress) -> RunSelection:
    run = await runs.get_shown(page_request.platform, page_request.caller, run_id, runs.ANY_TASK, heeds_weights=True)
    return select(run, address)


def _cell(selection: RunSelection, row: int | None, column: int | None) -> RowFilter:
    """The filter of a cell of the shown matrix; of all errors without one. Raises InvalidInput, TaskUnsupported."""
    if row is None and column is None:
        return RowFilter(only_errors=True, conditions=selection.conditions)
    shown, stored = selection.run.summary.classes, selection.stored.summary.classes
    if selection.stored.summary.task != "classification":
        raise TaskUnsupported(WITH_LABEL_SETS if selection.stored.summary.is_multilabel else WITHOUT_LABELS)
    if row is None or column is None or max(row, column) >= len(shown):
        raise InvalidInput(Fault("/row", "row: the run has changed and no longer has this class; reload the page."))
    if len(shown) == len(stored):
        return RowFilter(row, column, conditions=selection.conditions)
    return _cell_against_rest(selection, row, column)


def _cell_against_rest(selection: RunSelection, row: int, column: int) -> RowFilter:
    """The filter of a cell of one class against the rest; the class is the first of the two that are shown."""
    assert selection.decision is not None, "only a threshold makes two classes of more"
    own = selection.decision.scores.position
    if row == 0:
        return RowFilter(own, column, conditions=selection.conditions)
    if column == 0:
        return RowFilter(predicted=0, only_errors=True, conditions=selection.conditions)
    raise InvalidInput(
        Fault("/row", "row: samples of the rest that are predicted as the rest are not listed; choose another cell.")
    )
