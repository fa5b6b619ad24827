"""Bodies and answers of the routes of comparisons."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.comparisons.flips import Flip
from shared.comparisons.options import ComparisonOptions
from shared.comparisons.records import ComparedVersion, ComparisonRecord
from shared.comparisons.results import ComparisonResult
from shared.evaluation.paired.verdicts import Verdict
from shared.jobs.result_status import ResultStatus

# Ids are of 36 characters.
ComparedId = Annotated[str, Meta(min_length=1, max_length=100)]


class PairedComparisonIn(ComparisonOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A comparison to make."""

    baseline: Annotated[ComparedId, Meta(description="Id of the run or matrix to compare with.")]
    candidate: Annotated[ComparedId, Meta(description="Id of the run or matrix that may take its place.")]

    @property
    def options(self) -> ComparisonOptions:
        """What is asked for, without the two sides."""
        return ComparisonOptions(**{name: getattr(self, name) for name in ComparisonOptions.__struct_fields__})


class ComparisonSummaryOut(msgspec.Struct):
    """A comparison of a candidate with a baseline on the same samples."""

    id: Annotated[UUID, Meta(description="Id of the comparison.")]
    status: Annotated[ResultStatus, Meta(description="Status of the comparison.")]
    progress: Annotated[float, Meta(description="Share of the work that is done, 0 to 1.")]
    error: Annotated[
        dict[str, Any] | None, Meta(description="Problem (RFC 9457) that the comparison failed with; null otherwise.")
    ]
    verdict: Annotated[Verdict | None, Meta(description="What the first metric shows; null until it is ready.")]
    baseline: Annotated[ComparedVersion, Meta(description="What the candidate is compared with.")]
    candidate: Annotated[
        ComparedVersion, Meta(description="What is compared; differences are candidate minus baseline.")
    ]
    options: Annotated[ComparisonOptions, Meta(description="What is compared, and at which level.")]
    job_id: Annotated[UUID, Meta(description="Id of the job that makes the comparison.")]
    created_at: Annotated[datetime, Meta(description="When the comparison was created, in UTC.")]

    @classmethod
    def of(cls, comparison: ComparisonRecord) -> "ComparisonSummaryOut":
        """Present a comparison without its result."""
        return cls(**_fields(comparison))


class ComparisonOut(ComparisonSummaryOut):
    """A comparison with its result."""

    result: Annotated[ComparisonResult | None, Meta(description="What was found; null until it is ready.")]

    @classmethod
    def of(cls, comparison: ComparisonRecord) -> "ComparisonOut":
        """Present a comparison."""
        return cls(**_fields(comparison), result=comparison.found)


class PairedComparisonPage(msgspec.Struct):
    """A page of comparisons, newest first."""

    items: Annotated[list[ComparisonSummaryOut], Meta(description="The comparisons of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


class FlipPage(msgspec.Struct):
    """A page of flips, the most confident predictions of the candidate first."""

    items: Annotated[list[Flip], Meta(description="The samples of this page.")]
    next: Annotated[int | None, Meta(description="Cursor of the next page; null on the last one.")]


def _fields(comparison: ComparisonRecord) -> dict[str, Any]:
    baseline, candidate = comparison.sides
    return {
        name: getattr(comparison, name) for name in ("id", "progress", "error", "verdict", "job_id", "created_at")
    } | {
        "status": comparison.state,
        "baseline": baseline,
        "candidate": candidate,
        "options": comparison.asked,
    }
