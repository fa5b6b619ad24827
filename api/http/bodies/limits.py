"""The most bytes that the body of each route may have."""

import re
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

from litestar import Litestar
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import HTTPRoute

from shared.kit.errors import DomainError
from shared.kit.settings import Settings

_OPTION = "body"
_PARAMETER = re.compile(r"\\\{.*?\\\}")


class BodySize(StrEnum):
    """The kinds of bodies by their size; a route without one takes small ones."""

    SMALL = "max_small_body_bytes"
    TABLE = "max_table_bytes"
    LARGE = "max_body_bytes"


# Options of the routes that take vectors, label sets, probabilities, counts, annotations and files.
LARGE: dict[str, Any] = {_OPTION: BodySize.LARGE}
# Options of the pages that take tables, and of batches.
TABLE: dict[str, Any] = {_OPTION: BodySize.TABLE}


class BodyTooLarge(DomainError):
    """The request body is larger than this route accepts; send less at once."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request-entity-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The request body has more than the {limit:,} bytes that this route accepts; send less.")


class BodyLimit(NamedTuple):
    """The most bytes of a body, and how many times as much of the budget as of bytes it takes."""

    size: int
    weight: int


def limit_of(handler: BaseRouteHandler, settings: Settings) -> BodyLimit:
    """Return the limit of a route."""
    return _limit(_size(handler), settings)


def limit_of_path(app: Litestar, path: str, settings: Settings) -> BodyLimit:
    """Return the limit of a POST to a path, for code that runs before routing."""
    return _limit(next((size for route, size in _routes(app) if route.fullmatch(path)), BodySize.SMALL), settings)


def _size(handler: BaseRouteHandler) -> BodySize:
    return BodySize(handler.opt.get(_OPTION, BodySize.SMALL))


def _limit(size: BodySize, settings: Settings) -> BodyLimit:
    # A table takes as much memory while it is read as the longest vectors.
    weight = settings.max_body_bytes // settings.max_table_bytes if size is BodySize.TABLE else 1
    # An operator who lowers the largest body lowers all of them.
    return BodyLimit(min(int(getattr(settings, size)), settings.max_body_bytes), max(1, weight))


@cache
def _routes(app: Litestar) -> list[tuple[re.Pattern[str], BodySize]]:
    posts = [
        (route.path_format, _size(handler))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if "POST" in handler.http_methods
    ]
    return [
        (re.compile(_PARAMETER.sub("[^/]+", re.escape(path)) + "/?"), size)
        for path, size in posts
        if size is not BodySize.SMALL
    ]
