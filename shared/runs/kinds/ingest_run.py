"""Reading the file of a run."""

from typing import Annotated, ClassVar

from msgspec import Meta

from shared.accounts import Caller
from shared.jobs import Arguments, Reference
from shared.kit import clock
from shared.kit.platform import Platform


class IngestRun(Arguments, frozen=True, kw_only=True, tag="ingest_run"):
    """Reading a run's file: makes the counts and the canonical rows of one version of the run."""

    is_requested: ClassVar[bool] = False

    run_id: Annotated[str, Meta(description="Id of the run.")]
    version: Annotated[int, Meta(ge=1, description="Version of the run.")]

    async def references(self, _platform: Platform, _caller: Caller, /) -> list[Reference]:
        """The run, which its own route has just found or made."""
        return [Reference("run", self.run_id, self.version, clock.now())]
