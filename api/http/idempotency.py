"""`Idempotency-Key`, on every POST that takes an API key: a repeated request is not performed again.

It wraps the application, so that no route has to handle it; a request without the header costs one look at its
headers.
"""

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import structlog
from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send

from api import security, signatures
from api.http import multipart
from api.http.headers import first
from shared import idempotency
from shared.accounts import Caller
from shared.idempotency import Claim, StoredAnswer
from shared.idempotency.errors import KeyInvalid
from shared.kit.db import transaction_hook
from shared.kit.errors import DomainError
from shared.kit.platform import Platform

log = structlog.get_logger()

HEADER = b"idempotency-key"
REPLAYED = (b"idempotency-replayed", b"true")
MAX_KEY_LENGTH = 255

PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your choice, such as a UUID: a request that is sent again with it within 24 hours "
    "is performed once and answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_LENGTH},
}

# Headers that belong to the answer; the others are added again to each repeat.
STORED_HEADERS = frozenset(
    {
        b"cache-control",
        b"content-disposition",
        b"content-security-policy",
        b"content-type",
        b"etag",
        b"link",
        b"location",
        b"preference-applied",
        b"retry-after",
        b"vary",
    }
)


def around(app: ASGIApp) -> ASGIApp:
    """Wrap the application."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "POST" or (key := _key(scope)) is None:
            await app(scope, receive, send)
            return
        await _once(app, scope, key, receive, send)

    return handle


async def _once(app: ASGIApp, scope: HTTPScope, key: bytes, receive: Receive, send: Send) -> None:
    platform: Platform = _app(scope).state.platform
    body = _Body(b"", receive, is_whole=False)
    try:
        text = _valid(key)
        body = await _Body.read(receive, platform.settings.max_body_bytes)
        caller = await _caller(scope, platform, body) if body.is_whole else None
        # Without a caller the route refuses the request, or takes no callers.
        claim = await _claim(platform, scope, caller, text, body) if caller else None
    except DomainError as error:
        # Each route presents errors in its own form.
        scope["state"][security.REFUSAL] = error
        claim = None
    if claim is None:
        await app(scope, body.receive, send)
    elif isinstance(claim, StoredAnswer):
        await _replay(send, claim)
    else:
        await _do(app, scope, body.receive, send, claim)


async def _claim(platform: Platform, scope: HTTPScope, caller: Caller, key: str, body: "_Body") -> Claim | StoredAnswer:
    lease = timedelta(seconds=platform.settings.wait_limit_s) + idempotency.LEASE_MARGIN
    fingerprint = _fingerprint(scope, caller, _comparable(scope, body.content))
    return await idempotency.claim(platform, caller, key=key, fingerprint=fingerprint, lease=lease)


async def _do(app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send, claim: Claim) -> None:
    """Call the application and store its answer before it is sent."""
    start: Any = None
    content = bytearray()

    async def collect(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
        elif message["type"] == "http.response.body":
            content.extend(message.get("body", b""))

    token = transaction_hook.set(claim)
    try:
        await app(scope, receive, collect)
    finally:
        transaction_hook.reset(token)
    headers = [(name.lower(), value) for name, value in start["headers"] if name.lower() in STORED_HEADERS]
    try:
        await claim.settle(StoredAnswer(start["status"], headers, bytes(content)))
    except DomainError as error:
        # A repeat gets AnswerLost, or does the work if none was done.
        log.warning("an answer cannot be kept for repeats", reason=error.detail)
    await send(start)
    await send({"type": "http.response.body", "body": bytes(content), "more_body": False})


class _Body:
    """A request's body, read ahead and replayed to the application."""

    def __init__(self, content: bytes, receive: Receive, *, is_whole: bool) -> None:
        self.content = content
        self.is_whole = is_whole
        self._receive = receive
        self._is_replayed = False

    @classmethod
    async def read(cls, receive: Receive, limit: int) -> "_Body":
        """Read at most `limit` bytes; a longer body, or one cut off, is not whole."""
        content = bytearray()
        while len(content) <= limit:
            message = await receive()
            if message["type"] != "http.request":
                break
            content.extend(message.get("body", b""))
            if not message.get("more_body", False):
                return cls(bytes(content), receive, is_whole=len(content) <= limit)
        return cls(bytes(content), receive, is_whole=False)

    async def all(self) -> bytes:
        """Return the whole body."""
        return self.content

    async def receive(self) -> HTTPReceiveMessage:
        """Return the body in one piece, then the messages after it."""
        if self._is_replayed:
            return await self._receive()  # type: ignore[return-value] # nothing else follows an HTTP request
        self._is_replayed = True
        return {"type": "http.request", "body": self.content, "more_body": not self.is_whole}


def _key(scope: HTTPScope) -> bytes | None:
    key = first(scope, HEADER)
    # Signed bodies are not read before their headers are checked; those routes handle repeats themselves.
    return None if key is None or signatures.PATHS.fullmatch(scope["path"]) else key


def _valid(key: bytes) -> str:
    # The draft writes the key as a quoted string; most clients send it bare.
    text = key.decode("latin-1").strip()
    text = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if not 0 < len(text) <= MAX_KEY_LENGTH or not text.isascii() or not text.isprintable():
        raise KeyInvalid
    return text


async def _caller(scope: HTTPScope, platform: Platform, body: _Body) -> Caller | None:
    try:
        return await security.identify(Request(scope), platform, body.all)
    except DomainError:
        return None


def _fingerprint(scope: HTTPScope, caller: Caller, body: bytes) -> bytes:
    # The API key in the query is covered by the caller, and may be sent in another style next time.
    query = [
        (name, value) for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    ]
    encoded_query = urlencode([pair for pair in query if pair[0] != "api_key"])
    parts = [caller.key_id.encode(), scope["path"].encode(), encoded_query.encode(), body]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


def _comparable(scope: HTTPScope, body: bytes) -> bytes:
    # The boundary between the parts of a form is new every time that a client encodes it.
    request = Request[Any, Any, Any](scope)
    boundary = multipart.boundary(request) if multipart.is_form(request) else ""
    return body.replace(boundary.encode(), b"") if boundary else body


def _app(scope: HTTPScope) -> Litestar:
    app: Litestar = scope["litestar_app"]
    return app


async def _replay(send: Send, answer: StoredAnswer) -> None:
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode()), REPLAYED]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
