"""The rows with the highest scores of each of several lists, found while rows come."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.runs.summary import RunSummary

# Fewer rows are scanned before anybody waits.
MIN_ROWS = 2**19
# One row more than the usual page says whether another one follows.
KEPT = 101
# Sorting the top rows is what costs, before it is known which scores are high.
_PIECE = 2**16
# From so many times the rows that are kept on, finding the least score that counts is faster than sorting all.
_MANY = 8
# Rows that are no longer among the top are forgotten once there are more than so many times those that are.
_SPARE = 2
ROW = "row"
# In what a part keeps: the number of all its rows.
ROWS = b"rows"


def is_kept(summary: RunSummary) -> bool:
    """Whether a run keeps its top rows: sets of labels have no cells, and of few rows all are read at once."""
    return summary.rows >= MIN_ROWS and not summary.is_multilabel


class Highest:
    """The rows with the highest scores of each of several lists, equal ones by their position."""

    def __init__(self, lists: int) -> None:
        # A row belongs to a list where its score is above the lowest one of a full list.
        self.lowest = np.full(lists, -np.inf)
        self._scores, self._lists, self.rows = np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64)

    def grow(self, lists: int) -> None:
        """Have so many lists, of which the further ones are empty."""
        self.lowest = np.concatenate([self.lowest, np.full(lists - len(self.lowest), -np.inf)])

    def add(self, scores: NDArray[Any], lists: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        """Add rows by their numbers, all of them above those that were added before."""
        for at in range(0, len(scores), _PIECE):
            part = slice(at, at + _PIECE)
            chosen = np.flatnonzero(scores[part] > self.lowest[lists[part]])
            if len(chosen):
                self._merge(scores[part][chosen], lists[part][chosen], rows[part][chosen])

    def _merge(self, scores: NDArray[Any], lists: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        scores, lists = np.concatenate([self._scores, scores]), np.concatenate([self._lists, lists])
        rows = np.concatenate([self.rows, rows])
        scores, lists, rows = _thinned(scores, lists, rows)
        order = np.lexsort((rows, -scores, lists))
        scores, lists, rows = scores[order], lists[order], rows[order]
        starts = np.searchsorted(lists, lists)
        kept = np.arange(len(lists)) - starts < KEPT
        self._scores, self._lists, self.rows = scores[kept], lists[kept], rows[kept]
        full, first = np.unique(self._lists, return_index=True)
        sizes = np.diff([*first, len(self._lists)])
        is_full = sizes == KEPT
        self.lowest[full[is_full]] = self._scores[(first + sizes - 1)[is_full]]


def _thinned(
    scores: NDArray[Any], lists: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int64]]:
    """Leave out rows that others of their list are above, before all that is left is sorted."""
    if len(rows) < _MANY * KEPT * (present := np.flatnonzero(np.bincount(lists))).size:
        return scores, lists, rows
    least = np.full(present[-1] + 1, -np.inf)
    for one in present:
        own = scores[lists == one]
        if len(own) > KEPT:
            least[one] = np.partition(own, -KEPT)[-KEPT]
    kept = scores >= least[lists]
    return scores[kept], lists[kept], rows[kept]


class RankedRows(NamedTuple):
    """Some rows, their numbers in rising order, and for each of several sets of lists their scores and lists."""

    table: pa.Table
    numbers: NDArray[np.int64]
    ranks: Sequence[tuple[NDArray[Any], NDArray[np.int64]]]


class CollectedRows:
    """The rows of several sets of lists, each once, as further ones come."""

    def __init__(self, lists: Sequence[Highest]) -> None:
        self.lists = lists
        self._kept: list[pa.Table] = []

    def add(self, group: RankedRows) -> None:
        """Add rows, all of whose numbers are above those that were added before."""
        for one, (scores, own) in zip(self.lists, group.ranks, strict=True):
            one.add(scores, own, group.numbers)
        rows = self._rows()
        if len(own_rows := rows[rows >= group.numbers[0]]):
            taken = group.table.take(pa.array(np.searchsorted(group.numbers, own_rows)))
            self._kept.append(_without_dictionaries(taken).append_column(ROW, pa.array(own_rows)))
        if sum(table.num_rows for table in self._kept) > _SPARE * len(rows):
            self._kept = [self._current(rows)]

    def table(self) -> pa.Table:
        """The rows in their order, with their numbers in `row`."""
        return self._current(self._rows())

    def _rows(self) -> NDArray[np.int64]:
        return np.unique(np.concatenate([one.rows for one in self.lists]))

    def _current(self, rows: NDArray[np.int64]) -> pa.Table:
        # A piece that was written before the columns said that nothing is missing is one with those that say so.
        kept = pa.concat_tables(self._kept, promote_options="default")
        # Some are no longer among the top.
        return kept.filter(pa.array(np.isin(kept.column(ROW).to_numpy(), rows)))


def _without_dictionaries(table: pa.Table) -> pa.Table:
    """Texts by themselves: a dictionary has those of all rows of its group, of which few are kept."""
    for at, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(at, field.with_type(pa.string()), table.column(at).cast(pa.string()))
    return table
