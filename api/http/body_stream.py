"""Bodies arrive in time, or not at all."""

import asyncio
import math
from http import HTTPStatus
from typing import Any

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import ASGIApp, Empty, HTTPReceiveMessage, HTTPScope, Receive, Scope, Send

from api.http.headers import first
from shared.kit.errors import DomainError

WITH_BODIES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

MAX_DIGITS = 19


class BodyTooSlow(DomainError):
    """The request body did not arrive in time; send less at once or use a faster connection."""

    status, code = HTTPStatus.REQUEST_TIMEOUT, "body-too-slow"


class BodyCutOff(DomainError):
    """The connection was closed before the request body was complete."""

    code = "body-cut-off"


class CollectedRequest(Request[Any, Any, Any]):
    """A request whose body is collected from the server's messages themselves.

    The framework collects it from a stream, which costs a small body more than all that is done with it.
    """

    async def body(self) -> bytes:
        """All of the body; raises RequestEntityTooLarge before more of it is kept than the route takes."""
        if self._body is Empty:
            limit = self.route_handler.resolve_request_max_body_size() or math.inf
            if (_announced(self.scope) or 0) > limit:
                raise RequestEntityTooLarge
            self._body = await _whole(self.receive, limit)
        return self._body


async def _whole(receive: Receive, limit: float) -> bytes:
    pieces, size, is_coming = [], 0, True
    while is_coming:
        message: Any = await receive()
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            raise RequestEntityTooLarge
        is_coming = message.get("more_body", False)
    return b"".join(pieces)


def around(app: ASGIApp, timeout_s: float) -> ASGIApp:
    """Wrap the application: reading a body raises BodyTooSlow after so long, BodyCutOff when nobody sends any more."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] in WITH_BODIES:
            await app(scope, _Arrival(receive, timeout_s, _announced(scope)).receive, send)
        else:
            await app(scope, receive, send)

    return handle


class _Arrival:
    """What is still to come of a body; afterwards, whether the client is still there."""

    def __init__(self, receive: Receive, timeout_s: float, announced: int | None) -> None:
        self._receive = receive
        self._deadline = asyncio.get_running_loop().time() + timeout_s
        self._missing = announced
        self._has_arrived = False

    async def receive(self) -> HTTPReceiveMessage:
        if self._has_arrived:
            return await self._receive()  # type: ignore[return-value] # an HTTP request has no other messages
        try:
            # On the whole of it: one byte now and then would never be late.
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        if message["type"] != "http.request":
            raise BodyCutOff
        if self._missing is not None:
            self._missing -= len(message.get("body", b""))
            if self._missing == 0:
                # The server says so only in one more message, which is as dear as all else that it does for a request.
                message["more_body"] = False
        self._has_arrived = not message.get("more_body", False)
        return message


def _announced(scope: HTTPScope) -> int | None:
    length = first(scope, b"content-length") or b""
    # No server lets more digits in.
    return int(length) if length.isdigit() and len(length) <= MAX_DIGITS else None
