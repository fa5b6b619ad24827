"""The plans: what accounts may use."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field


class Quota(StrEnum):
    """What an account may store or have at once; shared/quotas/measures.py says how each is measured."""

    STORED_BYTES = "stored_bytes"
    MATRICES = "matrices"
    IMAGES = "images"
    PROJECTS = "projects"
    DATASETS = "datasets"
    RUNS = "runs"
    OPEN_UPLOADS = "open_uploads"
    GATES = "gates"
    PIPELINES = "pipelines"
    KEYS = "keys"
    ENDPOINTS = "endpoints"


# The limit of each quota; None is no limit.
Quotas = dict[Quota, Annotated[int, Field(ge=0)] | None]


class Plan(BaseModel, frozen=True, extra="forbid"):
    """The limits of an account; None is no limit."""

    calls_per_month: int | None = Field(default=None, ge=0)
    calls_per_second: float | None = Field(default=None, gt=0, le=100_000)
    # A quota that the plan does not name is the service's.
    quotas: Quotas = {}

    @property
    def burst(self) -> int:
        """The calls allowed at once after a pause: those of two seconds, for pages that send several requests."""
        return max(round(2 * (self.calls_per_second or 0)), 1)


def _of_size(gigabytes: int, things: int) -> Quotas:
    # A run has the size of many matrices.
    runs = things // 10
    return {
        Quota.STORED_BYTES: gigabytes * 2**30,
        Quota.MATRICES: things,
        Quota.IMAGES: things,
        Quota.RUNS: runs,
        # Each has the size of a run, and many runs refer to it.
        Quota.DATASETS: runs,
    }


# The calls are those of the calculator API; the quotas keep a free account from filling a small disk.
PLANS = {
    "free": Plan(calls_per_month=3_000, calls_per_second=2, quotas=_of_size(1, 1_000)),
    "starter": Plan(calls_per_month=40_000, calls_per_second=5, quotas=_of_size(10, 10_000)),
    "pro": Plan(calls_per_month=250_000, calls_per_second=15, quotas=_of_size(100, 100_000)),
    "mega": Plan(calls_per_month=1_500_000, calls_per_second=40, quotas=_of_size(1_000, 1_000_000)),
    "unlimited": Plan(),
}

# Small rows that every list, every callback or every event of the account goes through.
QUOTAS: Quotas = {
    Quota.PROJECTS: 10_000,
    Quota.OPEN_UPLOADS: 1_000,
    Quota.GATES: 1_000,
    Quota.PIPELINES: 100,
    Quota.KEYS: 100,
    Quota.ENDPOINTS: 50,
}
