"""Whether sample ids are all different, for any number of rows."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.runs.errors import IdsDuplicated
from shared.runs.row_source import RowSource

Hashes = NDArray[np.uint64]

_WORD = 8
_NAMED_IDS = 5
# Longer ids are data in the wrong column.
MAX_ID_BYTES = 1000
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


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
        hashes = np.concatenate(self._batches) if self._batches else np.zeros(0, np.uint64)
        _, counts = np.unique(hashes, return_counts=True)
        return int((counts > 1).sum())

    def repeated_rows(self) -> NDArray[np.int64]:
        """The rows whose hash another row has too: their ids are equal, or, hardly ever, only their hashes are."""
        hashes = np.concatenate(self._batches) if self._batches else np.zeros(0, np.uint64)
        ordered = np.sort(hashes)
        again = ordered[1:][ordered[1:] == ordered[:-1]]
        return np.flatnonzero(np.isin(hashes, again)) if len(again) else np.zeros(0, np.int64)


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
    """Raise IdsDuplicated, naming the first with their rows, where rows have the same id, or the same id and fold."""
    rows = hashes.repeated_rows()
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
    texts: list[str] = source.column(column).take(pa.array(rows)).to_pylist()
    return texts
