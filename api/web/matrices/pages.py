"""Pages of confusion matrices: the list, the form for a new one, and the page of each."""

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.answers.problems import problem_of
from api.http.bodies.limits import TABLE
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.web import table_process, tables
from api.web.forms import Form
from api.web.notices import notice_cookies, read_notices
from api.web.open_forms import replaced
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from api.web.runs import reviews as run_reviews
from shared import matrices
from shared.kit.errors import Fault, InvalidInput, Problem
from shared.matrices.counting import CountedSamples
from shared.matrices.records import Description
from shared.matrices.samples import class_position
from shared.predictions import ColumnOrder, Header, Notice
from shared.presentation.matrices.drawing import draw_matrix
from shared.presentation.matrices.headlines import main_metrics
from shared.presentation.matrices.view import MEASURES, WINDOW, CellMeasure, LabelOrder, View

PAGE_SIZE = 50
WORST = (10, 20, 30, 60)

_HEADERS: dict[str, Header] = {"auto": "auto", "yes": "yes", "no": "no"}
_ORDERS: dict[str, ColumnOrder] = {
    "auto": "auto",
    "actual-first": "actual-first",
    "predicted-first": "predicted-first",
}


class MatrixPages(Controller):
    """Pages of confusion matrices."""

    path = "/app/matrices"

    @get()
    async def list_own(
        self,
        page_request: Injected[PageRequest],
        cursor: Cursor = None,
        name: Annotated[str, QueryParameter()] = "",
        tag: Annotated[str, QueryParameter()] = "",
    ) -> Response[str]:
        """List the account's matrices, newest first."""
        records = await matrices.list_own(
            page_request.platform,
            page_request.caller,
            before=cursor,
            name=name or None,
            tag=tag or None,
            limit=PAGE_SIZE + 1,
        )
        page = paging.cut(records, PAGE_SIZE, lambda matrix: matrix.uid)
        return page_request.render(
            "matrices/list.html", matrices=page.rows, name=name, tag=tag, cursor=cursor, next_cursor=page.next
        )

    @get("/new")
    async def new(self, page_request: Injected[PageRequest]) -> Response[str]:
        """Show the form for a new matrix."""
        assert page_request.signed_in, "raises where nobody is"
        return page_request.render("matrices/new.html", texts={}, problem=None)

    @post("/new", opt=TABLE)
    async def create(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Create a matrix from pasted or uploaded labels; or a run, whose first rows are shown before it is counted."""
        caller = page_request.caller
        try:
            if run_reviews.is_wanted(form):
                return await run_reviews.of_labels(page_request, form)
            description = _description(form)
            settings = page_request.platform.settings
            counted, notices = await _count(
                form, tables.TableLimits(settings.max_matrix_classes, settings.max_label_length)
            )
            uid = await matrices.create(page_request.platform, caller, counted, description)
        except MISTAKES as error:
            problem = problem_of(page_request.request, error)
            return page_request.render(
                "matrices/new.html", page_request.status(problem), texts=form.texts, problem=problem
            )
        page = f"/app/matrices/{uid}"
        page_request.set_cookies += notice_cookies(page_request.request, page, notices)
        return page_request.redirect(page)

    @get("/{uid:str}")
    async def read(
        self,
        page_request: Injected[PageRequest],
        uid: FromPath[str],
        show: Annotated[CellMeasure, QueryParameter()] = "counts",
        order: Annotated[LabelOrder, QueryParameter()] = "label",
        diagonal: Annotated[str, QueryParameter()] = "",
        worst: Annotated[str, QueryParameter()] = "",
        around: Annotated[str, QueryParameter()] = "",
    ) -> Response[str]:
        """Show a matrix as a heat map, with its main metrics; of many classes, a window of it."""
        return await _page(page_request, uid, View(show, order, diagonal == "hide", _worst(worst)), around=around)

    @post("/{uid:str}/describe")
    async def describe(
        self, page_request: Injected[PageRequest], uid: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Change the details of a matrix."""
        try:
            description = _description(form)
            await matrices.describe(
                page_request.platform, page_request.caller, uid, lambda current: replaced(current, description, form)
            )
        except MISTAKES as error:
            return await _page(page_request, uid, View(), problem_of(page_request.request, error), form.texts)
        return page_request.redirect(f"/app/matrices/{uid}?notice=saved")

    @post("/{uid:str}/delete")
    async def delete(self, page_request: Injected[PageRequest], uid: FromPath[str]) -> Response[Any]:
        """Forget a matrix, its jobs and all that they made."""
        await matrices.delete(page_request.platform, page_request.caller, uid)
        return page_request.redirect("/app/matrices?notice=deleted")


async def _page(
    page_request: PageRequest,
    uid: str,
    view: View,
    problem: Problem | None = None,
    texts: dict[str, str] | None = None,
    around: str = "",
) -> Response[str]:
    matrix = await matrices.counts(page_request.platform, page_request.caller, uid)
    if around:
        view = view._replace(around=class_position(matrix.matrix.classes, around, "around"))
    drawing = await draw_matrix(matrix.matrix, view)
    return page_request.render(
        "matrices/page.html",
        page_request.status(problem),
        matrix=matrix,
        view=view,
        around=around,
        window=WINDOW,
        matrix_drawing=drawing,
        main_metrics=main_metrics(matrix.matrix, matrix.summary),
        measures=MEASURES,
        worst_choices=[count for count in WORST if count < len(matrix.matrix.classes)],
        prediction_notices=read_notices(page_request),
        problem=problem,
        form_values=texts,
    )


def _description(form: Form) -> Description:
    return Description(
        name=form.text("name"),
        tags=form.words("tags"),
        model_name=form.text("model_name"),
        model_version=form.text("model_version"),
        data_set=form.text("data_set"),
    )


async def _count(form: Form, limits: tables.TableLimits) -> tuple[CountedSamples, list[Notice]]:
    if (file := form.file) is not None:
        data = await file.read()
        header = _HEADERS.get(form.texts.get("header", ""), "auto")
        order = _ORDERS.get(form.texts.get("order", ""), "auto")
        return await table_process.read(len(data), tables.count_table, data, header, order, limits)
    actual, predicted = (form.texts.get(name, "") for name in ("actual", "predicted"))
    if not actual.strip() and not predicted.strip():
        raise InvalidInput(
            Fault("/actual", "Paste the actual and the predicted labels, or choose a file with both columns.")
        )
    return await table_process.read(len(actual) + len(predicted), tables.count_lists, actual, predicted, limits)


def _worst(text: str) -> int | None:
    # A form sends an empty field for no choice.
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise InvalidInput(Fault("/worst", "worst: send the number of classes to show, such as 20, or omit it."))
    return int(text[:9])
