"""Pages of detection runs: the models of a project, and the figures of one with the objects behind them."""

import asyncio
from typing import Annotated, Any, get_args

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.answers.problems import problem_of
from api.http.bodies.decoding import decode
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.signatures import require_analyses
from api.web.detection.gallery_options import GalleryOptions
from api.web.detection.options import CLASS_SORTS, PAGE_SIZE, DetectionPageOptions, RulesOrOwn, TableSort, class_rows
from api.web.forms import Form
from api.web.open_forms import replaced
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from api.web.runs.pages import MAX_NOTES
from shared import detection_runs, projects
from shared.detection_runs import DetectionRunRecord, answers, drawn_data
from shared.detection_runs.figures.matches import MatchKind
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.records import DetectionRunDescription
from shared.detection_runs.scenes.rules import rules_for
from shared.evaluation.detection.error_analysis.error_types import ErrorType
from shared.evaluation.detection.error_analysis.foreign_matrices import DEFAULTS
from shared.evaluation.detection.rules.profiles import PROFILES, DetectionSubject
from shared.evaluation.intervals.of_matrix import Estimate
from shared.jobs.result_status import UNFINISHED
from shared.kit.errors import Fault, InvalidInput, Problem
from shared.presentation.comparisons.difference_rows import VERDICT_TITLES
from shared.presentation.curves.curve_drawing import SIDE
from shared.presentation.images.detection_page import ERROR_TITLES, REASON_TITLES, changes, draw, tiles
from shared.presentation.whiskers import WIDTH, whisker

RUNS_OF_PAGE = 50
# The largest position that JSON's readers all understand.
MAX_POSITION = 2**53


class DetectionModelPages(Controller):
    """The models of a project, judged against its ground truth."""

    path = "/app/projects/{project_id:str}/models"
    guards = [require_analyses]

    @get()
    async def read(
        self, page_request: Injected[PageRequest], project_id: FromPath[str], cursor: Cursor = None
    ) -> Response[str]:
        """List the detection runs of a project, newest first, and offer to judge a model."""
        return await _models(page_request, project_id, cursor)

    @post()
    async def create(
        self, page_request: Injected[PageRequest], project_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Judge a model."""
        try:
            made = await detection_runs.create(
                page_request.platform,
                page_request.caller,
                project_id,
                _model(form),
                await _options(form),
                _description(form),
            )
        except MISTAKES as error:
            problem = problem_of(page_request.request, error)
            return await _models(page_request, project_id, None, problem, form)
        return page_request.redirect(f"/app/detection-runs/{made.id}")


class DetectionRunPages(Controller):
    """A detection run: its figures, and the objects behind them."""

    path = "/app/detection-runs/{detection_run_id:str}"
    guards = [require_analyses]

    @get()
    async def read(
        self,
        page_request: Injected[PageRequest],
        detection_run_id: FromPath[str],
        *,
        iou: Annotated[str, QueryParameter()] = "",
        confidence: Annotated[str, QueryParameter()] = "",
        class_name: Annotated[str, QueryParameter()] = "",
        kind: Annotated[MatchKind, QueryParameter()] = "FP",
        actual: Annotated[str, QueryParameter()] = "",
        predicted: Annotated[str, QueryParameter()] = "",
        background: Annotated[bool, QueryParameter()] = False,
        error: Annotated[ErrorType | None, QueryParameter()] = None,
        start: Annotated[int, QueryParameter(ge=0, le=MAX_POSITION)] = 0,
        sort: Annotated[TableSort, QueryParameter()] = "name",
        profile: Annotated[RulesOrOwn, QueryParameter()] = "",
    ) -> Response[Any]:
        """Show the figures and the objects behind a count, or the progress until they are there."""
        run = await detection_runs.get(page_request.platform, page_request.caller, detection_run_id)
        if page_request.is_partial and run.state not in UNFINISHED:
            # The script that asks for the progress leaves its page for the result.
            return page_request.redirect(f"/app/detection-runs/{detection_run_id}")
        if run.result is None:
            return await _waiting(page_request, run)
        options = DetectionPageOptions(
            iou, confidence, class_name, kind, actual, predicted, background, error, start, sort, profile
        )
        return await _page(page_request, run, options)

    @get("/intervals")
    async def intervals(self, page_request: Injected[PageRequest], detection_run_id: FromPath[str]) -> Response[str]:
        """Show whether the intervals that a page lacks are there by now."""
        run = await detection_runs.get_ready(page_request.platform, page_request.caller, detection_run_id)
        return page_request.render("detection/intervals.html", run=run)

    @get("/counts")
    async def counts(
        self,
        page_request: Injected[PageRequest],
        detection_run_id: FromPath[str],
        *,
        iou: Annotated[str, QueryParameter()] = "",
        confidence: Annotated[str, QueryParameter()] = "",
        profile: Annotated[RulesOrOwn, QueryParameter()] = "",
    ) -> Response[str]:
        """Show what is right, wrong and missed where the sliders stand."""
        options = DetectionPageOptions(iou, confidence, profile=profile)
        found = await answers.counts(page_request.platform, page_request.caller, detection_run_id, options.level)
        here = f"/app/detection-runs/{detection_run_id}"
        return page_request.render("detection/counts.html", here=here, options=options, counts=found)

    @post("/describe")
    async def describe(
        self, page_request: Injected[PageRequest], detection_run_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Change the details of a detection run."""
        platform, caller = page_request.platform, page_request.caller
        try:
            description = _description(form)
            await detection_runs.describe(
                platform, caller, detection_run_id, lambda current: replaced(current, description, form)
            )
        except MISTAKES as error:
            run = await detection_runs.get_ready(platform, caller, detection_run_id)
            return await _page(
                page_request, run, DetectionPageOptions(), problem_of(page_request.request, error), form.texts
            )
        return page_request.redirect(f"/app/detection-runs/{detection_run_id}?notice=saved")

    @post("/delete")
    async def delete(self, page_request: Injected[PageRequest], detection_run_id: FromPath[str]) -> Response[Any]:
        """Delete a detection run; images and annotations stay."""
        run = await detection_runs.get(page_request.platform, page_request.caller, detection_run_id)
        await detection_runs.delete(page_request.platform, page_request.caller, detection_run_id)
        return page_request.redirect(f"/app/projects/{run.project_id}/models?notice=deleted")


async def _models(
    page_request: PageRequest,
    project_id: str,
    cursor: Any,
    problem: Problem | None = None,
    form: Form | None = None,
) -> Response[str]:
    platform, caller = page_request.platform, page_request.caller
    project = await projects.find(platform, caller, project_id)
    runs = await detection_runs.list_own(platform, caller, project_id=project_id, before=cursor, limit=RUNS_OF_PAGE + 1)
    page = paging.cut(runs, RUNS_OF_PAGE, lambda run: run.id)
    models = await detection_runs.models_of(platform, caller, project_id)
    return page_request.render(
        "detection/models.html",
        page_request.status(problem),
        project=project,
        runs=[(run, whisker(Estimate(run.ap)), change) for run, change in zip(page.rows, changes(runs), strict=False)],
        models=sorted({model.model_name for model in models if model.images > model.truths}),
        has_truth=any(model.truths for model in models),
        profiles=PROFILES,
        subjects=get_args(DetectionSubject),
        width=WIDTH,
        next_cursor=page.next,
        further=[*PROFILES, *DEFAULTS],
        problem=problem,
        texts=form.texts if form else {},
        chosen=form.lists.get("profiles", []) if form else [],
    )


async def _waiting(page_request: PageRequest, run: DetectionRunRecord) -> Response[Any]:
    project = await projects.find(page_request.platform, page_request.caller, str(run.project_id))
    return page_request.render(
        "detection/waiting.html", run=run, project=project, is_unfinished=run.state in UNFINISHED
    )


async def _page(
    page_request: PageRequest,
    run: DetectionRunRecord,
    options: DetectionPageOptions,
    problem: Problem | None = None,
    texts: dict[str, str] | None = None,
) -> Response[str]:
    platform = page_request.platform
    project = await projects.find(platform, page_request.caller, str(run.project_id))
    found = await answers.overview(platform, run, options.level, options.request, options.class_name or None)
    has_more = len(found.objects) > PAGE_SIZE
    found = found._replace(objects=found.objects[:PAGE_SIZE])
    drawing = await asyncio.to_thread(draw, found, await drawn_data.of_judged(platform, run, found.objects))
    figures = run.figures
    assert figures is not None, "the run is ready"
    return page_request.render(
        "detection/page.html",
        page_request.status(problem),
        problem=problem,
        texts=texts or {"name": run.name or "", "tags": ", ".join(run.tags), "notes": run.notes or ""},
        run=run,
        project=project,
        figures=figures,
        tiles=tiles(figures),
        options=options,
        matrix=found.matrix,
        drawing=drawing,
        side=SIDE,
        width=WIDTH,
        class_rows=class_rows(figures.classes, found.matrix.per_class, options.sort),
        class_sorts=CLASS_SORTS,
        gallery=GalleryOptions.of_objects(options, found.matrix.confidence),
        error_titles=ERROR_TITLES,
        reasons=REASON_TITLES,
        verdicts=VERDICT_TITLES,
        next_start=options.start + PAGE_SIZE if has_more else None,
        profile=PROFILES[figures.profile],
        rules=rules_for(run.asked),
        is_of_matrix=options.profile in DEFAULTS,
    )


def _description(form: Form) -> DetectionRunDescription:
    return DetectionRunDescription(form.text("name"), form.words("tags"), form.text("notes", limit=MAX_NOTES))


def _model(form: Form) -> tuple[str, str | None]:
    name = form.text("model_name", limit=255)
    if name is None:
        raise InvalidInput(Fault("/model_name", "model_name: choose a model."))
    return name, form.text("model_version", limit=255)


async def _options(form: Form) -> DetectionOptions:
    sent = {name: form.text(name) for name in ("subject", "profile", "baseline_id")}
    known: dict[str, Any] = {name: value for name, value in sent.items() if value is not None}
    known["profiles"] = form.lists.get("profiles", [])
    if form.file is not None:
        known["class_hierarchy"] = decode(await form.file.read(), dict[str, Any], "/class_hierarchy")
    return decode(msgspec.json.encode(known), DetectionOptions)
