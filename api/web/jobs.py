"""Pages of jobs: their progress and their artifacts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage

from api.http import paging
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.jobs.keepalives import keepalive_interval, while_admitted, with_keepalives
from api.web.job_reports import report_of
from api.web.page_request import PageRequest
from api.web.templating import render
from shared import jobs
from shared.accounts import sessions
from shared.jobs import JobOut, Snapshot
from shared.kit.ids import parse_uuid

PAGE_SIZE = 25


class JobPages(Controller):
    """Pages of jobs."""

    path = "/app/jobs"

    @get()
    async def list_own(self, page_request: Injected[PageRequest], cursor: Cursor = None) -> Response[str]:
        """List the account's jobs, newest first."""
        snapshots = await jobs.list_own(page_request.platform, page_request.caller, before=cursor, limit=PAGE_SIZE + 1)
        page = paging.cut(snapshots, PAGE_SIZE, lambda snapshot: snapshot.job.id)
        job_answers = await asyncio.to_thread(_present, page_request, page.rows)
        return page_request.render(
            "jobs/list.html", rows=list(zip(page.rows, job_answers, strict=True)), cursor=cursor, next_cursor=page.next
        )

    @get("/{job_id:str}")
    async def read(self, page_request: Injected[PageRequest], job_id: FromPath[str]) -> Response[str]:
        """Show a job with its progress."""
        snapshot = await jobs.find(page_request.platform, page_request.caller, parse_uuid(job_id))
        storage = page_request.platform.storage
        return page_request.render(
            "jobs/page.html",
            snapshot=snapshot,
            job=JobOut.of(snapshot, storage),
            report=await report_of(storage, snapshot),
        )

    @get("/{job_id:str}/events")
    async def follow(self, page_request: Injected[PageRequest], job_id: FromPath[str]) -> ServerSentEvent:
        """Send the job's card at every change, then the event `done`."""
        snapshot = await jobs.find(page_request.platform, page_request.caller, parse_uuid(job_id))
        await page_request.waiter.admit_stream(page_request.caller)
        return ServerSentEvent(_cards(page_request, snapshot))

    @post("/{job_id:str}/cancel")
    async def cancel(self, page_request: Injected[PageRequest], job_id: FromPath[str]) -> Response[Any]:
        """Cancel a job that is queued or running."""
        await jobs.cancel(page_request.platform, page_request.caller, parse_uuid(job_id))
        return page_request.redirect("/app/jobs?notice=cancelled")


def _present(page_request: PageRequest, snapshots: Sequence[Snapshot]) -> list[JobOut]:
    return [JobOut.of(snapshot, page_request.platform.storage) for snapshot in snapshots]


async def _cards(page_request: PageRequest, snapshot: Snapshot) -> AsyncIterator[ServerSentEventMessage]:
    session = page_request.signed_in.session
    changes = while_admitted(
        page_request.waiter.changes(snapshot), partial(sessions.is_open, page_request.platform, session)
    )
    async for state in with_keepalives(changes, keepalive_interval()):
        if state is None:
            yield ServerSentEventMessage(data=None, comment="nothing new")
            continue
        report = await report_of(page_request.platform.storage, state.snapshot)
        card = render(
            "jobs/card.html", snapshot=state.snapshot, job=state.presented, report=report, page_request=page_request
        )
        yield ServerSentEventMessage(data=card)
        if state.snapshot.job.is_final:
            yield ServerSentEventMessage(data="", event="done")
