"""Rows of a run as the bytes of a file, a table at a time."""

import io
from collections.abc import Iterator, Sequence
from typing import Any, Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from shared.evaluation.types import Label
from shared.kit.csv_text import guard_formula
from shared.runs.rows.batch_pieces import pieces
from shared.runs.rows.filters import RowFilter
from shared.runs.rows.row_texts import text_lengths
from shared.runs.rows.scanning import RowScan
from shared.runs.summary import RunSummary

RowFormat = Literal["csv", "parquet"]

# As text, a few megabytes;
_ROWS_OF_A_PIECE = 2**16
# fewer rows where a text that many of them share, and the table holds once, is long.
_BYTES_OF_A_PIECE = 2**24


class RowEncoder(Protocol):
    """Makes the bytes of a file of tables with the same columns, which come one after the other."""

    def pieces(self, table: pa.Table) -> Iterator[bytes]:
        """Yield the bytes of a table."""

    def end(self) -> bytes:
        """Return what stands behind the last table."""


class CsvEncoder:
    """A line for each row; a text that a spreadsheet would read as a formula is escaped."""

    def __init__(self, _schema: pa.Schema) -> None:
        self._has_header = False

    def pieces(self, table: pa.Table) -> Iterator[bytes]:
        """Yield the bytes of a table, before the first with the names of the columns."""
        header = [guard_formula(name) for name in table.column_names]
        batches = table.to_batches(max_chunksize=_ROWS_OF_A_PIECE)
        # A file without a row has a header.
        for batch in batches or [pa.RecordBatch.from_pylist([], table.schema)][self._has_header :]:
            for piece in pieces(batch, _BYTES_OF_A_PIECE, _text_bytes):
                sink = io.BytesIO()
                guarded = pa.RecordBatch.from_arrays([*map(_guarded, piece.columns)], names=header)
                pa_csv.write_csv(guarded, sink, pa_csv.WriteOptions(include_header=not self._has_header))
                self._has_header = True
                yield sink.getvalue()

    def end(self) -> bytes:
        """Return nothing."""
        return b""


class ParquetEncoder:
    """A row group for each table."""

    def __init__(self, schema: pa.Schema) -> None:
        self._sink = _Outbox()
        self._writer = pq.ParquetWriter(self._sink, schema, compression="zstd", compression_level=1)

    def pieces(self, table: pa.Table) -> Iterator[bytes]:
        """Yield the bytes of a table."""
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)
            yield self._sink.taken()

    def end(self) -> bytes:
        """Return the footer."""
        self._writer.close()
        return self._sink.taken()


ENCODERS: dict[RowFormat, type[CsvEncoder | ParquetEncoder]] = {"csv": CsvEncoder, "parquet": ParquetEncoder}


def exported_table(scan: RowScan, summary: RunSummary, group: int, wanted: RowFilter) -> pa.Table:
    """The rows of a filter in a row group: number, id, labels, confidence, scores as they were sent, metadata."""
    table, numbers = scan.kept(group, wanted)
    scores = [f"s_{at}" for at in range(len(summary.scores))]
    metadata = [f"m_{at}" for at in range(len(summary.metadata))]
    has_confidence = bool(scores) and not summary.is_multilabel
    first: dict[str, Any] = {
        "row": pa.array(numbers),
        "id": table.column("id") if summary.has_ids else pa.nulls(len(numbers), pa.string()),
        **_sides(scan, summary, table),
        "confidence": pa.array(scan.exact_confidence(table))
        if has_confidence
        else pa.nulls(len(numbers), pa.float64()),
    }
    if scan.weighed:
        first["weight"] = table.column("w")
    names = [*first, *(column.name for column in summary.scores), *summary.metadata]
    columns = [*first.values(), *table.select([*scores, *metadata]).columns]
    return pa.Table.from_arrays(columns, names=_unique(names))


def _sides(scan: RowScan, summary: RunSummary, table: pa.Table) -> dict[str, Any]:
    actual, predicted = scan.classes_in(table, "t"), scan.sides(table, "p")
    if not summary.has_labels:
        return {"correct": pa.array(actual == predicted)}
    decided = summary.row_labels if summary.is_multilabel else scan.decided_classes
    return {"actual": _labels(summary.row_labels, actual), "predicted": _labels(decided, predicted)}


def _labels(classes: Sequence[Label], positions: NDArray[np.int64]) -> Any:
    if all(isinstance(label, int | float) for label in classes):
        return pa.array(classes).take(pa.array(positions))
    texts = pa.array([str(label) for label in classes])
    return pa.DictionaryArray.from_arrays(pa.array(positions, pa.int32()), texts)


def _unique(names: Sequence[str]) -> list[str]:
    """The names, with a number behind each that another column has before it: `id`, `id_2`."""
    taken: dict[str, None] = {}
    for name in names:
        candidates = (name, *(f"{name}_{number}" for number in range(2, len(names) + 2)))
        taken[next(candidate for candidate in candidates if candidate not in taken)] = None
    return [*taken]


class _Outbox(io.RawIOBase):
    """A file that is written and not kept."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        self._written += len(self._pieces[-1])
        return len(self._pieces[-1])

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _text_bytes(batch: pa.RecordBatch) -> int:
    return sum(
        (pc.sum(text_lengths(array)).as_py() or 0) if isinstance(array, pa.DictionaryArray) else array.nbytes
        for array in batch.columns
    )


def _guarded(array: Any) -> Any:
    if isinstance(array, pa.DictionaryArray):
        return pa.DictionaryArray.from_arrays(array.indices, _guarded(array.dictionary))
    if not pa.types.is_string(array.type):
        return array
    # Few texts begin so; which of them are formulas is decided in one place.
    suspects = pc.fill_null(pc.match_substring_regex(array, r"^[=+\-@\t\r\n]"), fill_value=False)
    if not pc.any(suspects).as_py():
        return array
    texts = [guard_formula(text) for text in array.filter(suspects).to_pylist()]
    return pc.replace_with_mask(array, suspects, pa.array(texts, pa.string()))
