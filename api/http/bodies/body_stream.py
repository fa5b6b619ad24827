"""Receiving bodies: within a time limit, a size limit, and what the process may hold at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus
from typing import Any, cast

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send

from api.http.bodies.budget import FREE_BYTES, BodyBudget
from api.http.bodies.content_encoding import Inflater, inflater
from api.http.bodies.limits import BodyLimit, BodyTooLarge, limit_of
from api.http.headers import first
from shared.kit.errors import DomainError
from shared.kit.settings import Settings

WITH_BODIES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

MAX_DIGITS = 19

# So long may a client go on sending a body that was refused; who sends for longer loses the connection.
_DRAIN_S = 5.0

_REFUSED = frozenset({HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.SERVICE_UNAVAILABLE})

# Key in a request's state of its body.
_BODY = "incoming_body"


class BodyTooSlow(DomainError):
    """The request body did not arrive in time; send less at once or use a faster connection."""

    status, code = HTTPStatus.REQUEST_TIMEOUT, "body-too-slow"


class BodyCutOff(DomainError):
    """The connection was closed before the request body was complete."""

    code = "body-cut-off"


class IncomingBody:
    """The body of one request, in the order of its bytes; what was collected of it is received once more.

    Until its sender is known, it may have few bytes only, and take little time.
    """

    def __init__(self, scope: HTTPScope, receive: Receive, settings: Settings, budget: BodyBudget) -> None:
        self._settings = settings
        self._budget = budget
        self._receive = receive
        self._began = asyncio.get_running_loop().time()
        self._deadline = self._began + settings.unknown_body_timeout_s
        self._limit = min(settings.max_small_body_bytes, settings.max_body_bytes)
        self._length = _content_length(scope)
        self._encoding = first(scope, b"content-encoding")
        self._inflater: Inflater | None = None
        self._received = self._size = self._held = 0
        self._weight = 1
        self._has_all_input = False
        self._is_complete = False
        self._collected = bytearray()
        self._is_replayed = True

    def accept(self, limit: BodyLimit) -> None:
        """Give the body the limits of a known sender: those of its route, and the time for the largest body."""
        self._limit, self._weight = limit
        self._deadline = self._began + self._settings.body_timeout_s

    def accept_stream(self, size_bytes: int) -> None:
        """Give the body the limits of one that is passed on and never held: its size, and the time for that."""
        self._limit, self._weight = size_bytes, 0
        self._deadline = self._began + self._settings.body_timeout_s * max(
            1, size_bytes / self._settings.max_body_bytes
        )

    @property
    def length(self) -> int | None:
        """The bytes that the client announces; None if it announces none."""
        return self._length

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives; raises BodyTooLarge, BodyTooSlow, BodyCutOff."""
        while not self._is_complete:
            if piece := await self._next():
                yield piece

    async def whole(self) -> bytes:
        """Return the whole body; raises BodyTooLarge before more of it is held than the limit."""
        if self._size > self._limit:
            raise BodyTooLarge(self._limit)
        while not self._is_complete:
            self._collect(await self._next())
        return self._content()

    async def beginning(self) -> tuple[bytes, bool]:
        """Return the body as far as that of an unknown sender may go, and whether that is the whole of it."""
        size = min(self._settings.max_small_body_bytes, self._limit)
        # A larger body is no fault yet: its key may stand at the beginning, and its route may accept it.
        limit, self._limit = self._limit, self._settings.max_body_bytes
        try:
            while not self._is_complete and len(self._collected) < size:
                self._collect(await self._next())
        finally:
            self._limit = limit
        is_whole = self._is_complete and len(self._collected) <= size
        return (self._content() if is_whole else bytes(self._collected[:size])), is_whole

    async def receive(self) -> HTTPReceiveMessage:
        """Receive the next message of the body, or what follows it."""
        if not self._is_replayed:
            if self._size > self._limit:
                raise BodyTooLarge(self._limit)
            self._is_replayed = True
            return {"type": "http.request", "body": self._content(), "more_body": not self._is_complete}
        if self._is_complete:
            return await self._receive()  # type: ignore[return-value] # an HTTP request has no other messages
        data = await self._next()
        return {"type": "http.request", "body": data, "more_body": not self._is_complete}

    async def drain(self) -> None:
        """Receive what is still being sent and keep nothing: most clients read no answer before they have sent all."""
        self.release()
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                while not self._has_all_input and self._received <= self._settings.max_body_bytes:
                    message: Any = await self._receive()
                    self._received += len(message.get("body", b""))
                    self._has_all_input = not message.get("more_body", False)

    def release(self) -> None:
        """Forget the body: it was read, or its request has ended."""
        self._collected = bytearray()
        self._held = self._budget.exchange(self._held, 0)

    def _collect(self, data: bytes) -> None:
        self._collected += data
        self._is_replayed = False

    def _content(self) -> bytes:
        # The bytes of a large body are not copied; nobody changes them.
        return bytes(self._collected) if len(self._collected) <= FREE_BYTES else cast("bytes", self._collected)

    async def _next(self) -> bytes:
        """Return what comes next, inflated; empty only at the end, or of an empty message."""
        if self._received == 0 and not self._has_all_input:
            self._inflater = inflater(self._encoding)
        if self._inflater is None:
            data = await self._raw()
            self._is_complete = self._has_all_input
        else:
            data = await self._inflated(self._inflater)
        self._size += len(data)
        if self._size > self._limit:
            raise BodyTooLarge(self._limit)
        self._held = self._budget.exchange(self._held, self._weight * self._size)
        return data

    async def _inflated(self, inner: Inflater) -> bytes:
        while not (piece := inner.piece()) and not self._has_all_input:
            inner.feed(await self._raw())
        # Pieces of a small message come one after the other without a wait, in which nothing else would run.
        await asyncio.sleep(0)
        if not piece:
            inner.end()
            self._is_complete = True
        return piece

    async def _raw(self) -> bytes:
        if self._length is not None and self._length > self._limit:
            raise BodyTooLarge(self._limit)
        try:
            # One deadline for the whole body: with one per message, a byte now and then would never be late.
            async with asyncio.timeout_at(self._deadline):
                message: Any = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        if message["type"] != "http.request":
            raise BodyCutOff
        data: bytes = message.get("body", b"")
        self._received += len(data)
        # What inflates to nothing counts as well.
        if self._received > self._limit:
            raise BodyTooLarge(self._limit)
        # That no more follows, the server says only in one more message, which costs as much as all its other work.
        self._has_all_input = not message.get("more_body", False) or self._received == self._length
        return data


class CollectedRequest(Request[Any, Any, Any]):
    """A request whose body is collected from the server's messages themselves.

    The framework collects it from a stream, which for a small body costs more than the rest of the request.
    """

    async def body(self) -> bytes:
        """Return the whole body; raises BodyTooLarge before more of it is held than the route accepts."""
        return bytes(await incoming(self).whole())


def incoming(request: Request[Any, Any, Any]) -> IncomingBody:
    """Return the body of a request as it arrives."""
    return of_scope(request.scope)


def of_scope(scope: HTTPScope) -> IncomingBody:
    """Return the body of the request with this scope."""
    body: IncomingBody = scope["state"][_BODY]
    return body


def accept(request: Request[Any, Any, Any]) -> None:
    """Let the body of a request have the size of its route, now that its sender is known."""
    platform_settings: Settings = request.app.state.platform.settings
    incoming(request).accept(limit_of(request.route_handler, platform_settings))


def around(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Wrap the application, so that it receives bodies within the limits of the settings."""
    budget = BodyBudget(settings.body_budget_bytes)

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] not in WITH_BODIES:
            await app(scope, receive, send)
            return
        body = scope["state"][_BODY] = IncomingBody(scope, receive, settings, budget)

        async def send_to_reader(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _REFUSED:
                await body.drain()
            await send(message)

        try:
            await app(scope, body.receive, send_to_reader)
        finally:
            body.release()

    return handle


def _content_length(scope: HTTPScope) -> int | None:
    length = first(scope, b"content-length") or b""
    # No server accepts more digits.
    return int(length) if length.isdigit() and len(length) <= MAX_DIGITS else None
