"""JSON responses, encoded straight for the server.

The framework's own path prepares for cookies, background tasks and custom encoders, which these answers do not have,
and takes several times as long.
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

from api.http.headers import etag_matches, first

T = TypeVar("T")

Headers = list[tuple[bytes, bytes]]

CONTENT_TYPE = (b"content-type", b"application/json")


class Json(Response[T]):
    """A value as JSON; on GET with an `ETag`, and 304 without a body if `If-None-Match` lists it.

    Routes whose data has a version set the tag themselves, before they make the answer; the tag of other routes is a
    hash of the answer, and saves its transfer only.
    """

    def __init__(
        self, content: T, *, status_code: int | None = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> None:
        self.content = content
        self.status_code = status_code
        self.headers = dict(headers or {})

    def to_asgi_response(self, *_: Any, status_code: int | None = None, **__: Any) -> ASGIResponse:
        """Return the encoded answer."""
        status = self.status_code or status_code or HTTPStatus.OK
        body = b"" if status == HTTPStatus.NO_CONTENT else msgspec.json.encode(self.content)
        return _Encoded(status, self.headers, body)


class _Encoded(ASGIResponse):
    """An encoded answer; decides on 304 when it is sent."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status_code = status
        self.header_map = headers
        self.body = body

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        header_map = {name.lower(): value for name, value in self.header_map.items()}
        status, body = self.status_code, self.body
        if scope["type"] == ScopeType.HTTP and scope["method"] == "GET" and status == HTTPStatus.OK:
            if "etag" not in header_map:
                header_map["etag"] = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
            if_none_match = first(scope, b"if-none-match")
            if if_none_match is not None and etag_matches(header_map["etag"], if_none_match.decode("latin-1")):
                status, body = HTTPStatus.NOT_MODIFIED, b""
        headers = [(name.encode(), value.encode()) for name, value in header_map.items()]
        # A response without a body needs neither of these (RFC 9110, 15.4.5).
        if status not in {HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT}:
            headers += [CONTENT_TYPE, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})
