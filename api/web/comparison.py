"""The page that sets matrices side by side."""

import asyncio
from typing import Annotated, Any

from litestar import Controller, Response, get
from litestar.params import QueryParameter

from api.http.injected import Injected
from api.http.problems import problem_of
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from shared import matrices
from shared.kit.errors import Fault, InvalidInput, Problem
from shared.presentation.comparison_page import comparing

FEWEST, MOST = 2, 10
NAMED = 20


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
        """Two to ten matrices: who wins on what, and where they differ; a choice of them where none is named."""
        uids = list(dict.fromkeys(uid or []))
        if not uids:
            return await _choice(page_request, uids)
        try:
            if not FEWEST <= len(uids) <= MOST:
                raise InvalidInput(
                    Fault("/uid", f"Select {FEWEST} to {MOST} matrices with the same samples and classes.")
                )
            found = await matrices.several(page_request.platform, page_request.caller, uids)
            shown = await asyncio.to_thread(comparing, found, base or None)
        except MISTAKES as error:
            return await _choice(page_request, uids, problem_of(page_request.request, error))
        return page_request.render("compare/page.html", shown=shown, uids=uids)


async def _choice(page_request: PageRequest, uids: list[str], problem: Problem | None = None) -> Response[Any]:
    own = await matrices.list_own(
        page_request.platform, page_request.caller, before=None, name=None, tag=None, limit=NAMED
    )
    return page_request.render("compare/choose.html", page_request.status(problem), own=own, uids=uids, problem=problem)
