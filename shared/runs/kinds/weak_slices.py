"""Looking for the slices of a run in which its model errs more often than elsewhere."""

from typing import Annotated

from msgspec import Meta, Struct

from shared.accounts import Caller
from shared.evaluation.slices.weak_slices import Correction, SlicePlan
from shared.jobs import Arguments, Reference
from shared.kit.platform import Platform
from shared.runs import ANY_TASK, get_shown
from shared.runs.errors import WeightsUnsupported

# So many rows with errors are named of each slice.
EXAMPLES = 10

_EQUAL_CHANCES = (
    "Weak slices are tested exactly, as samples that were drawn with equal chances, which weights deny: set "
    "`columns.weight` to null to look for them among the samples as they are; `slices` has weighted metrics."
)


class WeakSlicesOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How slices are looked for and tested."""

    alpha: Annotated[float, Meta(gt=0, le=0.5, description="Level of the tests, above 0 and up to 0.5.")] = 0.05
    correction: Annotated[
        Correction,
        Meta(description="Bound the share of false findings (Benjamini-Hochberg), or the chance of any (Holm)."),
    ] = "benjamini-hochberg"
    min_support: Annotated[
        int, Meta(ge=10, le=1_000_000, description="Fewest samples of a slice in either half, 10 to 1,000,000.")
    ] = 10
    bins: Annotated[
        int, Meta(ge=2, le=20, description="Most ranges that a column of numbers is cut into, 2 to 20.")
    ] = 5
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1, description="Seed of the split into halves.")] = 0

    @property
    def plan(self) -> SlicePlan:
        """The options as the maths takes them."""
        return SlicePlan(self.alpha, self.correction, self.min_support, self.seed, EXAMPLES)


class WeakSlicesJob(Arguments, frozen=True, kw_only=True, tag="weak_slices"):
    """A search for weak slices of a run, over its metadata: makes `weak_slices.json`."""

    run_id: Annotated[str, Meta(min_length=1, max_length=100, description="Id of the run.")]
    options: Annotated[WeakSlicesOptions, Meta(description="How slices are looked for and tested.")] = (
        WeakSlicesOptions()
    )

    async def references(self, platform: Platform, caller: Caller, /) -> list[Reference]:
        """The run in its newest version; raises RunNotFound, RunNotReady, DatasetPrivate, WeightsUnsupported."""
        run = await get_shown(platform, caller, self.run_id, ANY_TASK, heeds_weights=True)
        if run.summary.is_weighted:
            raise WeightsUnsupported(_EQUAL_CHANCES)
        return [Reference("run", str(run.id), run.version, run.created_at)]
