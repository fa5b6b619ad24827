"""The envelope that contract B puts around everything it answers, errors included."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

import msgspec
from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from api.http import problems
from api.http.json_response import Json
from shared.evaluation.calculators.exact_rounding import Figure
from shared.kit.errors import Fault

Sent = Request[Any, Any, Any]


class MetaOut(msgspec.Struct):
    """When and as what the request was answered."""

    timestamp: str
    request_id: str


class EnvelopedProblem(msgspec.Struct):
    """What went wrong, as RFC 9457 describes it but for the status, and as contract B's clients look for it."""

    type: str
    title: str
    status: Literal["error"]
    detail: str
    code: str
    message: str
    success: bool
    meta: MetaOut
    errors: list[Fault] = []


def answer(request: Sent, message: str, data: Mapping[str, object]) -> Response[Any]:
    """What was asked for, in its envelope."""
    return Json({"data": data, "meta": _meta(request), "status": "ok", "message": message, "success": True})


def in_order(data: Mapping[str, object]) -> dict[str, object]:
    """The members as contract B shows them: the short names first, names of one length by the alphabet."""
    return {name: data[name] for name in _sorted(tuple(data))}


def documented(name: str, data: type) -> type[msgspec.Struct]:
    """The envelope around some data, for the OpenAPI document."""
    members = [("data", data), ("meta", MetaOut), ("status", Literal["ok"]), ("message", str), ("success", bool)]
    return msgspec.defstruct(name, members)


def documented_figures(name: str, names: list[str], inputs: type) -> type[msgspec.Struct]:
    """The figures of a table, with their note and inputs, for the OpenAPI document."""
    return msgspec.defstruct(name, [("note", str), ("inputs", inputs), *((figure, Figure) for figure in names)])


@cache
def _sorted(names: tuple[str, ...]) -> list[str]:
    # Few different ones: the members of our own tables, never what is sent.
    return sorted(names, key=lambda name: (len(name), name))


def _meta(request: Sent) -> MetaOut:
    timestamp = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
    return MetaOut(timestamp, request.scope["state"]["request_id"])


def _answer_in_envelope(request: Sent, error: Exception) -> Response[bytes]:
    problem = problems.problem_of(request, error)
    response = problems.answer(problem, problems.headers_of(error))
    # The status of a problem is a number; contract B's clients look for a word there, and who wants the number has it
    # in the status line.
    envelope = {"success": False, "status": "error", "message": problem.detail, "meta": _meta(request)}
    response.content = msgspec.json.encode(msgspec.to_builtins(problem) | envelope)
    return response


HANDLERS: ExceptionHandlersMap = dict.fromkeys(problems.HANDLERS, _answer_in_envelope)
