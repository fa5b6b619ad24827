"""Every format of a file gives the texts that stand in it."""

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas import DataFrame
from pyarrow import ipc

from tests.unit.shared.runs.reading.format_bytes import CSV, TABLE, arrow_bytes, npz_bytes, parquet_bytes, zstd_bytes
from tests.unit.shared.runs.reading_files import counts, read

COUNTS = (["a", "b"], [[1, 0], [1, 1]])
RECORDS = TABLE.to_pylist()


SAME: dict[str, bytes] = {
    "csv": CSV,
    "csv with a mark": b"\xef\xbb\xbf" + CSV,
    "tsv": CSV.replace(b",", b"\t"),
    "semicolons": CSV.replace(b",", b";"),
    "bars": CSV.replace(b",", b"|"),
    "crlf": CSV.replace(b"\n", b"\r\n"),
    "comments first": b"# made today\n# by us\n" + CSV,
    "excel's separator line": b"sep=,\n" + CSV,
    "quotes": b'"y_true","y_pred"\n"a","a"\n"b","a"\n"b","b"\n',
    "trailing empty column": b"y_true,y_pred,\na,a,\nb,a,\nb,b,\n",
    "utf-16": CSV.decode().encode("utf-16"),
    "gzip": gzip.compress(CSV),
    "jsonl": b"\n".join(json.dumps(record).encode() for record in RECORDS),
    "json records": json.dumps(RECORDS, indent=1).encode(),
    "json split": json.dumps({"columns": TABLE.schema.names, "data": [[*r.values()] for r in RECORDS]}).encode(),
    **{
        f"json as pandas writes {form}": DataFrame(RECORDS).to_json(orient=form).encode()
        for form in ("columns", "index", "table", "records", "split")
    },
    **{
        f"json as pandas writes {form} with names": DataFrame(RECORDS, ["im_7", "a", "0"]).to_json(orient=form).encode()
        for form in ("columns", "index", "table", "split")
    },
    "json columns": json.dumps(TABLE.to_pydict()).encode(),
    "parquet": parquet_bytes(TABLE),
    "parquet of categories": parquet_bytes(TABLE.set_column(0, "y_true", TABLE.column(0).dictionary_encode())),
    "arrow file": arrow_bytes(TABLE, ipc.new_file),
    "arrow stream": arrow_bytes(TABLE, ipc.new_stream),
    "arff": b"@relation x\n@attribute y_true {a,b}\n@attribute y_pred {a,b}\n@data\n% one\na,a\nb,a\n'b','b'\n",
    "npz": npz_bytes(y_true=np.array(["a", "b", "b"]), y_pred=np.array(["a", "a", "b"])),
    "zstd": zstd_bytes(CSV),
    "zstd of several frames": b"\x50\x2a\x4d\x18\x04\0\0\0size" + zstd_bytes(CSV[:20]) + zstd_bytes(CSV[20:]),
}


@pytest.mark.parametrize("data", SAME.values(), ids=SAME.keys())
def test_the_same_table_gives_the_same_counts_in_every_format(tmp_path: Path, data: bytes) -> None:
    assert counts(read(tmp_path, data)) == COUNTS


@pytest.mark.parametrize(
    "data",
    [
        b"id,y_true,y_pred\n007,001,1\n12345678901234567890,1,1\n",
        b'{"id": "007", "y_true": "001", "y_pred": "1"}\n{"id": 12345678901234567890, "y_true": "1", "y_pred": "1"}',
    ],
    ids=["csv", "jsonl"],
)
def test_labels_and_ids_keep_their_texts(tmp_path: Path, data: bytes) -> None:
    assert counts(read(tmp_path, data)) == (["001", "1"], [[0, 1], [0, 1]])
    assert pq.read_table(tmp_path / "rows.parquet").column("id").to_pylist() == ["007", "12345678901234567890"]


def test_numbers_that_are_equal_are_one_class(tmp_path: Path) -> None:
    table = pa.table({"y_true": [1, 0], "y_pred": [1.0, 1.0]})

    assert counts(read(tmp_path, parquet_bytes(table))) == ([0.0, 1.0], [[0, 1], [0, 1]])


@pytest.mark.parametrize(
    ("values", "rows", "classes"),
    [
        ("{'a b','c,d'}", "'a b','c,d'\n'c,d','c,d'\n", ["a b", "c,d"]),
        ("{ a , b } % of two", "a,b\nb,b\n", ["a", "b"]),
        ("{a,b}", "a, b\nb,b\n", ["a", "b"]),
        ("{a,?}", "a,a\n", ["a"]),
        ("{'it\\'s',b}", "b,b\n'it\\'s',b\n", ["b", "it's"]),
        ("{'5 \\%','a\\\\b'}", "'5 \\%','a\\\\b'\n'5 \\%','5 \\%'\n", ["5 %", "a\\b"]),
        ("{a\\b,b}", "a\\b,b\nb,b\n", ["a\\b", "b"]),
        ("string", "a,b\nb,b\n", ["a", "b"]),
    ],
)
def test_values_that_an_arff_header_declares_are_read(
    tmp_path: Path, values: str, rows: str, classes: list[str]
) -> None:
    header = f"@RELATION x\n@ATTRIBUTE y_true {values}\n@ATTRIBUTE 'y_pred' {values}\n@DATA\n"

    assert counts(read(tmp_path, header + rows))[0] == classes


def test_columns_of_lists_are_named_and_not_read(tmp_path: Path) -> None:
    table = TABLE.append_column("embedding", pa.array([[1.0], [2.0], [3.0]]))

    assert read(tmp_path, parquet_bytes(table)).finished.notices == [
        "The column “embedding” holds lists or structures and was not read."
    ]


def test_numbers_of_a_class_label_are_read_by_their_names(tmp_path: Path) -> None:
    features = {"y_true": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    about = json.dumps({"info": {"features": features}}).encode()
    table = pa.table({"y_true": [0, 1], "y_pred": ["cat", "cat"]}).replace_schema_metadata({"huggingface": about})

    assert counts(read(tmp_path, parquet_bytes(table))) == (["cat", "dog"], [[1, 0], [1, 0]])
