"""Parts of a matrix's page that a script loads on demand, each also a page of its own."""

from typing import Annotated, Any, NamedTuple

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.dependencies import Injected
from api.web.forms import Form
from api.web.page_request import HEADERS, PageRequest
from shared import jobs, matrices
from shared.kit.errors import Fault, InvalidInput
from shared.matrices.arguments import MatrixArguments
from shared.matrices.export_files import ExportOptions, MatrixFormat, MatrixPart, export
from shared.matrices.kept_statistics import statistics_of, work_on
from shared.matrices.kinds.plot import Plot
from shared.matrices.kinds.report import Report
from shared.matrices.records import CountedMatrix
from shared.matrices.samples import CellSelection
from shared.presentation.interval_text import METHOD_NAMES
from shared.presentation.labels import label_text
from shared.presentation.matrices.class_table import COLUMNS, ClassRow, class_rows
from shared.presentation.matrices.tables import OverallRow, overall_tables

MAX_SAMPLES = 100

Position = Annotated[int, QueryParameter(ge=0, le=5000)]

KINDS: dict[str, type[MatrixArguments]] = {"report": Report, "plot": Plot}


class StatisticsTables(NamedTuple):
    """The statistics of a matrix as the tables of the page."""

    groups: list[tuple[str, list[OverallRow]]]
    rows: list[ClassRow]
    labels: list[str]


class MatrixPartPages(Controller):
    """Parts of a matrix's page."""

    path = "/app/matrices/{uid:str}"

    @get("/samples")
    async def samples(
        self,
        page_request: Injected[PageRequest],
        uid: FromPath[str],
        row: Position,
        column: Position,
        cursor: Annotated[int | None, QueryParameter(ge=0, le=2**53)] = None,
    ) -> Response[str]:
        """List the samples of a cell."""
        matrix = await matrices.counts(page_request.platform, page_request.caller, uid)
        classes = matrix.matrix.classes
        if max(row, column) >= len(classes):
            raise InvalidInput(
                Fault("/row", "row: the matrix has changed and no longer has this class; reload the page.")
            )
        cell = CellSelection(str(classes[row]), str(classes[column]))
        rows = await matrices.samples(
            page_request.platform, page_request.caller, uid, cell, after=cursor, limit=MAX_SAMPLES + 1
        )
        page = paging.cut(rows, MAX_SAMPLES, lambda sample: sample.index)
        return page_request.render(
            "matrices/samples.html",
            matrix=matrix,
            row=row,
            column=column,
            count=matrix.matrix.window([row], [column]).item(),
            samples=page.rows,
            next_cursor=page.next,
            first=cursor is None,
        )

    @get("/statistics")
    async def statistics(
        self,
        page_request: Injected[PageRequest],
        uid: FromPath[str],
        sort: Annotated[str, QueryParameter()] = "",
        direction: Annotated[str, QueryParameter()] = "down",
    ) -> Response[str]:
        """Show every overall statistic with its meaning, and the statistics of each class."""
        matrix = await matrices.counts(page_request.platform, page_request.caller, uid)
        tables = await work_on(matrix.matrix, _compute, matrix, sort, descending=direction != "up")
        return page_request.render(
            "matrices/statistics.html",
            matrix=matrix,
            tables=tables,
            columns=COLUMNS,
            methods=METHOD_NAMES,
            sort=sort,
            direction=direction,
        )

    @post("/jobs")
    async def submit(
        self, page_request: Injected[PageRequest], uid: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Submit a job for the report or the plot, or join the one that made it already."""
        kind = KINDS.get(form.texts.get("kind", ""), Report)
        request = await jobs.prepare(page_request.platform, page_request.caller, kind(cm_uid=uid))
        snapshot = await jobs.join(page_request.platform, request)
        if page_request.is_partial:
            return page_request.render(
                "jobs/live.html", snapshot=snapshot, job=jobs.JobOut.of(snapshot, page_request.platform.storage)
            )
        return page_request.redirect(f"/app/jobs/{snapshot.job.id}")

    @get("/export")
    async def export(
        self,
        page_request: Injected[PageRequest],
        uid: FromPath[str],
        format: Annotated[MatrixFormat, QueryParameter()] = "json",  # noqa: A002 - the name of the parameter, also in errors
        part: Annotated[MatrixPart | None, QueryParameter()] = None,
    ) -> Response[bytes]:
        """Export the matrix as a file."""
        options = ExportOptions(format, part, normalised=False)
        options.check()
        matrix = await matrices.counts(page_request.platform, page_request.caller, uid)
        file = await export(matrix, options)
        headers = HEADERS | {
            "Content-Security-Policy": "sandbox",
            "Content-Disposition": f'attachment; filename="{file.name}"',
        }
        return Response(file.body, media_type=file.media_type, headers=headers)


def _compute(matrix: CountedMatrix, sort: str, *, descending: bool) -> StatisticsTables:
    matrix_statistics = statistics_of(matrix.matrix)
    return StatisticsTables(
        overall_tables(matrix.matrix, matrix_statistics),
        class_rows(matrix.matrix, matrix_statistics, sort=sort or None, descending=descending),
        [label_text(label) for label in matrix.matrix.classes],
    )
