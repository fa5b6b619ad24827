"""Routes whose handlers have the request's body as a parameter.

`Body[Struct]` is the body, decoded; `Members[Struct]` its members, undecoded; `FormBody[Struct]` a form, not read yet.
The body is read after all other parameters, so that no body is decoded before its caller is authenticated. The body
type of a handler is determined at its declaration, from where the OpenAPI document has it (`body_of`).
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import litestar
from litestar import Request
from litestar.handlers import HTTPRouteHandler

from api.http.bodies import json_bodies
from api.http.bodies.json_bodies import BODY, Members
from api.http.bodies.multipart import FormBody, FormOrMembers
from api.http.dependencies import AnyRequest
from api.http.runtime_types import resolve

JSON, FORM = "application/json", "multipart/form-data"

Handler = Callable[..., Awaitable[Any]]
Read = Callable[[Request[Any, Any, Any]], Awaitable[Any]]


class BodyType(NamedTuple):
    """The body of a handler: a Struct or a union of Structs, and the media type."""

    kind: Any
    media_type: str
    # Of a body that may come in two forms.
    other: "BodyType | None" = None


def post(path: str | None = None, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a route as the framework does, for a handler that may have the body as a parameter."""
    return lambda handler: litestar.post(path, **options)(_with_body(handler))


def put(path: str | None = None, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a route as the framework does, for a handler that may have the body as a parameter."""
    return lambda handler: litestar.put(path, **options)(_with_body(handler))


def patch(path: str | None = None, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a route as the framework does, for a handler that may have the body as a parameter."""
    return lambda handler: litestar.patch(path, **options)(_with_body(handler))


def body_of(handler: HTTPRouteHandler) -> BodyType | None:
    """Return the body type of a route, or None."""
    body_type: BodyType | None = getattr(handler.fn, "body_type", None)
    return body_type


def _with_body(handler: Handler) -> Handler:
    """Return the handler as the framework calls it: with the request in place of the body."""
    annotations = handler.__annotations__
    body_parameters = {name: body for name, kind in annotations.items() if (body := _body(kind)) is not None}
    if not body_parameters:
        return handler
    ((name, (body_type, read)),) = body_parameters.items()
    takes_request = "request" in annotations

    @wraps(handler)
    async def call(*owner: Any, request: Request[Any, Any, Any], **arguments: Any) -> Any:
        if takes_request:
            arguments["request"] = request
        arguments[name] = await read(request)
        return await handler(*owner, **arguments)

    original = signature(handler)
    parameters = [parameter for parameter in original.parameters.values() if parameter.name != name]
    annotations = {key: value for key, value in annotations.items() if key != name}
    if not takes_request:
        parameters.append(Parameter("request", Parameter.KEYWORD_ONLY, annotation=AnyRequest))
        annotations["request"] = AnyRequest
    call.__signature__ = original.replace(parameters=parameters)  # type: ignore[attr-defined] # as any function may
    call.__annotations__ = annotations
    call.body_type = body_type  # type: ignore[attr-defined] # for `body_of`
    return call


def _body(annotation: Any) -> tuple[BodyType, Read] | None:
    """Return the body type that an annotation declares, and its reader; None for any other parameter."""
    origin, kind = get_origin(annotation), resolve(next(iter(get_args(annotation)), None))
    if origin is Annotated and BODY in annotation.__metadata__:
        return BodyType(kind, JSON), _reader(kind)
    if origin is Members:
        return BodyType(kind, JSON), _splitter(kind)
    if origin is FormBody:
        return BodyType(kind, FORM), _unread
    if origin is FormOrMembers:
        form, members = (resolve(part) for part in get_args(annotation))
        return BodyType(members, JSON, BodyType(form, FORM)), _either(members)
    return None


def _either(kind: type) -> Read:
    async def read(request: Request[Any, Any, Any]) -> FormOrMembers[Any, Any]:
        return FormOrMembers(request, kind)

    return read


def _reader(kind: type) -> Read:
    async def read(request: Request[Any, Any, Any]) -> Any:
        return await json_bodies.read(request, kind)

    return read


def _splitter(kind: Any) -> Read:
    kinds = get_args(kind) or (kind,)

    async def read(request: Request[Any, Any, Any]) -> Members[Any]:
        return await json_bodies.fields(request, *kinds)

    return read


async def _unread(request: Request[Any, Any, Any]) -> FormBody[Any]:
    return FormBody(request)
