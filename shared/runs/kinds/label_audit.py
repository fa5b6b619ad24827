"""Looking for labels of a run that are probably wrong."""

from typing import Annotated

from msgspec import Meta

from shared.accounts import Caller
from shared.jobs import Arguments, Reference
from shared.kit.platform import Platform
from shared.runs import get_shown
from shared.runs.errors import WeightsUnsupported

_ANY_LABELS = (
    "The audit bounds metrics whichever labels are wrong, and with weights it matters which: set `columns.weight` to "
    "null to audit the samples as they are."
)


class LabelAudit(Arguments, frozen=True, kw_only=True, tag="label_audit"):
    """A search for label errors of a run, by the probabilities of all classes: makes `label_audit.json`."""

    run_id: Annotated[str, Meta(min_length=1, max_length=100, description="Id of the run.")]
    limit: Annotated[
        int, Meta(ge=1, le=10_000, description="Most samples to name, the most suspected first; 1 to 10,000.")
    ] = 1000

    async def references(self, platform: Platform, caller: Caller, /) -> list[Reference]:
        """The run in its newest version; raises RunNotFound, RunNotReady, DatasetPrivate, WeightsUnsupported."""
        run = await get_shown(platform, caller, self.run_id, heeds_weights=True)
        if run.summary.is_weighted:
            raise WeightsUnsupported(_ANY_LABELS)
        return [Reference("run", str(run.id), run.version, run.created_at)]
