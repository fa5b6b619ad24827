"""Statistics, exports and samples of a confusion matrix."""

from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.answers import file_stream
from api.http.answers.json_response import Json
from api.http.answers.responses import AnyContent, NotModified
from api.http.dependencies import Injected
from api.http.headers import IfNoneMatch, Prefer, etag_matches
from api.jobs import results
from api.jobs.responses import JobAccepted
from api.jobs.waiter import Waiter
from api.matrices.cell_schemas import AskedClasses
from api.matrices.statistics_schemas import Level, MatrixStatistics, SamplePage
from shared import __version__, matrices
from shared.accounts import Caller
from shared.evaluation.confusion.intervals import BinomMethod
from shared.evaluation.intervals.of_matrix import ProportionMethod
from shared.kit.platform import Platform
from shared.matrices.export_files import ExportOptions, MatrixFormat, MatrixPart, export, file_name
from shared.matrices.kept_statistics import work_on
from shared.matrices.kinds.report import Report
from shared.matrices.records import CountedMatrix
from shared.matrices.samples import CellSelection

# The largest whole number that JSON's readers all understand; the database's integers are larger.
MAX_CURSOR = 2**53


class MatrixStatisticsController(Controller):
    """Statistics, exports and samples of a confusion matrix."""

    path = "/v1/matrices/{uid:str}"
    tags = ["matrices"]

    @get("/statistics", operation_id="matrices.get_statistics")
    async def statistics(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        uid: FromPath[str],
        *,
        alpha: Annotated[float, QueryParameter(description="Significance level: 0.05 for 95 %; one of PyCM's.")] = 0.05,
        one_sided: Annotated[bool, QueryParameter(description="Bound the intervals on one side only.")] = False,
        binom_method: Annotated[
            BinomMethod, QueryParameter(description="Method for PyCM's intervals of shares, in `intervals`.")
        ] = "normal-approx",
        proportion_method: Annotated[
            ProportionMethod, QueryParameter(description="Method for intervals of proportions, in `estimates`.")
        ] = "wilson",
        classes: AskedClasses = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response[MatrixStatistics | NotModified]:
        """Get all statistics of a confusion matrix.

        Returns every overall and per-class statistic under PyCM's names and as PyCM has it, with PyCM's confidence
        intervals, and in `estimates` the metrics by their ids, each with its own interval and the method of it. Of more
        than 1,000 classes, `per_class` has those with the most errors, or up to 100 that are asked for.
        """
        level = Level(alpha, one_sided, binom_method, proportion_method)
        level.check()
        matrix = await matrices.counts(platform, caller, uid)
        headers = {"ETag": _etag(matrix, *level, *_digest(classes)), "Cache-Control": "private, no-cache"}
        if etag_matches(headers["ETag"], if_none_match):
            return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Json(await work_on(matrix.matrix, MatrixStatistics.of, matrix, level, classes), headers=headers)

    @get("/export", operation_id="matrices.export")
    async def export(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        uid: FromPath[str],
        *,
        format: Annotated[MatrixFormat, QueryParameter(description="Format of the file; `pycm` for PyCM itself.")],  # noqa: A002 - the name of the parameter, also in errors
        part: Annotated[
            MatrixPart | None, QueryParameter(description="Table to export as csv; the matrix if omitted.")
        ] = None,
        normalised: Annotated[bool, QueryParameter(description="Export the share of each row, not counts.")] = False,
        prefer: Prefer = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response[AnyContent | JobAccepted | NotModified]:
        """Export a confusion matrix as a file.

        `json` and `markdown` hold the matrix with its statistics, `csv` one table of it, `html` is the report, and
        `pycm` is a file that PyCM loads.
        """
        options = ExportOptions(format, part, normalised)
        options.check()
        matrix = await matrices.counts(waiter.platform, caller, uid)
        if format == "html":
            request = results.FileRequest("report.html", prefer, if_none_match)
            return await _report(waiter, caller, matrix, request)
        # The file holds the description of the matrix, which changes without a new version.
        headers = file_stream.HEADERS | {"ETag": _etag(matrix, matrix.updated_at.isoformat(), *options)}
        if etag_matches(headers["ETag"], if_none_match):
            return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        file = await export(matrix, options)
        headers["Content-Disposition"] = _attachment(file.name)
        answer: Response[Any] = Response(file.body, media_type=file.media_type, headers=headers)
        return answer

    @get("/samples", operation_id="matrices.list_samples")
    async def samples(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        uid: FromPath[str],
        actual: Annotated[str | None, QueryParameter(description="Only samples of this actual class.")] = None,
        predicted: Annotated[str | None, QueryParameter(description="Only samples predicted as this class.")] = None,
        cursor: Annotated[
            int | None, QueryParameter(ge=0, le=MAX_CURSOR, description="Cursor: `next` of the previous page.")
        ] = None,
        limit: Annotated[
            int, QueryParameter(ge=1, le=10_000, description="Most samples of a page, 1 to 10,000.")
        ] = 100,
    ) -> SamplePage:
        """List the samples in a cell of a confusion matrix.

        Samples are named by their position, from 0, in the vectors that were sent. A matrix made of counts has no
        samples: 409.
        """
        cell = CellSelection(actual, predicted)
        rows = await matrices.samples(platform, caller, uid, cell, after=cursor, limit=limit + 1)
        return SamplePage(*paging.cut(rows, limit, lambda sample: sample.index))


async def _report(waiter: Waiter, caller: Caller, matrix: CountedMatrix, request: results.FileRequest) -> Response[Any]:
    answer = await results.of_arguments(waiter, caller, Report(cm_uid=str(matrix.uid)), request)
    # Only the file itself has a disposition: 202 and 304 have nothing to keep.
    if "Content-Disposition" in answer.headers:
        answer.headers["Content-Disposition"] = _attachment(file_name(matrix, ".html"))
    return answer


def _etag(matrix: CountedMatrix, *variant: object) -> str:
    # Another version of the program may compute other values, or format them differently.
    return f'"{"-".join(map(str, (__version__, matrix.uid, matrix.version, *variant)))}"'


def _digest(classes: list[str] | None) -> list[str]:
    # An ETag holds no character that a label may.
    return [] if classes is None else [sha256(msgspec.json.encode(classes)).hexdigest()[:16]]


def _attachment(name: str) -> str:
    return f'attachment; filename="{name}"'
