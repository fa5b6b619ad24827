"""Answering with what a job made, instead of with the job."""

import time
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
from litestar import Response

from api.http import problems
from api.http.headers import is_known
from api.jobs.responses import accepted
from api.jobs.waiter import Waiter, applied, wanted_wait
from shared import jobs
from shared.accounts import Caller
from shared.jobs import Arguments, JobRequest, Snapshot, Status
from shared.jobs.errors import JobAlreadyFinished
from shared.kit.errors import Problem
from shared.kit.files import StoredFile
from shared.kit.platform import Platform
from shared.matrices.errors import MatrixChanged

# Shown by a browser it runs nothing and is nobody's origin, whatever it holds.
HEADERS = {
    "Content-Security-Policy": "sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}

CANCELLED = "The job for this request was cancelled; request it again."


class FileRequest(NamedTuple):
    """Which file of the job, and how the client would like its answer."""

    name: str
    prefer: str | None
    if_none_match: str | None


async def of_arguments(waiter: Waiter, caller: Caller, arguments: Arguments, wanted: FileRequest) -> Response[Any]:
    """The file that a job with these arguments makes; if its matrices change meanwhile, it is made once more."""
    until = _patience_ends(waiter, wanted)
    snapshot = await _made(waiter, await jobs.prepare(waiter.platform, caller, arguments), until)
    if snapshot.job.error is not None and snapshot.job.error["code"] == MatrixChanged.code:
        snapshot = await _made(waiter, await jobs.prepare(waiter.platform, caller, arguments), until)
    return await _answer(waiter.platform, snapshot, wanted)


async def of_request(waiter: Waiter, request: JobRequest, wanted: FileRequest) -> Response[Any]:
    """The file that the job makes: 200 with its bytes, 202 with the job, or the problem that the job ended in."""
    snapshot = await _made(waiter, request, _patience_ends(waiter, wanted))
    return await _answer(waiter.platform, snapshot, wanted)


def _patience_ends(waiter: Waiter, wanted: FileRequest) -> float:
    limit = waiter.platform.settings.wait_limit_s
    return time.monotonic() + wanted_wait(wanted.prefer, limit=limit, default=limit)


async def _made(waiter: Waiter, request: JobRequest, until: float) -> Snapshot:
    """The job of the request once it has come to an end, or as it is when the client's patience has."""
    snapshot = await jobs.join(waiter.platform, request)
    return await waiter.until_final(request.caller, snapshot, until - time.monotonic())


async def _answer(platform: Platform, snapshot: Snapshot, wanted: FileRequest) -> Response[Any]:
    said = applied(wanted.prefer, limit=platform.settings.wait_limit_s)
    if snapshot.job.error is not None:
        return problems.answer(msgspec.convert(snapshot.job.error, Problem), said)
    if snapshot.job.status == Status.CANCELLED:
        raise JobAlreadyFinished(CANCELLED)
    if snapshot.job.status != Status.SUCCEEDED:
        return accepted(platform, snapshot, said)
    return await _file(platform, snapshot, wanted, said)


async def _file(platform: Platform, snapshot: Snapshot, wanted: FileRequest, said: dict[str, str]) -> Response[Any]:
    (file,) = (file for file in snapshot.files if file.name == wanted.name)
    headers = HEADERS | {"ETag": f'"{file.sha256}"'} | said
    if is_known(headers["ETag"], wanted.if_none_match):
        return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = await platform.storage.read(file.object_key)
    # The framework writes the charset of texts itself.
    return Response(
        body, media_type=file.content_type.partition(";")[0], headers=headers | {"Content-Disposition": _inline(file)}
    )


def _inline(file: StoredFile) -> str:
    return f'inline; filename="{file.name}"'


def attachment(filename: str) -> str:
    """A Content-Disposition that saves the answer under a user's name for it (RFC 6266, RFC 8187)."""
    return f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
