"""Stored files as answers: streamed, and by ranges, so that a broken download goes on."""

from http import HTTPStatus
from typing import Any, NamedTuple

from litestar import Request, Response
from litestar.response import Stream

from api.http.answers.ranges import Unsatisfiable, requested_range
from api.http.headers import etag_matches
from api.http.middleware import is_head
from shared.kit.storage.bucket import Storage

# A browser that shows the file runs no scripts of it and gives it no origin.
HEADERS = {
    "Content-Security-Policy": "sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}


class SentFile(NamedTuple):
    """A stored file as it is sent; the ETag is in quotation marks."""

    key: str
    size_bytes: int
    content_type: str
    etag: str
    disposition: str


async def send(request: Request[Any, Any, Any], storage: Storage, file: SentFile) -> Response[Any]:
    """Send a file, or the range of it that the request names, piece by piece; raises FileGone."""
    asked = request.headers
    headers = HEADERS | {"ETag": file.etag, "Accept-Ranges": "bytes", "Content-Disposition": file.disposition}
    if etag_matches(file.etag, asked.get("if-none-match")):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    try:
        wanted = requested_range(asked.get("range"), asked.get("if-range"), file.etag, file.size_bytes)
    except Unsatisfiable:
        refused = headers | {"Content-Range": f"bytes */{file.size_bytes}"}
        return Response(b"", status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=refused)
    options, status, length = {}, HTTPStatus.OK, file.size_bytes
    if wanted is not None:
        named = f"{wanted.first}-{wanted.last}"
        options, status, length = {"Range": f"bytes={named}"}, HTTPStatus.PARTIAL_CONTENT, wanted.length
        headers["Content-Range"] = f"bytes {named}/{file.size_bytes}"
    headers["Content-Length"] = str(length)
    # The framework adds the charset of texts itself.
    media_type = file.content_type.partition(";")[0]
    if is_head(request.scope):
        # Nothing of a file is read that nobody gets.
        return Response(b"", status_code=status, media_type=media_type, headers=headers)
    pieces = await storage.pieces(file.key, **options)
    return Stream(pieces, status_code=status, media_type=media_type, headers=headers)
