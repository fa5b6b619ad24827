"""What the type that a handler returns says of its answers."""

from http import HTTPStatus
from typing import Annotated, Any

import pytest
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from api.http.answers.responses import LINKED, Accepted, NotModified, Png, Success, successes
from api.http.runtime_types import RuntimeType


@get("/value")
async def value() -> dict[str, int]:
    return {}


@get("/json")
async def json() -> Response[dict[str, int]]:
    raise NotImplementedError


@get("/parts")
async def parts() -> Response[Png | Accepted[int] | NotModified]:
    raise NotImplementedError


@get("/made")
async def made() -> Response[Annotated[Any, RuntimeType(float)]]:
    raise NotImplementedError


@get("/link", status_code=307)
async def link() -> Annotated[Redirect, LINKED]:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (value, []),
        (json, [Success(None, "application/json", dict[str, int])]),
        (
            parts,
            [
                Success(None, "image/png", bytes),
                Success(HTTPStatus.ACCEPTED, "application/json", int),
                Success(HTTPStatus.NOT_MODIFIED, "application/json", type(None)),
            ],
        ),
        (made, [Success(None, "application/json", float)]),
        (link, [Success(HTTPStatus.OK, "application/octet-stream", bytes)]),
    ],
)
def test_the_answers_of_a_route_are_what_its_handler_returns(
    handler: HTTPRouteHandler, expected: list[Success]
) -> None:
    assert successes(handler) == expected


def test_nothing_comes_with_an_answer_that_is_not_modified() -> None:
    assert [success.has_body for success in successes(parts)] == [True, True, False]
