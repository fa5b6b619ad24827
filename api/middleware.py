"""What happens around every request: an id, a line in the log, and headers that browsers obey."""

import time
from uuid import uuid4

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

log = structlog.get_logger()

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}

# What an answer of ours may load when a browser shows it as a page: nothing, unless the route says otherwise.
CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'"

QUIET = frozenset({"/healthz", "/readyz"})


def around(app: ASGIApp) -> ASGIApp:
    """Wrap the application."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        request_id = str(uuid4())
        began = time.perf_counter()
        status = 0

        # Every GET answers HEAD with the same headers (RFC 9110, 9.3.2).
        is_head = scope["method"] == "HEAD"
        asked = {**scope, "method": "GET"} if is_head else scope

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableScopeHeaders.from_message(message)
                headers["x-request-id"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("content-security-policy", CONTENT_SECURITY_POLICY)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await app(asked, receive, send_with_headers)
            finally:
                if scope["path"] not in QUIET:
                    _log(scope, status, time.perf_counter() - began)

    return handle


def _log(scope: HTTPScope, status: int, took_s: float) -> None:
    # The path only: a query may hold a key.
    log.info("request", method=scope["method"], path=scope["path"], status=status, took_ms=round(took_s * 1000, 1))
