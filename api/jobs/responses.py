"""Jobs as answers."""

from http import HTTPStatus
from typing import TypeAlias

from litestar import Response

from api.http.json_response import Json
from api.http.responses import Accepted
from shared.jobs import JobOut, Snapshot
from shared.kit import clock
from shared.kit.platform import Platform

# Small jobs take less than this; who prefers not to poll can wait or be called back.
RETRY_AFTER_S = 1

# Where a file is not there yet that a job makes.
JobAccepted: TypeAlias = Accepted[JobOut]


def accepted(platform: Platform, snapshot: Snapshot, said: dict[str, str]) -> Response[JobOut]:
    """The job, and where to look for it; `said` are headers about the request."""
    headers = {"Location": f"/v1/jobs/{snapshot.job.id}"} | polling(snapshot) | said
    return Json(JobOut.of(snapshot, platform.storage), status_code=HTTPStatus.ACCEPTED, headers=headers)


def polling(snapshot: Snapshot) -> dict[str, str]:
    """When to look again, for as long as there is something to wait for."""
    return {} if snapshot.job.is_final else {"Retry-After": str(RETRY_AFTER_S)}


def etag(snapshot: Snapshot, link_lifetime_s: int) -> str:
    """Changes with the job; weak, as the links are new in every answer.

    With links it also changes twice in their lifetime, so that nobody is told to keep those that have ended.
    """
    job = snapshot.job
    half = int(clock.now().timestamp() // (link_lifetime_s / 2)) if snapshot.files else 0
    return f'W/"{job.attempt}-{job.status}-{job.progress:g}-{half}"'
