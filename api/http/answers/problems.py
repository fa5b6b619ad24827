"""Every error as RFC 9457 problem+json."""

import re
from collections.abc import Mapping
from enum import EnumType
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from api.http.bodies.decode_errors import among, plain
from shared.accounts.errors import NotAdministrator
from shared.evaluation.confusion.matrix import ManyClasses
from shared.evaluation.inputs.errors import InvalidLabels
from shared.kit import errors
from shared.kit.errors import DomainError, Fault, InvalidInput, ManyClassesUnsupported, Problem, problem

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger()

HttpRequest = Request[Any, Any, Any]


def problem_of(request: HttpRequest, error: Exception) -> Problem:
    """Convert an error to a problem, for plain and enveloped answers and for pages."""
    match error:
        case DomainError() | InvalidLabels():
            return errors.problem_of(error)
        case ManyClasses():
            return ManyClassesUnsupported().problem()
        case ValidationException():
            return _of_parameters(request, error)
        case HTTPException():
            return _of_http(error)
        case _:
            return _of_internal_error(error)


def headers_of(error: Exception) -> dict[str, str]:
    """Return the headers that an error needs, in every kind of answer."""
    match error:
        case NotAdministrator():
            # Browsers prompt for a name and password on this header.
            return {"WWW-Authenticate": 'Basic realm="evalserve", charset="UTF-8"'}
        case DomainError(retry_after_s=int(seconds)):
            return {"Retry-After": str(seconds)}
        case HTTPException():
            return dict(error.headers or {})
        case _:
            return {}


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """Build the response for a problem."""
    headers = dict(headers or {})
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="evalserve"')
    content = msgspec.json.encode(problem)
    return Response(content, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def _answer(request: HttpRequest, error: Exception) -> Response[bytes]:
    return answer(problem_of(request, error), headers_of(error))


def _of_parameters(request: HttpRequest, error: ValidationException) -> Problem:
    entries = error.extra if isinstance(error.extra, list) else []
    faults = [_of_parameter(request, entry.get("key", ""), entry["message"]) for entry in entries]
    if missing := _MISSING.match(error.detail):
        faults.append(Fault(f"/{missing['name']}", f"{missing['name']}: this {missing['kind']} parameter is required."))
    return InvalidInput(*faults).problem() if faults else _of_http(error)


def _of_parameter(request: HttpRequest, key: str, message: str) -> Fault:
    # Litestar names a parameter as the handler's code does, and its decoder does not list the accepted values.
    parameter = request.route_handler.parsed_fn_signature.parameters.get(key)
    name = getattr(parameter and parameter.kwarg_definition, "name", None) or key
    if parameter and message.startswith("Invalid enum value"):
        kinds = (parameter, *parameter.inner_types)
        message = among([value for kind in kinds for value in (kind.args if kind.is_literal else _members(kind.raw))])
    # All that a query holds is text; one that is no number to the decoder may be one to people, such as “.5”.
    message = message.replace("got `str`", "such as 0.5" if "`float" in message else "such as 5")
    return Fault(f"/{name}", f"{name}: {plain(message)}.")


def _members(kind: Any) -> list[Any]:
    return list(kind) if isinstance(kind, EnumType) else []


# Litestar reports missing parameters in its message only.
_MISSING = re.compile(r"Missing required (?P<kind>\w+) parameter '(?P<name>[^']+)'")


def _of_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    detail = _DETAILS.get(status) or error.detail
    return problem(status, status.phrase.lower().replace(" ", "-"), detail)


def _of_internal_error(error: Exception) -> Problem:
    # The client gets an id to report and no details; the log has both.
    error_id = uuid4()
    log.error("unforeseen error", error_id=str(error_id), exc_info=error)
    detail = f"An internal error occurred. Please report it with the id {error_id}."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-server-error", detail)


_DETAILS = {
    HTTPStatus.NOT_FOUND: "No route has this path; see /docs for all routes.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This route does not support this method; see /docs for its methods.",
}

HANDLERS: ExceptionHandlersMap = {HTTPException: _answer, Exception: _answer}
