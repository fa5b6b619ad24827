"""A small file may unfold to many columns of many equal cells; what is held of them at once is bounded."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.runs.errors import FileUnreadable
from shared.runs.ingest import canonical
from shared.runs.ingest.canonical import GROUP_CELLS, ROW_GROUP, rows_of_group
from shared.runs.reading.columnar import ColumnarFile
from shared.runs.reading.containers import Container
from shared.runs.reading.json_files.file import JsonFile
from shared.runs.reading.tables import MAX_COLUMNS, ColumnForm
from shared.runs.rows.exported_rows import CsvEncoder
from shared.runs.rows.filters import RowFilter
from shared.runs.rows.scanning import RowScan
from tests.unit.shared.runs.reading_files import LIMITS, read

ROWS, COLUMNS = 80_000, 200


def _wide(columns: int, rows: int) -> bytes:
    same = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), ["x"])
    truth = pa.array(["a", "b"] * (rows // 2))
    table = pa.table({"y_true": truth, "y_pred": truth, **{f"m{at}": same for at in range(columns)}})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", store_schema=False)
    return out.getvalue()


def test_a_row_group_has_a_bounded_number_of_cells() -> None:
    sizes = {columns: rows_of_group(columns) for columns in (3, 16, 17, 402, MAX_COLUMNS)}

    assert sizes == {3: ROW_GROUP, 16: ROW_GROUP, 17: ROW_GROUP // 2, 402: 32_768, MAX_COLUMNS: 8_192}
    assert all(columns * rows <= GROUP_CELLS for columns, rows in sizes.items())


def test_rows_of_a_wide_run_are_found_by_their_numbers_in_small_groups(tmp_path: Path) -> None:
    found = read(tmp_path, _wide(COLUMNS, ROWS), LIMITS)

    stored = pq.ParquetFile(tmp_path / "rows.parquet")
    sizes = [stored.metadata.row_group(group).num_rows for group in range(stored.num_row_groups)]
    assert sizes == [65_536, ROWS - 65_536]
    rows = RowScan(tmp_path / "rows.parquet", found.finished.summary).rows([65_537, 0, 79_998])
    assert [(row.number, row.actual, row.metadata["m199"]) for row in rows] == [
        (65_538, "b", "x"),
        (1, "a", "x"),
        (79_999, "a", "x"),
    ]


def test_a_row_group_of_long_texts_has_a_bounded_number_of_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canonical, "GROUP_BYTES", 2**20)
    rows, length = 2000, 2000
    texts = [f"{row:x>{length}}" for row in range(rows)]
    # The first rows say little, so that their number is no measure of the rest.
    texts[:1000] = map(str, range(1000))
    truth = ["a", "b"] * (rows // 2)
    out = io.BytesIO()
    pq.write_table(pa.table({"y_true": truth, "y_pred": truth, "note": texts}), out, compression="zstd")

    found = read(tmp_path, out.getvalue(), LIMITS)

    stored = pq.ParquetFile(tmp_path / "rows.parquet")
    sizes = [stored.read_row_group(group).nbytes for group in range(stored.num_row_groups)]
    assert len(sizes) > 1
    assert max(sizes) <= 2**20
    numbers = [0, 999, 1000, 1350, 1601, 1999]
    scan = RowScan(tmp_path / "rows.parquet", found.finished.summary)
    assert [(row.number, row.metadata["note"]) for row in scan.rows(numbers)] == [(at + 1, texts[at]) for at in numbers]
    assert [row.number for row in scan.page(RowFilter(), after=1350, limit=2).rows] == [1351, 1352]
    kept = [scan.kept(group, RowFilter())[1].tolist() for group in range(scan.group_count)]
    assert [number for group in kept for number in group] == list(range(1, rows + 1))


def test_a_long_text_that_many_rows_share_is_exported_in_small_pieces() -> None:
    rows, text = 4000, "x" * 10_000
    site = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), [text])
    table = pa.table({"row": range(rows), "site": site})

    pieces = list(CsvEncoder(table.schema).pieces(table))

    # Beside the texts a line has a number, a comma, quotes and its end.
    assert max(map(len, pieces)) < 2**24 + 20 * rows
    lines = b"".join(pieces).decode().splitlines()
    assert lines == ['"row","site"', *(f'{row},"{text}"' for row in range(rows))]


def test_a_wide_file_is_read_in_small_batches(tmp_path: Path) -> None:
    (tmp_path / "wide.parquet").write_bytes(_wide(COLUMNS, ROWS))
    # The records behind the first ones leave out every column.
    lines = ["{" + ",".join(f'"c{at}":1' for at in range(COLUMNS)) + "}", *["{}"] * ROWS]
    (tmp_path / "wide.jsonl").write_text("\n".join(lines))
    parquet = ColumnarFile(tmp_path / "wide.parquet", Container.PARQUET)
    records = JsonFile(tmp_path / "wide.jsonl", Container.JSON_LINES)

    for table in (parquet, records):
        forms = dict.fromkeys(range(len(table.names)), ColumnForm.LABELS)
        assert max(len(batch[0]) for batch in table.batches(forms)) == 2**23 // len(table.names)


def test_a_line_of_any_length_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(b'{"y_true": "a", "y_pred": "b"}\n{"y_true": "' + b"a" * 2**24 + b'", "y_pred": "b"}\n')

    with pytest.raises(FileUnreadable, match=r"^Line 2 is longer than 16,777,216 bytes; "):
        JsonFile(path, Container.JSON_LINES)
