"""The rows of the file with the actual labels, which are found by the ids of their samples."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.runs.errors import FileTooLarge, FileUnreadable, RowFault, RowsInvalid
from shared.runs.joining.id_index import IdIndex
from shared.runs.joining.small_groups import without_small_groups
from shared.runs.reading.tables import ColumnForm, FileTable, row_text

# The columns are in memory while the predictions are read: ids and labels of about 50,000,000 samples.
MAX_BYTES = 2**30


class TruthRows:
    """The columns of a file with actual labels, in memory.

    Raises RowsInvalid for a row without label, IdsDuplicated, FileTooLarge, and what reading the file raises.
    """

    def __init__(
        self, table: FileTable, id_position: int, truth_position: int, others: Mapping[int, ColumnForm]
    ) -> None:
        forms = {id_position: ColumnForm.TEXT, truth_position: ColumnForm.LABELS, **others}
        self._columns, self._others = _columns(table, forms), others
        self.ids = self._columns[id_position]
        self._check_labels(table, truth_position)
        self._index = IdIndex(self.ids, partial(row_text, table))

    def __len__(self) -> int:
        return len(self.ids)

    def rows_of(self, ids: "pa.Array[Any]") -> NDArray[np.int64]:
        """The row of each id, -1 where none has it."""
        return self._index.rows_of(ids)

    def column(self, position: int, rows: NDArray[np.int64]) -> Any:
        """The values of a column in some rows."""
        return self._columns[position].take(pa.array(rows))

    def merge_small_groups(self, least: int) -> None:
        """Make one value of those that fewer than `least` rows have, in each column of few values but the labels."""
        for position, form in self._others.items():
            if form is ColumnForm.LABELS:
                self._columns[position] = without_small_groups(self._columns[position], least)

    def _check_labels(self, table: FileTable, position: int) -> None:
        labels = self._columns[position]
        empty = [code for code, text in enumerate(labels.dictionary.to_pylist()) if not text.strip()]
        rows = np.flatnonzero(np.isin(labels.indices.to_numpy(), empty))
        if len(rows):
            name, first = table.names[position], int(rows[0])
            why = "there is no actual label; every sample of the file with the actual labels needs one."
            faults = [RowFault(first + 1, name, why, table.line_of(first))]
            raise RowsInvalid([*faults, *(RowFault(int(row) + 1, name, why) for row in rows[1:100])])


def _columns(table: FileTable, forms: Mapping[int, ColumnForm]) -> dict[int, Any]:
    batches, size = [], 0
    for batch in table.batches(forms):
        batches.append(batch)
        size += sum(array.nbytes for array in batch.values())
        if size > MAX_BYTES:
            detail = f"The columns of the file with the actual labels take more than {MAX_BYTES:,} bytes."
            raise FileTooLarge(f"{detail} Send them in the file of the predictions.")
    if not batches:
        raise FileUnreadable("The file with the actual labels has no rows; it needs a row for each sample.")
    return {position: _combined([batch[position] for batch in batches]) for position in forms}


def _combined(arrays: list[Any]) -> Any:
    return pa.concat_arrays(pa.chunked_array(arrays).unify_dictionaries().chunks)
