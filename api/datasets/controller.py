"""Routes of datasets: create, read, list, delete."""

from http import HTTPStatus
from typing import Annotated

from litestar import Controller, Response, delete, get
from litestar.params import FromPath, QueryParameter

from api.datasets.schemas import DatasetIn, DatasetOut, DatasetPage, DatasetSummaryOut
from api.http import paging
from api.http.answers.json_response import Json
from api.http.answers.responses import Accepted
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.headers import Prefer
from api.http.paging import Cursor, Limit
from api.http.routes import post
from api.jobs.job_resources import WaitableResource
from api.jobs.waiter import Waiter
from shared import datasets, uploads
from shared.accounts import Caller
from shared.datasets.lifecycle import UNFINISHED
from shared.datasets.records import DatasetSource
from shared.kit.platform import Platform

FOLLOWED = WaitableResource(datasets.get, UNFINISHED, datasets.RETRY_AFTER_S)


class DatasetController(Controller):
    """Named test sets, whose truth any number of runs is counted against."""

    path = "/v1/datasets"
    tags = ["datasets"]

    @post(operation_id="datasets.create", status_code=202)
    async def create(
        self, waiter: Injected[Waiter], caller: Injected[Caller], body: Body[DatasetIn], prefer: Prefer = None
    ) -> Response[Accepted[DatasetOut]]:
        """Create a dataset.

        Makes a test set of an upload: sample ids, actual labels and metadata. Runs refer to it by `dataset_id`. The
        file is read in the background: poll `Location` or send `Prefer: wait=N`. The same name again makes its next
        version.
        """
        upload = await uploads.get_completed(waiter.platform, caller, body.upload_id)
        source = DatasetSource(body.name, upload, body.columns, body.private)
        dataset = await datasets.create(waiter.platform, caller, source)
        dataset = await FOLLOWED.wait(waiter, caller, dataset, prefer)
        headers = {"Location": f"/v1/datasets/{dataset.id}"} | FOLLOWED.headers(waiter, dataset, prefer)
        return Json(DatasetOut.of(dataset), status_code=HTTPStatus.ACCEPTED, headers=headers)

    @get(operation_id="datasets.list")
    async def list_own(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        cursor: Cursor = None,
        name: Annotated[str | None, QueryParameter(description="Only the versions of this name.")] = None,
        limit: Limit = 50,
    ) -> DatasetPage:
        """List datasets.

        Returns the account's datasets, newest first.
        """
        found = await datasets.list_own(platform, caller, before=cursor, name=name, limit=limit + 1)
        page = paging.cut(found, limit, lambda dataset: str(dataset.id))
        return DatasetPage([DatasetSummaryOut.of(dataset) for dataset in page.rows], page.next)

    @get("/{dataset_id:str}", operation_id="datasets.get")
    async def read(
        self, waiter: Injected[Waiter], caller: Injected[Caller], dataset_id: FromPath[str], prefer: Prefer = None
    ) -> Response[DatasetOut]:
        """Get a dataset.

        Returns its status, what each column was taken for, and what the file leaves open.
        """
        dataset = await FOLLOWED.wait(waiter, caller, await datasets.get(waiter.platform, caller, dataset_id), prefer)
        return Json(DatasetOut.of(dataset), headers=FOLLOWED.headers(waiter, dataset, prefer))

    @delete("/{dataset_id:str}", operation_id="datasets.delete")
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], dataset_id: FromPath[str]) -> None:
        """Delete a dataset.

        Refused while runs refer to it. Also ends its job, if that still runs; the uploaded file stays.
        """
        await datasets.delete(platform, caller, dataset_id)
