"""The handler of checks: the rows of two runs in, the verdict of a gate out."""

from functools import partial
from uuid import UUID

from shared.gates import making
from shared.gates.evaluating import evaluate, without_baseline
from shared.gates.kinds.gate_check import GateCheck
from shared.gates.making import CheckInputs
from shared.gates.results import CheckResult
from shared.kit.platform import Platform
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[GateCheck]) -> tuple[Platform, CheckInputs]:
    """Write the rows of both runs into the scratch folder."""
    folder = attempt.scratch.folder
    return platform, await making.fetch(platform, attempt.job, attempt.arguments.check_id, folder)


def perform(loaded: tuple[Platform, CheckInputs], attempt: JobAttempt[GateCheck]) -> Conclusion:
    """Judge the candidate by the policy."""
    platform, inputs = loaded
    attempt.progress(0.3)
    check_id = UUID(attempt.arguments.check_id)
    write = partial(making.conclude, platform=platform, job=attempt.job, check_id=check_id, result=_judged(inputs))
    return Conclusion("", [], write)


def _judged(inputs: CheckInputs) -> CheckResult:
    if inputs.baseline is None:
        return without_baseline(making.lacking(inputs.policy.baseline))
    return evaluate(inputs.baseline(), inputs.candidate(), inputs.policy)
