"""Gates and their checks as they are read from the database."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.evaluation.paired.gate_rule import Outcome
from shared.gates.policy import GatePolicy
from shared.gates.results import CheckResult, unpacked
from shared.jobs.result_status import ResultStatus


class GateRecord(msgspec.Struct, frozen=True):
    """A gate in its newest version; the fields are the columns, in this order."""

    id: UUID
    name: str
    version: int
    policy: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    @property
    def rules(self) -> GatePolicy:
        """The policy."""
        return msgspec.convert(self.policy, GatePolicy)


class CheckedRun(msgspec.Struct, frozen=True):
    """A run in the version that is checked, or a detection run."""

    id: Annotated[UUID, Meta(description="Id of the run, or of the detection run.")]
    version: Annotated[
        int, Meta(description="Version of the run when the check was created; a detection run has only one.")
    ]


class CheckRecord(msgspec.Struct, frozen=True):
    """A check; the fields are the columns, in this order."""

    id: UUID
    gate_id: UUID
    gate_name: str
    gate_version: int
    policy: dict[str, Any]
    job_id: UUID
    status: str
    progress: float
    error: dict[str, Any] | None
    is_of_detectors: bool
    candidate_run_id: UUID
    candidate_version: int
    baseline_run_id: UUID | None
    baseline_version: int | None
    verdict: Outcome | None
    result: bytes | None
    created_at: datetime

    @property
    def state(self) -> ResultStatus:
        """The status."""
        return ResultStatus(self.status)

    @property
    def rules(self) -> GatePolicy:
        """The policy that the candidate is checked by."""
        return msgspec.convert(self.policy, GatePolicy)

    @property
    def found(self) -> CheckResult | None:
        """The result; None until it is ready, and in lists."""
        return None if self.result is None else unpacked(self.result)

    @property
    def candidate(self) -> CheckedRun:
        """The run or the detection run that is checked."""
        return CheckedRun(self.candidate_run_id, self.candidate_version)

    @property
    def baseline(self) -> CheckedRun | None:
        """The run that it is compared with; None where there was none."""
        if self.baseline_run_id is None or self.baseline_version is None:
            return None
        return CheckedRun(self.baseline_run_id, self.baseline_version)


class CheckSummary(msgspec.Struct):
    """A check without its result."""

    id: Annotated[UUID, Meta(description="Id of the check.")]
    gate_id: Annotated[UUID, Meta(description="Id of the gate.")]
    gate_name: Annotated[str, Meta(description="Name of the gate.")]
    gate_version: Annotated[int, Meta(description="Version of the gate's policy.")]
    status: Annotated[ResultStatus, Meta(description="Status of the check.")]
    progress: Annotated[float, Meta(description="Share of the work that is done, 0 to 1.")]
    error: Annotated[
        dict[str, Any] | None,
        Meta(description="Problem (RFC 9457) for which there is no verdict; null otherwise. Only `pass` is a pass."),
    ]
    verdict: Annotated[
        Outcome | None, Meta(description="Outcome of the check; null until it is ready, and if it fails to be made.")
    ]
    baseline: Annotated[
        CheckedRun | None, Meta(description="Run that the candidate is compared with; null where there is none.")
    ]
    candidate: Annotated[CheckedRun, Meta(description="Run that is checked.")]
    is_of_detectors: Annotated[bool, Meta(description="Whether candidate and baseline are detection runs.")]
    job_id: Annotated[UUID, Meta(description="Id of the job that makes the check.")]
    created_at: Annotated[datetime, Meta(description="When the check was created, in UTC.")]

    @classmethod
    def of(cls, check: CheckRecord) -> "CheckSummary":
        """Present a check without its result."""
        return cls(**fields(check))


class GateCheckOut(CheckSummary):
    """A check with its result."""

    result: Annotated[CheckResult | None, Meta(description="What was found; null until it is ready.")]

    @classmethod
    def of(cls, check: CheckRecord) -> "GateCheckOut":
        """Present a check."""
        return cls(**fields(check), result=check.found)


def fields(check: CheckRecord) -> dict[str, Any]:
    """The fields of a check without its result."""
    same = ("id", "gate_id", "gate_name", "gate_version", "progress", "error", "verdict", "baseline", "candidate")
    return {name: getattr(check, name) for name in (*same, "is_of_detectors", "job_id", "created_at")} | {
        "status": check.state
    }
