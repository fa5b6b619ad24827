"""One pass over the rows of a file: canonical rows are written and everything is counted."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.evaluation.inputs.probabilities import MAX_WEIGHT, MIN_WEIGHT
from shared.runs.errors import FileUnreadable, RowFault, RowsInvalid
from shared.runs.ingest.candidates import Candidates
from shared.runs.ingest.canonical import CanonicalWriter, schema_of
from shared.runs.ingest.row_shares import NO_SHARE, NO_SHARES, shares_of, sums_of
from shared.runs.ingest.sample_ids import MAX_ID_BYTES, IdHashes, longest
from shared.runs.ingest.score_ranges import tally_matrix, tally_single
from shared.runs.ingest.tally import ABOVE, BELOW, RowTally, argmax_codes
from shared.runs.ingest.text_checks import refuse_nul_in
from shared.runs.mapping import Assignment
from shared.runs.reading.columns.flags import RIGHT, WRONG, says_right
from shared.runs.reading.columns.label_sets import is_marked, marked_sets, read_set
from shared.runs.reading.read_ahead import read_ahead
from shared.runs.reading.tables import Batch, ColumnForm, FileTable, row_text

_HALF = 0.5
# A code of a set has two bytes; further sets are hardly ever predicted twice.
MAX_LABEL_SETS = 32_000
# Of an actual and a predicted set: memory holds them all.
MAX_SET_PAIRS = 1_000_000


class RowReader:
    """Reads the rows of a table as an assignment says."""

    def __init__(self, table: FileTable, assignment: Assignment, *, max_classes: int) -> None:
        self._table = table
        self.has_decimal_commas = table.has_decimal_commas
        self._columns = assignment
        self._max_classes = max_classes
        self.tally = RowTally()
        self.candidates = Candidates(assignment, self.tally.labels)
        self.ids = IdHashes()
        # The ids by themselves, where those of one sample may stand in several folds.
        self.samples = IdHashes()
        self.score_types: list[str] = []
        self.metadata = [table.names[position] for position in (*assignment.slices, *assignment.texts)]

    def position_of(self, row: int) -> str:
        """Where a row, counted from 0, stands in the file."""
        return row_text(self._table, row)

    def read(self, rows_file: Path, progress: Callable[[int], None], *, may_be_empty: bool = False) -> None:
        """Write the canonical rows; raises RowsInvalid, FileUnreadable, TooManyRunClasses.

        Some of the rows of a file may be none at all; then nothing is written.
        """
        writer: CanonicalWriter | None = None
        try:
            with closing(read_ahead(self._table.batches(self._forms()))) as batches:
                for batch in batches:
                    refuse_nul_in(batch, self._table.names)
                    if writer is None:
                        schema = self._schema(batch)
                        writer = CanonicalWriter(rows_file, schema)
                    writer.add(self._counted(batch, schema))
                    progress(self.tally.rows)
        except BaseException as error:
            if writer is not None:
                writer.__exit__(type(error), error, None)
            raise
        if writer is not None:
            writer.__exit__(None, None, None)
        elif not may_be_empty:
            raise FileUnreadable("The file has columns and no rows; it needs a row for each sample.")

    def _forms(self) -> dict[int, ColumnForm]:
        columns = self._columns
        labels = [columns.truth, *columns.slices, *columns.flags, *columns.empty]
        labels += [] if columns.prediction is None else [columns.prediction]
        labels += [at for _, *sides in columns.indicators for at in sides]
        texts = [*columns.texts, *([] if columns.id is None else [columns.id])]
        numbers = [*columns.scores, *([] if columns.weight is None else [columns.weight])]
        forms = dict.fromkeys(labels, ColumnForm.LABELS) | dict.fromkeys(numbers, ColumnForm.SCORES)
        return forms | dict.fromkeys(texts, ColumnForm.TEXT)

    def _schema(self, batch: Batch) -> pa.Schema:
        columns = self._columns
        types = [pa.float64() if columns.is_normalised else batch[position].type for position in columns.scores]
        self.score_types = [str(kind) for kind in types]
        return schema_of(
            types,
            len(columns.slices),
            len(columns.texts),
            has_ids=columns.id is not None,
            has_weights=columns.weight is not None,
        )

    def _counted(self, batch: Batch, schema: pa.Schema) -> pa.RecordBatch:
        """The canonical rows of a batch, which are counted."""
        columns, start = self._columns, self.tally.rows
        for position in columns.empty:
            self._check_empty(batch[position])
        scores = [self._scores(batch, position, start) for position in columns.scores]
        if columns.is_correctness:
            truth, predicted = self._judged(batch[columns.truth], start)
        elif columns.is_multilabel:
            truth, predicted = self._sets(batch, start)
        else:
            truth = self._labels(batch, columns.truth, "actual", start)
            predicted = self._predicted(batch, scores, start)
        self._tally_scores(scores, predicted)
        if columns.is_normalised:
            scores = self._normalised(scores, start)
        positions = [*columns.slices, *columns.texts]
        codes = {
            self._table.names[position]: self._slice(batch, position) for position in (*columns.slices, *columns.flags)
        }
        weights = None if columns.weight is None else self._weights(batch, columns.weight, start)
        self.tally.add(truth, predicted, codes, weights)
        if columns.is_multilabel:
            self.tally.bound(MAX_SET_PAIRS)
        arrays = [pa.array(truth.astype(np.uint16)), pa.array(predicted.astype(np.uint16))]
        arrays += [] if weights is None else [pa.array(weights)]
        arrays += map(pa.array, scores) if columns.is_normalised else [batch[position] for position in columns.scores]
        arrays += [batch[position] for position in positions]
        if columns.id is not None:
            folds = [codes[self._table.names[position]] for position in columns.folds]
            known = [fold for fold in folds if fold is not None]
            arrays.append(self._ids(batch[columns.id], columns.id, known, start))
        rows = pa.RecordBatch.from_arrays(arrays, schema=schema)
        self.candidates.add(rows, truth, predicted, scores)
        return rows

    def _labels(self, batch: Batch, position: int, side: str, start: int) -> NDArray[np.int32]:
        codes = self.tally.encode_labels(batch[position], self._max_classes)
        if (missing := self.tally.labels.known("")) is not None:
            rows = np.flatnonzero(codes == missing)
            if len(rows):
                self._refuse(position, start, rows, f"there is no {side} label; every sample needs both.")
        return codes

    def _judged(self, flags: Any, start: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Codes that are the same where a flag says that the sample is right."""
        position = self._columns.truth
        said = [says_right(self._table.names[position], text) for text in flags.dictionary.to_pylist()]
        indices = flags.indices.to_numpy()
        rows = np.flatnonzero(np.isin(indices, [code for code, right in enumerate(said) if right is None]))
        if len(rows):
            self._refuse(position, start, rows, "this does not say whether the sample is right; write true or false.")
        right, wrong = self.tally.labels.code(RIGHT), self.tally.labels.code(WRONG)
        judged = np.array([right if is_right else wrong for is_right in said], np.int32)[indices]
        return np.full(len(flags), right, np.int32), judged

    def _sets(self, batch: Batch, start: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Codes of the sets of labels on both sides."""
        columns = self._columns
        if columns.indicators:
            for _, *sides in columns.indicators:
                for position in sides:
                    self._check_cells(batch, position, start, is_marked, "this is no 0 or 1")
            labels = [indicator.label for indicator in columns.indicators]
            truths = marked_sets(labels, [batch[indicator.truth] for indicator in columns.indicators])
            predictions = marked_sets(labels, [batch[indicator.prediction] for indicator in columns.indicators])
        else:
            assert columns.prediction is not None, "both sides are named"
            truths, predictions = (self._lists(batch, at, start) for at in (columns.truth, columns.prediction))
        return self.tally.encode_sets(truths, MAX_LABEL_SETS), self.tally.encode_sets(predictions, MAX_LABEL_SETS)

    def _lists(self, batch: Batch, position: int, start: int) -> Any:
        def read(cell: str) -> str | None:
            return read_set(cell, self._columns.separator)

        self._check_cells(batch, position, start, read, "this is no list of labels, each of them once")
        texts = [read(text) or "[]" for text in batch[position].dictionary.to_pylist()]
        return pa.DictionaryArray.from_arrays(batch[position].indices, pa.array(texts, pa.string()))

    def _check_cells(self, batch: Batch, position: int, start: int, read: Callable[[str], object], why: str) -> None:
        bad = [code for code, text in enumerate(batch[position].dictionary.to_pylist()) if read(text) is None]
        rows = np.flatnonzero(np.isin(batch[position].indices.to_numpy(), bad))
        if len(rows):
            self._refuse(position, start, rows, f"{why}.")

    def _scores(self, batch: Batch, position: int, start: int) -> Any:
        numbers = batch[position].to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(~np.isfinite(numbers))
        if len(rows):
            self._refuse(position, start, rows, "the score is missing, not a number or infinite.")
        return numbers

    def _normalised(self, scores: list[Any], start: int) -> list[Any]:
        positions = self._columns.scores
        for position, numbers in zip(positions, scores, strict=True):
            if len(rows := np.flatnonzero(numbers < 0)):
                self._refuse(position, start, rows, NO_SHARE)
        sums = sums_of(scores)
        if len(rows := np.flatnonzero((sums == 0) | ~np.isfinite(sums))):
            self._refuse(positions[0], start, rows, NO_SHARES)
        return shares_of(scores, sums)

    def _weights(self, batch: Batch, position: int, start: int) -> Any:
        weights = batch[position].to_numpy(zero_copy_only=False).astype(np.float64)
        # Missing ones are NaN, which no comparison holds for.
        rows = np.flatnonzero(~((weights == 0) | ((weights >= MIN_WEIGHT) & (weights <= MAX_WEIGHT))))
        if len(rows):
            self._refuse(position, start, rows, "the weight is not 0 or a number from 1e-9 to 1e9.")
        return weights

    def _predicted(self, batch: Batch, scores: list[Any], start: int) -> NDArray[np.int32]:
        columns = self._columns
        if columns.prediction is not None:
            return self._labels(batch, columns.prediction, "predicted", start)
        if columns.score_classes is not None and len(columns.scores) > 1:
            return argmax_codes(np.column_stack(scores), [self.tally.labels.code(c) for c in columns.score_classes])
        above, below = self.tally.labels.code(ABOVE), self.tally.labels.code(BELOW)
        return np.where(scores[0] >= _HALF, above, below).astype(np.int32)

    def _tally_scores(self, scores: list[Any], predicted: NDArray[np.int32]) -> None:
        if len(scores) > 1:
            self.tally.scores.add(tally_matrix(np.column_stack(scores)))
        elif scores:
            self.tally.scores.add(tally_single(scores[0], predicted, len(self.tally.labels)))

    def _slice(self, batch: Batch, position: int) -> NDArray[np.int32] | None:
        return self.tally.encode_slice(self._table.names[position], batch[position])

    def _ids(self, ids: Any, position: int, folds: list[NDArray[np.int32]], start: int) -> Any:
        rows = np.flatnonzero(pa.compute.binary_length(ids).to_numpy() == 0)
        if len(rows):
            self._refuse(position, start, rows, "there is no sample id; every row needs one, or send `id: null`.")
        if longest(ids) > MAX_ID_BYTES:
            raise FileUnreadable(f"“{self._table.names[position]}” holds texts of over {MAX_ID_BYTES} bytes, not ids.")
        self.ids.add(ids, folds)
        if folds:
            self.samples.add(ids)
        return ids

    def _check_empty(self, array: Any) -> None:
        if any(text.strip() for text in array.dictionary.to_pylist()):
            raise FileUnreadable("A column without a name holds values further below; name it in the header.")

    def _refuse(self, position: int, start: int, rows: Any, why: str) -> None:
        name = self._table.names[position]
        # Only of the first row: telling a line takes as long as reading the file up to it.
        line = self._table.line_of(start + int(rows[0]))
        numbers = [self._table.row_of(start + int(row)) + 1 for row in rows[:100]]
        faults = [RowFault(numbers[0], name, why, line), *(RowFault(number, name, why) for number in numbers[1:])]
        raise RowsInvalid(faults)
