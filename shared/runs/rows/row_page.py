"""Rows of a run as they are shown."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.types import Label

# A page is held, written as JSON and sent as a whole.
PAGE_BYTES = 8 * 2**20


class RowRecord(NamedTuple):
    """A row of the file: its number, counted from 1 below the header, and everything that is kept of it."""

    number: int
    sample_id: str | None
    actual: Label
    predicted: Label
    confidence: float | None
    scores: dict[str, float]
    metadata: dict[str, str]
    # None of rows without weights.
    weight: float | None = None


class RowPage(NamedTuple):
    """The rows of a page, and the row number after which the next one begins; None on the last page."""

    rows: list[RowRecord]
    next: int | None


def highest(scores: NDArray[Any], rows: NDArray[np.int64], limit: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The highest scores, equal ones by their rows, at most so many; only those that may be among them are sorted."""
    if len(scores) > limit:
        lowest = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        scores, rows = scores[scores >= lowest], rows[scores >= lowest]
    order = np.lexsort((rows, -scores))[:limit]
    return scores[order], rows[order]
