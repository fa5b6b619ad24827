"""The files of jobs, sent by the service itself: one published port is enough, and a broken download goes on."""

from http import HTTPStatus
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from api.http.injected import Injected
from api.http.ranges import Unsatisfiable, requested_range
from api.jobs.results import HEADERS
from api.web.page_request import PageRequest
from shared import jobs
from shared.jobs.errors import JobNotFound
from shared.kit.files import StoredFile
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform

# What a browser shows; anything else it saves.
_SHOWN = ("text/html", "image/", "application/json", "text/plain")


class JobFilePages(Controller):
    """Files of jobs."""

    path = "/app/jobs/{job_id:str}/artifacts"

    @get("/{name:str}")
    async def read(
        self, page_request: Injected[PageRequest], job_id: FromPath[str], name: FromPath[str]
    ) -> Response[Any]:
        """Send a file of a job, or the range of it that the request names."""
        snapshot = await jobs.find(page_request.platform, page_request.caller, parse_uuid(job_id))
        file = next((file for file in snapshot.files if file.name == name), None)
        if file is None:
            raise JobNotFound
        asked = page_request.request.headers
        return await _sent(page_request.platform, file, asked.get("range"), asked.get("if-range"))


async def _sent(platform: Platform, file: StoredFile, asked: str | None, if_range: str | None) -> Response[Any]:
    etag = f'"{file.sha256}"'
    kind = "inline" if file.content_type.startswith(_SHOWN) else "attachment"
    headers = HEADERS | {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'{kind}; filename="{file.name}"',
    }
    try:
        wanted = requested_range(asked, if_range, etag, file.size_bytes)
    except Unsatisfiable:
        refused = headers | {"Content-Range": f"bytes */{file.size_bytes}"}
        return Response(None, status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=refused)
    media_type = file.content_type.partition(";")[0]
    if wanted is None:
        pieces = await platform.storage.pieces(file.object_key)
        return Stream(pieces, media_type=media_type, headers=headers | {"Content-Length": str(file.size_bytes)})
    pieces = await platform.storage.pieces(file.object_key, Range=f"bytes={wanted.first}-{wanted.last}")
    headers |= {
        "Content-Range": f"bytes {wanted.first}-{wanted.last}/{file.size_bytes}",
        "Content-Length": str(wanted.length),
    }
    return Stream(pieces, status_code=HTTPStatus.PARTIAL_CONTENT, media_type=media_type, headers=headers)
