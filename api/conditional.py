"""`ETag` on every JSON answer to a GET, and 304 for who has it already.

Routes that know a version of what they show say it themselves, before they go and make the answer; this is for the
rest, and spares the way back only.
"""

import hashlib

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, HTTPScope, Message, Receive, Scope, Send

from api.headers import is_known

JSON = b"application/json"

# What a 304 has no use for (RFC 9110, 15.4.5).
OF_THE_BODY = frozenset({b"content-type", b"content-length"})


def around(app: ASGIApp) -> ASGIApp:
    """Wrap the application."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            await app(scope, receive, send)
            return
        held: HTTPResponseStartEvent | None = None

        async def send_with_etag(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_plain(message):
                held = message
                return
            if held is None:
                await send(message)
                return
            start, held = held, None
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                start = _tagged(scope, start, message["body"])
                if start["status"] == 304:  # noqa: PLR2004 -- the number is the name
                    message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(start)
            await send(message)

        await app(scope, receive, send_with_etag)

    return handle


def _is_plain(start: HTTPResponseStartEvent) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    is_json = headers.get(b"content-type", b"").startswith(JSON)
    return start["status"] == 200 and is_json and b"etag" not in headers  # noqa: PLR2004 -- the number is the name


def _tagged(scope: HTTPScope, start: HTTPResponseStartEvent, body: bytes) -> HTTPResponseStartEvent:
    etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    headers = [*start["headers"], (b"etag", etag.encode())]
    asked = next((value for name, value in scope["headers"] if name == b"if-none-match"), None)
    if asked is None or not is_known(etag, asked.decode("latin-1")):
        return {**start, "headers": headers}
    kept = [(name, value) for name, value in headers if name.lower() not in OF_THE_BODY]
    return {**start, "status": 304, "headers": kept}
