"""Pages of confusion matrices: the list, a new one, and what is said of each."""

import asyncio
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.bodies import by_size
from api.http.injected import Injected
from api.http.paging import Cursor
from api.http.problems import Problem
from api.web.forms import Form
from api.web.page_request import Visit
from api.web.problems import MISTAKES, described
from shared import matrices
from shared.kit.errors import Fault, InvalidInput
from shared.matrices.counting import Vectors
from shared.matrices.records import CountedMatrix, Description
from shared.matrices.uploads import Header, Pasted, read_file, read_pasted
from shared.presentation.cell_colours import SHADE_NAMES
from shared.presentation.heatmap import NUMBERED_CLASSES
from shared.presentation.labels import label_text
from shared.presentation.matrix_view import MEASURES, Grid, Measure, Order, View, grid
from shared.presentation.tables import Pair, confused_pairs

LISTED = 50
LISTED_PAIRS = 12
# Drawing fewer classes takes less time than handing them to a thread.
DRAWN_INLINE = 12

WORST = (10, 20, 30, 60)

_HEADERS: dict[str, Header] = {"auto": "auto", "yes": "yes", "no": "no"}


class Drawn(NamedTuple):
    """What the page draws of a matrix."""

    grid: Grid
    pairs: list[Pair]
    labels: list[str]
    pointed: str


class MatrixPages(Controller):
    """Pages of confusion matrices."""

    path = "/app/matrices"

    @get()
    async def list_own(
        self,
        visit: Injected[Visit],
        cursor: Cursor = None,
        name: Annotated[str, QueryParameter()] = "",
        tag: Annotated[str, QueryParameter()] = "",
    ) -> Response[str]:
        """The account's matrices, newest first."""
        found = await matrices.list_own(
            visit.platform, visit.caller, before=cursor, name=name or None, tag=tag or None, limit=LISTED
        )
        following = paging.following(found, LISTED, lambda one: one.uid)
        return visit.page("matrices/list.html", found=found, name=name, tag=tag, cursor=cursor, following=following)

    @get("/new")
    async def new(self, visit: Injected[Visit]) -> Response[str]:
        """The form for a new matrix."""
        assert visit.signed_in, "raises where nobody is"
        return visit.page("matrices/new.html", texts={}, problem=None)

    @post("/new")
    async def create(self, visit: Injected[Visit], form: Injected[Form]) -> Response[Any]:
        """Count what was pasted or uploaded."""
        caller = visit.caller
        try:
            description = _description(form)
            uid = await matrices.create(visit.platform, caller, await _vectors(form), description)
        except MISTAKES as error:
            problem = described(visit.request, error)
            return visit.page("matrices/new.html", visit.status(problem), texts=form.texts, problem=problem)
        return visit.redirect(f"/app/matrices/{uid}")

    @get("/{uid:str}")
    async def read(
        self,
        visit: Injected[Visit],
        uid: FromPath[str],
        show: Annotated[Measure, QueryParameter()] = "counts",
        order: Annotated[Order, QueryParameter()] = "label",
        diagonal: Annotated[str, QueryParameter()] = "",
        worst: Annotated[str, QueryParameter()] = "",
    ) -> Response[str]:
        """A matrix as a heat map, with its main figures."""
        return await _page(visit, uid, View(show, order, diagonal == "hide", _worst(worst)))

    @post("/{uid:str}/describe")
    async def describe(self, visit: Injected[Visit], uid: FromPath[str], form: Injected[Form]) -> Response[Any]:
        """Change what is said of a matrix."""
        try:
            description = _description(form)
        except MISTAKES as error:
            return await _page(visit, uid, View(), described(visit.request, error), form.texts)
        await matrices.describe(visit.platform, visit.caller, uid, lambda _: description)
        return visit.redirect(f"/app/matrices/{uid}?notice=saved")

    @post("/{uid:str}/delete")
    async def delete(self, visit: Injected[Visit], uid: FromPath[str]) -> Response[Any]:
        """Forget a matrix, its jobs and all that they made."""
        await matrices.delete(visit.platform, visit.caller, uid)
        return visit.redirect("/app/matrices?notice=deleted")


async def _page(
    visit: Visit, uid: str, view: View, problem: Problem | None = None, texts: dict[str, str] | None = None
) -> Response[str]:
    matrix = await matrices.counts(visit.platform, visit.caller, uid)
    drawn = await _drawn(matrix, view)
    return visit.page(
        "matrices/page.html",
        visit.status(problem),
        matrix=matrix,
        view=view,
        drawn=drawn,
        measures=MEASURES,
        worst_choices=[count for count in WORST if count < len(matrix.matrix.classes)],
        shade_names=SHADE_NAMES,
        problem=problem,
        typed=texts,
    )


def _description(form: Form) -> Description:
    return Description(
        name=form.text("name"),
        tags=form.words("tags"),
        model_name=form.text("model_name"),
        model_version=form.text("model_version"),
        data_set=form.text("data_set"),
    )


async def _vectors(form: Form) -> Vectors:
    if (file := form.file) is not None:
        data = await file.read()
        return await by_size(len(data), read_file, data, _HEADERS.get(form.texts.get("header", ""), "auto"))
    pasted = Pasted(form.texts.get("actual", ""), form.texts.get("predicted", ""))
    if not pasted.actual.strip() and not pasted.predicted.strip():
        raise InvalidInput(Fault("/actual", "Paste the actual and the predicted labels, or choose a file with both."))
    return await by_size(len(pasted.actual) + len(pasted.predicted), read_pasted, pasted)


def _worst(text: str) -> int | None:
    # A form sends an empty field for no choice.
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise InvalidInput(Fault("/worst", "worst: send how many classes to show, such as 20, or leave it away."))
    return int(text[:9])


async def _drawn(matrix: CountedMatrix, view: View) -> Drawn:
    if len(matrix.matrix.classes) <= DRAWN_INLINE:
        return _draw(matrix, view)
    return await asyncio.to_thread(_draw, matrix, view)


def _draw(matrix: CountedMatrix, view: View) -> Drawn:
    made = grid(matrix.matrix, view)
    labels = [label_text(label) for label in matrix.matrix.classes]
    # Where cells are too many to be links, a script says which one is pointed at.
    pointed = msgspec.json.encode(matrix.matrix.counts.tolist()).decode() if len(made.order) > NUMBERED_CLASSES else ""
    return Drawn(made, confused_pairs(matrix.matrix, LISTED_PAIRS), labels, pointed)
