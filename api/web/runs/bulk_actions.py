"""Pages of selected runs: what is done with many at once, tagging and deleting."""

from typing import Any

from litestar import Controller, Response, get, post

from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.web.forms import Form
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from api.web.runs.list_query import MAX_SELECTED, RunListQuery, SelectedParameter, read_selected
from api.web.runs.listing import listed_runs
from shared import runs
from shared.kit.errors import Fault, InvalidInput, Problem
from shared.presentation.whiskers import WIDTH
from shared.runs import listing
from shared.runs.errors import RunNotFound
from shared.runs.records import RunDescription, RunRecord

MAX_TAGS = 20


class SelectedRunPages(Controller):
    """Pages of selected runs."""

    path = "/app/runs/selected"

    @get()
    async def read(self, page_request: Injected[PageRequest], selected: SelectedParameter = None) -> Response[str]:
        """Show the selected runs, and what can be done with all of them."""
        wanted = RunListQuery(selected=read_selected(selected))
        return await _page(page_request, wanted)

    @post("/tag")
    async def tag(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Add tags to all selected runs, and take tags from them; nothing is changed if one would have too many."""
        platform, caller = page_request.platform, page_request.caller
        wanted = RunListQuery(selected=read_selected(form.lists.get("run")))
        try:
            added, removed = form.words("add"), form.words("remove")
            found = await listing.selected(platform, caller, wanted.selected)
            _check(found, added, removed)
            for run in found:
                await _tag(page_request, run, added, removed)
        except MISTAKES as error:
            return await _page(page_request, wanted, problem_of(page_request.request, error), form)
        return page_request.redirect(f"/app/runs/selected?{wanted.selection}&notice=saved")

    @post("/delete")
    async def delete(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Delete all selected runs; one that is gone already is no error."""
        platform, caller = page_request.platform, page_request.caller
        for run_id in read_selected(form.lists.get("run")):
            try:
                await runs.delete(platform, caller, str(run_id))
            except RunNotFound:
                continue
        return page_request.redirect("/app/runs?notice=deleted")


async def _page(
    page_request: PageRequest, wanted: RunListQuery, problem: Problem | None = None, form: Form | None = None
) -> Response[str]:
    found = await listing.selected(page_request.platform, page_request.caller, wanted.selected)
    return page_request.render(
        "runs/selected.html",
        page_request.status(problem),
        # What is not there any more, or somebody else's, is no longer selected.
        wanted=RunListQuery(selected=[run.id for run in found]),
        runs=await listed_runs(page_request, found),
        width=WIDTH,
        most=MAX_SELECTED,
        problem=problem,
        texts=form.texts if form else {},
    )


def _check(found: list[RunRecord], added: list[str], removed: list[str]) -> None:
    if not found:
        raise InvalidInput(Fault("/run", "run: select one run or more."))
    if not added and not removed:
        raise InvalidInput(Fault("/add", "add: write the tags to add, or those to remove."))
    for run in found:
        if len(_tags(run.tags, added, removed)) > MAX_TAGS:
            name = (run.name or run.filename)[:50]
            raise InvalidInput(
                Fault("/add", f"add: “{name}” would have more than {MAX_TAGS} tags; no run was changed.")
            )


async def _tag(page_request: PageRequest, run: RunRecord, added: list[str], removed: list[str]) -> None:
    def change(description: RunDescription) -> RunDescription:
        return RunDescription(
            description.name,
            description.model_name,
            description.model_version,
            _tags(description.tags, added, removed),
            description.notes,
            description.positive,
        )

    await runs.describe(page_request.platform, page_request.caller, str(run.id), change)


def _tags(tags: list[str], added: list[str], removed: list[str]) -> list[str]:
    return [tag for tag in dict.fromkeys([*tags, *added]) if tag not in removed]
