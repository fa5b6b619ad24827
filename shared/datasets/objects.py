"""The object of a dataset in storage: its rows."""

from uuid import UUID

PREFIX = "datasets/"
ROWS = "dataset.parquet"


def folder_of(dataset_id: UUID, attempt: int) -> str:
    """The folder of the object that one attempt makes; no two attempts write to the same."""
    return f"{PREFIX}{dataset_id}/{attempt}/"
