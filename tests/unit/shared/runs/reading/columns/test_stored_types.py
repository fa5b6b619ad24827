"""Types that few programs know are read as what they mean, or are named; bytes are no texts."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc

from shared.runs.reading.columnar import ColumnarFile
from shared.runs.reading.containers import container_of
from shared.runs.reading.tables import ColumnForm

UUIDS = [UUID(int=1), None, UUID("123e4567-e89b-12d3-a456-426614174000")]
STORED = pa.array([one and one.bytes for one in UUIDS], pa.binary(16))
LABELS = pa.array(["cat", "dog", "cat"])


def _extension(kind: Any, values: Any) -> Any:
    return pa.ExtensionArray.from_storage(kind, values)


TYPES: dict[str, tuple[Any, list[str]]] = {
    "uuid": (_extension(pa.uuid(), STORED), ["00000000-0000-0000-0000-000000000001", "", str(UUIDS[2])]),
    "bool8": (_extension(pa.bool8(), pa.array([1, 0, None], pa.int8())), ["True", "False", ""]),
    "json": (_extension(pa.json_(), pa.array(["1", None, "{}"])), ["1", "", "{}"]),
    "decimal32": (pa.array([Decimal("1.10"), None, Decimal(-2)], pa.decimal32(5, 2)), ["1.10", "", "-2.00"]),
    "decimal64": (pa.array([Decimal("1.10"), None, Decimal(-2)], pa.decimal64(12, 2)), ["1.10", "", "-2.00"]),
}


def _written(folder: Path, table: Any, *, is_parquet: bool) -> ColumnarFile:
    content = io.BytesIO()
    if is_parquet:
        pq.write_table(table, content)
    else:
        with ipc.new_file(content, table.schema) as writer:
            writer.write_table(table, max_chunksize=1)
    path = folder / "file"
    path.write_bytes(content.getvalue())
    return ColumnarFile(path, container_of(path))


@pytest.mark.parametrize("is_parquet", [True, False], ids=["parquet", "arrow"])
@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("form", [ColumnForm.LABELS, ColumnForm.TEXT], ids=["labels", "text"])
def test_a_value_is_the_text_that_it_means(tmp_path: Path, name: str, form: ColumnForm, is_parquet: bool) -> None:
    array, texts = TYPES[name]
    file = _written(tmp_path, pa.table({"label": LABELS, name: array}), is_parquet=is_parquet)
    assert file.sample(3) == [["cat", "dog", "cat"], texts]
    assert [text for batch in file.batches({1: form}) for text in batch[1].to_pylist()] == texts
    assert file.notices == []


def test_a_field_of_a_structure_is_read_in_the_same_way(tmp_path: Path) -> None:
    nested = pa.StructArray.from_arrays([TYPES["uuid"][0]], ["id"])
    assert _written(tmp_path, pa.table({"of": nested}), is_parquet=True).sample(3) == [TYPES["uuid"][1]]


@pytest.mark.parametrize(
    "array",
    [STORED, pa.array([b"a"] * 3, pa.binary_view()), pa.array([b"a"] * 3).dictionary_encode()],
    ids=["of a length", "view", "dictionary"],
)
def test_bytes_are_no_texts(tmp_path: Path, array: Any) -> None:
    file = _written(tmp_path, pa.table({"label": LABELS, "code": array}), is_parquet=False)
    assert (file.names, file.notices) == (
        ["label"],
        ["The column “code” holds bytes, not texts, and was not read; write them as texts if they are ids."],
    )


@pytest.mark.parametrize("is_known", [True, False], ids=["pandas is imported", "pandas is not imported"])
def test_a_type_of_one_program_alone_is_named(tmp_path: Path, is_known: bool) -> None:
    months = pd.PeriodIndex(["2020-01", "2020-02", "2020-02"], freq="M")
    table = pa.Table.from_pandas(pd.DataFrame({"label": LABELS.to_pylist(), "month": months}))
    if not is_known:
        about = {b"ARROW:extension:name": b"another.period"}
        numbers = table["month"].combine_chunks().storage
        table = table.set_column(1, pa.field("month", pa.int64(), metadata=about), numbers)
    file = _written(tmp_path, table, is_parquet=True)
    assert file.sample(3)[1] == ["600", "601", "601"]
    name = "pandas.period" if is_known else "another.period"
    said = f"The column “month” is of the type “{name}”; what is stored in its place was read, which is int64."
    assert file.notices == [said]
