"""The page that compares matrices."""

import asyncio
from typing import Annotated, Any

from litestar import Controller, Response, get
from litestar.params import QueryParameter

from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from shared import matrices
from shared.kit.errors import Fault, InvalidInput, Problem
from shared.presentation.comparisons.page import build_comparison_page

MIN_MATRICES, MAX_MATRICES = 2, 10
MAX_CHOICES = 20


class ComparisonPages(Controller):
    """Pages of comparisons."""

    path = "/app/compare"

    @get()
    async def compare(
        self,
        page_request: Injected[PageRequest],
        uid: Annotated[list[str] | None, QueryParameter()] = None,
        base: Annotated[str, QueryParameter()] = "",
    ) -> Response[Any]:
        """Compare two to ten matrices; without a uid, show a selection of the account's matrices."""
        uids = list(dict.fromkeys(uid or []))
        if not uids:
            return await _choice(page_request, uids)
        try:
            if not MIN_MATRICES <= len(uids) <= MAX_MATRICES:
                raise InvalidInput(
                    Fault(
                        "/uid", f"Select {MIN_MATRICES} to {MAX_MATRICES} matrices with the same samples and classes."
                    )
                )
            records = await matrices.several(page_request.platform, page_request.caller, uids)
            comparison = await asyncio.to_thread(build_comparison_page, records, base or None)
        except MISTAKES as error:
            return await _choice(page_request, uids, problem_of(page_request.request, error))
        return page_request.render("compare/page.html", comparison=comparison, uids=uids)


async def _choice(page_request: PageRequest, uids: list[str], problem: Problem | None = None) -> Response[Any]:
    choices = await matrices.list_own(
        page_request.platform, page_request.caller, before=None, name=None, tag=None, limit=MAX_CHOICES
    )
    return page_request.render(
        "compare/choose.html", page_request.status(problem), choices=choices, uids=uids, problem=problem
    )
