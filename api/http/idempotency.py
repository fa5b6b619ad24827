"""`Idempotency-Key`, on every POST that takes an API key: a repeated request is not performed again.

It wraps the application, so that no route has to handle it; a request without the header costs one look at its
headers.
"""

import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from api import security, signatures
from api.http.answers import created_resource
from api.http.bodies import body_stream, multipart
from api.http.bodies.json_bodies import by_size
from api.http.bodies.limits import limit_of_path
from api.http.headers import first
from shared import idempotency
from shared.accounts import Caller
from shared.idempotency import Claim, Claims, CreatedResource, StoredAnswer
from shared.idempotency.errors import KeyInvalid
from shared.kit.database.transactions import transaction_hook
from shared.kit.errors import DomainError
from shared.kit.platform import Platform

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
    try:
        text = _valid(key)
        caller = await _caller(scope, platform)
        # Without a caller the route refuses the request, or takes no callers.
        claim = await _claim(platform, scope, caller, text) if caller else None
    except DomainError as error:
        # Each route presents errors in its own form.
        scope["state"][security.REFUSAL] = error
        claim = None
    if claim is None:
        await app(scope, receive, send)
    elif isinstance(claim, StoredAnswer):
        await _replay(send, claim)
    elif isinstance(claim, CreatedResource):
        await created_resource.answer(app, scope, receive, send, claim, await security.key_text(Request(scope)))
    else:
        await _do(app, scope, receive, send, claim)


async def _claim(
    platform: Platform, scope: HTTPScope, caller: Caller, key: str
) -> Claim | StoredAnswer | CreatedResource:
    body = body_stream.of_scope(scope)
    body.accept(limit_of_path(_app(scope), scope["path"], platform.settings))
    content = await body.whole()
    fingerprint = await by_size(len(content), _fingerprint, scope, caller, content)
    return await idempotency.claim(platform, caller, key=key, fingerprint=fingerprint)


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

    claims: Claims = _app(scope).state.claims
    token = transaction_hook.set(claim)
    try:
        with claims.holding(claim):
            await app(scope, receive, collect)
    finally:
        transaction_hook.reset(token)
    headers = [(name.lower(), value) for name, value in start["headers"] if name.lower() in STORED_HEADERS]
    await claims.settle(claim, StoredAnswer(start["status"], headers, bytes(content)))
    await send(start)
    await send({"type": "http.response.body", "body": bytes(content), "more_body": False})


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


async def _caller(scope: HTTPScope, platform: Platform) -> Caller | None:
    try:
        return await security.identify(Request(scope), platform)
    except DomainError:
        return None


def _fingerprint(scope: HTTPScope, caller: Caller, body: bytes) -> bytes:
    # The API key in the query is covered by the caller, and may be sent in another style next time.
    query = [
        (name, value) for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    ]
    encoded_query = urlencode([pair for pair in query if pair[0] != "api_key"])
    parts = [caller.key_id.encode(), scope["path"].encode(), encoded_query.encode(), _comparable(scope, body)]
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
