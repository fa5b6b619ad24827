"""Routes of runs: create, read, list, describe, map, delete."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.answers.json_response import Json
from api.http.answers.responses import Accepted
from api.http.bodies import json_bodies
from api.http.bodies.json_bodies import Body
from api.http.bodies.limits import LARGE
from api.http.bodies.multipart import FormOrMembers, MultipartForm
from api.http.dependencies import Injected
from api.http.headers import Prefer
from api.http.paging import Cursor, Limit
from api.http.routes import patch, post, put
from api.jobs.job_resources import WaitableResource
from api.jobs.waiter import Waiter
from api.runs.bodies import RunForm, RunIn, RunRequest, read_form, read_json
from api.runs.schemas import RunOut, RunPage, RunPatch, RunPreviewOut, RunSummaryOut
from shared import runs, uploads
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.runs import truths
from shared.runs.lifecycle import UNFINISHED, RunStatus
from shared.runs.mapping import ColumnsIn
from shared.runs.records import RunRecord, RunSource

FOLLOWED = WaitableResource(runs.get, UNFINISHED, runs.RETRY_AFTER_S)


class RunController(Controller):
    """Runs."""

    path = "/v1/runs"
    tags = ["runs"]

    @post(operation_id="runs.create", status_code=202, opt=LARGE)
    async def create(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        body: FormOrMembers[RunForm, RunIn],
        prefer: Prefer = None,
    ) -> Response[Accepted[RunOut]]:
        """Create a run.

        Send a file as multipart/form-data, or JSON with rows or with the id of an upload. The file is read in the
        background: poll `Location` or wait with `Prefer: wait=N`. What the file leaves open is asked, not guessed.
        With `dataset_id` or `truth_upload_id` the actual labels are those of a dataset or of another file, by sample
        id; samples that only one of the two has are refused, unless `missing` or `extra` says otherwise. With
        `review` nothing is counted until the columns are set; an empty object confirms those that were inferred.
        """
        platform = waiter.platform
        request = await _read(body, platform)
        truth = await truths.find(platform, caller, request.truth)
        if request.upload_id is not None:
            upload = await uploads.get_completed(platform, caller, request.upload_id)
        else:
            upload = await uploads.store(platform, caller, request.filename, request.stream())
        source = RunSource(upload, request.columns, truth, request.is_review)
        run = await runs.create(platform, caller, source, request.description, request.callback_url)
        return await _accepted(waiter, caller, run, prefer)

    @get(operation_id="runs.list")
    async def list_own(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        cursor: Cursor = None,
        status: Annotated[RunStatus | None, QueryParameter(description="Only runs with this status.")] = None,
        tag: Annotated[str | None, QueryParameter(description="Only runs with this tag.")] = None,
        dataset_id: Annotated[UUID | None, QueryParameter(description="Only runs of this dataset.")] = None,
        limit: Limit = 50,
    ) -> RunPage:
        """List runs.

        Returns the account's runs, newest first.
        """
        found = await runs.list_own(
            platform, caller, before=cursor, status=status, tag=tag, dataset_id=dataset_id, limit=limit + 1
        )
        page = paging.cut(found, limit, lambda run: str(run.id))
        return RunPage([RunSummaryOut.of(run) for run in page.rows], page.next)

    @get("/{run_id:str}", operation_id="runs.get")
    async def read(
        self, waiter: Injected[Waiter], caller: Injected[Caller], run_id: FromPath[str], prefer: Prefer = None
    ) -> Response[RunOut]:
        """Get a run.

        Returns its status, what each column was taken for, and what the file leaves open.
        """
        run = await FOLLOWED.wait(waiter, caller, await runs.get(waiter.platform, caller, run_id), prefer)
        return Json(RunOut.of(run), headers=FOLLOWED.headers(waiter, run, prefer))

    @patch("/{run_id:str}", operation_id="runs.update")
    async def describe(
        self, platform: Injected[Platform], caller: Injected[Caller], run_id: FromPath[str], change: Body[RunPatch]
    ) -> RunOut:
        """Update the description of a run.

        Fields that are not sent stay as they are; null clears a field. The positive class changes at once.
        """
        return RunOut.of(await runs.describe(platform, caller, run_id, change.applied_to))

    @put("/{run_id:str}/columns", operation_id="runs.set_columns", status_code=202)
    async def set_columns(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        run_id: FromPath[str],
        columns: Body[ColumnsIn],
        *,
        review: Annotated[
            bool,
            QueryParameter(description="Read the first rows only, and count nothing before columns are set again."),
        ] = False,
        prefer: Prefer = None,
    ) -> Response[Accepted[RunOut]]:
        """Set the columns of a run.

        Reads the file again, as the next version of the run. The columns replace those that were set before.
        """
        run = await runs.map_columns(waiter.platform, caller, run_id, columns, is_review=review)
        return await _accepted(waiter, caller, run, prefer)

    @get("/{run_id:str}/preview", operation_id="runs.get_preview")
    async def preview(
        self, platform: Injected[Platform], caller: Injected[Caller], run_id: FromPath[str]
    ) -> RunPreviewOut:
        """Get the preview of a run.

        Returns the first 20 rows of its file as texts, and what the first 5,000 rows say of a run to review. Columns of
        a private dataset are left out.
        """
        return RunPreviewOut.of(await runs.get_preview(platform, caller, run_id))

    @delete("/{run_id:str}", operation_id="runs.delete")
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], run_id: FromPath[str]) -> None:
        """Delete a run.

        Also deletes its rows and its jobs, and ends a job that still runs. The uploaded file stays.
        """
        await runs.delete(platform, caller, run_id)


async def _read(body: FormOrMembers[RunForm, RunIn], platform: Platform) -> RunRequest:
    content = await body.read(max_file_bytes=platform.settings.max_body_bytes)
    if isinstance(content, MultipartForm):
        return read_form(content, platform.settings)
    return await json_bodies.by_size(json_bodies.size(content), read_json, content)


async def _accepted(waiter: Waiter, caller: Caller, run: RunRecord, prefer: str | None) -> Response[Accepted[RunOut]]:
    run = await FOLLOWED.wait(waiter, caller, run, prefer)
    headers = {"Location": f"/v1/runs/{run.id}"} | FOLLOWED.headers(waiter, run, prefer)
    return Json(RunOut.of(run), status_code=HTTPStatus.ACCEPTED, headers=headers)
