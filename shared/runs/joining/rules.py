"""What a request says of samples that only one of the two files has."""

from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

Missing = Literal["refuse", "exclude"]
Extra = Literal["refuse", "ignore"]


class TruthSource(msgspec.Struct, frozen=True):
    """Where the actual labels of a run are, and what becomes of samples without a partner."""

    upload_id: Annotated[UUID, Meta(description="Id of the upload with the actual labels.")]
    dataset_id: Annotated[
        UUID | None, Meta(description="Id of the dataset that was made of this upload; null without one.")
    ] = None
    missing: Annotated[Missing, Meta(description="What becomes of actual labels without a prediction.")] = "refuse"
    extra: Annotated[Extra, Meta(description="What becomes of predictions without an actual label.")] = "refuse"


class TruthFile(NamedTuple):
    """The file with the actual labels on disk; with `is_dataset` it holds the rows of one.

    Of a private dataset groups of fewer samples than `private_support` are not counted by themselves.
    """

    path: Path
    missing: Missing
    extra: Extra
    is_dataset: bool = False
    private_support: int | None = None


class TruthAsked(NamedTuple):
    """Where the actual labels are, as a request says: the id of an upload or of a dataset, and the rules."""

    upload_id: str | None
    dataset_id: str | None
    missing: Missing
    extra: Extra
