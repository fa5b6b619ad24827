"""Verbs of the jobs that make checks."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from shared import detection_runs, webhooks
from shared.comparisons.errors import ComparisonChanged
from shared.comparisons.making import ReadSide, read_side
from shared.comparisons.records import ComparedVersion
from shared.detection_runs import objects
from shared.detection_runs.errors import DetectionRunNotFound, DetectionRunNotReady
from shared.detection_runs.scenes import scene_file
from shared.gates import get_check, queries
from shared.gates.detectors import DetectorSide
from shared.gates.errors import CheckChanged
from shared.gates.policy import GatePolicy
from shared.gates.records import CheckedRun, CheckSummary
from shared.gates.results import CheckResult
from shared.jobs import JobRecord
from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from shared.kit.storage.downloads import download
from shared.kit.storage.errors import FileGone
from shared.runs.errors import RunNotFound, RunNotReady
from shared.webhooks.events import GATE_CHECKED

ReadDetector = Callable[[], DetectorSide]


class CheckInputs(NamedTuple):
    """The policy, and how to read the two runs; `baseline` is None where there is none."""

    policy: GatePolicy
    baseline: ReadSide | None
    candidate: ReadSide


class DetectorInputs(NamedTuple):
    """The policy, and how to read the scenes of two detection runs; `baseline` is None where there is none."""

    policy: GatePolicy
    baseline: ReadDetector | None
    candidate: ReadDetector


async def fetch(platform: Platform, job: JobRecord, check_id: str, folder: Path) -> CheckInputs | DetectorInputs:
    """Write the rows or the scenes of both runs into a folder; raises CheckNotFound, CheckChanged."""
    check = await get_check(platform, job.owner, check_id)
    if check.is_of_detectors:
        return DetectorInputs(
            check.rules,
            None if check.baseline is None else await _scene(platform, job, check.baseline, folder / "baseline.npz"),
            await _scene(platform, job, check.candidate, folder / "candidate.npz"),
        )
    columns, group = [chosen.column for chosen in check.rules.slices], check.rules.group
    return CheckInputs(
        check.rules,
        None
        if check.baseline is None
        else await _read(platform, job, check.baseline, folder / "baseline", columns, group),
        await _read(platform, job, check.candidate, folder / "candidate", [], group),
    )


async def conclude(
    connection: Connection, platform: Platform, job: JobRecord, check_id: UUID, result: CheckResult
) -> None:
    """Store the result and announce it, in the transaction that ends the job; raises CheckChanged."""
    if not await queries.conclude(connection, check_id, job.id, result):
        raise CheckChanged
    check = await queries.find_check(connection, job.account_id, check_id)
    if check is None:
        raise CheckChanged
    await webhooks.announce(
        platform,
        connection,
        account_id=job.account_id,
        event_type=GATE_CHECKED,
        data=CheckSummary.of(check),
        callback_url=None,
    )


def lacking(policy: GatePolicy) -> str:
    """Why there is nothing to compare with."""
    baseline = policy.baseline
    if baseline.run_id is not None:
        return "The run that the gate compares with is not ready or was deleted, so the candidate cannot be judged."
    named = [f"the tag “{baseline.tag}”"] if baseline.tag is not None else []
    named += [f"the model “{baseline.model_name}”"] if baseline.model_name is not None else []
    alike = ", of the same project and rules," if policy.is_of_detectors else ""
    return f"No other run with {' and '.join(named)}{alike} is ready, so the candidate cannot be judged."


async def _scene(platform: Platform, job: JobRecord, run: CheckedRun, target: Path) -> ReadDetector:
    try:
        found = await detection_runs.get_ready(platform, job.owner, str(run.id))
        await download(platform.storage, f"{found.folder}{objects.SCENE}", target)
    except (DetectionRunNotFound, DetectionRunNotReady, FileGone) as error:
        raise CheckChanged from error

    def read() -> DetectorSide:
        figures = found.found
        assert figures is not None, "the run is ready"
        with target.open("rb") as file:
            return DetectorSide(scene_file.read(file), [one.name for one in figures.classes], found.asked)

    return read


async def _read(
    platform: Platform, job: JobRecord, run: CheckedRun, target: Path, slices: list[str], group: str | None
) -> ReadSide:
    try:
        return await read_side(platform, job, ComparedVersion("run", run.id, run.version), target, slices, group)
    except (RunNotFound, RunNotReady, ComparisonChanged, FileGone) as error:
        raise CheckChanged from error
