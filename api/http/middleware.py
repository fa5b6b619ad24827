"""The middleware of every request: an id, a log line, metrics and security headers."""

import random
import time

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, HTTPScope, Message, Receive, Scope, Send

from api.http.proxy_headers import ProxyHeaders
from api.http.request_counters import request_counters
from shared.kit import origin
from shared.kit.origin import Origin
from shared.kit.settings import Settings

log = structlog.get_logger()

# A route may override them.
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    # An answer that a browser shows as a page may load nothing.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)

QUIET = frozenset({"/healthz", "/api/health", "/readyz", "/metrics"})


# For a year, which is what browsers' lists of such sites ask for.
HSTS = (b"strict-transport-security", b"max-age=31536000")


# Key in a request's state of whether it wants headers only.
_IS_HEAD = "is_head"


def is_head(scope: HTTPScope) -> bool:
    """Return True for a HEAD, which routes see as a GET: what its answer holds is not sent."""
    return bool(scope["state"][_IS_HEAD])


def around(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Wrap the application."""
    proxy_headers = ProxyHeaders(settings)

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        request_id = scope["state"]["request_id"] = _new_id()
        client = proxy_headers.client(scope)
        source = origin.begin(client.address, client.base_url)
        began = time.perf_counter()
        status = 0

        # Every GET answers HEAD with the same headers (RFC 9110, 9.3.2).
        wants_head = scope["state"][_IS_HEAD] = scope["method"] == "HEAD"
        get_scope = {**scope, "method": "GET"} if wants_head else scope

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _headers(message, scope, request_id, is_tls=client.is_tls)
            elif wants_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # The server runs every request in a context of its own, which ends with it.
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await app(get_scope, receive, send_with_headers)
        finally:
            took_s = time.perf_counter() - began
            request_counters.note(scope, get_scope.get("path_template"), status, took_s)
            if scope["path"] not in QUIET:
                _log(scope, status, took_s, source)

    return handle


def _headers(
    start: HTTPResponseStartEvent, scope: HTTPScope, request_id: str, *, is_tls: bool
) -> list[tuple[bytes, bytes]]:
    headers = list(start["headers"])
    present = {name.lower() for name, _ in headers}
    headers += [header for header in SECURITY_HEADERS if header[0] not in present]
    headers += scope["state"].get("headers", ())
    if is_tls:
        headers.append(HSTS)
    headers.append((b"x-request-id", request_id.encode()))
    return headers


def _new_id() -> str:
    # A UUID of version 4, as clients of the calculator API expect; the envelope, the header and the log share it.
    # It has to be unique, not secret, and the system's randomness costs ten times as much.
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _log(scope: HTTPScope, status: int, took_s: float, source: Origin) -> None:
    # The path only: a query may hold a key. The key's id is not the key.
    log.info(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=status,
        took_ms=round(took_s * 1000, 1),
        address=source.address,
        account=source.account_id,
        key=source.key_id,
    )
