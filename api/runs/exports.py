"""Routes that export rows of a run as files."""

from typing import Annotated, Any

from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api.http.answers.responses import Csv, Parquet
from api.http.dependencies import Injected
from api.http.request_end import request_end
from api.runs.parameters import Actual, Highest, Lowest, Predicted, ScoredClass, Slices, Threshold
from shared import runs
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.runs.records import ReadyRun
from shared.runs.rows import exports
from shared.runs.rows.exported_rows import RowFormat
from shared.runs.rows.filters import RowFilter, read_class, read_conditions, read_scores
from shared.runs.scores.decisions import ThresholdDecision, read_decision, read_predicted

_MEDIA_TYPES: dict[RowFormat, str] = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


class RunExportController(Controller):
    """The rows of a run as files."""

    path = "/v1/runs/{run_id:str}"
    tags = ["runs"]

    @get("/export", operation_id="runs.export_samples")
    async def export(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        *,
        file_format: Annotated[RowFormat, QueryParameter(name="format", description="Format of the file.")] = "csv",
        actual: Actual = None,
        predicted: Predicted = None,
        only_errors: Annotated[bool, QueryParameter(description="Only samples that were predicted wrongly.")] = False,
        slices: Slices = None,
        min_score: Lowest = None,
        max_score: Highest = None,
        class_label: ScoredClass = None,
        threshold: Threshold = None,
    ) -> Response[Csv | Parquet]:
        """Export the samples of a run.

        One row for each sample, in the order of the file, with everything that its row holds: all of them, or those of
        a cell, a slice or a range of scores. In CSV a cell that a spreadsheet would take for a formula begins with an
        apostrophe.
        """
        run = await runs.get_shown(platform, caller, run_id, runs.ANY_TASK, heeds_weights=True)
        decision = read_decision(run, threshold, read_class(run, class_label, "class"))
        scores = read_scores(run, min_score, max_score)
        wanted = RowFilter(
            read_class(run, actual, "actual"),
            read_predicted(run, decision, predicted),
            only_errors=only_errors,
            conditions=read_conditions(run, slices),
            lowest_score=scores.lowest,
            highest_score=scores.highest,
        )
        return await _streamed(platform, run, wanted, file_format, decision, "samples")

    @get("/errors.csv", operation_id="runs.export_errors")
    async def export_errors(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        slices: Slices = None,
        class_label: ScoredClass = None,
        threshold: Threshold = None,
    ) -> Response[Csv]:
        """Export the errors of a run as CSV.

        One row for each sample that was predicted wrongly, in the order of the file. A cell that a spreadsheet would
        take for a formula begins with an apostrophe.
        """
        run = await runs.get_shown(platform, caller, run_id, runs.ANY_TASK, heeds_weights=True)
        decision = read_decision(run, threshold, read_class(run, class_label, "class"))
        wanted = RowFilter(only_errors=True, conditions=read_conditions(run, slices))
        return await _streamed(platform, run, wanted, "csv", decision, "errors")


async def _streamed(
    platform: Platform,
    run: ReadyRun,
    wanted: RowFilter,
    file_format: RowFormat,
    decision: ThresholdDecision | None,
    what: str,
) -> Response[Any]:
    export = await exports.begin(platform, run, wanted, file_format, decision)
    request_end.get().callback(export.close)
    name = f'attachment; filename="run-{run.id}-v{run.version}-{what}.{file_format}"'
    headers = {"Content-Disposition": name, "X-Content-Type-Options": "nosniff"}
    return Stream(export.pieces, media_type=_MEDIA_TYPES[file_format], headers=headers)
