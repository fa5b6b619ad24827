"""The runs that a form offers to choose from, and those that a verdict names."""

from uuid import UUID

from api.web.page_request import PageRequest
from shared import runs
from shared.runs.errors import RunNotFound
from shared.runs.lifecycle import RunStatus
from shared.runs.records import RunRecord

MAX_CHOICES = 100


async def ready_runs(page_request: PageRequest) -> list[RunRecord]:
    """List the newest runs of the account that are ready."""
    return await runs.list_own(
        page_request.platform,
        page_request.caller,
        before=None,
        status=RunStatus.READY,
        dataset_id=None,
        tag=None,
        limit=MAX_CHOICES,
    )


async def named_run(page_request: PageRequest, run_id: UUID) -> tuple[str, RunRecord | None]:
    """The page of a run, and the run; an empty address and None if it was deleted."""
    try:
        return f"/app/runs/{run_id}", await runs.get(page_request.platform, page_request.caller, str(run_id))
    except RunNotFound:
        return "", None
