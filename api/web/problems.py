"""Every error as a page, saying the same as the API's problem."""

from typing import Any, cast
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.types import ExceptionHandlersMap

from api.http import problems
from api.http.problems import Problem
from api.web.errors import SignInNeeded
from api.web.page_request import PageRequest, Sent
from shared.accounts.errors import NotAdministrator
from shared.evaluation.inputs.errors import InvalidLabels
from shared.kit.errors import DomainError

MISTAKES: tuple[type[Exception], ...] = (DomainError, InvalidLabels)


def described(request: Sent, error: Exception) -> Problem:
    """The problem that the API would answer with."""
    kind = next(kind for kind in type(error).__mro__ if kind in problems.HANDLERS)
    answer = cast("Any", problems.HANDLERS)[kind](request, error)
    return msgspec.json.decode(answer.content, type=Problem)


def explained(page_request: PageRequest, problem: Problem) -> Response[Any]:
    """The problem as a page, or as the part of one that a script asked for."""
    template = "problem_part.html" if page_request.is_partial else "problem.html"
    return page_request.render(template, page_request.status(problem), problem=problem)


def _page(request: Sent, error: Exception) -> Response[Any]:
    page_request: PageRequest | None = getattr(request.state, "page_request", None)
    if page_request is None:
        # What went wrong before anybody was seen: the database is away, or the address holds a NUL.
        page_request = PageRequest(request, request.app.state.platform, None, "")
    if isinstance(error, SignInNeeded):
        return page_request.redirect(f"/app/sign-in?next={quote(request.url.path)}")
    answer = explained(page_request, described(request, error))
    if isinstance(error, NotAdministrator):
        # Browsers ask for a name and password at this.
        answer.headers["WWW-Authenticate"] = 'Basic realm="evalserve", charset="UTF-8"'
    return answer


HANDLERS: ExceptionHandlersMap = dict.fromkeys(problems.HANDLERS, _page)
