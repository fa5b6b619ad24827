"""Comparisons and gates as lists show them: a comparison by the names of its sides, a gate with its latest check."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from api.web.page_request import PageRequest
from api.web.runs.choices import NamedRun
from shared import gates
from shared.comparisons.records import ComparedVersion, ComparisonRecord
from shared.gates.records import CheckRecord, GateRecord
from shared.runs import listing


class NamedComparison(NamedTuple):
    """A comparison with the names of its sides."""

    comparison: ComparisonRecord
    candidate: NamedRun
    baseline: NamedRun


class CheckedGate(NamedTuple):
    """A gate with its latest check, None where no run was checked yet."""

    gate: GateRecord
    check: CheckRecord | None


async def named(page_request: PageRequest, found: Sequence[ComparisonRecord]) -> list[NamedComparison]:
    """Return comparisons with the names of their sides; a matrix or a deleted run has the end of its id."""
    ids = {side.id for comparison in found for side in comparison.sides if side.kind == "run"}
    known = await listing.selected(page_request.platform, page_request.caller, sorted(ids))
    names = {run.id: run.name or run.filename for run in known}
    listed = []
    for comparison in found:
        baseline, candidate = comparison.sides
        listed.append(NamedComparison(comparison, _side(candidate, names), _side(baseline, names)))
    return listed


async def checked(page_request: PageRequest, found: Sequence[GateRecord]) -> list[CheckedGate]:
    """Return gates with the latest check of each."""
    checks = await gates.latest_checks(page_request.platform, page_request.caller, [gate.id for gate in found])
    return [CheckedGate(gate, checks.get(gate.id)) for gate in found]


def _side(side: ComparedVersion, names: dict[UUID, str]) -> NamedRun:
    folder = "matrices" if side.kind == "matrix" else "runs"
    return NamedRun(f"/app/{folder}/{side.id}", names.get(side.id) or f"{side.kind} …{str(side.id)[-8:]}")
