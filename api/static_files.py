"""Our files for browsers, compressed once for those that take it: a first visit is most of what they weigh."""

import asyncio
import gzip
import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Request, Response
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

from api.http.headers import accepts_gzip, etag_matches
from api.security import refuse_early

STATIC = Path(__file__).parent / "static"

_PREFIX = "/static/"
# Smaller files fit into a packet as they are.
_LEAST_BYTES = 1000
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_COMPRESSED = {
    path.relative_to(STATIC).as_posix(): path
    for path in STATIC.rglob("*")
    if path.suffix in _MEDIA_TYPES and path.stat().st_size >= _LEAST_BYTES
}


class _Compressed(NamedTuple):
    content: bytes
    etag: str


async def send_compressed(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    """Answer with the compressed file; None, which leaves it as it is, for who does not take that, or wants a part."""
    await refuse_early(request)
    name = request.scope["path"].removeprefix(_PREFIX)
    takes = request.method == "GET" and "range" not in request.headers
    if not takes or name not in _COMPRESSED or not accepts_gzip(request.headers.get("accept-encoding", "")):
        return None
    file = await asyncio.to_thread(_compressed, name)
    headers = {
        "Content-Encoding": "gzip",
        "Vary": "Accept-Encoding",
        "ETag": file.etag,
    }
    if etag_matches(file.etag, request.headers.get("if-none-match")):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(file.content, media_type=_MEDIA_TYPES[_COMPRESSED[name].suffix], headers=headers)


@cache
def _compressed(name: str) -> _Compressed:
    content = gzip.compress(_COMPRESSED[name].read_bytes(), compresslevel=9, mtime=0)
    return _Compressed(content, f'"{hashlib.sha256(content).hexdigest()[:24]}"')


def _vary(response: Response[Any]) -> Response[Any]:
    # Caches between must not send the file of one browser to another that takes other encodings.
    response.headers.setdefault("Vary", "Accept-Encoding")
    return response


static = create_static_files_router(
    path="/static",
    directories=[STATIC],
    include_in_schema=False,
    # Pages refer to our files by a hash of their content; those of the documentation change only with a new version.
    cache_control=CacheControlHeader(max_age=86400),
    before_request=send_compressed,
    after_request=_vary,
)
