"""How values become answers: as JSON, straight to the server.

The framework's own way there prepares for cookies, background tasks and foreign encoders, which no such answer has, and
takes several times as long.
"""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from litestar import Response
from litestar.enums import ScopeType
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from api.http.headers import first, is_known

T = TypeVar("T")

Headers = list[tuple[bytes, bytes]]

CONTENT_TYPE = (b"content-type", b"application/json")


class Json(Response[T]):
    """A value as JSON; to a GET with an `ETag`, and 304 without a body for who has it already.

    Routes that know a version of what they show say the tag themselves, before they go and make the answer; that of the
    others is made of the answer, and spares the way back only.
    """

    def __init__(
        self, content: T, *, status_code: int | None = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> None:
        self.content = content
        self.status_code = status_code
        self.headers = dict(headers or {})

    def to_asgi_response(self, *_: Any, status_code: int | None = None, **__: Any) -> ASGIResponse:
        """The answer as the server sends it."""
        status = self.status_code or status_code or HTTPStatus.OK
        body = b"" if status == HTTPStatus.NO_CONTENT else msgspec.json.encode(self.content)
        return _Encoded(status, self.headers, body)


class _Encoded(ASGIResponse):
    """Bytes on their way."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status_code = status
        self.named = headers
        self.body = body

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        named = {name.lower(): value for name, value in self.named.items()}
        status, body = self.status_code, self.body
        if scope["type"] == ScopeType.HTTP and scope["method"] == "GET" and status == HTTPStatus.OK:
            if "etag" not in named:
                named["etag"] = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
            asked = first(scope, b"if-none-match")
            if asked is not None and is_known(named["etag"], asked.decode("latin-1")):
                status, body = HTTPStatus.NOT_MODIFIED, b""
        headers = [(name.encode(), value.encode()) for name, value in named.items()]
        # What has no body has no use for these either (RFC 9110, 15.4.5).
        if status not in {HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT}:
            headers += [CONTENT_TYPE, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})
