"""Columns that say of each row whether its prediction is right, checked against the labels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.kit.plurals import counted
from shared.runs.ingest.tally import RowTally
from shared.runs.mapping import Assignment
from shared.runs.reading.columns.flags import says_right


def flag_notices(tally: RowTally, columns: Assignment, positions: NDArray[np.int64], names: Sequence[str]) -> list[str]:
    """A notice for each flag that contradicts the labels; `positions` has the position of the class of each code."""
    found = [
        (name, _contradictions(tally, name, positions)) for name in (names[position] for position in columns.flags)
    ]
    return [
        f"“{name}” contradicts the labels in {count:,} of {counted(tally.rows, 'row')}; are these the columns "
        "it was made of?"
        for name, count in found
        if count
    ]


def _contradictions(tally: RowTally, name: str, positions: NDArray[np.int64]) -> int:
    part = tally.slices[name]
    # An empty cell says no.
    said = [says_right(name, text or "no") for text in part.values.texts]
    if part.counts is None or None in said:
        # Not a flag but a distance or a sentence.
        return 0
    flags = np.array(said, bool)
    values, truth, predicted = part.counts.fields(3)
    right = positions[truth] == positions[predicted]
    return int(part.counts.counts[flags[values] != right].sum())
