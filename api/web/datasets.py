"""Pages of datasets: the list, and each with the runs that are counted against it."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from shared import datasets, runs
from shared.kit.errors import Problem
from shared.runs.joining.dataset_file import DatasetReading

PAGE_SIZE = 50
# Of a dataset with more, the list of runs shows the rest.
MAX_RUNS = 50


class DatasetPages(Controller):
    """Pages of datasets."""

    path = "/app/datasets"

    @get()
    async def list_own(
        self, page_request: Injected[PageRequest], cursor: Cursor = None, name: Annotated[str, QueryParameter()] = ""
    ) -> Response[str]:
        """List the account's datasets, newest first; only the versions of one name, if given."""
        found = await datasets.list_own(
            page_request.platform,
            page_request.caller,
            before=cursor,
            name=name.strip() or None,
            limit=PAGE_SIZE + 1,
        )
        page = paging.cut(found, PAGE_SIZE, lambda dataset: dataset.id)
        return page_request.render(
            "datasets/list.html", datasets=page.rows, name=name, cursor=cursor, next_cursor=page.next
        )

    @get("/{dataset_id:str}")
    async def read(self, page_request: Injected[PageRequest], dataset_id: FromPath[str]) -> Response[str]:
        """Show a dataset: what its columns were taken for, and its runs."""
        return await _page(page_request, dataset_id)

    @post("/{dataset_id:str}/delete")
    async def delete(self, page_request: Injected[PageRequest], dataset_id: FromPath[str]) -> Response[Any]:
        """Delete a dataset that no run refers to."""
        try:
            await datasets.delete(page_request.platform, page_request.caller, dataset_id)
        except MISTAKES as error:
            return await _page(page_request, dataset_id, problem_of(page_request.request, error))
        return page_request.redirect("/app/datasets?notice=deleted")


async def _page(page_request: PageRequest, dataset_id: str, problem: Problem | None = None) -> Response[str]:
    platform, caller = page_request.platform, page_request.caller
    dataset = await datasets.get(platform, caller, dataset_id)
    counted = await runs.list_own(
        platform, caller, before=None, status=None, dataset_id=dataset.id, tag=None, limit=MAX_RUNS
    )
    return page_request.render(
        "datasets/page.html",
        page_request.status(problem),
        dataset=dataset,
        reading=msgspec.convert(dataset.reading or {}, DatasetReading),
        runs=counted,
        problem=problem,
    )
