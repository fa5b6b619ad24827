"""The rows that may be top rows of the run, kept by whoever reads them: nobody reads all rows again.

What the scores are of is known only of the whole file. But of the rows with the same two labels, whatever class these
become, the most confident ones have the highest scores, or the highest of what is left of them to 1 or to 0; so the top
rows of the run are among those of each.
"""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from shared.predictions.values import usual_number
from shared.runs.ingest.best_rows import KEPT, ROWS, CollectedRows, Highest, RankedRows
from shared.runs.ingest.text_codes import TextCodes
from shared.runs.mapping import Assignment
from shared.runs.rows.row_texts import text_bytes

# A file has two hundred parts, and memory holds what all of them keep.
MAX_ROWS = 2**14
MAX_BYTES = 2**20
# So many rows are ranked together, as ranking a few takes about as long.
_PENDING = 2**12


class Candidates:
    """The candidates among rows that come in batches; none once there are too many of them."""

    def __init__(self, columns: Assignment, labels: TextCodes) -> None:
        self._classes = columns.score_classes or []
        self._labels = labels
        self._ways = 3 if len(columns.scores) == 1 else 1
        self._collected = CollectedRows([Highest(0) for _ in range(self._ways)])
        # Possible candidates with their numbers, scores and lists.
        self._pending: list[tuple[pa.Table, NDArray[np.int64], NDArray[Any], NDArray[np.int64]]] = []
        # Of each pair of codes the list, -1 where no row had it, and the scores between which no row is a candidate.
        self._lists = np.zeros((0, 0), np.int64)
        self._highest, self._lowest = np.zeros(0), np.zeros(0)
        self._list_count = self._rows = 0
        # Of columns of 1 and 1.0 the whole file says which one counts.
        numbers = [number for text in self._classes if (number := usual_number(text)) is not None]
        are_told = len(columns.scores) <= 1 or len({*numbers}) == len(numbers)
        self._are_kept = are_told and not columns.is_multilabel

    def add(
        self,
        batch: pa.RecordBatch,
        truth: NDArray[np.int32],
        predicted: NDArray[np.int32],
        scores: Sequence[NDArray[Any]],
    ) -> None:
        """Look at the canonical rows of a batch, whose codes are those of the labels that came so far."""
        start, self._rows = self._rows, self._rows + len(truth)
        # A label is one of a pair that some row has, and each pair has a list.
        self._are_kept &= len(self._labels) <= 2 * self._most_lists
        ranked = self._ranked(predicted, scores) if self._are_kept else None
        if ranked is not None:
            self._collect(batch, start, truth * np.int32(len(self._labels)) + predicted, ranked)
        if ranked is None or not self._are_kept:
            self._are_kept = False
            # Memory is for those who need it.
            self._collected, self._pending = CollectedRows([]), []

    def _collect(self, batch: pa.RecordBatch, start: int, pairs: NDArray[Any], scores: NDArray[Any]) -> None:
        self._widen(scores.dtype)
        rows = self._possible(pairs, scores)
        if not len(rows):
            return
        lists, chosen = self._lists_of(pairs[rows]), scores[rows]
        self._are_kept = self._list_count <= self._most_lists
        if not self._are_kept:
            return
        for one in self._collected.lists:
            one.grow(self._list_count)
        table = pa.Table.from_batches([batch])
        table = table if len(rows) == len(pairs) else table.take(pa.array(rows))
        self._pending.append((table, start + rows, chosen, lists))
        if sum(len(own) for _, own, *_ in self._pending) > _PENDING:
            self._rank()
            self._bound(scores.dtype)

    def _rank(self) -> None:
        """Rank the rows that wait for it."""
        if not self._pending:
            return
        tables = pa.concat_tables([table for table, *_ in self._pending])
        numbers, scores, lists = (np.concatenate([own[at] for own in self._pending]) for at in (1, 2, 3))
        ways = [scores, 1 - scores, -scores][: self._ways]
        self._collected.add(RankedRows(tables, numbers, [(way, lists) for way in ways]))
        self._pending = []

    def packed(self) -> bytes:
        """The rows as Parquet, with their positions; empty where they are too many, or too long, to be kept."""
        if not self._are_kept or not self._rows:
            return b""
        self._rank()
        found = self._collected.table()
        texts = [name for name in found.column_names if name.startswith("m_") or name == "id"]
        if int(text_bytes(found.select(texts)).sum()) > MAX_BYTES:
            return b""
        out = io.BytesIO()
        metadata = {ROWS: str(self._rows).encode()}
        pq.write_table(found.replace_schema_metadata(metadata), out, row_group_size=MAX_ROWS, compression="zstd")
        return out.getvalue()

    @property
    def _most_lists(self) -> int:
        return MAX_ROWS // (self._ways * KEPT)

    def _widen(self, dtype: np.dtype[Any]) -> None:
        """Have a list for each pair of the labels that came so far."""
        if (more := len(self._labels) - len(self._lists)) > 0:
            self._lists = np.pad(self._lists, (0, more), constant_values=-1)
            self._bound(dtype)

    def _bound(self, dtype: np.dtype[Any]) -> None:
        """Find the scores between which no further row of a pair of codes is a candidate; all are of a new pair."""
        lists = self._lists.ravel()
        lowest = [np.where(lists < 0, -np.inf, np.append(one.lowest, 0)[lists]) for one in self._collected.lists]
        self._lowest, self._highest = np.full(len(lists), -np.inf, dtype), lowest[0].astype(dtype)
        if self._ways > 1:
            # What is left to 1 is rounded, at most so much.
            slack = 4 * np.finfo(dtype).eps * (1 + np.abs(lowest[1]))
            self._lowest = np.maximum(1 - lowest[1] + slack, -lowest[2]).astype(dtype)

    def _possible(self, pairs: NDArray[Any], scores: NDArray[Any]) -> NDArray[np.int64]:
        """The rows that may be candidates."""
        is_possible = scores > self._highest.take(pairs, mode="clip")
        if self._ways > 1:
            is_possible |= scores < self._lowest.take(pairs, mode="clip")
        return np.flatnonzero(is_possible)

    def _lists_of(self, pairs: NDArray[Any]) -> NDArray[np.int64]:
        """The list of the pair of labels of each row; pairs that come for the first time have further ones."""
        flat = self._lists.ravel()
        lists: NDArray[np.int64] = flat[pairs]
        if len(new := np.unique(pairs[lists < 0])):
            flat[new] = np.arange(self._list_count, self._list_count + len(new))
            self._list_count += len(new)
            lists = flat[pairs]
        return lists

    def _ranked(self, predicted: NDArray[np.int32], scores: Sequence[NDArray[Any]]) -> NDArray[Any] | None:
        """The score by which each row may be ranked; None where it is not certain what the scores are of."""
        if len(scores) <= 1:
            return scores[0] if scores else np.zeros(len(predicted))
        chosen = np.zeros(len(self._labels), np.int64)
        for code in np.unique(predicted).tolist():
            if (text := self._labels.texts[code]) not in self._classes:
                return None
            chosen[code] = self._classes.index(text)
        ranked: NDArray[Any] = np.column_stack(scores)[np.arange(len(predicted)), chosen[predicted]]
        return ranked
