"""Every format of a file gives the texts that stand in it."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas import DataFrame
from pyarrow import ipc

from shared.kit.errors import DomainError, Fault
from shared.runs.errors import (
    ColumnsDuplicated,
    FileTooLarge,
    FileUnreadable,
    FormatNotRecognised,
    RowsInvalid,
)
from shared.runs.ingest.ingesting import IngestLimits
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read

TABLE = pa.table({"y_true": ["a", "b", "b"], "y_pred": ["a", "a", "b"]})
CSV = b"y_true,y_pred\na,a\nb,a\nb,b\n"
COUNTS = (["a", "b"], [[1, 0], [1, 1]])
RECORDS = TABLE.to_pylist()


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _arrow(table: pa.Table, new: Any) -> bytes:
    out = io.BytesIO()
    with new(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def _npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def _zstd(data: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(data, asbytes=True)
    return packed


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
    "parquet": _parquet(TABLE),
    "parquet of categories": _parquet(TABLE.set_column(0, "y_true", TABLE.column(0).dictionary_encode())),
    "arrow file": _arrow(TABLE, ipc.new_file),
    "arrow stream": _arrow(TABLE, ipc.new_stream),
    "arff": b"@relation x\n@attribute y_true {a,b}\n@attribute y_pred {a,b}\n@data\n% one\na,a\nb,a\n'b','b'\n",
    "npz": _npz(y_true=np.array(["a", "b", "b"]), y_pred=np.array(["a", "a", "b"])),
    "zstd": _zstd(CSV),
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


def test_numbers_beside_digits_as_text_are_noticed_wherever_they_stand(tmp_path: Path) -> None:
    # MLflow makes numbers of a stored table's texts when it appends to it: findings/mlflow_tables_forget.sh
    names = ["id", "y_true", "y_pred", "age"]
    rows: list[list[Any]] = [[1, 1, 1, 7], [2, 1, 1, "n/a"], ["003", "01", "1", 9]]
    first, _, last = (dict(zip(names, row, strict=True)) for row in rows)
    late = [*(first | {"id": number} for number in range(4, 12_000)), last]
    notice = (
        "“{}” holds numbers in some records and texts such as “{}” in others: if a program made numbers of texts, "
        "01 and 1 may have become one."
    )
    expected = [notice.format(*each) for each in (("id", "003"), ("y_true", "01"), ("y_pred", "1"))]

    for data in (json.dumps({"columns": names, "data": rows}), "\n".join(map(json.dumps, late))):
        assert read(tmp_path, data).finished.notices[:3] == expected


def test_a_score_may_be_a_number_or_its_text(tmp_path: Path) -> None:
    records = [{"y_true": "a", "y_pred": "a", "prob_b": 0.2}, {"y_true": "b", "y_pred": "b", "prob_b": "1"}]

    assert read(tmp_path, json.dumps(records)).finished.notices == []


def test_na_and_null_are_classes_where_they_are_written_out(tmp_path: Path) -> None:
    assert counts(read(tmp_path, b"y_true,y_pred\nNA,null\nnull,null\n")) == (["NA", "null"], [[0, 1], [0, 1]])


def test_a_late_text_among_numbers_makes_all_of_them_texts(tmp_path: Path) -> None:
    rows = b"1,1\n" * 600_000 + b"cat,cat\n"

    assert counts(read(tmp_path, b"y_true,y_pred\n" + rows)) == (["1", "cat"], [[600_000, 0], [0, 1]])


def test_numbers_that_are_equal_are_one_class(tmp_path: Path) -> None:
    table = pa.table({"y_true": [1, 0], "y_pred": [1.0, 1.0]})

    assert counts(read(tmp_path, _parquet(table))) == ([0.0, 1.0], [[0, 1], [0, 1]])


def test_decimal_commas_are_read_beside_semicolons(tmp_path: Path) -> None:
    data = b"y_true;y_pred;prob_b\na;a;0,25\nb;b;0,75\na;b;1\n"

    assert pq.read_table(_read_rows(tmp_path, data)).column("s_0").to_pylist() == [0.25, 0.75, 1.0]


def test_labels_with_decimal_commas_are_numbers_on_both_sides_or_on_neither(tmp_path: Path) -> None:
    assert counts(read(tmp_path, b"y_true;y_pred\n1;1,0\n0;0,0\n1;0,0\n")) == ([0.0, 1.0], [[1, 0], [1, 1]])
    assert counts(read(tmp_path, b"y_true;y_pred\na;1,0\n1,0;a\n")) == (["1,0", "a"], [[0, 1], [1, 0]])


def test_a_quoted_cell_may_hold_line_breaks_anywhere(tmp_path: Path) -> None:
    rows = b'a,a,"x\ny"\nb,a,"z"\n' * 200_000

    found = read(tmp_path, b"y_true,y_pred,note\n" + rows)
    assert counts(found) == (["a", "b"], [[200_000, 0], [200_000, 0]])
    assert found.finished.slices[0].values == ["x\ny", "z"]  # noqa: PD011 -- no series of pandas


def _read_rows(folder: Path, data: bytes) -> Path:
    read(folder, data)
    return folder / "rows.parquet"


LATE = b"y_true,y_pred,prob_b\n" + b"a,a,0.2\n" * 100_000
_NEVER_OPENED = FormatNotRecognised
REFUSED: dict[str, tuple[bytes, type[DomainError], str]] = {
    "empty": (b"", FileUnreadable, "The file is empty"),
    "header only": (b"y_true,y_pred\n", FileUnreadable, "nothing below"),
    "ragged": (b"y_true,y_pred\na,b\na\n", FileUnreadable, "Line 3: this row has 1 cell, and most rows have 2 cells"),
    "ragged late": (LATE + b"a,b\n", FileUnreadable, "Line 100,002: this row has 2 cells, and the others have 3 cells"),
    "latin-1 late": (LATE + b"\xe9,b,0.1\n", FileUnreadable, "Line 100,002: here are bytes that are not UTF-8"),
    "no score late": (LATE + b"b,b,high\n", RowsInvalid, "Row 100,001 (line 100,002), column “prob_b”: “high” is not"),
    "infinite score": (LATE + b"b,b,inf\n", RowsInvalid, "Row 100,001 (line 100,002), column “prob_b”: "),
    "missing score": (LATE + b"b,b,\n", RowsInvalid, "Row 100,001 (line 100,002), column “prob_b”: "),
    "missing label": (LATE + b",b,0.1\n", RowsInvalid, "Row 100,001 (line 100,002), column “y_true”: there is no"),
    "blank before a quote": (b'y_true, y_pred\na, "b"\nb, "b"\n', FileUnreadable, "a blank and then a quote"),
    "same names": (b"y_true,y_pred,Y_True\na,b,c\n", ColumnsDuplicated, "“y_true” and “Y_True”"),
    "pickle": (b"\x80\x04\x95\x00", _NEVER_OPENED, "a Python pickle, which is never opened"),
    "workbook": (b"\xd0\xcf\x11\xe0" + bytes(10), _NEVER_OPENED, "an Excel workbook"),
    "hdf5": (b"\x89HDF\r\n\x1a\n", _NEVER_OPENED, "an HDF5 file"),
    "web page": (b"<!DOCTYPE html><html>", _NEVER_OPENED, "a web page"),
    "array": (b"\x93NUMPY\x01\x00", _NEVER_OPENED, "a single NumPy array"),
    "objects": (_npz(y_true=np.array(["a", None], object)), FileUnreadable, "objects are never"),
    "cut parquet": (_parquet(TABLE)[:-20], FileUnreadable, "cut off or damaged"),
    "cut arrow": (_arrow(TABLE, ipc.new_file)[:-200], FileUnreadable, "cut off or damaged"),
    "cut gzip": (gzip.compress(CSV * 1000)[:-12], FileUnreadable, "cut off or damaged"),
    "broken json": (b'{"y_true": "a", "y_pred": "b"}\n{"y_true": \n', FileUnreadable, "Line 2 cannot be read"),
    "no value among numbers": (b"y_true,y_pred\n1,0\n0,NaN\n", FileUnreadable, "Line 3: “NaN” stands among labels"),
    "and a sign": (b"y_true,y_pred\n1,?\n0,0\nnone,1\n", FileUnreadable, "Line 4: “none” stands among labels that"),
    "no value in json": (b'[{"y_true": 1, "y_pred": "null"}]', FileUnreadable, "Row 1: “null” stands among labels"),
    "no value in a list": (b'y_true,y_pred\n"[1]","[1]"\n"[""nan""]","[1]"\n', FileUnreadable, "Line 3: “nan” stands"),
    "objects of objects": (b'{"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 2}}', FileUnreadable, "columns or its rows"),
    "unequal columns": (b'{"y_true": ["a", "b"], "y_pred": ["a"]}', FileUnreadable, "“y_pred” has 1 values"),
    "sparse arff": (b"@relation x\n@attribute y_true {a}\n@data\n{0 a}\n", FileUnreadable, "sparse"),
    "arff without": (
        b"@relation x\n@attribute y_true {a}\n@attribute y_pred {a}\n@data\n?,a\n", RowsInvalid, "Row 1 (line 5)",
    ),
    "undeclared arff": (
        b"@relation x\n@attribute y_true {a,b}\n@attribute y_pred {a, 'b'}\n@data\na,a\nb,c\n",
        RowsInvalid,
        "Row 2 (line 6), column “y_pred”: “c” is none of the values that the header declares",
    ),
    "many columns": (b",".join(b"c%d" % i for i in range(3000)) + b"\n1" + b",1" * 2999, FileUnreadable, "columns"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "error", "detail"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_read_is_refused_with_the_place(
    tmp_path: Path, data: bytes, error: type[DomainError], detail: str
) -> None:
    with pytest.raises(error) as raised:
        read(tmp_path, data)

    assert detail in raised.value.detail


@pytest.mark.parametrize(
    ("values", "rows", "classes"),
    [
        ("{'a b','c,d'}", "'a b','c,d'\n'c,d','c,d'\n", ["a b", "c,d"]),
        ("{ a , b } % of two", "a,b\nb,b\n", ["a", "b"]),
        ("{a,b}", "a, b\nb,b\n", ["a", "b"]),
        ("{a,?}", "a,a\n", ["a"]),
        ("{'it\\'s',b}", "b,b\n", ["b"]),
        ("string", "a,b\nb,b\n", ["a", "b"]),
    ],
)
def test_values_that_an_arff_header_declares_are_read(
    tmp_path: Path, values: str, rows: str, classes: list[str]
) -> None:
    header = f"@RELATION x\n@ATTRIBUTE y_true {values}\n@ATTRIBUTE 'y_pred' {values}\n@DATA\n"

    assert counts(read(tmp_path, header + rows))[0] == classes


_REPEATED: dict[str, tuple[bytes, str]] = {
    "a line": (b'{"y_true": "a", "y_pred": "a"}\n{"y_pred": "b", "y_pred": "a"}', "Line 2 has the key “y_pred”"),
    "a record": (b'[{"y_true": "a", "y_true": "b", "y_pred": "a"}]', "Record 1 has the key “y_true”"),
    "columns": (b'{"y_true": ["a"], "y_pred": ["a"], "y_pred": ["b"]}', "The document has the key “y_pred”"),
    "columns by rows": (b'{"y_true": {"0": "a", "0": "b"}, "y_pred": {"0": "a"}}', "“y_true” has the key “0”"),
    "a nested object": (b'{"y_true": "a", "y_pred": "a", "m": {"x": ":", "x": 2}}', "Record 1 has the key “x”"),
    "a dotted name": (b'{"m.x": 1, "y_true": "a", "y_pred": "a", "m": {"x": 2}}', "Record 1 has the key “m.x”"),
    "an escaped colon": (b'{"y_true": "a", "y_pred": "a", "\\u003a": 1, ":": 2}', "The document has the key “:”"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "detail"), _REPEATED.values(), ids=_REPEATED.keys())
def test_a_key_that_stands_twice_in_an_object_is_refused(tmp_path: Path, data: bytes, detail: str) -> None:
    with pytest.raises(FileUnreadable) as raised:
        read(tmp_path, data)

    assert raised.value.detail == f"{detail} twice; write every key once."


def test_colons_in_keys_and_values_are_no_repeated_keys(tmp_path: Path) -> None:
    record = {"y_true": "a:b", "y_pred": "a:b", "m:n": ":", "at": {"time": {"of:day": "12:30"}}}
    escaped = r'{"y_true": "a:b", "y_pred": "a:b", "\u003a": "\u003a"}'

    for data in (json.dumps(record), json.dumps([record]), escaped):
        assert counts(read(tmp_path, data)) == (["a:b"], [[1]])


@pytest.mark.parametrize(("sign", "rows"), [("?", "in 1 row"), ("-", "in 2 rows")])
def test_a_sign_among_numbers_is_a_class_of_which_is_told(tmp_path: Path, sign: str, rows: str) -> None:
    found = read(tmp_path, f"y_true,y_pred\n1,1\n0,{sign}\n" + f"{sign},{sign}\n" * (sign == "-"))

    assert sign in counts(found)[0]
    assert [notice.split(" and was")[0] for notice in found.finished.notices] == [
        f"“{sign}” stands among labels that are numbers, {rows},"
    ]


def test_signs_that_are_the_classes_are_no_doubt(tmp_path: Path) -> None:
    assert read(tmp_path, "y_true,y_pred\n+,-\n-,-\n").finished.notices == []


_MISSING = pa.table({"y_true": ["a", "", "b"], "y_pred": ["a", "b", ""]})
NO_LABEL: dict[str, bytes] = {
    "parquet": _parquet(_MISSING),
    "arrow": _arrow(_MISSING, ipc.new_file),
    "npz": _npz(y_true=np.array(["a", "", "b"]), y_pred=np.array(["a", "b", "b"])),
    "json lines": b'{"y_true": "a", "y_pred": "a"}\n{"y_true": "", "y_pred": "b"}\n',
    "json": b'[{"y_true": "a", "y_pred": "a"}, {"y_true": "", "y_pred": "b"}]',
}


@pytest.mark.parametrize("data", NO_LABEL.values(), ids=NO_LABEL.keys())
def test_a_row_at_fault_is_named_once(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(RowsInvalid) as raised:
        read(tmp_path, data)

    sentence = "Row 2, column “y_true”: there is no actual label; every sample needs both."
    assert raised.value.detail == sentence
    assert raised.value.problem().errors == [Fault("/rows/2/y_true", sentence)]


def test_a_file_that_grows_beyond_the_limit_is_not_unpacked(tmp_path: Path) -> None:
    packed = gzip.compress(b"y_true,y_pred\n" + b"a,a\n" * 100_000)

    with pytest.raises(FileTooLarge):
        read(tmp_path, packed, IngestLimits(max_bytes=100_000, max_classes=5, private_support=20))
    assert (tmp_path / "unpacked").stat().st_size <= 100_000


def test_columns_of_lists_are_named_and_not_read(tmp_path: Path) -> None:
    table = TABLE.append_column("embedding", pa.array([[1.0], [2.0], [3.0]]))

    assert read(tmp_path, _parquet(table)).finished.notices == [
        "The column “embedding” holds lists or structures and was not read."
    ]


def test_numbers_of_a_class_label_are_read_by_their_names(tmp_path: Path) -> None:
    features = {"y_true": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    about = json.dumps({"info": {"features": features}}).encode()
    table = pa.table({"y_true": [0, 1], "y_pred": ["cat", "cat"]}).replace_schema_metadata({"huggingface": about})

    assert counts(read(tmp_path, _parquet(table))) == (["cat", "dog"], [[1, 0], [1, 0]])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("y_true,y_pred,y_prob\n1,1,97%\n0,0,20%\n", "“y_prob” is named as scores, and “97%” in it is no number"),
        ("y_true,y_pred,y_prob\n1,1,97 %\n0,0,3 %\n", "“y_prob” is named as scores, and “97 %” in it is no number"),
        ('y_true,y_pred,prob\n1,1,"0,97"\n0,0,"0,2"\n', "“prob” is named as scores, and “0,97” in it is no number"),
        ("y_true,y_pred,probs\n1,1,[0.9 0.1]\n", "“probs” is named as scores, and “[0.9 0.1]” in it is no number"),
        ("y_true,y_pred,score\n1,1,0.9\n0,0,\n", "“score” is named as scores, and a cell of it is empty"),
    ],
)
def test_scores_that_are_no_numbers_are_asked_about_and_not_left_out(tmp_path: Path, data: str, said: str) -> None:
    with pytest.raises(NeedsMapping) as raised:
        read(tmp_path, data)

    assert [question.detail.split(";")[0] for question in raised.value.questions] == [said]
    assert read(tmp_path, data, scores=None).finished.summary.scores == []


@pytest.mark.parametrize("cell", ["high", "A1", "10th", "level 3"])
def test_words_in_a_column_named_as_scores_are_metadata(tmp_path: Path, cell: str) -> None:
    found = read(tmp_path, f"y_true,y_pred,score\n1,1,{cell}\n0,0,low\n")

    assert (found.finished.summary.scores, found.finished.summary.metadata) == ([], ["score"])


@pytest.mark.parametrize(
    ("actual", "predicted"), [("Cat", "cat"), ("café", "cafe\u0301"), ("a", "a\u200b"), ("a", "'a'"), ("001", "1")]
)
def test_labels_of_both_sides_that_look_alike_are_told(tmp_path: Path, actual: str, predicted: str) -> None:
    found = read(tmp_path, f"y_true,y_pred\n{actual},{predicted}\ndog,dog\n")

    assert len(counts(found)[0]) == 3
    said = f"The actual label “{actual}” and the predicted label “{predicted}” look alike and were counted as different"
    assert [notice.split(" classes;")[0] for notice in found.finished.notices] == [said]


def test_letters_of_both_cases_on_both_sides_are_classes(tmp_path: Path) -> None:
    assert read(tmp_path, "y_true,y_pred\na,A\nA,a\n").finished.notices == [
        "No prediction is right; do both columns hold the same labels?"
    ]


def test_the_row_of_names_may_end_with_commas_of_its_own(tmp_path: Path) -> None:
    data = "inst#,actual,predicted,error,distribution,,\n1,1:no,2:yes,+,0.3,*0.7\n2,2:yes,2:yes,,0.1,*0.9\n"

    assert counts(read(tmp_path, data)) == (["1:no", "2:yes"], [[0, 1], [0, 1]])
