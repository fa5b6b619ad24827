"""Scans of a run's canonical rows, a row group at a time: samples of a cell or slice, and counts of any slice."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.evaluation.confusion.cell_counts import SparseCells
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.inputs.probabilities import complement as complements
from shared.evaluation.types import Label
from shared.runs.rows.filters import Condition, RowFilter
from shared.runs.rows.row_page import PAGE_BYTES, RowPage, RowRecord, highest
from shared.runs.rows.row_source import RowSource
from shared.runs.rows.row_texts import equal_texts, text_bytes
from shared.runs.scores.confidence import as_sent, confidences_of
from shared.runs.summary import RunSummary


class RowScan:
    """The rows of a run, in a file of any kind that can be read anywhere, or in a list of them, one for each piece."""

    def __init__(self, file: Any, summary: RunSummary) -> None:
        self.source = RowSource(file, [piece.codes for piece in summary.pieces])
        # The position of the first row of each group.
        self._starts = np.cumsum([0, *self.source.group_sizes])[:-1]
        self._summary = summary
        self._positions = np.array(summary.class_of_code, np.int16)
        self.weighed = ["w"] if summary.is_weighted else []
        self.texts = [*(f"m_{at}" for at in range(len(summary.metadata))), *(["id"] if summary.has_ids else [])]

    def counts(self, conditions: Sequence[Condition]) -> ConfusionMatrix:
        """The confusion matrix of the rows that fulfil all conditions."""
        k = len(self._summary.classes)
        found = SparseCells()
        for group in range(self.group_count):
            table = self.source.read(group, ["t", "p", *self.weighed, *self._columns(conditions)])
            rows = np.flatnonzero(self._fulfilled(table, conditions))
            actual, predicted = (self._positions[table.column(side).to_numpy()[rows]] for side in ("t", "p"))
            weights = self.weights(table)
            found.add(actual.astype(np.int64) * k + predicted, None if weights is None else weights[rows])
        return found.matrix(tuple(self._summary.classes))

    def select(self, columns: Sequence[str], conditions: Sequence[Condition]) -> Iterator[pa.Table]:
        """Yield these columns of the rows that fulfil all conditions, a row group at a time."""
        for group in range(self.group_count):
            table = self.source.read(group, [*columns, *self._columns(conditions)])
            if conditions:
                table = table.take(pa.array(np.flatnonzero(self._fulfilled(table, conditions))))
            yield table.select([*columns])

    @property
    def decided_classes(self) -> list[Label]:
        """The classes that samples are predicted as."""
        return self._summary.classes

    @property
    def decided_by(self) -> list[str]:
        """The columns that `sides` needs."""
        return ["t", "p"]

    def sides(self, table: pa.Table, side: str) -> NDArray[np.int64]:
        """The position among `decided_classes` of each row on a side, `t` for actual or `p` for predicted."""
        return self.classes_in(table, side)

    def classes_in(self, table: pa.Table, side: str) -> NDArray[np.int64]:
        """The position of the class of each row on a side, `t` for actual or `p` for predicted."""
        classes: NDArray[np.int64] = self._positions[table.column(side).to_numpy()].astype(np.int64)
        return classes

    def weights(self, table: pa.Table) -> NDArray[np.float64] | None:
        """The weight of each row of a table that was read with the columns `weighed`; None of rows without weights."""
        return table.column("w").to_numpy() if self.weighed else None

    def has_label(self, table: pa.Table, position: int) -> NDArray[np.bool_]:
        """Whether each row is of a class, or has a label, by the truth."""
        return self._summary.has_label(position)[self.classes_in(table, "t")]

    def page(self, wanted: RowFilter, *, after: int | None, limit: int) -> RowPage:
        """The first rows of a filter behind row number `after`: the most confident first, equal ones by position.

        A page of long texts ends before `limit`, at PAGE_BYTES.
        """
        confidence, rows = self._best(wanted, after, limit + 1)
        ranked = rows[np.lexsort((rows, -confidence))].tolist()
        found = self._fitting(ranked[:limit])
        return RowPage(found, found[-1].number if len(found) < len(ranked) else None)

    @property
    def group_count(self) -> int:
        """The number of row groups."""
        return len(self._starts)

    def start_of(self, group: int) -> int:
        """The position of the first row of a row group, from 0."""
        return int(self._starts[group])

    def kept(self, group: int, wanted: RowFilter) -> tuple[pa.Table, NDArray[np.int64]]:
        """All that is kept of the rows of a filter in a row group, in the order of the file, and their numbers."""
        positions = self._matching(self.source.read(group, self._needed(wanted)), wanted)
        if not len(positions):
            return self.source.schema.empty_table(), positions
        return self.source.read(group).take(pa.array(positions)), positions + self._starts[group] + 1

    def ranked(self, group: int) -> tuple[pa.Table, NDArray[Any]]:
        """All that is kept of the rows of a row group, and the scores by which they are ranked."""
        table = self.source.read(group)
        return table, self._confidence(table)

    def confidences(self) -> NDArray[Any]:
        """The score of what was predicted, of every row in the order of the file; 0 where the run has no scores."""
        parts = [self._confidence(part) for part in self.select(self._needed(RowFilter()), ())]
        return np.concatenate([np.zeros(0), *parts])

    def rows(self, rows: Sequence[int]) -> list[RowRecord]:
        """Rows by their positions in the file, from 0, in this order."""
        return self._found(rows, self._taken(rows))

    def _found(self, rows: Sequence[int], taken: Iterable[tuple[list[int], pa.Table]]) -> list[RowRecord]:
        found: dict[int, RowRecord] = {}
        for within, table in taken:
            found |= dict(zip(within, self._records(table, np.array(within)), strict=True))
        return [found[row] for row in rows]

    def _fitting(self, rows: Sequence[int]) -> list[RowRecord]:
        """The first of the rows, as many as fit on a page; where all do, they are read once."""
        taken, left = [], PAGE_BYTES
        for within, table in self._taken(rows):
            left -= int(text_bytes(table.select(self.texts)).sum())
            if left < 0:
                return self.rows(rows[: self._count_fitting(rows)])
            taken.append((within, table))
        return self._found(rows, taken)

    def _count_fitting(self, rows: Sequence[int]) -> int:
        sizes: dict[int, int] = {}
        for within, table in self._taken(rows, self.texts):
            sizes |= dict(zip(within, text_bytes(table).tolist(), strict=True))
        before = np.cumsum([0, *(sizes[row] for row in rows)])[:-1]
        return int((before <= PAGE_BYTES).sum())

    def _taken(self, rows: Sequence[int], columns: list[str] | None = None) -> Iterator[tuple[list[int], pa.Table]]:
        groups = self._group_of(rows)
        for group in np.unique(groups).tolist():
            within = [row for row, at in zip(rows, groups, strict=True) if at == group]
            table = self.source.read(group, columns)
            yield within, table.take(pa.array(np.array(within) - self._starts[group]))

    def _best(self, wanted: RowFilter, after: int | None, limit: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
        best, rows = np.zeros(0), np.zeros(0, np.int64)
        bound = None if after is None else (self._confidence_of(after - 1), after - 1)
        for group in range(self.group_count):
            table = self.source.read(group, self._needed(wanted))
            positions = self._matching(table, wanted)
            confidence = self._confidence(table.select(self._needed(RowFilter())).take(pa.array(positions)))
            numbers = positions + self._starts[group]
            if bound is not None:
                later = (confidence < bound[0]) | ((confidence == bound[0]) & (numbers > bound[1]))
                confidence, numbers = confidence[later], numbers[later]
            best, rows = highest(np.concatenate([best, confidence]), np.concatenate([rows, numbers]), limit)
        return best, rows

    def _confidence_of(self, row: int) -> float:
        (group,) = self._group_of([row])
        table = self.source.read(group, self._needed(RowFilter()))
        return float(self._confidence(table.slice(row - self._starts[group], 1))[0])

    def _group_of(self, rows: Sequence[int]) -> NDArray[np.int64]:
        return np.searchsorted(self._starts, np.asarray(rows, np.int64), side="right") - 1

    def _needed(self, wanted: RowFilter) -> list[str]:
        scores = [f"s_{at}" for at in range(len(self._summary.scores))]
        return ["t", "p", *scores, *self._columns(wanted.conditions)]

    def _columns(self, conditions: Sequence[Condition]) -> list[str]:
        return [f"m_{self._summary.metadata.index(condition.column)}" for condition in conditions]

    def _fulfilled(self, table: pa.Table, conditions: Sequence[Condition]) -> NDArray[np.bool_]:
        mask = np.ones(table.num_rows, bool)
        for condition, name in zip(conditions, self._columns(conditions), strict=True):
            mask &= equal_texts(table.column(name).combine_chunks(), condition.value, condition.range)
        return mask

    def _matching(self, table: pa.Table, wanted: RowFilter) -> NDArray[np.int64]:
        """The positions in a table of the rows of a filter; scores are looked at only where everything else fits."""
        mask = self._fulfilled(table, wanted.conditions)
        codes = table.column("t").to_numpy(), table.column("p").to_numpy()
        for side, position in zip(codes, (wanted.actual, wanted.predicted), strict=True):
            if position is not None:
                mask &= self._summary.has_label(position)[self._positions][side]
        if wanted.only_errors:
            mask &= self._positions[codes[0]] != self._positions[codes[1]]
        return self._in_range(table, np.flatnonzero(mask), wanted)

    def _in_range(self, table: pa.Table, rows: NDArray[np.int64], wanted: RowFilter) -> NDArray[np.int64]:
        if wanted.lowest_score is None and wanted.highest_score is None:
            return rows
        confidence = self._confidence(table.select(self._needed(RowFilter())).take(pa.array(rows)))
        low = -np.inf if wanted.lowest_score is None else wanted.lowest_score
        high = np.inf if wanted.highest_score is None else wanted.highest_score
        return rows[(confidence >= low) & (confidence <= high)]

    def _confidence(self, table: pa.Table) -> NDArray[Any]:
        """The score of what was predicted; 0 where there is none, so that all rows are alike."""
        columns = self._summary.scores
        if not columns or self._summary.is_multilabel:
            return np.zeros(table.num_rows)
        scores = [table.column(f"s_{at}").to_numpy() for at in range(len(columns))]
        return confidences_of(self._summary, self.classes_in(table, "p"), scores)

    def _shown_confidence(self, table: pa.Table) -> list[float | None]:
        summary = self._summary
        if not summary.scores or summary.is_multilabel:
            return [None] * table.num_rows
        return as_sent(summary, self._confidence(table).tolist(), table.column("s_0").to_pylist())

    def exact_confidence(self, table: pa.Table) -> NDArray[Any]:
        """The score of what was predicted, of a run with scores: 0.67 beside 0.33, not 0.6699999999999999."""
        confidence = self._confidence(table)
        if len(self._summary.scores) > 1 or self._summary.score_kind == "margins":
            return confidence
        sent: NDArray[Any] = table.column("s_0").to_numpy()
        other = complements(sent.astype(np.float64)).astype(sent.dtype)
        exact: NDArray[Any] = np.where(confidence == sent, sent, other)
        return exact

    def _records(self, table: pa.Table, rows: NDArray[np.int64]) -> Iterable[RowRecord]:
        classes, summary = self._summary.row_labels, self._summary
        confidence = self._shown_confidence(table)
        ids = table.column("id").to_pylist() if summary.has_ids else [None] * table.num_rows
        scores = {c.name: table.column(f"s_{at}").to_pylist() for at, c in enumerate(summary.scores)}
        metadata = {name: table.column(f"m_{at}").to_pylist() for at, name in enumerate(summary.metadata)}
        actual, predicted = self.classes_in(table, "t").tolist(), self.classes_in(table, "p").tolist()
        weights = table.column("w").to_pylist() if self.weighed else [None] * table.num_rows
        return [
            RowRecord(
                number + 1,
                ids[at],
                classes[actual[at]],
                classes[predicted[at]],
                confidence[at],
                {name: values[at] for name, values in scores.items()},
                {name: values[at] for name, values in metadata.items()},
                weights[at],
            )
            for at, number in enumerate(rows.tolist())
        ]
