"""The check that sample ids are all different, for any number of rows."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.runs.errors import IdsDuplicated
from shared.runs.rows.row_source import RowSource

Hashes = NDArray[np.uint64]

_WORD = 8
_NAMED_IDS = 5
# Longer ids are data in the wrong column.
MAX_ID_BYTES = 1000
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
# Hashes are compared by their highest bits first: an eighth of those of a hundred million rows are 100 MB.
_KINDS, _KIND_SHIFT = 8, np.uint64(61)


class IdHashes:
    """The hash of the id of every row, eight bytes each."""

    def __init__(self) -> None:
        self._batches: list[Hashes] = []

    def add(self, ids: "pa.Array[Any]", folds: Sequence[NDArray[Any]] = ()) -> None:
        """Add the ids of a batch; with folds, an id is one only together with its folds."""
        hashes = hashes_of(ids)
        for fold in folds:
            hashes = (hashes ^ (fold.astype(np.uint64) + np.uint64(1))) * _MULTIPLIER
        self._batches.append(hashes)

    def repeated_count(self) -> int:
        """The number of ids that several rows have."""
        return sum(len(again) for again in self._again())

    def repeated_rows(self) -> NDArray[np.int64]:
        """The rows whose hash another row has too: their ids are equal, or, hardly ever, only their hashes are."""
        again = np.concatenate([*self._again()])
        if not len(again):
            return np.zeros(0, np.int64)
        starts = np.cumsum([0, *map(len, self._batches)])
        found = [np.flatnonzero(np.isin(batch, again)) for batch in self._batches]
        return np.concatenate([rows + start for rows, start in zip(found, starts[:-1], strict=True)])

    def forget(self) -> None:
        """Free the memory of the hashes, which nobody needs once they were compared."""
        self._batches = []

    def _again(self) -> Iterator[Hashes]:
        """The hashes that several rows have, each once; those of one kind at a time, as each takes memory again."""
        for kind in range(_KINDS):
            kinds = [batch[batch >> _KIND_SHIFT == kind] for batch in self._batches]
            ordered = np.sort(np.concatenate([*kinds, np.zeros(0, np.uint64)]))
            yield np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def hashes_of(ids: "pa.Array[Any]") -> Hashes:
    """A hash of each text of an array; equal texts have equal hashes."""
    offsets = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1].astype(np.int64)
    starts, lengths = offsets[:-1], np.diff(offsets)
    hashes = lengths.astype(np.uint64) * _MULTIPLIER
    if not len(ids) or not lengths.any():
        return hashes
    # Words are read at any byte, and the last one may reach beyond the texts.
    data = np.concatenate([np.frombuffer(ids.buffers()[2], np.uint8), np.zeros(_WORD, np.uint8)])
    words = np.ndarray(len(data) - _WORD + 1, "<u8", data, strides=(1,))
    for at in range(0, int(lengths.max()), _WORD):
        rows = np.flatnonzero(lengths > at)
        left = np.minimum(lengths[rows] - at, _WORD).astype(np.uint64) * np.uint64(_WORD)
        mask = ~np.uint64(0) >> (np.uint64(64) - left)
        mixed = (hashes[rows] ^ (words[starts[rows] + at] & mask)) * _MULTIPLIER
        hashes[rows] = mixed ^ (mixed >> _SHIFT)
    return hashes


def longest(ids: "pa.Array[Any]") -> int:
    """The length of the longest id, in bytes."""
    return pc.max(pc.binary_length(ids)).as_py() or 0


def check_ids(
    hashes: IdHashes, source: RowSource, fold_columns: Sequence[str], position_of: Callable[[int], str]
) -> None:
    """Raise IdsDuplicated, naming the first with their rows, where rows have the same id, or the same id and fold.

    The hashes are forgotten.
    """
    rows = hashes.repeated_rows()
    hashes.forget()
    if not len(rows):
        return
    columns = [_texts(source, name, rows) for name in ("id", *fold_columns)]
    repeats = Repeats([*zip(*columns, strict=True)], rows)
    if repeats.ids:
        detail = f"{len(repeats.ids):,} sample ids stand in several rows: {repeats.named(position_of)}. Keep one row "
        raise IdsDuplicated(f"{detail}of each, or send `id: null`.")


class Repeats:
    """The ids that several rows have, each with the first two of these rows.

    A key is an id with the values that it is unique with, as those of its folds.
    """

    def __init__(self, keys: Sequence[tuple[str, ...]], rows: NDArray[np.int64]) -> None:
        first: dict[tuple[str, ...], int] = {}
        self.ids: dict[str, tuple[int, int]] = {}
        for key, row in zip(keys, rows.tolist(), strict=True):
            if key in first:
                self.ids.setdefault(key[0], (first[key], row))
            else:
                first[key] = row

    def named(self, position_of: Callable[[int], str]) -> str:
        """The first of the ids with the positions of their rows in the file."""
        named = [*self.ids.items()][:_NAMED_IDS]
        return ", ".join(f"“{text[:60]}” ({position_of(one)}, {position_of(two)})" for text, (one, two) in named)


def _texts(source: RowSource, column: str, rows: NDArray[np.int64]) -> list[str]:
    texts: list[str] = []
    start = 0
    for group, size in enumerate(source.group_sizes):
        inside = rows[(rows >= start) & (rows < start + size)] - start
        if len(inside):
            texts += source.read(group, [column]).column(0).take(pa.array(inside)).to_pylist()
        start += size
    return texts
