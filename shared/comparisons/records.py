"""Comparisons as they are read from the database."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.comparisons.options import ComparisonOptions
from shared.comparisons.results import ComparisonResult, unpacked
from shared.evaluation.paired.verdicts import Verdict
from shared.jobs.result_status import ResultStatus

Compared = Literal["run", "matrix"]


class ComparedVersion(msgspec.Struct, frozen=True):
    """A run or a matrix in the version that is compared."""

    kind: Annotated[Compared, Meta(description="What it is.")]
    id: Annotated[UUID, Meta(description="Id of the run or matrix.")]
    version: Annotated[int, Meta(description="Version when the comparison was created.")]


class ComparisonRecord(msgspec.Struct, frozen=True):
    """A comparison; the fields are the columns, in this order."""

    id: UUID
    job_id: UUID
    status: str
    progress: float
    error: dict[str, Any] | None
    baseline_run_id: UUID | None
    baseline_matrix_uid: UUID | None
    baseline_version: int
    candidate_run_id: UUID | None
    candidate_matrix_uid: UUID | None
    candidate_version: int
    options: dict[str, Any]
    verdict: Verdict | None
    result: bytes | None
    folder: str | None
    flips_bytes: int | None
    created_at: datetime

    @property
    def state(self) -> ResultStatus:
        """The status."""
        return ResultStatus(self.status)

    @property
    def asked(self) -> ComparisonOptions:
        """What was asked for."""
        return msgspec.convert(self.options, ComparisonOptions)

    @property
    def found(self) -> ComparisonResult | None:
        """The result; None until it is ready, and in lists."""
        return None if self.result is None else unpacked(self.result)

    @property
    def sides(self) -> tuple[ComparedVersion, ComparedVersion]:
        """The baseline and the candidate."""
        return (
            _side(self.baseline_run_id, self.baseline_matrix_uid, self.baseline_version),
            _side(self.candidate_run_id, self.candidate_matrix_uid, self.candidate_version),
        )


def _side(run_id: UUID | None, matrix_uid: UUID | None, version: int) -> ComparedVersion:
    if run_id is not None:
        return ComparedVersion("run", run_id, version)
    assert matrix_uid is not None, "a constraint of the table"
    return ComparedVersion("matrix", matrix_uid, version)
