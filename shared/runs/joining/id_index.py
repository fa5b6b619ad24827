"""Rows by the ids of their samples, for any number of rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.runs.errors import IdsDuplicated
from shared.runs.ingest.sample_ids import IdHashes, Repeats, hashes_of

_NAMED_IDS = 5


class IdIndex:
    """Finds the row of an id.

    Raises IdsDuplicated, naming the first with their positions in the file, where rows have the same id.
    """

    def __init__(self, ids: "pa.Array[Any]", position_of: Callable[[int], str]) -> None:
        self._ids = ids
        _check_unique(ids, position_of)
        hashes = hashes_of(ids)
        self._order = np.argsort(hashes)
        self._hashes = hashes[self._order]

    def rows_of(self, wanted: "pa.Array[Any]") -> NDArray[np.int64]:
        """The row of each id, -1 where none has it."""
        hashes = hashes_of(wanted)
        rows = np.full(len(wanted), -1, np.int64)
        at = np.searchsorted(self._hashes, hashes)
        left = np.arange(len(wanted))
        # Different ids may have the same hash, so that the ids themselves decide.
        while len(left):
            left = left[at[left] < len(self._hashes)]
            left = left[self._hashes[at[left]] == hashes[left]]
            found = self._order[at[left]]
            same = pc.equal(self._ids.take(pa.array(found)), wanted.take(pa.array(left)))
            equal = same.to_numpy(zero_copy_only=False)
            rows[left[equal]] = found[equal]
            left = left[~equal]
            at[left] += 1
        return rows


def _check_unique(ids: "pa.Array[Any]", position_of: Callable[[int], str]) -> None:
    hashes = IdHashes()
    hashes.add(ids)
    rows = hashes.repeated_rows()
    repeats = Repeats([(text,) for text in ids.take(pa.array(rows)).to_pylist()], rows)
    if repeats.ids:
        detail = f"{len(repeats.ids):,} sample ids stand in several rows of the file with the actual labels: "
        raise IdsDuplicated(f"{detail}{repeats.named(position_of)}. Keep one row of each.")


def quoted(texts: list[str]) -> str:
    """The first of some ids, as a sentence names them."""
    return ", ".join(f"“{text[:60]}”" for text in texts[:_NAMED_IDS])
