"""Pages for errors, with the same content as the API's problems."""

from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.types import ExceptionHandlersMap

from api.http.answers import problems
from api.web.errors import SignInNeeded
from api.web.page_request import HttpRequest, PageRequest
from shared.evaluation.inputs.errors import InvalidLabels
from shared.kit.errors import DomainError, Problem

MISTAKES: tuple[type[Exception], ...] = (DomainError, InvalidLabels)


# No cache gives one of the two answers for the other, or keeps that there was nothing for later.
_OF_BOTH = {"Cache-Control": "no-store", "Vary": "Accept"}


def problem_page(page_request: PageRequest, problem: Problem) -> Response[Any]:
    """Render the problem as a page, or as the part of a page that a script requested."""
    template = "problem_part.html" if page_request.is_partial else "problem.html"
    return page_request.render(template, page_request.status(problem), problem=problem)


def _page(request: HttpRequest, error: Exception) -> Response[Any]:
    page_request: PageRequest | None = getattr(request.state, "page_request", None)
    if page_request is None:
        # The error came before authentication: the database is unavailable, or no page has the address.
        page_request = PageRequest(request, request.app.state.platform, None, "", knows_session=False)
    if isinstance(error, SignInNeeded):
        query = f"?{request.url.query}" if request.url.query else ""
        return page_request.redirect(f"/app/sign-in?next={quote(request.url.path + query)}")
    answer = problem_page(page_request, problems.problem_of(request, error))
    answer.headers.update(problems.headers_of(error))
    return answer


def page_or_problem(request: HttpRequest, error: Exception) -> Response[Any]:
    """Answer with a page where HTML is asked for, and as every other route elsewhere."""
    if "text/html" in request.headers.get("accept", ""):
        return _page(request, error)
    return problems.answer(problems.problem_of(request, error), _OF_BOTH | problems.headers_of(error))


HANDLERS: ExceptionHandlersMap = dict.fromkeys(problems.HANDLERS, _page)

# Of addresses that browsers and programs share: a page where HTML is asked for.
FOR_ALL: ExceptionHandlersMap = dict.fromkeys(problems.HANDLERS, page_or_problem)
