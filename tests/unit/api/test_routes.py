"""What handlers take as their body, and what the framework sees instead."""

from inspect import signature
from typing import Annotated, Any

import msgspec
import pytest
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler

from api.app import create_app
from api.http.bodies.json_bodies import Body, Members
from api.http.bodies.multipart import FormBody
from api.http.dependencies import Injected
from api.http.routes import BodyType, body_of, post
from api.http.runtime_types import RuntimeType
from shared.kit.settings import Settings
from tests.unit.api.test_app import SETTINGS

Sent = Request[Any, Any, Any]


class Letter(msgspec.Struct):
    text: str


@post("/decoded")
async def decoded(caller: Injected[str], letter: Body[Letter], limit: int = 3) -> None: ...


@post("/undecoded")
async def undecoded(request: Sent, members: Members[Letter]) -> None: ...


@post("/form")
async def form(parts: FormBody[Letter]) -> None: ...


@post("/made")
async def made(members: Members[Annotated[Any, RuntimeType(Letter | None)]]) -> None: ...


@post("/nothing")
async def nothing(caller: Injected[str]) -> None: ...


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (decoded, BodyType(Letter, "application/json")),
        (undecoded, BodyType(Letter, "application/json")),
        (form, BodyType(Letter, "multipart/form-data")),
        (made, BodyType(Letter | None, "application/json")),
        (nothing, None),
    ],
)
def test_the_body_of_a_route_is_what_its_handler_declares(handler: HTTPRouteHandler, expected: BodyType | None) -> None:
    assert body_of(handler) == expected


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (decoded, ["caller", "limit", "request"]),
        (undecoded, ["request"]),
        (form, ["request"]),
        (nothing, ["caller"]),
    ],
)
def test_the_framework_sees_the_request_where_a_handler_has_the_body(
    handler: HTTPRouteHandler, expected: list[str]
) -> None:
    assert list(signature(handler.fn).parameters) == expected
    assert list(handler.parsed_fn_signature.parameters) == expected


def test_a_handler_has_one_body() -> None:
    with pytest.raises(ValueError, match="too many values"):

        @post("/two")
        async def two(first: Body[Letter], second: Body[Letter]) -> None: ...


def test_no_route_takes_a_body_that_is_not_read() -> None:
    routes: Litestar = create_app(Settings.model_validate(SETTINGS))
    handlers = [handler for route in routes.routes for handler in getattr(route, "route_handlers", ())]
    left = [
        f"{handler}: {name}"
        for handler in handlers
        for name, field in handler.parsed_fn_signature.parameters.items()
        if "body" in field.metadata or field.origin in {Members, FormBody}
    ]

    assert len([handler for handler in handlers if body_of(handler)]) > 30
    assert left == []
