"""Responses with a file of a job, instead of with the job."""

import time
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
from litestar import Response

from api.http.answers import problems
from api.http.answers.file_stream import HEADERS
from api.http.headers import etag_matches
from api.jobs.preferences import applied, requested_wait
from api.jobs.responses import accepted
from api.jobs.waiter import Waiter
from shared import jobs
from shared.accounts import Caller
from shared.jobs import Arguments, JobRequest, Snapshot, Status
from shared.jobs.errors import JobAlreadyFinished
from shared.kit.errors import Problem
from shared.kit.platform import Platform
from shared.kit.storage.files import StoredFile
from shared.matrices.errors import MatrixChanged

CANCELLED = "The job for this request was cancelled; request it again."


class FileRequest(NamedTuple):
    """The name of a file of the job, and the headers of the request for it."""

    name: str
    prefer: str | None
    if_none_match: str | None


async def of_arguments(
    waiter: Waiter, caller: Caller, arguments: Arguments, file_request: FileRequest
) -> Response[Any]:
    """Return the file of a job with these arguments; if its matrices change meanwhile, the job is repeated once."""
    until = await _deadline(waiter, caller, file_request)
    snapshot = await _run(waiter, await jobs.prepare(waiter.platform, caller, arguments), until)
    if snapshot.job.error is not None and snapshot.job.error["code"] == MatrixChanged.code:
        snapshot = await _run(waiter, await jobs.prepare(waiter.platform, caller, arguments), until)
    return await _answer(waiter.platform, snapshot, file_request)


async def of_request(waiter: Waiter, request: JobRequest, file_request: FileRequest) -> Response[Any]:
    """Return 200 with the file of the job, 202 with the job if it has not ended, or the problem that it failed with."""
    snapshot = await _run(waiter, request, await _deadline(waiter, request.caller, file_request))
    return await _answer(waiter.platform, snapshot, file_request)


async def _deadline(waiter: Waiter, caller: Caller, file_request: FileRequest) -> float:
    limit = waiter.platform.settings.wait_limit_s
    seconds = requested_wait(file_request.prefer, limit=limit, default=limit)
    await waiter.admit_wait(caller, seconds)
    return time.monotonic() + seconds


async def _run(waiter: Waiter, request: JobRequest, until: float) -> Snapshot:
    """Return the job of the request once it has ended, or as it is at the time `until`."""
    snapshot = await jobs.join(waiter.platform, request)
    return await waiter.until_final(snapshot, until - time.monotonic())


async def _answer(platform: Platform, snapshot: Snapshot, file_request: FileRequest) -> Response[Any]:
    wait_headers = applied(file_request.prefer, limit=platform.settings.wait_limit_s)
    if snapshot.job.error is not None:
        return problems.answer(msgspec.convert(snapshot.job.error, Problem), wait_headers)
    if snapshot.job.status == Status.CANCELLED:
        raise JobAlreadyFinished(CANCELLED)
    if snapshot.job.status != Status.SUCCEEDED:
        return accepted(platform, snapshot, wait_headers)
    return await _file(platform, snapshot, file_request, wait_headers)


async def _file(
    platform: Platform, snapshot: Snapshot, file_request: FileRequest, wait_headers: dict[str, str]
) -> Response[Any]:
    (file,) = (file for file in snapshot.files if file.name == file_request.name)
    headers = HEADERS | {"ETag": f'"{file.sha256}"'} | wait_headers
    if etag_matches(headers["ETag"], file_request.if_none_match):
        return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = await platform.storage.read(file.object_key)
    # The framework adds the charset of texts itself.
    return Response(
        body, media_type=file.content_type.partition(";")[0], headers=headers | {"Content-Disposition": _inline(file)}
    )


def _inline(file: StoredFile) -> str:
    return f'inline; filename="{file.name}"'


def attachment(filename: str) -> str:
    """Return a Content-Disposition that saves the answer under a user's file name (RFC 6266, RFC 8187)."""
    return f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
