"""The handler of checks: the rows or the scenes of two runs in, the verdict of a gate out."""

from functools import partial
from uuid import UUID

from shared.gates import detectors, making
from shared.gates.concluding import without_baseline
from shared.gates.evaluating import evaluate
from shared.gates.kinds.gate_check import GateCheck
from shared.gates.making import CheckInputs, DetectorInputs
from shared.gates.results import CheckResult
from shared.kit.platform import Platform
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[GateCheck]) -> tuple[Platform, CheckInputs | DetectorInputs]:
    """Write the rows or the scenes of both runs into the scratch folder."""
    folder = attempt.scratch.folder
    return platform, await making.fetch(platform, attempt.job, attempt.arguments.check_id, folder)


def perform(loaded: tuple[Platform, CheckInputs | DetectorInputs], attempt: JobAttempt[GateCheck]) -> Conclusion:
    """Judge the candidate by the policy."""
    platform, inputs = loaded
    attempt.progress(0.3)
    check_id = UUID(attempt.arguments.check_id)
    write = partial(making.conclude, platform=platform, job=attempt.job, check_id=check_id, result=_judged(inputs))
    return Conclusion("", [], write)


def _judged(inputs: CheckInputs | DetectorInputs) -> CheckResult:
    if inputs.baseline is None:
        return without_baseline(making.lacking(inputs.policy))
    if isinstance(inputs, DetectorInputs):
        return detectors.evaluate(inputs.baseline(), inputs.candidate(), inputs.policy)
    return evaluate(inputs.baseline(), inputs.candidate(), inputs.policy)
