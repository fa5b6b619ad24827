"""Predictions with the truth beside them, as one table."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.kit.plurals import counted, form
from shared.predictions.values import score
from shared.runs.errors import ColumnsContradictory, IdsMissing
from shared.runs.joining.id_index import quoted
from shared.runs.joining.rules import TruthFile
from shared.runs.joining.truth_rows import TruthRows
from shared.runs.reading.tables import Batch, ColumnForm, FileTable, check_names

_NAMED_IDS = 5


class JoinedTable:
    """The rows of a file of predictions, each with the columns of its sample in the file with the truth.

    `columns` are the positions there of the columns that come after those of the predictions, by their names here.
    """

    header_question = None

    def __init__(
        self,
        predictions: FileTable,
        id_position: int,
        truth: TruthRows,
        columns: Mapping[str, int],
        rules: TruthFile,
        weights: Collection[int] = (),
    ) -> None:
        self._predictions, self._id, self._truth, self._rules = predictions, id_position, truth, rules
        self.names = [*predictions.names, *columns]
        check_names(self.names)
        self._positions, self._weights = [*columns.values()], weights
        self.has_decimal_commas = predictions.has_decimal_commas
        self.class_names = predictions.class_names
        self._seen = np.zeros(len(truth), bool)
        # Rows of the predictions whose id has no truth.
        self._extra: list[NDArray[np.int64]] = []
        self._extra_ids: list[str] = []
        self._is_read = False

    @property
    def notices(self) -> Sequence[str]:
        """What had to be assumed, and how many samples have no partner, once all rows were read."""
        notices = [*self._predictions.notices]
        if not self._is_read:
            return notices
        missing, extra = self._unpaired()
        if missing:
            said = form(missing, "has no prediction and is", "have no prediction and are")
            notices.append(f"{missing:,} of {counted(len(self._truth), 'sample')} {said} not counted.")
        if extra:
            said = form(extra, "is of a sample", "are of samples")
            are = form(extra, "is", "are")
            notices.append(f"{counted(extra, 'prediction')} {said} without an actual label and {are} not counted.")
        return notices

    def sample(self, rows: int) -> list[list[str]]:
        """The texts of each column in the first rows; raises IdsMissing where none of them has a truth."""
        columns = self._predictions.sample(rows)
        ids = columns[self._id]
        found = self._truth.rows_of(pa.array(ids, pa.string()))
        kept = np.flatnonzero(found >= 0)
        if not len(kept):
            theirs = quoted(self._truth.ids.slice(0, _NAMED_IDS).to_pylist())
            detail = f"None of the first {len(ids):,} predictions has an actual label: their ids are as {quoted(ids)}, "
            raise IdsMissing(f"{detail}those of the labels as {theirs}. Name the same column of ids in both files.")
        joined = [
            self._truth.column(position, found[kept]).cast(pa.string()).to_pylist() for position in self._positions
        ]
        return [*([column[row] for row in kept] for column in columns), *joined]

    def batches(self, forms: Mapping[int, ColumnForm]) -> Iterator[Batch]:
        """All rows that have a truth; raises IdsMissing at the end where rows without one are refused."""
        width = len(self._predictions.names)
        own = {position: form for position, form in forms.items() if position < width}
        start = 0
        self._is_read = False
        self._seen[:] = False
        self._extra, self._extra_ids = [], []
        for batch in self._predictions.batches(own | {self._id: ColumnForm.TEXT}):
            rows = self._truth.rows_of(batch[self._id])
            kept = self._paired(batch, rows, start)
            start += len(rows)
            rows = rows[rows >= 0]
            self._seen[rows] = True
            if len(rows):
                theirs = {position: form for position, form in forms.items() if position >= width}
                yield kept | {
                    position: self._formed(self._positions[position - width], rows, form)
                    for position, form in theirs.items()
                }
        self._is_read = True
        self._check()

    def line_of(self, row: int) -> int | None:
        """The line of the file of the predictions in which a row begins."""
        return self._predictions.line_of(self.row_of(row))

    def row_of(self, row: int) -> int:
        """The row of the file of the predictions; rows without a truth are not counted by `row`."""
        extra = np.concatenate([np.zeros(0, np.int64), *self._extra])
        before = np.searchsorted(extra - np.arange(len(extra)), row, side="right")
        return row + int(before)

    def _formed(self, position: int, rows: NDArray[np.int64], form: ColumnForm) -> Any:
        array = self._truth.column(position, rows)
        if form is ColumnForm.SCORES and position in self._weights:
            return _numbers(array)
        return _formed(array, form)

    def _paired(self, batch: Batch, rows: NDArray[np.int64], start: int) -> Batch:
        extra = np.flatnonzero(rows < 0)
        if not len(extra):
            return batch
        self._extra.append(extra + start)
        self._extra_ids += batch[self._id].take(pa.array(extra[:_NAMED_IDS])).to_pylist()
        return {position: array.filter(pa.array(rows >= 0)) for position, array in batch.items()}

    def _unpaired(self) -> tuple[int, int]:
        return len(self._seen) - int(self._seen.sum()), sum(len(rows) for rows in self._extra)

    def _check(self) -> None:
        missing, extra = self._unpaired()
        faults = []
        if missing and self._rules.missing == "refuse":
            rows = np.flatnonzero(~self._seen)[:_NAMED_IDS]
            named = quoted(self._truth.ids.take(pa.array(rows)).to_pylist())
            faults.append(
                f"{missing:,} of {counted(len(self._truth), 'sample')} {form(missing, 'has', 'have')} no prediction: "
                f"{named}; send them, or "
                "`missing: exclude` to leave these samples out."
            )
        if extra and self._rules.extra == "refuse":
            faults.append(
                f"{counted(extra, 'prediction')} {form(extra, 'is of a sample', 'are of samples')} without an actual "
                f"label: {quoted(self._extra_ids)}; send `extra: ignore` to leave {form(extra, 'it', 'them')} out."
            )
        if faults:
            raise IdsMissing(" ".join(faults))


def _numbers(array: Any) -> Any:
    """Texts as numbers; what is none is NaN, which is refused with its row."""
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    numbers = [score(text) for text in coded.dictionary.to_pylist()]
    known = np.array([math.nan if number is None else number for number in numbers], np.float64)
    return pa.array(known[coded.indices.to_numpy()])


def _formed(array: Any, form: ColumnForm) -> Any:
    is_dictionary = pa.types.is_dictionary(array.type)
    if form is ColumnForm.SCORES:
        detail = "Scores stand in the file of the predictions, not beside the actual labels."
        raise ColumnsContradictory(detail)
    if form is ColumnForm.LABELS:
        return array if is_dictionary else array.dictionary_encode()
    return array.cast(pa.string()) if is_dictionary else array
