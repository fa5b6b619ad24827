"""Reading the file of a dataset."""

from typing import Annotated, ClassVar

from msgspec import Meta

from shared.jobs import Arguments


class IngestDataset(Arguments, frozen=True, kw_only=True, tag="ingest_dataset"):
    """Reading a dataset's file: checks its ids and labels, and makes its rows; its route submits it."""

    is_requested: ClassVar[bool] = False

    dataset_id: Annotated[str, Meta(description="Id of the dataset.")]
