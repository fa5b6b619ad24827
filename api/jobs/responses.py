"""Responses with a job."""

from http import HTTPStatus
from typing import Annotated, TypeAlias

from litestar import Response

from api.http.answers.json_response import Json
from api.http.answers.responses import Accepted, Answer
from shared.jobs import JobOut, Snapshot
from shared.kit import clock
from shared.kit.platform import Platform

# Small jobs take less than this; clients can also wait or be called back.
RETRY_AFTER_S = 1

# The answer while the file of a job does not exist yet.
JobAccepted: TypeAlias = Accepted[JobOut]

# The answer to a submission that waited for the end of its job.
JobEnded: TypeAlias = Annotated[JobOut, Answer(HTTPStatus.OK)]


def accepted(platform: Platform, snapshot: Snapshot, wait_headers: dict[str, str]) -> Response[JobOut]:
    """Return 202 with the job and its `Location`, or 200 if a wait for its end was granted and has seen it.

    `wait_headers` are those of `applied`.
    """
    headers = {"Location": f"/v1/jobs/{snapshot.job.id}"} | polling(snapshot) | wait_headers
    status = HTTPStatus.OK if wait_headers and snapshot.job.is_final else HTTPStatus.ACCEPTED
    return Json(JobOut.of(snapshot, platform.storage), status_code=status, headers=headers)


def polling(snapshot: Snapshot) -> dict[str, str]:
    """Return the header with the time of the next poll; none once the job has ended."""
    return {} if snapshot.job.is_final else {"Retry-After": str(RETRY_AFTER_S)}


def etag(snapshot: Snapshot, link_lifetime_s: int) -> str:
    """Return an ETag that changes with the job; weak, as the links are new in every answer.

    For a job with files it also changes twice in the links' lifetime, so that no client keeps expired links.
    """
    job = snapshot.job
    half = int(clock.now().timestamp() // (link_lifetime_s / 2)) if snapshot.files else 0
    return f'W/"{job.attempt}-{job.status}-{job.progress:g}-{half}"'
