"""Pages of curves: probabilities in, ROC and precision-recall curves of each class out."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

import msgspec
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
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from api.web.runs import reviews as run_reviews
from shared import curves, jobs
from shared.curves.kinds.curve import Curve, CurveOptions
from shared.jobs import JobOut, JobRequest, Snapshot, Status
from shared.jobs.errors import JobNotFound
from shared.kit.errors import Fault, InvalidInput, Problem
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.predictions import Notice
from shared.presentation.curves.curve_drawing import SIDE, area_of_band, path

PAGE_SIZE = 50
RESULT = "curve.json"


class CurvePages(Controller):
    """Pages of curves."""

    path = "/app/curves"

    @get()
    async def list_own(self, page_request: Injected[PageRequest], cursor: Cursor = None) -> Response[str]:
        """Show the form, and the account's curves, newest first."""
        return await _list(page_request, cursor=cursor)

    @post(opt=TABLE)
    async def submit(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Submit a job for the pasted or uploaded probabilities; or a run, whose first rows are shown before."""
        caller = page_request.caller
        try:
            if run_reviews.is_wanted(form):
                return await run_reviews.of_scores(page_request, form)
            title = form.text("title")
            inputs, notices = await _inputs(form, page_request.platform.settings)
        except MISTAKES as error:
            return await _list(page_request, problem=problem_of(page_request.request, error), texts=form.texts)
        arguments = Curve(type="ROC", options=CurveOptions(title=title))
        snapshot = await jobs.join(page_request.platform, JobRequest(caller, arguments, inputs=inputs))
        page = f"/app/curves/{snapshot.job.id}"
        page_request.set_cookies += notice_cookies(page_request.request, page, notices)
        return page_request.redirect(page)

    @get("/{job_id:str}")
    async def read(
        self,
        page_request: Injected[PageRequest],
        job_id: FromPath[str],
        column: Annotated[int, QueryParameter(ge=0, le=1000)] = 0,
    ) -> Response[str]:
        """Show the curves of one class and the areas of all classes, or the progress of the job until it has ended."""
        snapshot = await jobs.find(page_request.platform, page_request.caller, parse_uuid(job_id))
        if snapshot.job.kind != "curve":
            raise JobNotFound
        if snapshot.job.status != Status.SUCCEEDED:
            job = JobOut.of(snapshot, page_request.platform.storage)
            return page_request.render("curves/waiting.html", snapshot=snapshot, job=job)
        explorer = await curves.explore_thresholds(page_request.platform, snapshot.job, column)
        return page_request.render(
            "curves/page.html",
            snapshot=snapshot,
            job=JobOut.of(snapshot, page_request.platform.storage),
            result=await _result(page_request.platform, snapshot),
            explorer=explorer,
            side=SIDE,
            roc=explorer.roc and path(explorer.roc),
            band=area_of_band(explorer.roc, explorer.roc_band),
            pr=explorer.pr and path(explorer.pr, stepped=True),
            steps=msgspec.json.encode(explorer.steps).decode(),
            prediction_notices=read_notices(page_request),
        )


async def _list(
    page_request: PageRequest,
    *,
    cursor: UUID | None = None,
    problem: Problem | None = None,
    texts: dict[str, str] | None = None,
) -> Response[str]:
    snapshots = await jobs.list_own(
        page_request.platform, page_request.caller, before=cursor, kind="curve", limit=PAGE_SIZE + 1
    )
    page = paging.cut(snapshots, PAGE_SIZE, lambda snapshot: snapshot.job.id)
    return page_request.render(
        "curves/list.html",
        page_request.status(problem),
        snapshots=page.rows,
        next_cursor=page.next,
        cursor=cursor,
        texts=texts or {},
        problem=problem,
    )


async def _inputs(form: Form, settings: Settings) -> tuple[bytes, list[Notice]]:
    file = form.file
    data = await file.read() if file else form.texts.get("text", "").encode()
    if not data.strip():
        raise InvalidInput(Fault("/text", "Paste a table of labels and probabilities, or choose a file."))
    limits = tables.TableLimits(settings.max_classes, settings.max_label_length)
    return await table_process.read(len(data), tables.pack_scores, data, "file" if file else "text", limits)


async def _result(platform: Platform, snapshot: Snapshot) -> dict[str, Any]:
    (file,) = (file for file in snapshot.files if file.name == RESULT)
    body = await platform.storage.read(file.object_key)
    result: dict[str, Any] = await asyncio.to_thread(msgspec.json.decode, body)
    return result
