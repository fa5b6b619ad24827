"""Every error as RFC 9457 problem+json."""

import re
from enum import EnumType
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from api.http.decode_errors import among, plain
from shared.accounts.errors import NotAdministrator
from shared.evaluation.inputs.errors import InvalidLabels
from shared.kit.errors import DomainError, Fault, InvalidInput, problem

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger()

Sent = Request[Any, Any, Any]


class Place(msgspec.Struct):
    """One invalid place in the request."""

    pointer: str
    detail: str


class Problem(msgspec.Struct):
    """What went wrong, as RFC 9457 describes it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Place] = []


def answer(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response[bytes]:
    """A problem as a response."""
    headers = dict(headers or {})
    if body["status"] == HTTPStatus.UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="evalserve"')
    content = msgspec.json.encode(body)
    return Response(content, status_code=body["status"], media_type=MEDIA_TYPE, headers=headers)


def _domain(_: Sent, error: DomainError) -> Response[bytes]:
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s is not None else {}
    if isinstance(error, NotAdministrator):
        # Browsers ask for a name and password at this.
        headers["WWW-Authenticate"] = 'Basic realm="evalserve", charset="UTF-8"'
    return answer(error.problem(), headers)


def _labels(_: Sent, error: InvalidLabels) -> Response[bytes]:
    steps = (error.vector, error.index, getattr(error, "position", None))
    pointer = "".join(f"/{step}" for step in steps if step is not None)
    return answer(InvalidInput(Fault(pointer, error.detail)).problem())


def _parameters(request: Sent, error: ValidationException) -> Response[bytes]:
    places = error.extra if isinstance(error.extra, list) else []
    faults = [_of_parameter(request, place.get("key", ""), place["message"]) for place in places]
    if missing := _MISSING.match(error.detail):
        faults.append(Fault(f"/{missing['name']}", f"{missing['name']}: this {missing['kind']} parameter is required."))
    return answer(InvalidInput(*faults).problem() if faults else _described(error))


def _of_parameter(request: Sent, key: str, message: str) -> Fault:
    # Litestar names a parameter as the handler's code does, and its decoder does not say which values it knows.
    parameter = request.route_handler.parsed_fn_signature.parameters.get(key)
    name = getattr(parameter and parameter.kwarg_definition, "name", None) or key
    if parameter and message.startswith("Invalid enum value"):
        kinds = (parameter, *parameter.inner_types)
        message = among([value for kind in kinds for value in (kind.args if kind.is_literal else _members(kind.raw))])
    return Fault(f"/{name}", f"{name}: {plain(message)}.")


def _members(kind: Any) -> list[Any]:
    return list(kind) if isinstance(kind, EnumType) else []


# Litestar tells of these in words only.
_MISSING = re.compile(r"Missing required (?P<kind>\w+) parameter '(?P<name>[^']+)'")


def _http(_: Sent, error: HTTPException) -> Response[bytes]:
    return answer(_described(error), error.headers)


def _described(error: HTTPException) -> dict[str, Any]:
    status = HTTPStatus(error.status_code)
    detail = _DETAILS.get(status) or error.detail
    return problem(status, status.phrase.lower().replace(" ", "-"), detail)


def _unforeseen(_: Sent, error: Exception) -> Response[bytes]:
    # The client learns an id to report, the log what happened; neither learns of the other's.
    error_id = uuid4()
    log.error("unforeseen error", error_id=str(error_id), exc_info=error)
    detail = f"This is a mistake of ours, not yours. Please report it with the id {error_id}."
    return answer(problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-server-error", detail))


_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address; /docs lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method; /docs lists what it takes.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than this service takes; send less at a time.",
}

HANDLERS: ExceptionHandlersMap = {
    DomainError: _domain,
    InvalidLabels: _labels,
    ValidationException: _parameters,
    HTTPException: _http,
    Exception: _unforeseen,
}
