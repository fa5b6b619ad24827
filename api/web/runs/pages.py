"""Pages of runs: the list, the form for a new one, what is asked about its columns, and the page of each."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.di import Provide
from litestar.params import FromPath

from api.http.answers.problems import problem_of
from api.http.bodies.limits import LARGE
from api.http.dependencies import Injected
from api.web.file_chunks import chunks
from api.web.forms import Form
from api.web.open_forms import replaced
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from api.web.runs import columns as run_columns
from api.web.runs import listing as run_list
from api.web.runs import results as run_results
from api.web.runs.address import RUN_ADDRESS, RunAddress
from api.web.runs.list_query import RunCursor, RunListQuery, provide_run_list_query
from shared import runs, uploads
from shared.kit.errors import Fault, InvalidInput
from shared.runs.lifecycle import UNFINISHED, RunStatus
from shared.runs.mapping import ColumnsIn
from shared.runs.records import RunDescription, RunSource

MAX_NOTES = 10_000


class RunPages(Controller):
    """Pages of runs."""

    path = "/app/runs"

    @get(dependencies={"wanted": Provide(provide_run_list_query, sync_to_thread=False)})
    async def list_own(
        self, page_request: Injected[PageRequest], wanted: Injected[RunListQuery], cursor: RunCursor = ""
    ) -> Response[str]:
        """List the account's runs, newest first or sorted by a metric, or the groups that they form."""
        return await run_list.show(page_request, wanted, cursor)

    @get("/new")
    async def new(self, page_request: Injected[PageRequest]) -> Response[str]:
        """Show the form for a new run."""
        assert page_request.signed_in, "raises where nobody is"
        return page_request.render("runs/new.html", texts={}, problem=None)

    @post("/new", opt=LARGE)
    async def create(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Create a run from an uploaded file or a pasted table."""
        platform, caller = page_request.platform, page_request.caller
        try:
            description = _description(form)
            filename, stream = _source(form)
            upload = await uploads.store(platform, caller, filename, stream)
            source = RunSource(upload, ColumnsIn(), is_review="review" in form.texts)
            run = await runs.create(platform, caller, source, description)
        except MISTAKES as error:
            problem = problem_of(page_request.request, error)
            return page_request.render("runs/new.html", page_request.status(problem), texts=form.texts, problem=problem)
        return page_request.redirect(f"/app/runs/{run.id}")

    @get("/{run_id:str}", dependencies=RUN_ADDRESS)
    async def read(
        self, page_request: Injected[PageRequest], run_id: FromPath[str], address: Injected[RunAddress]
    ) -> Response[str]:
        """Show a run: its progress, what it asks, or its results."""
        run = await runs.get(page_request.platform, page_request.caller, run_id)
        if page_request.is_partial and run.state not in UNFINISHED:
            # The script that asks for the progress leaves its page for the results.
            return page_request.redirect(f"/app/runs/{run_id}")
        if run.state is RunStatus.READY:
            return await run_results.show(page_request, run, address)
        if run.state in UNFINISHED:
            return page_request.render("runs/waiting.html", run=run)
        return await run_columns.show(page_request, run)

    @get("/{run_id:str}/columns")
    async def columns(self, page_request: Injected[PageRequest], run_id: FromPath[str]) -> Response[str]:
        """Show what each column was taken for, to change it."""
        run = await runs.get(page_request.platform, page_request.caller, run_id)
        return await run_columns.show(page_request, run)

    @post("/{run_id:str}/columns")
    async def set_columns(
        self, page_request: Injected[PageRequest], run_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Read the file again with other columns."""
        platform, caller = page_request.platform, page_request.caller
        run = await runs.get(platform, caller, run_id)
        try:
            columns = run_columns.read_form(form, await run_columns.preview_of(page_request, run), run.columns)
            await runs.map_columns(platform, caller, run_id, columns, is_review="review" in form.texts)
        except MISTAKES as error:
            return await run_columns.show(page_request, run, problem_of(page_request.request, error), form)
        return page_request.redirect(f"/app/runs/{run_id}")

    @post("/{run_id:str}/describe", dependencies=RUN_ADDRESS)
    async def describe(
        self,
        page_request: Injected[PageRequest],
        run_id: FromPath[str],
        form: Injected[Form],
        address: Injected[RunAddress],
    ) -> Response[Any]:
        """Change the details of a run."""
        platform, caller = page_request.platform, page_request.caller
        try:
            description = _description(form)
            await runs.describe(platform, caller, run_id, lambda current: replaced(current, description, form))
        except MISTAKES as error:
            run = await runs.get(platform, caller, run_id)
            return await run_results.show(
                page_request, run, address, problem=problem_of(page_request.request, error), texts=form.texts
            )
        return page_request.redirect(f"/app/runs/{run_id}?{urlencode([*address.pairs, ('notice', 'saved')])}")

    @post("/{run_id:str}/delete")
    async def delete(self, page_request: Injected[PageRequest], run_id: FromPath[str]) -> Response[Any]:
        """Delete a run with its rows and jobs."""
        await runs.delete(page_request.platform, page_request.caller, run_id)
        return page_request.redirect("/app/runs?notice=deleted")


def _description(form: Form) -> RunDescription:
    return RunDescription(
        name=form.text("name"),
        model_name=form.text("model_name", limit=255),
        model_version=form.text("model_version", limit=100),
        tags=form.words("tags"),
        notes=form.text("notes", limit=MAX_NOTES),
        positive=form.text("positive", limit=500),
    )


def _source(form: Form) -> tuple[str, AsyncIterator[bytes]]:
    if form.file is not None:
        return form.file.filename, chunks(form.file)
    text = form.texts.get("text", "")
    if not text.strip():
        raise InvalidInput(Fault("/file", "Choose a file, or paste a table with a row for each sample."))
    return "pasted table", _once(text.encode())


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body
