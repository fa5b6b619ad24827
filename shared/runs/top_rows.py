"""The top rows of a run, which first pages show, kept beside all of them: the most confident ones of each cell."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from shared.kit.files import FileOnDisk
from shared.runs import objects
from shared.runs.filters import RowFilter
from shared.runs.found_rows import PAGE_BYTES, FoundPage
from shared.runs.row_texts import text_bytes
from shared.runs.scanning import RowScan
from shared.runs.summary import RunSummary

# Fewer rows are scanned before anybody waits.
MIN_ROWS = 2**19
# One row more than the usual page says whether another one follows.
KEPT = 101
# So many rows are read in some milliseconds.
MAX_KEPT = 2**16
# As long as two of the longest pages.
MAX_BYTES = 2 * PAGE_BYTES
# Sorting the top rows is what costs, before it is known which scores are high.
_PIECE = 2**16
# Rows that are no longer among the top are forgotten once there are more than so many times those that are.
_SPARE = 2
ROW, _OF_CELLS = "row", b"of_cells"
# In what a part keeps: the number of all its rows.
ROWS = b"rows"


def is_kept(summary: RunSummary) -> bool:
    """Whether a run keeps such rows: sets of labels have no cells, and of few rows all are read at once."""
    return summary.rows >= MIN_ROWS and not summary.is_multilabel


def files(rows: Any, folder: Path, summary: RunSummary, candidates: Sequence[bytes] | None = None) -> list[FileOnDisk]:
    """The file with the top rows of a run, written into a folder; none where none are kept.

    `candidates` are what the parts of a file have kept for it, in their order; without them all rows are read.
    """
    target = folder / objects.TOP_ROWS
    if not is_kept(summary):
        return []
    if candidates and all(candidates):
        is_written = _write(_of_parts(candidates, summary), summary, target)
    else:
        is_written = write(RowScan(rows, summary), summary, target)
    return [FileOnDisk(objects.TOP_ROWS, "application/vnd.apache.parquet", target)] if is_written else []


def write(scan: RowScan, summary: RunSummary, target: Path) -> bool:
    """Write the top rows; returns False, and writes nothing, where their texts are too long."""
    return _write((_numbered(scan, group) for group in range(scan.group_count)), summary, target)


def _numbered(scan: RowScan, group: int) -> tuple[pa.Table, NDArray[np.int64], NDArray[Any]]:
    table, confidence = scan.ranked(group)
    return table, np.arange(table.num_rows) + scan.start_of(group), confidence


def _of_parts(
    candidates: Sequence[bytes], summary: RunSummary
) -> Iterator[tuple[pa.Table, NDArray[np.int64], NDArray[Any]]]:
    """The rows that parts have kept, with their numbers in the run: the rows of each part in a group of their own."""
    scan, start = RowScan([pa.BufferReader(part) for part in candidates], summary), 0
    for group, part in enumerate(candidates):
        table, confidence = scan.ranked(group)
        yield table.drop_columns([ROW]), table.column(ROW).to_numpy() + start, confidence
        start += int(pq.read_schema(pa.BufferReader(part)).metadata[ROWS])


def _write(
    ranked: Iterable[tuple[pa.Table, NDArray[np.int64], NDArray[Any]]], summary: RunSummary, target: Path
) -> bool:
    k, positions = len(summary.classes), np.array(summary.class_of_code, np.int64)
    matrix = summary.matrix.of_rows
    of_cells = not matrix.is_sparse and np.count_nonzero(matrix.counts) * KEPT <= MAX_KEPT
    # Of too many cells those of all samples and of all errors are kept.
    lists = [Highest(k * k)] if of_cells else [Highest(1), Highest(2)]

    def groups() -> Iterator[RankedRows]:
        for table, numbers, confidence in ranked:
            actual, predicted = (positions[table.column(side).to_numpy()] for side in ("t", "p"))
            cells = [actual * k + predicted] if of_cells else [np.zeros_like(actual), (actual != predicted).astype(int)]
            yield RankedRows(table, numbers, [(confidence, own) for own in cells])

    collected = CollectedRows(lists)
    for group in groups():
        collected.add(group)
    found = collected.table()
    texts = [name for name in found.column_names if name.startswith("m_") or name == "id"]
    if int(text_bytes(found.select(texts)).sum()) > MAX_BYTES:
        return False
    found = found.replace_schema_metadata({_OF_CELLS: b"1" if of_cells else b"0"})
    pq.write_table(found, target, compression="zstd")
    return True


def page(file: Any, summary: RunSummary, wanted: RowFilter, limit: int) -> FoundPage | None:
    """The first page of a filter from what `write` wrote; None where it may have other rows."""
    is_scored = wanted.lowest_score is not None or wanted.highest_score is not None
    if wanted.conditions or is_scored or limit >= KEPT:
        return None
    kept = pq.ParquetFile(file)
    of_cells = (kept.schema_arrow.metadata or {}).get(_OF_CELLS) == b"1"
    if not of_cells and (wanted.actual is not None or wanted.predicted is not None):
        return None
    rows = kept.read([ROW]).column(0).to_numpy()
    # The labels have the codes of the run, whichever piece their rows came from.
    found = RowScan(file, msgspec.structs.replace(summary, pieces=[])).page(wanted, after=None, limit=limit)
    shown = [row._replace(number=int(rows[row.number - 1]) + 1) for row in found.rows]
    return FoundPage(shown, None if found.next is None else shown[-1].number)


class Highest:
    """The rows with the highest scores of each of several lists, equal ones by their position."""

    def __init__(self, lists: int) -> None:
        # A row belongs to a list where its score is above the lowest one of a full list.
        self._lowest = np.full(lists, -np.inf)
        self._scores, self._lists, self.rows = np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64)

    def grow(self, lists: int) -> None:
        """Have so many lists, of which the further ones are empty."""
        self._lowest = np.concatenate([self._lowest, np.full(lists - len(self._lowest), -np.inf)])

    def add(self, scores: NDArray[Any], lists: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        """Add rows by their numbers, all of them above those that were added before."""
        for at in range(0, len(scores), _PIECE):
            part = slice(at, at + _PIECE)
            chosen = np.flatnonzero(scores[part] > self._lowest[lists[part]])
            if len(chosen):
                self._merge(scores[part][chosen], lists[part][chosen], rows[part][chosen])

    def _merge(self, scores: NDArray[Any], lists: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        scores, lists = np.concatenate([self._scores, scores]), np.concatenate([self._lists, lists])
        rows = np.concatenate([self.rows, rows])
        order = np.lexsort((rows, -scores, lists))
        scores, lists, rows = scores[order], lists[order], rows[order]
        starts = np.searchsorted(lists, lists)
        kept = np.arange(len(lists)) - starts < KEPT
        self._scores, self._lists, self.rows = scores[kept], lists[kept], rows[kept]
        full, first = np.unique(self._lists, return_index=True)
        sizes = np.diff([*first, len(self._lists)])
        is_full = sizes == KEPT
        self._lowest[full[is_full]] = self._scores[(first + sizes - 1)[is_full]]


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
        if sum(table.num_rows for table in self._kept) > _SPARE * len(rows) + _PIECE:
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
