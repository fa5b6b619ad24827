"""Rows of a run as they are shown."""

from typing import NamedTuple

from shared.evaluation.types import Label

# A page is held, written as JSON and sent as a whole.
PAGE_BYTES = 8 * 2**20


class FoundRow(NamedTuple):
    """A row of the file: its number, counted from 1 below the header, and everything that is kept of it."""

    number: int
    sample_id: str | None
    actual: Label
    predicted: Label
    confidence: float | None
    scores: dict[str, float]
    metadata: dict[str, str]


class FoundPage(NamedTuple):
    """The rows of a page, and the row number after which the next one begins; None on the last page."""

    rows: list[FoundRow]
    next: int | None
