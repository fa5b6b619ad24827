"""The files of jobs, sent by the service itself: one published port is enough, and a broken download goes on."""

from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath

from api.http.answers import file_stream
from api.http.answers.file_stream import SentFile
from api.http.dependencies import Injected
from api.web.page_request import PageRequest
from shared import jobs
from shared.jobs.errors import JobNotFound
from shared.kit.ids import parse_uuid
from shared.kit.storage.files import StoredFile

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
        sent = SentFile(file.object_key, file.size_bytes, file.content_type, f'"{file.sha256}"', _disposition(file))
        return await file_stream.send(page_request.request, page_request.platform.storage, sent)


def _disposition(file: StoredFile) -> str:
    kind = "inline" if file.content_type.startswith(_SHOWN) else "attachment"
    return f'{kind}; filename="{file.name}"'
