"""The object of a comparison in storage: its flips."""

from uuid import UUID

PREFIX = "comparisons/"
FLIPS = "flips.parquet"


def folder_of(comparison_id: UUID, attempt: int) -> str:
    """The folder of the object that one attempt makes; no two attempts write to the same."""
    return f"{PREFIX}{comparison_id}/{attempt}/"
