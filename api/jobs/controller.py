"""Routes of jobs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from api.http import paging
from api.http.answers.json_response import Json
from api.http.answers.responses import EventStream, NotModified
from api.http.bodies.json_bodies import Members
from api.http.bodies.limits import LARGE
from api.http.dependencies import AnyRequest, Injected
from api.http.headers import IfNoneMatch, Prefer, etag_matches
from api.http.paging import Cursor, Limit
from api.http.routes import post
from api.jobs.keepalives import keepalive_interval, while_admitted, with_keepalives
from api.jobs.preferences import applied, requested_wait
from api.jobs.responses import JobEnded, accepted, etag, polling
from api.jobs.schemas import JobPage, SubmissionIn, read_submission
from api.jobs.waiter import JobState, Waiter
from api.security import is_admitted
from shared import jobs
from shared.accounts import Caller
from shared.jobs import JobOut, JobRequest, Snapshot, Status
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform


class JobController(Controller):
    """Work done in the background."""

    path = "/v1/jobs"
    tags = ["jobs"]

    @post(operation_id="jobs.submit", status_code=202, opt=LARGE)
    async def submit(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        members: Members[SubmissionIn],
        prefer: Prefer = None,
    ) -> Response[JobOut | JobEnded]:
        """Submit a job.

        Answers 202 at once with the queued job. Poll `Location`, wait with `Prefer: wait=N`, or be called back at
        `callback_url`. A wait that sees the end of the job answers 200. If the same work was done before, its artifacts
        are reused.
        """
        platform = waiter.platform
        job_request = await _prepare(platform, caller, members)
        seconds = requested_wait(prefer, limit=platform.settings.wait_limit_s)
        await waiter.admit_wait(caller, seconds)
        snapshot = await waiter.until_final(await jobs.submit(platform, job_request), seconds)
        return accepted(platform, snapshot, applied(prefer, limit=platform.settings.wait_limit_s))

    @get(operation_id="jobs.list")
    async def list_own(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        cursor: Cursor = None,
        status: Annotated[Status | None, QueryParameter(description="Only jobs with this status.")] = None,
        limit: Limit = 50,
    ) -> JobPage:
        """List jobs.

        Returns the account's jobs, newest first.
        """
        snapshots = await jobs.list_own(platform, caller, before=cursor, status=status, limit=limit + 1)
        page = paging.cut(snapshots, limit, lambda snapshot: str(snapshot.job.id))
        # Signing the links of a full page would block the event loop for noticeably long.
        return JobPage(await asyncio.to_thread(_present, page.rows, platform), page.next)

    @get("/{job_id:str}", operation_id="jobs.get")
    async def read(
        self,
        waiter: Injected[Waiter],
        caller: Injected[Caller],
        job_id: FromPath[str],
        prefer: Prefer = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response[JobOut | NotModified]:
        """Get a job.

        Returns the job with fresh links to its artifacts. `Prefer: wait=N` waits until the job has ended.
        """
        snapshot = await jobs.find(waiter.platform, caller, parse_uuid(job_id))
        seconds = requested_wait(prefer, limit=waiter.platform.settings.wait_limit_s)
        if not snapshot.job.is_final:
            await waiter.admit_wait(caller, seconds)
            snapshot = await waiter.until_final(snapshot, seconds)
        wait_headers = applied(prefer, limit=waiter.platform.settings.wait_limit_s)
        headers = {
            "ETag": etag(snapshot, waiter.platform.settings.link_lifetime_s),
            **polling(snapshot),
            **wait_headers,
        }
        if etag_matches(headers["ETag"], if_none_match):
            return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Json(JobOut.of(snapshot, waiter.platform.storage), headers=headers)

    @post("/{job_id:str}/cancel", operation_id="jobs.cancel", status_code=200)
    async def cancel(self, platform: Injected[Platform], caller: Injected[Caller], job_id: FromPath[str]) -> JobOut:
        """Cancel a job.

        Ends a job that is queued or running. Cancelling a cancelled job changes nothing.
        """
        return JobOut.of(await jobs.cancel(platform, caller, parse_uuid(job_id)), platform.storage)

    @get("/{job_id:str}/events", operation_id="jobs.stream_events")
    async def follow(
        self, request: AnyRequest, waiter: Injected[Waiter], caller: Injected[Caller], job_id: FromPath[str]
    ) -> Response[EventStream]:
        """Stream the changes of a job.

        Server-sent events of the type `job`: the job as it is now, then after every change until it has ended. The
        stream ends early when the key does.
        """
        snapshot = await jobs.find(waiter.platform, caller, parse_uuid(job_id))
        await waiter.admit_stream(caller)
        changes = while_admitted(waiter.changes(snapshot), partial(is_admitted, request))
        events: Response[Any] = ServerSentEvent(_events(changes))
        return events


def _present(snapshots: Sequence[Snapshot], platform: Platform) -> list[JobOut]:
    return [JobOut.of(snapshot, platform.storage) for snapshot in snapshots]


async def _events(changes: AsyncIterator[JobState]) -> AsyncIterator[ServerSentEventMessage]:
    async for state in with_keepalives(changes, keepalive_interval()):
        if state is None:
            yield ServerSentEventMessage(data=None, comment="nothing new")
        else:
            yield ServerSentEventMessage(data=state.json, event="job")


async def _prepare(platform: Platform, caller: Caller, members: Members[SubmissionIn]) -> JobRequest:
    # The body and its values go before anybody waits for the job.
    submission = await read_submission(members)
    members.forget()
    return await jobs.prepare(platform, caller, submission.arguments, submission.body, submission.callback_url)
