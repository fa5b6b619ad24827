"""Reading a part of the file of a run."""

from typing import Annotated, ClassVar

from msgspec import Meta

from shared.jobs import Arguments


class IngestPart(Arguments, frozen=True, kw_only=True, tag="ingest_part"):
    """Reading a part of a run's file: makes the counts and the canonical rows of this part alone."""

    is_requested: ClassVar[bool] = False

    run_id: Annotated[str, Meta(description="Id of the run.")]
    version: Annotated[int, Meta(ge=1, description="Version of the run.")]
    split: Annotated[int, Meta(ge=1, description="Attempt of the job that cut the file.")]
    index: Annotated[int, Meta(ge=0, description="Place of the part in the file.")]
    rows: Annotated[int | None, Meta(description="Number of its rows; null where the file does not say.")] = None
