"""Receiving bodies, within a time limit and a size limit."""

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

    The framework collects it from a stream, which for a small body costs more than the rest of the request.
    """

    async def body(self) -> bytes:
        """Return the whole body; raises RequestEntityTooLarge before more of it is held than the route accepts."""
        if self._body is Empty:
            limit = self.route_handler.resolve_request_max_body_size() or math.inf
            if (_content_length(self.scope) or 0) > limit:
                raise RequestEntityTooLarge
            self._body = await _whole(self.receive, limit)
        return self._body


async def _whole(receive: Receive, limit: float) -> bytes:
    pieces, size, has_more = [], 0, True
    while has_more:
        message: Any = await receive()
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            raise RequestEntityTooLarge
        has_more = message.get("more_body", False)
    return b"".join(pieces)


def around(app: ASGIApp, timeout_s: float) -> ASGIApp:
    """Wrap the application: reading a body raises BodyTooSlow after `timeout_s`, BodyCutOff if the client is gone."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] in WITH_BODIES:
            await app(scope, _TimedReceive(receive, timeout_s, _content_length(scope)).receive, send)
        else:
            await app(scope, receive, send)

    return handle


class _TimedReceive:
    """Receives the messages of a body before the deadline; afterwards, the client's disconnection."""

    def __init__(self, receive: Receive, timeout_s: float, content_length: int | None) -> None:
        self._receive = receive
        self._deadline = asyncio.get_running_loop().time() + timeout_s
        self._missing = content_length
        self._is_complete = False

    async def receive(self) -> HTTPReceiveMessage:
        if self._is_complete:
            return await self._receive()  # type: ignore[return-value] # an HTTP request has no other messages
        try:
            # One deadline for the whole body: with one per message, a byte now and then would never be late.
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        if message["type"] != "http.request":
            raise BodyCutOff
        if self._missing is not None:
            self._missing -= len(message.get("body", b""))
            if self._missing == 0:
                # The server says so only in one more message, which costs as much as all its other work for a request.
                message["more_body"] = False
        self._is_complete = not message.get("more_body", False)
        return message


def _content_length(scope: HTTPScope) -> int | None:
    length = first(scope, b"content-length") or b""
    # No server accepts more digits.
    return int(length) if length.isdigit() and len(length) <= MAX_DIGITS else None
