"""Every error as a page, saying the same as the API's problem."""

from typing import Any, cast
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.types import ExceptionHandlersMap

from api.http import problems
from api.http.problems import Problem
from api.web.errors import SignInNeeded
from api.web.page_request import Sent, Visit
from shared.accounts.errors import NotAdministrator
from shared.evaluation.inputs.errors import InvalidLabels
from shared.kit.errors import DomainError

MISTAKES: tuple[type[Exception], ...] = (DomainError, InvalidLabels)


def described(request: Sent, error: Exception) -> Problem:
    """The problem that the API would answer with."""
    kind = next(kind for kind in type(error).__mro__ if kind in problems.HANDLERS)
    answer = cast("Any", problems.HANDLERS)[kind](request, error)
    return msgspec.json.decode(answer.content, type=Problem)


def explained(visit: Visit, problem: Problem) -> Response[Any]:
    """The problem as a page, or as the part of one that a script asked for."""
    template = "problem_part.html" if visit.is_partial else "problem.html"
    return visit.page(template, visit.status(problem), problem=problem)


def _page(request: Sent, error: Exception) -> Response[Any]:
    visit: Visit | None = getattr(request.state, "visit", None)
    if visit is None:
        # What went wrong before anybody was seen: the database is away, or the address holds a NUL.
        visit = Visit(request, request.app.state.platform, None, "")
    if isinstance(error, SignInNeeded):
        return visit.redirect(f"/app/sign-in?next={quote(request.url.path)}")
    answer = explained(visit, described(request, error))
    if isinstance(error, NotAdministrator):
        # Browsers ask for a name and password at this.
        answer.headers["WWW-Authenticate"] = 'Basic realm="evalserve", charset="UTF-8"'
    return answer


HANDLERS: ExceptionHandlersMap = dict.fromkeys(problems.HANDLERS, _page)
