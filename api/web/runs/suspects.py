"""The labels of a run that are probably wrong, as a part of its page: looked for by a job, which is asked for once."""

import asyncio

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath

from api.http.dependencies import Injected
from api.web.page_request import PageRequest
from api.web.runs.address import RUN_ADDRESS, RunAddress
from shared import jobs
from shared.jobs import Status
from shared.jobs.lifecycle import FINAL
from shared.kit.errors import DomainError
from shared.runs.kinds.label_audit import LabelAudit
from shared.runs.label_audit import LabelAuditResult

MAX_SUSPECTS = 50
# Small runs are done within it; then the part asks again.
WAIT_S = 3.0
CANCELLED = "The search was cancelled; ask for it again."


class RunSuspectPages(Controller):
    """The suspected labels of a run."""

    path = "/app/runs/{run_id:str}/suspects"

    @get(dependencies=RUN_ADDRESS)
    async def read(
        self, page_request: Injected[PageRequest], run_id: FromPath[str], address: Injected[RunAddress]
    ) -> Response[str]:
        """Show the most suspected labels, or that they are being looked for, or why there are none."""
        platform, caller, waiter = page_request.platform, page_request.caller, page_request.waiter
        request = await jobs.prepare(platform, caller, LabelAudit(run_id=run_id, limit=MAX_SUSPECTS))
        try:
            await waiter.admit_wait(caller, WAIT_S)
            job = await waiter.until_final(await jobs.join(platform, request), WAIT_S)
        except DomainError as error:
            return _part(page_request, run_id, address, reason=error.detail)
        if job.job.status == Status.SUCCEEDED:
            body = await platform.storage.read(job.files[0].object_key)
            found = await asyncio.to_thread(msgspec.json.decode, body, type=LabelAuditResult)
            return _part(page_request, run_id, address, found=found)
        if job.job.status not in FINAL:
            return _part(page_request, run_id, address)
        return _part(page_request, run_id, address, reason=job.job.error["detail"] if job.job.error else CANCELLED)


def _part(
    page_request: PageRequest,
    run_id: str,
    address: RunAddress,
    *,
    found: LabelAuditResult | None = None,
    reason: str | None = None,
) -> Response[str]:
    return page_request.render("runs/suspects.html", run_id=run_id, query=address.query, found=found, reason=reason)
