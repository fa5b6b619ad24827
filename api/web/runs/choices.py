"""The runs that a form offers to choose from, and those that a verdict names."""

from typing import NamedTuple
from uuid import UUID

from api.web.page_request import PageRequest
from shared import detection_runs, runs
from shared.detection_runs import DetectionRunRecord
from shared.detection_runs.errors import DetectionRunNotFound
from shared.jobs.result_status import ResultStatus
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


async def ready_detection_runs(page_request: PageRequest) -> list[DetectionRunRecord]:
    """List those of the newest detection runs of the account that are ready."""
    found = await detection_runs.list_own(
        page_request.platform, page_request.caller, project_id=None, before=None, limit=MAX_CHOICES
    )
    return [run for run in found if run.state is ResultStatus.READY]


class NamedRun(NamedTuple):
    """The page of a run and what the run is called; an empty address of one that was deleted."""

    address: str
    name: str


async def named_run(page_request: PageRequest, run_id: UUID, *, is_of_detectors: bool = False) -> NamedRun:
    """The page and the name of a run or a detection run."""
    platform, caller = page_request.platform, page_request.caller
    try:
        if is_of_detectors:
            judged = await detection_runs.get(platform, caller, str(run_id))
            return NamedRun(f"/app/detection-runs/{run_id}", title_of_detector(judged))
        run = await runs.get(platform, caller, str(run_id))
    except (RunNotFound, DetectionRunNotFound):
        return NamedRun("", "")
    return NamedRun(f"/app/runs/{run_id}", run.name or run.filename)


def title_of_detector(run: DetectionRunRecord) -> str:
    """What a detection run is called in a list."""
    version = f" {run.model_version}" if run.model_version else ""
    named = f"{run.name}: " if run.name else ""
    return f"{named}{run.model_name}{version}, {run.asked.subject}, {run.asked.profile}"
