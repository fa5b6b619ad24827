"""Pages of jobs: what was asked for, how far it is, and what it made."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage

from api.http import paging
from api.http.injected import Injected
from api.http.paging import Cursor
from api.web.page_request import Visit
from api.web.templating import render
from shared import jobs
from shared.jobs import JobOut, Snapshot
from shared.kit.ids import parse_uuid

LISTED = 25


class JobPages(Controller):
    """Pages of jobs."""

    path = "/app/jobs"

    @get()
    async def list_own(self, visit: Injected[Visit], cursor: Cursor = None) -> Response[str]:
        """The account's jobs, newest first."""
        found = await jobs.list_own(visit.platform, visit.caller, before=cursor, limit=LISTED)
        shown = await asyncio.to_thread(_present, visit, found)
        following = paging.following(found, LISTED, lambda one: one.job.id)
        return visit.page(
            "jobs/list.html", shown=list(zip(found, shown, strict=True)), cursor=cursor, following=following
        )

    @get("/{job_id:str}")
    async def read(self, visit: Injected[Visit], job_id: FromPath[str]) -> Response[str]:
        """A job, which shows its progress by itself."""
        snapshot = await jobs.find(visit.platform, visit.caller, parse_uuid(job_id))
        return visit.page("jobs/page.html", snapshot=snapshot, shown=JobOut.of(snapshot, visit.platform.storage))

    @get("/{job_id:str}/events")
    async def follow(self, visit: Injected[Visit], job_id: FromPath[str]) -> ServerSentEvent:
        """The job's card at every change, then the event `done`."""
        snapshot = await jobs.find(visit.platform, visit.caller, parse_uuid(job_id))
        return ServerSentEvent(_cards(visit, snapshot))

    @post("/{job_id:str}/cancel")
    async def cancel(self, visit: Injected[Visit], job_id: FromPath[str]) -> Response[Any]:
        """End a job that is queued or running."""
        await jobs.cancel(visit.platform, visit.caller, parse_uuid(job_id))
        return visit.redirect("/app/jobs?notice=cancelled")


def _present(visit: Visit, found: list[Snapshot]) -> list[JobOut]:
    return [JobOut.of(snapshot, visit.platform.storage) for snapshot in found]


async def _cards(visit: Visit, snapshot: Snapshot) -> AsyncIterator[ServerSentEventMessage]:
    async for change in visit.waiter.changes(visit.caller, snapshot.job.id):
        shown = JobOut.of(change, visit.platform.storage)
        yield ServerSentEventMessage(data=render("jobs/card.html", snapshot=change, shown=shown, visit=visit))
    yield ServerSentEventMessage(data="", event="done")
