"""Receipts: a result with the hashes of its files and all that it takes to compute it once more."""

from shared import comparisons, gates, runs
from shared.accounts import Caller
from shared.comparisons.errors import ComparisonNotReady
from shared.comparisons.records import ComparedVersion
from shared.evaluation.intervals.of_matrix import Confidence, Estimate
from shared.evaluation.types import Label
from shared.gates.errors import CheckNotReady
from shared.gates.records import CheckedRun, CheckRecord
from shared.jobs.result_status import UNFINISHED
from shared.kit.computation import computation
from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from shared.receipts.records import (
    CheckReceipt,
    ComparisonReceipt,
    Figure,
    GateProtocol,
    ReceiptSide,
    RunFigures,
    RunProtocol,
    RunReceipt,
    SideRole,
)
from shared.receipts.sealing import sealed
from shared.receipts.sides import detection_side, of_version, side
from shared.runs import queries, results
from shared.runs.errors import RunChanged
from shared.runs.records import ReadyRun


async def of_run(platform: Platform, caller: Caller, run_id: str) -> RunReceipt:
    """The receipt of a run of the caller; raises RunNotFound, RunNotReady, and RunChanged while it is read again."""
    run = await runs.get_ready(platform, caller, run_id, heeds_weights=True)
    async with platform.db.connection() as connection:
        version = await queries.version_of(connection, caller.account_id, run.id, run.version)
    if version is None:
        raise RunChanged
    receipt = RunReceipt(
        id=run.id,
        created_at=version.created_at,
        sides=[of_version("run", version)],
        computed_by=computation(),
        protocol=RunProtocol(Confidence().alpha),
        result=_counted(run),
    )
    return sealed(receipt)


async def of_comparison(platform: Platform, caller: Caller, comparison_id: str) -> ComparisonReceipt:
    """The receipt of a comparison of the caller; raises ComparisonNotFound, ComparisonNotReady."""
    found = await comparisons.get(platform, caller, comparison_id)
    if found.found is None:
        retry = comparisons.RETRY_AFTER_S if found.state in UNFINISHED else None
        raise ComparisonNotReady(f"The comparison is {found.status}, not ready.", retry_after_s=retry)
    baseline, candidate = found.sides
    async with platform.db.connection() as connection:
        sides = [
            await side(connection, caller.account_id, "baseline", baseline),
            await side(connection, caller.account_id, "candidate", candidate),
        ]
    receipt = ComparisonReceipt(
        id=found.id,
        created_at=found.created_at,
        sides=sides,
        computed_by=found.found.computed_by,
        protocol=found.asked,
        result=found.found,
    )
    return sealed(receipt)


async def of_check(platform: Platform, caller: Caller, check_id: str) -> CheckReceipt:
    """The receipt of a check of the caller; raises CheckNotFound, and CheckNotReady where there is no verdict."""
    check = await gates.get_check(platform, caller, check_id)
    if check.found is None:
        raise CheckNotReady(
            f"The check is {check.status} and has no verdict.",
            retry_after_s=gates.RETRY_AFTER_S if check.state in UNFINISHED else None,
        )
    async with platform.db.connection() as connection:
        sides = [
            await _checked_side(connection, caller.account_id, role, run, is_of_detectors=check.is_of_detectors)
            for role, run in _roles(check)
        ]
    rules = {name: getattr(check.rules, name) for name in check.rules.__struct_fields__}
    receipt = CheckReceipt(
        id=check.id,
        created_at=check.created_at,
        sides=sides,
        computed_by=check.found.computed_by,
        protocol=GateProtocol(
            **rules, gate_id=check.gate_id, gate_name=check.gate_name, gate_version=check.gate_version
        ),
        result=check.found,
    )
    return sealed(receipt)


def _roles(check: CheckRecord) -> list[tuple[SideRole, CheckedRun]]:
    candidate: tuple[SideRole, CheckedRun] = ("candidate", check.candidate)
    return [candidate] if check.baseline is None else [("baseline", check.baseline), candidate]


async def _checked_side(
    connection: Connection, account_id: int, role: SideRole, run: CheckedRun, *, is_of_detectors: bool
) -> ReceiptSide:
    if is_of_detectors:
        return await detection_side(connection, account_id, role, run.id)
    return await side(connection, account_id, role, ComparedVersion("run", run.id, run.version))


def _counted(run: ReadyRun) -> RunFigures:
    matrix = run.summary.matrix
    of_rows = matrix.of_rows.counts.tolist() if matrix.is_weighted else None
    return RunFigures(matrix.counts.tolist(), figures(run), of_rows)


def figures(run: ReadyRun) -> list[Figure]:
    """Every metric of a run with its interval: those of all classes, then those of each."""
    matrix = run.summary.matrix
    overall, by_class = results.estimates_by_id(matrix), results.class_estimates_by_id(matrix)
    by_class["roc_auc.class"] = results.area_estimates(run.summary, is_slice=False)
    return [
        *(_figure(name, None, estimate) for name, estimate in overall.items()),
        *(
            _figure(name, label, estimate)
            for name, estimates in by_class.items()
            for label, estimate in zip(run.summary.classes, estimates, strict=True)
        ),
    ]


def _figure(metric: str, label: Label | None, estimate: Estimate) -> Figure:
    return Figure(
        metric=metric,
        label=label,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        method=estimate.method,
        reason=estimate.reason,
    )
