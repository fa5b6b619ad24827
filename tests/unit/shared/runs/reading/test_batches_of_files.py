"""How a program cut its rows into record batches or row groups says nothing of what the columns are."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc

from shared.runs.errors import FileUnreadable
from tests.unit.shared.runs.reading_files import counts, read

# In the first rows `key` may be an id, and `score` the confidence of what is predicted.
ROWS = pa.table(
    {
        "key": ["a", "b", "b", "c"],
        "actual": ["cat", "dog", "cat", "dog"],
        "predicted": ["cat", "dog", "dog", "dog"],
        "probs": [[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.3, 0.7]],
    }
)
SIZES = {"one": [4], "each": [1, 1, 1, 1], "empty first": [0, 4], "empty between": [0, 1, 0, 0, 3, 0]}


def _slices(sizes: list[int]) -> list[pa.RecordBatch]:
    (whole,) = ROWS.combine_chunks().to_batches()
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    return [whole.slice(start, size) for start, size in zip(starts, sizes, strict=True)]


def arrow(new: Any, sizes: list[int]) -> bytes:
    file = io.BytesIO()
    with new(file, ROWS.schema) as writer:
        for batch in _slices(sizes):
            writer.write_batch(batch)
    return file.getvalue()


def parquet(sizes: list[int]) -> bytes:
    file = io.BytesIO()
    with pq.ParquetWriter(file, ROWS.schema) as writer:
        for batch in _slices(sizes):
            writer.write_table(pa.Table.from_batches([batch]))
    return file.getvalue()


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("form", ["file", "stream", "parquet"])
def test_batches_of_any_size_are_one_table(tmp_path: Path, form: str, sizes: list[int]) -> None:
    writers = {"file": ipc.new_file, "stream": ipc.new_stream}
    data = parquet(sizes) if form == "parquet" else arrow(writers[form], sizes)

    found = read(tmp_path, data, id=None, scores={"cat": "probs.0", "dog": "probs.1"})

    assert counts(found) == (["cat", "dog"], [[1, 1], [0, 2]])
    assert {one.column: one.role for one in found.decisions} == {
        "key": "slice", "actual": "truth", "predicted": "prediction", "probs.0": "score", "probs.1": "score",
    }  # fmt: skip
    assert found.preview.rows == [[row["key"], row["actual"], row["predicted"], *map(str, row["probs"])]
                                  for row in ROWS.to_pylist()]  # fmt: skip


@pytest.mark.parametrize("form", ["file", "stream", "parquet"])
def test_a_file_of_empty_batches_has_no_rows(tmp_path: Path, form: str) -> None:
    writers = {"file": ipc.new_file, "stream": ipc.new_stream}
    data = parquet([0, 0]) if form == "parquet" else arrow(writers[form], [0, 0])

    with pytest.raises(FileUnreadable, match="has columns and no rows"):
        read(tmp_path, data)
