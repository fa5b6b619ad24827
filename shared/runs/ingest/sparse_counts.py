"""Counts of combinations of codes, of which most do not occur; whole numbers, so that the order of adding is free."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.exact_sums import WeightSums
from shared.evaluation.types import Integers

# A combination is one number of three fields: value, truth, prediction.
FIELD_BITS = 20
_MASK = (1 << FIELD_BITS) - 1

# Up to so many combinations a table with a position for each is faster than sorting the rows.
_DENSE = 2**22


class SparseCounts:
    """How often each combination of up to three codes occurs, and the sums of the weights of weighted rows."""

    def __init__(
        self, keys: Integers | None = None, counts: Integers | None = None, sums: WeightSums | None = None
    ) -> None:
        self.keys: Integers = np.zeros(0, np.int64) if keys is None else keys
        self.counts: Integers = np.zeros(0, np.int64) if counts is None else counts
        self.sums = sums

    def add(self, rows: NDArray[np.int64], sizes: Sequence[int], weights: NDArray[np.float64] | None = None) -> None:
        """Count rows: the place of each among all combinations, in the order of the codes of fields of these sizes."""
        total = int(np.prod(sizes, dtype=np.int64))
        if total > _DENSE:
            packed, counts = np.unique(rows, return_counts=True)
        else:
            table = np.bincount(rows, minlength=total)
            packed = np.flatnonzero(table)
            counts = table[packed]
        keys = _joined(np.unravel_index(packed, sizes))
        sums = None
        if weights is not None:
            sums = WeightSums.of(len(packed))
            sums.add(np.searchsorted(packed, rows), weights)
        self.merge(keys, counts.astype(np.int64), sums)

    def merge(self, keys: Integers, counts: Integers, weights: WeightSums | None = None) -> None:
        """Add counts of combinations, which may repeat, and their sums of weights.

        Raises ValueError for rows with weights beside rows without: the sums would lack some of the rows.
        """
        if (weights is None) != (self.sums is None) and len(keys) and len(self.keys):
            raise ValueError("rows with weights and rows without are not counted together")
        if weights is None and self.sums is None and np.array_equal(self.keys, keys):
            # Most batches have the combinations of the one before.
            self.counts = self.counts + counts
            return
        both, positions = np.unique(np.concatenate([self.keys, keys]), return_inverse=True)
        sums = np.zeros(len(both), np.int64)
        np.add.at(sums, positions, np.concatenate([self.counts, counts]))
        if weights is not None:
            placed = weights.placed(positions[len(self.keys) :], len(both))
            if self.sums is not None:
                placed.merge(self.sums.placed(positions[: len(self.keys)], len(both)))
            self.sums = placed
        self.keys, self.counts = both, sums

    def fields(self, count: int) -> list[Integers]:
        """The codes of each combination, field by field."""
        return [(self.keys >> FIELD_BITS * shift) & _MASK for shift in reversed(range(count))]

    def recoded(self, codes: Sequence[Integers]) -> "SparseCounts":
        """The same counts with other codes: `codes` has the new code of each old one, for every field."""
        fields = [new[old] for new, old in zip(codes, self.fields(len(codes)), strict=True)]
        result = SparseCounts()
        result.merge(_joined(fields), self.counts, self.sums)
        return result


def _joined(fields: Sequence[NDArray[Any]]) -> Integers:
    keys = np.zeros(len(fields[0]), np.int64)
    for field in fields:
        keys = keys << FIELD_BITS | field
    return keys
