"""Pages of comparisons on the same samples: the list, the form for a new one, and the verdict."""

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.reports import of_comparisons
from api.web.forms import Form
from api.web.numbers import read_number
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from api.web.runs.choices import NamedRun, named_run, ready_runs
from api.web.verdict_lists import named
from shared import comparisons
from shared.comparisons import FlipRequest
from shared.comparisons.flips import FlipKind
from shared.comparisons.options import ComparisonOptions
from shared.comparisons.records import ComparedVersion
from shared.jobs.result_status import UNFINISHED
from shared.kit.errors import Fault, InvalidInput, Problem
from shared.presentation.comparisons.difference_rows import VERDICT_TITLES, difference_rows
from shared.presentation.whiskers import WIDTH

PAGE_SIZE = 50
MAX_FLIPS = 50
MAX_SLICES, MAX_COLUMN = 10, 500
TWO = 2
# The largest position that JSON's readers all understand.
MAX_POSITION = 2**53


class PairedComparisonPages(Controller):
    """Pages of comparisons on the same samples."""

    path = "/app/comparisons"

    @get()
    async def list_own(self, page_request: Injected[PageRequest], cursor: Cursor = None) -> Response[str]:
        """List the account's comparisons, newest first."""
        platform, caller = page_request.platform, page_request.caller
        found = await comparisons.list_own(platform, caller, before=cursor, limit=PAGE_SIZE + 1)
        page = paging.cut(found, PAGE_SIZE, lambda comparison: comparison.id)
        listed = await named(page_request, page.rows)
        return page_request.render(
            "comparisons/list.html", comparisons=listed, titles=VERDICT_TITLES, next_cursor=page.next
        )

    @get("/new")
    async def new(
        self,
        page_request: Injected[PageRequest],
        chosen: Annotated[list[str] | None, QueryParameter(name="run")] = None,
    ) -> Response[str]:
        """Show the form for a new comparison; the older of two selected runs is the baseline."""
        ids = sorted(set(chosen or []))
        problem = None
        if chosen and len(ids) != TWO:
            error = InvalidInput(Fault("/run", f"Select two runs of the same samples; {len(ids)} are selected."))
            problem = problem_of(page_request.request, error)
        return await _form(page_request, dict(zip(("baseline", "candidate"), ids, strict=False)), problem)

    @post("/new")
    async def create(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Compare two runs."""
        platform, caller = page_request.platform, page_request.caller
        try:
            baseline, candidate = form.text("baseline") or "", form.text("candidate") or ""
            options = ComparisonOptions(
                margin=_margin(form), slices=_slices(form), group=form.text("group", limit=MAX_COLUMN)
            )
            made = await comparisons.create(platform, caller, baseline, candidate, options)
        except MISTAKES as error:
            return await _form(page_request, form.texts, problem_of(page_request.request, error))
        return page_request.redirect(f"/app/comparisons/{made.id}")

    @get("/{comparison_id:str}")
    async def read(self, page_request: Injected[PageRequest], comparison_id: FromPath[str]) -> Response[Any]:
        """Show the verdict and what it rests on, or the progress until it is there."""
        platform, caller = page_request.platform, page_request.caller
        comparison = await comparisons.get(platform, caller, comparison_id)
        if page_request.is_partial and comparison.state not in UNFINISHED:
            # The script that asks for the progress leaves its page for the result.
            return page_request.redirect(f"/app/comparisons/{comparison_id}")
        result = comparison.found
        baseline, candidate = comparison.sides
        return page_request.render(
            "comparisons/page.html" if result else "comparisons/waiting.html",
            comparison=comparison,
            baseline=await _named(page_request, baseline),
            candidate=await _named(page_request, candidate),
            titles=VERDICT_TITLES,
            result=result,
            rows=difference_rows(result) if result else [],
            width=WIDTH,
        )

    @get("/{comparison_id:str}/report")
    async def report(self, page_request: Injected[PageRequest], comparison_id: FromPath[str]) -> Response[str]:
        """Show the comparison as one file to keep."""
        return await of_comparisons.report(page_request.platform, page_request.caller, comparison_id)

    @get("/{comparison_id:str}/flips")
    async def flips(
        self,
        page_request: Injected[PageRequest],
        comparison_id: FromPath[str],
        kind: Annotated[FlipKind, QueryParameter()] = "broken",
        cursor: Annotated[int | None, QueryParameter(ge=1, le=MAX_POSITION)] = None,
    ) -> Response[str]:
        """List the samples that the candidate fixed or broke."""
        platform, caller = page_request.platform, page_request.caller
        found = await comparisons.list_flips(
            platform, caller, comparison_id, FlipRequest(kind), after=cursor or 0, limit=MAX_FLIPS + 1
        )
        page = paging.cut(found, MAX_FLIPS, lambda entry: entry[0])
        return page_request.render(
            "comparisons/flips.html",
            comparison_id=comparison_id,
            kind=kind,
            flips=[flip for _, flip in page.rows],
            next_cursor=page.next,
        )

    @post("/{comparison_id:str}/delete")
    async def delete(self, page_request: Injected[PageRequest], comparison_id: FromPath[str]) -> Response[Any]:
        """Delete a comparison; the runs stay."""
        await comparisons.delete(page_request.platform, page_request.caller, comparison_id)
        return page_request.redirect("/app/comparisons?notice=deleted")


async def _form(page_request: PageRequest, texts: dict[str, str], problem: Problem | None = None) -> Response[str]:
    return page_request.render(
        "comparisons/new.html",
        page_request.status(problem),
        choices=await ready_runs(page_request),
        texts=texts,
        problem=problem,
    )


def _margin(form: Form) -> float | None:
    margin = read_number(form.text("margin"), "margin", "0.01")
    if margin is not None and not 0 < margin < 1:
        raise InvalidInput(Fault("/margin", "margin: write a number between 0 and 1, such as 0.01."))
    return margin


def _slices(form: Form) -> list[str]:
    columns = [column for text in (form.text("slices") or "").split(",") if (column := text.strip())]
    if len(columns) > MAX_SLICES or any(len(column) > MAX_COLUMN for column in columns):
        raise InvalidInput(
            Fault("/slices", f"slices: name up to {MAX_SLICES} columns of up to {MAX_COLUMN} characters.")
        )
    return columns


async def _named(page_request: PageRequest, side: ComparedVersion) -> NamedRun:
    """The page and the name of a side; a matrix has none."""
    if side.kind == "matrix":
        return NamedRun(f"/app/matrices/{side.id}", "")
    return await named_run(page_request, side.id)
