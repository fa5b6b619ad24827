"""The top rows of a run, which first pages show, kept beside all of them: the most confident ones of each cell."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from shared.kit.storage.files import FileOnDisk
from shared.runs import objects
from shared.runs.ingest.best_rows import KEPT, ROW, ROWS, CollectedRows, Highest, RankedRows, is_kept
from shared.runs.rows.filters import RowFilter
from shared.runs.rows.row_page import PAGE_BYTES, RowPage
from shared.runs.rows.row_texts import text_bytes
from shared.runs.rows.scanning import RowScan
from shared.runs.summary import RunSummary

# So many rows are read in some milliseconds.
MAX_KEPT = 2**16
# As long as two of the longest pages.
MAX_BYTES = 2 * PAGE_BYTES
_OF_CELLS = b"of_cells"


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


def page(file: Any, summary: RunSummary, wanted: RowFilter, limit: int) -> RowPage | None:
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
    return RowPage(shown, None if found.next is None else shown[-1].number)
