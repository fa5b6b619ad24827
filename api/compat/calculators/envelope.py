"""The envelope around every response of the calculator API, errors included."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response
from litestar.types import ExceptionHandlersMap
from msgspec import Meta

from api.http.answers import problems
from api.http.answers.json_response import Json
from shared.evaluation.calculators.exact_rounding import MetricValue
from shared.evaluation.calculators.tables import Calculator
from shared.kit.errors import Fault

EnvelopeRequest = Request[Any, Any, Any]


class MetaOut(msgspec.Struct):
    """When and under which id the request was answered."""

    timestamp: Annotated[str, Meta(description="Time of the answer, in UTC.")]
    request_id: Annotated[str, Meta(description="Id of the request, also in the header X-Request-ID.")]


class EnvelopedProblem(msgspec.Struct):
    """A problem (RFC 9457) in the envelope of the calculator API: `status` is a word."""

    type: Annotated[str, Meta(description="Link to an explanation of the problem.")]
    title: Annotated[str, Meta(description="Name of the HTTP status.")]
    status: Annotated[Literal["error"], Meta(description="Always `error`; the HTTP status is in the status line.")]
    detail: Annotated[str, Meta(description="What is wrong, and what to change.")]
    code: Annotated[str, Meta(description="Stable name of the problem, for programs.")]
    message: Annotated[str, Meta(description="The same as `detail`.")]
    success: Annotated[bool, Meta(description="Always false.")]
    meta: Annotated[MetaOut, Meta(description="Time and id of the answer.")]
    errors: Annotated[list[Fault], Meta(description="Every fault of the input, with its place.")] = []


def answer(request: EnvelopeRequest, message: str, data: Mapping[str, object]) -> Response[Any]:
    """Make a response in the envelope."""
    return Json({"data": data, "meta": _meta(request), "status": "ok", "message": message, "success": True})


def in_order(data: Mapping[str, object]) -> dict[str, object]:
    """The members in the order of the calculator API: the short names first, names of one length by the alphabet."""
    return {name: data[name] for name in _sort_names(tuple(data))}


def document_envelope(name: str, data: type) -> type[msgspec.Struct]:
    """Make the type of an envelope around some data, for the OpenAPI document."""
    members = [
        describe_member("data", data, "The results."),
        describe_member("meta", MetaOut, "Time and id of the answer."),
        describe_member("status", Literal["ok"], "Always `ok`."),
        describe_member("message", str, "Name of the calculator."),
        describe_member("success", bool, "Always true."),
    ]
    return msgspec.defstruct(name, members, namespace={"__doc__": "The envelope of the calculator API."})


def document_metrics(name: str, calculator: Calculator[Any], inputs: type) -> type[msgspec.Struct]:
    """Make the type of a table's metrics, with their note and inputs, for the OpenAPI document."""
    note = describe_member("note", str, "What the calculator computes.")
    members = [note, describe_member("inputs", inputs, "The inputs as they were read."), *metric_members(calculator)]
    return msgspec.defstruct(name, members, namespace={"__doc__": calculator.purpose})


def metric_members(calculator: Calculator[Any]) -> list[tuple[str, Any]]:
    """The metrics of a table as members of a Struct."""
    return [
        describe_member(
            entry.name,
            MetricValue,
            f"{entry.metric.definition} `{entry.metric.formula}`; null where this is 0: {entry.denominator}.",
        )
        for entry in calculator.entries
    ]


def describe_member(name: str, kind: Any, description: str) -> tuple[str, Any]:
    """A member of a Struct, with its description."""
    return name, Annotated[kind, Meta(description=description)]


@cache
def _sort_names(names: tuple[str, ...]) -> list[str]:
    # Cached for the few sets of names of our own tables, never for names from a request.
    return sorted(names, key=lambda name: (len(name), name))


def _meta(request: EnvelopeRequest) -> MetaOut:
    timestamp = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
    return MetaOut(timestamp, request.scope["state"]["request_id"])


def _answer_in_envelope(request: EnvelopeRequest, error: Exception) -> Response[bytes]:
    problem = problems.problem_of(request, error)
    response = problems.answer(problem, problems.headers_of(error))
    # The status of a problem is a number; clients of the calculator API expect a word; the number is
    # in the status line.
    envelope = {"success": False, "status": "error", "message": problem.detail, "meta": _meta(request)}
    response.content = msgspec.json.encode(msgspec.to_builtins(problem) | envelope)
    return response


HANDLERS: ExceptionHandlersMap = dict.fromkeys(problems.HANDLERS, _answer_in_envelope)
