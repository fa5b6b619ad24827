"""Pages of gates: the list, the form for a new one, its history, and the verdict of a check."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from api.http import paging
from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.reports import of_checks
from api.web.forms import Form
from api.web.gates import forms as gate_forms
from api.web.gates.forms import TypedMetric
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from api.web.runs.choices import NamedRun, named_run, ready_detection_runs, ready_runs, title_of_detector
from api.web.verdict_lists import checked
from shared import gates
from shared.comparisons.options import OVERALL_METRICS, OVERALL_SET_METRICS
from shared.evaluation.metrics import CATALOGUE
from shared.gates.detection_figures import FIGURES
from shared.gates.records import CheckRecord
from shared.gates.words import title_of
from shared.jobs.result_status import UNFINISHED
from shared.kit.errors import Problem

PAGE_SIZE = 50
# Of the form, which gets another one where all are filled in.
EMPTY_ROWS = 3


class GatePages(Controller):
    """Pages of gates."""

    path = "/app/gates"

    @get()
    async def list_own(self, page_request: Injected[PageRequest], cursor: Cursor = None) -> Response[str]:
        """List the account's gates, newest first."""
        found = await gates.list_own(page_request.platform, page_request.caller, before=cursor, limit=PAGE_SIZE + 1)
        page = paging.cut(found, PAGE_SIZE, lambda gate: gate.id)
        listed = await checked(page_request, page.rows)
        return page_request.render("gates/list.html", gates=listed, titles=title_of, next_cursor=page.next)

    @get("/new")
    async def new(self, page_request: Injected[PageRequest]) -> Response[str]:
        """Show the form for a new gate."""
        return await _form(page_request, Form({}, {}, []))

    @post("/new")
    async def create(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Create a gate."""
        try:
            name, rules = gate_forms.read(form)
            gate = await gates.create(page_request.platform, page_request.caller, name, rules)
        except MISTAKES as error:
            return await _form(page_request, form, problem_of(page_request.request, error))
        return page_request.redirect(f"/app/gates/{gate.id}")

    @get("/{gate_id:str}")
    async def read(
        self, page_request: Injected[PageRequest], gate_id: FromPath[str], cursor: Cursor = None
    ) -> Response[str]:
        """Show a gate and its checks, newest first."""
        return await _page(page_request, gate_id, cursor)

    @post("/{gate_id:str}/checks")
    async def check(
        self, page_request: Injected[PageRequest], gate_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Check a run."""
        try:
            made = await gates.create_check(
                page_request.platform, page_request.caller, gate_id, form.text("candidate") or ""
            )
        except MISTAKES as error:
            return await _page(page_request, gate_id, None, problem_of(page_request.request, error))
        return page_request.redirect(f"/app/checks/{made.id}")

    @post("/{gate_id:str}/delete")
    async def delete(self, page_request: Injected[PageRequest], gate_id: FromPath[str]) -> Response[Any]:
        """Delete a gate with its checks; the runs stay."""
        await gates.delete(page_request.platform, page_request.caller, gate_id)
        return page_request.redirect("/app/gates?notice=deleted")


class GateCheckPages(Controller):
    """Pages of checks."""

    path = "/app/checks"

    @get("/{check_id:str}")
    async def read(self, page_request: Injected[PageRequest], check_id: FromPath[str]) -> Response[Any]:
        """Show the verdict of a check with its reasons, or the progress until it is there."""
        check = await gates.get_check(page_request.platform, page_request.caller, check_id)
        if page_request.is_partial and check.state not in UNFINISHED:
            # The script that asks for the progress leaves its page for the verdict.
            return page_request.redirect(f"/app/checks/{check_id}")
        return page_request.render(
            "gates/check.html",
            check=check,
            result=check.found,
            candidate=await named_run(page_request, check.candidate_run_id, is_of_detectors=check.is_of_detectors),
            baseline=await _baseline(page_request, check),
        )

    @get("/{check_id:str}/report")
    async def report(self, page_request: Injected[PageRequest], check_id: FromPath[str]) -> Response[str]:
        """Show the check as one file to keep."""
        return await of_checks.report(page_request.platform, page_request.caller, check_id)


async def _baseline(page_request: PageRequest, check: CheckRecord) -> NamedRun | None:
    if check.baseline is None:
        return None
    return await named_run(page_request, check.baseline.id, is_of_detectors=check.is_of_detectors)


async def _form(page_request: PageRequest, form: Form, problem: Problem | None = None) -> Response[str]:
    typed = gate_forms.metric_rows(form)
    return page_request.render(
        "gates/new.html",
        page_request.status(problem),
        choices=await _choices(page_request),
        detectors=await _detectors(page_request),
        figures={name: figure.title for name, figure in FIGURES.items()},
        metrics={metric: CATALOGUE[metric].title for metric in OVERALL_METRICS}
        | {metric: f"{CATALOGUE[metric].title}, of sets of labels" for metric in OVERALL_SET_METRICS},
        texts=form.texts,
        rows=typed + [TypedMetric("", "")] * max(EMPTY_ROWS - len(typed), 1),
        problem=problem,
    )


async def _choices(page_request: PageRequest) -> dict[UUID, str]:
    return {run.id: run.name or run.filename for run in await ready_runs(page_request)}


async def _detectors(page_request: PageRequest) -> dict[UUID, str]:
    return {run.id: title_of_detector(run) for run in await ready_detection_runs(page_request)}


async def _page(
    page_request: PageRequest, gate_id: str, cursor: UUID | None, problem: Problem | None = None
) -> Response[str]:
    platform, caller = page_request.platform, page_request.caller
    gate = await gates.get(platform, caller, gate_id)
    found = await gates.list_checks(platform, caller, gate_id, before=cursor, limit=PAGE_SIZE + 1)
    page = paging.cut(found, PAGE_SIZE, lambda check: check.id)
    choices = await (_detectors if gate.rules.is_of_detectors else _choices)(page_request)
    return page_request.render(
        "gates/page.html",
        page_request.status(problem),
        gate=gate,
        checks=page.rows,
        next_cursor=page.next,
        choices=choices,
        titles=title_of,
        problem=problem,
    )
