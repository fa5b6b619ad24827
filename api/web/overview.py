"""The overview: what is new in an account, what changed, and what needs its owner."""

from typing import NamedTuple

from litestar import Response

from api.web.page_request import PageRequest
from api.web.run_list import listed_runs
from shared import comparisons, gates, jobs, runs
from shared.comparisons.records import ComparedVersion, ComparisonRecord
from shared.gates.records import CheckRecord, GateRecord
from shared.jobs import Snapshot, Status
from shared.presentation.difference_rows import VERDICT_TITLES
from shared.presentation.whiskers import WIDTH
from shared.runs.lifecycle import RunStatus

# Looked through for names and for what failed: the newest, by the primary keys, however many there are.
RECENT = 50

RUNS, COMPARISONS, GATES = 6, 6, 6

# Jobs of these have a page that says what failed.
_OF_THINGS = frozenset({"ingest_run", "ingest_dataset", "paired_comparison", "gate_check"})


class NamedSide(NamedTuple):
    """A side of a comparison with its address, and its name where the run is among the newest."""

    address: str
    name: str


class NamedComparison(NamedTuple):
    """A comparison with the names of its sides."""

    comparison: ComparisonRecord
    candidate: NamedSide
    baseline: NamedSide


class CheckedGate(NamedTuple):
    """A gate with its latest check, None where no run was checked yet."""

    gate: GateRecord
    check: CheckRecord | None


async def show(page_request: PageRequest) -> Response[str]:
    """Show the newest runs, comparisons and gates, and what failed or asks for an answer."""
    platform, caller = page_request.platform, page_request.caller
    recent = await runs.list_own(platform, caller, before=None, status=None, dataset_id=None, tag=None, limit=RECENT)
    compared = await comparisons.list_own(platform, caller, before=None, limit=COMPARISONS)
    names = {str(run.id): run.name or run.filename for run in recent}
    return page_request.render(
        "overview.html",
        runs=await listed_runs(page_request, recent[:RUNS]),
        width=WIDTH,
        comparisons=[_named(comparison, names) for comparison in compared],
        titles=VERDICT_TITLES,
        gates=await _gates(page_request),
        asking=[run for run in recent if run.state is RunStatus.NEEDS_MAPPING],
        failed_runs=[run for run in recent if run.state is RunStatus.FAILED],
        failed_jobs=await _failed_jobs(page_request),
    )


async def _gates(page_request: PageRequest) -> list[CheckedGate]:
    platform, caller = page_request.platform, page_request.caller
    found = []
    for gate in await gates.list_own(platform, caller, before=None, limit=GATES):
        checks = await gates.list_checks(platform, caller, str(gate.id), before=None, limit=1)
        found.append(CheckedGate(gate, checks[0] if checks else None))
    return found


async def _failed_jobs(page_request: PageRequest) -> list[Snapshot]:
    """The failed ones among the newest jobs, without those whose run, comparison or check is listed itself."""
    newest = await jobs.list_own(page_request.platform, page_request.caller, before=None, limit=RECENT)
    return [
        snapshot for snapshot in newest if snapshot.job.status == Status.FAILED and snapshot.job.kind not in _OF_THINGS
    ]


def _named(comparison: ComparisonRecord, names: dict[str, str]) -> NamedComparison:
    baseline, candidate = comparison.sides
    return NamedComparison(comparison, _side(candidate, names), _side(baseline, names))


def _side(side: ComparedVersion, names: dict[str, str]) -> NamedSide:
    folder = "matrices" if side.kind == "matrix" else "runs"
    known = names.get(str(side.id))
    return NamedSide(f"/app/{folder}/{side.id}", known or f"{side.kind} …{str(side.id)[-8:]}")
