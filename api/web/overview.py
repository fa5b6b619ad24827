"""The overview: what is new in an account, what changed, and what needs its owner."""

from litestar import Response

from api.web.page_request import PageRequest
from api.web.runs.listing import listed_runs
from api.web.verdict_lists import checked, named
from shared import comparisons, gates, jobs, runs
from shared.jobs import Snapshot, Status
from shared.presentation.comparisons.difference_rows import VERDICT_TITLES
from shared.presentation.whiskers import WIDTH
from shared.runs.lifecycle import RunStatus

# Looked through for names and for what failed: the newest, by the primary keys, however many there are.
RECENT = 50

RUNS, COMPARISONS, GATES = 6, 6, 6

# Jobs of these have a page that says what failed.
_OF_THINGS = frozenset({"ingest_run", "ingest_dataset", "paired_comparison", "gate_check"})


async def show(page_request: PageRequest) -> Response[str]:
    """Show the newest runs, comparisons and gates, and what failed or asks for an answer."""
    platform, caller = page_request.platform, page_request.caller
    recent = await runs.list_own(platform, caller, before=None, status=None, dataset_id=None, tag=None, limit=RECENT)
    compared = await comparisons.list_own(platform, caller, before=None, limit=COMPARISONS)
    newest_gates = await gates.list_own(platform, caller, before=None, limit=GATES)
    return page_request.render(
        "overview.html",
        runs=await listed_runs(page_request, recent[:RUNS]),
        width=WIDTH,
        comparisons=await named(page_request, compared),
        titles=VERDICT_TITLES,
        gates=await checked(page_request, newest_gates),
        asking=[run for run in recent if run.state is RunStatus.NEEDS_MAPPING],
        failed_runs=[run for run in recent if run.state is RunStatus.FAILED],
        failed_jobs=await _failed_jobs(page_request),
    )


async def _failed_jobs(page_request: PageRequest) -> list[Snapshot]:
    """The failed ones among the newest jobs, without those whose run, comparison or check is listed itself."""
    newest = await jobs.list_own(page_request.platform, page_request.caller, before=None, limit=RECENT)
    return [
        snapshot for snapshot in newest if snapshot.job.status == Status.FAILED and snapshot.job.kind not in _OF_THINGS
    ]
