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
from shared.runs.ingest.text_codes import Codes, TextCodes
from shared.runs.mapping import Assignment
from shared.runs.row_texts import text_bytes

# A file has two hundred parts, and memory holds what all of them keep.
MAX_ROWS = 2**14
MAX_BYTES = 2**20


class Candidates:
    """The candidates among rows that come in batches; none once there are too many of them."""

    def __init__(self, columns: Assignment, labels: TextCodes) -> None:
        self._classes = columns.score_classes or []
        self._labels = labels
        self._ways = 3 if len(columns.scores) == 1 else 1
        self._collected = CollectedRows([Highest(0) for _ in range(self._ways)])
        # The list of each pair of codes, -1 for a pair that no row had.
        self._lists = np.zeros((0, 0), np.int64)
        self._list_count = self._rows = 0
        # The column of scores of each code that is predicted.
        self._column_of: dict[int, int] = {}
        # Of columns of 1 and 1.0 the whole file says which one counts.
        numbers = [number for text in self._classes if (number := usual_number(text)) is not None]
        are_told = len(columns.scores) <= 1 or len({*numbers}) == len(numbers)
        self._are_kept = are_told and not columns.is_multilabel

    def add(self, batch: pa.RecordBatch, truth: Codes, predicted: Codes, scores: Sequence[NDArray[Any]]) -> None:
        """Look at the canonical rows of a batch, whose codes are those of the labels that came so far."""
        start, self._rows = self._rows, self._rows + len(truth)
        if not self._are_kept:
            return
        lists = self._lists_of(truth, predicted)
        self._are_kept = self._list_count * self._ways * KEPT <= MAX_ROWS
        ranks = self._ranks(predicted, scores) if self._are_kept else []
        if not self._are_kept:
            # Memory is for those who need it.
            self._collected = CollectedRows([])
            return
        for one in self._collected.lists:
            one.grow(self._list_count)
        numbers = np.arange(start, self._rows)
        rows = RankedRows(pa.Table.from_batches([batch]), numbers, [(own, lists) for own in ranks])
        self._collected.add(rows)

    def packed(self) -> bytes:
        """The rows as Parquet, with their positions; empty where they are too many, or too long, to be kept."""
        if not self._are_kept or not self._rows:
            return b""
        found = self._collected.table()
        texts = [name for name in found.column_names if name.startswith("m_") or name == "id"]
        if int(text_bytes(found.select(texts)).sum()) > MAX_BYTES:
            return b""
        out = io.BytesIO()
        metadata = {ROWS: str(self._rows).encode()}
        pq.write_table(found.replace_schema_metadata(metadata), out, row_group_size=MAX_ROWS, compression="zstd")
        return out.getvalue()

    def _lists_of(self, truth: Codes, predicted: Codes) -> NDArray[np.int64]:
        """The list of the pair of labels of each row; pairs that come for the first time have further ones."""
        if (size := len(self._labels)) > len(self._lists):
            more = size - len(self._lists)
            self._lists = np.pad(self._lists, (0, more), constant_values=-1)
        flat = self._lists.ravel()
        pairs = truth * np.int32(size) + predicted
        lists: NDArray[np.int64] = flat[pairs]
        if len(new := np.unique(pairs[lists < 0])):
            flat[new] = np.arange(self._list_count, self._list_count + len(new))
            self._list_count += len(new)
            lists = flat[pairs]
        return lists

    def _ranks(self, predicted: Codes, scores: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """The scores by which rows may be ranked; none are kept where it is not certain what they are of."""
        if not scores:
            return [np.zeros(len(predicted))]
        if len(scores) == 1:
            return [scores[0], 1 - scores[0], -scores[0]]
        chosen = np.zeros(len(self._labels), np.int64)
        for code in np.unique(predicted).tolist():
            if (text := self._labels.texts[code]) not in self._classes:
                self._are_kept = False
                return []
            chosen[code] = self._classes.index(text)
        return [np.column_stack(scores)[np.arange(len(predicted)), chosen[predicted]]]
