"""The runs that a form offers to choose from."""

from api.web.page_request import PageRequest
from shared import runs
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
