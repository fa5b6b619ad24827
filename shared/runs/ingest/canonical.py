"""The canonical rows of a run: label codes, scores as they were sent, metadata and ids, in one Parquet file."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from shared.runs.rows.batch_pieces import pieces

# A group has at most so many rows,
ROW_GROUP = 2**20
# so many cells, and so many bytes of texts and numbers, since a page of samples reads one group with all its columns.
GROUP_CELLS = 2**24
GROUP_BYTES = 2**27

_DICTIONARY = pa.dictionary(pa.int32(), pa.string())


def schema_of(
    score_types: Sequence[pa.DataType], slices: int, texts: int, *, has_ids: bool, has_weights: bool = False
) -> pa.Schema:
    """The columns `t`, `p`, `w` of weights, `s_0`... of scores, `m_0`... of metadata, first that to slice by, `id`."""
    columns: list[tuple[str, pa.DataType]] = [("t", pa.uint16()), ("p", pa.uint16())]
    columns += [("w", pa.float64())] if has_weights else []
    columns += [(f"s_{at}", kind) for at, kind in enumerate(score_types)]
    columns += [(f"m_{at}", _DICTIONARY if at < slices else pa.string()) for at in range(slices + texts)]
    columns += [("id", pa.string())] if has_ids else []
    # Nothing is missing in them: Parquet need not say so of each value, which costs more than many a column itself.
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in columns])


def rows_of_group(columns: int) -> int:
    """Return the most rows of a group with so many columns, a power of two."""
    return min(ROW_GROUP, 1 << (GROUP_CELLS // columns).bit_length() - 1)


class CanonicalWriter:
    """Writes batches of any size as row groups of one size, or smaller ones where the texts are long."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._group_rows = rows_of_group(len(schema))
        self._writer = pq.ParquetWriter(path, schema, write_statistics=False, **_encodings(schema))
        # Compressing takes about as long as reading does, and a core of its own.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="canonical-rows")
        self._written: Future[None] | None = None
        self._pending: list[pa.RecordBatch] = []
        self._rows, self._bytes = 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._wait()
                # The last group, and of a small file the only one, for which no thread is started.
                if self._rows:
                    self._write(self._taken(self._rows))
        finally:
            self._thread.shutdown()
            self._writer.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Add a batch of the schema."""
        for piece in pieces(batch, GROUP_BYTES, _bytes_of):
            self._append(piece)

    def _append(self, batch: pa.RecordBatch) -> None:
        if self._bytes + _bytes_of(batch) > GROUP_BYTES:
            self._flush(self._rows)
        self._pending.append(batch)
        self._rows += batch.num_rows
        self._bytes += _bytes_of(batch)
        while self._rows >= self._group_rows:
            self._flush(self._group_rows)

    def _flush(self, rows: int) -> None:
        if rows:
            group = self._taken(rows)
            # Of one group at a time: memory holds the one that is written and the one that is read.
            self._wait()
            self._written = self._thread.submit(self._write, group)

    def _taken(self, rows: int) -> pa.Table:
        """The first rows that wait, which do so no longer."""
        table = pa.Table.from_batches(self._pending).unify_dictionaries()
        rest = table.slice(rows)
        self._pending = rest.to_batches()
        self._rows, self._bytes = rest.num_rows, sum(map(_bytes_of, self._pending))
        return table.slice(0, rows)

    def _write(self, group: pa.Table) -> None:
        self._writer.write_table(group, row_group_size=self._group_rows)

    def _wait(self) -> None:
        if self._written is not None:
            self._written.result()


def _encodings(schema: pa.Schema) -> dict[str, Any]:
    """How each column is written: what is read and written most in the ways that take least of a processor.

    Codes have one or two bytes that differ, which stand together once the bytes are split. Scores hardly become
    smaller. Texts do, and few read them.
    """
    kinds = {field.name: field.type for field in schema}
    coded = [name for name in kinds if name in {"t", "p"}]
    packed = [name for name, kind in kinds.items() if kind == pa.string() or name == "w"]
    return {
        "compression": {name: "zstd" if name in packed else "lz4" for name in kinds},
        "compression_level": dict.fromkeys(packed, 1),
        "use_dictionary": [name for name in kinds if name.startswith("m_") or name == "w"],
        "use_byte_stream_split": coded,
    }


def _bytes_of(batch: pa.RecordBatch) -> int:
    # Without the dictionaries, of which a group has one for all its rows.
    arrays = (array.indices if isinstance(array, pa.DictionaryArray) else array for array in batch.columns)
    return sum(array.nbytes for array in arrays)
