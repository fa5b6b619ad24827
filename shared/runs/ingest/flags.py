"""Columns that say of each row whether its prediction is right, checked against the labels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.predictions.names import normalise
from shared.runs.ingest.tally import RowTally
from shared.runs.mapping import Assignment

_YES = frozenset({"true", "1", "1.0", "yes", "t", "+"})
_NO = frozenset({"false", "0", "0.0", "no", "f", "-", ""})


def flag_notices(tally: RowTally, columns: Assignment, positions: NDArray[np.int64], names: Sequence[str]) -> list[str]:
    """A notice for each flag that contradicts the labels; `positions` has the position of the class of each code."""
    found = [
        (name, _contradictions(tally, name, positions)) for name in (names[position] for position in columns.flags)
    ]
    return [
        f"“{name}” contradicts the labels in {count:,} of {tally.rows:,} rows; are these the columns it was made of?"
        for name, count in found
        if count
    ]


def _contradictions(tally: RowTally, name: str, positions: NDArray[np.int64]) -> int:
    part = tally.slices[name]
    texts = [text.casefold() for text in part.values.texts]
    if part.counts is None or not {*texts} <= _YES | _NO:
        # Not a flag but a distance or a sentence.
        return 0
    # Of an error the flag is set where the prediction is wrong.
    set_when_right = normalise(name) != "error"
    flags = np.array([(text in _YES) == set_when_right for text in texts], bool)
    values, truth, predicted = part.counts.fields(3)
    right = positions[truth] == positions[predicted]
    return int(part.counts.counts[flags[values] != right].sum())
