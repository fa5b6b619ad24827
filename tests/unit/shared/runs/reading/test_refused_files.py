"""A file that cannot be read is refused with the place and what is wrong there."""

import gzip
import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import ipc

from shared.kit.errors import DomainError, Fault
from shared.runs.errors import (
    ColumnsDuplicated,
    FileTooLarge,
    FileUnreadable,
    FormatNotRecognised,
    NoTruth,
    RowsInvalid,
)
from shared.runs.ingest.file_to_run import IngestLimits
from tests.unit.shared.runs.reading.format_bytes import CSV, TABLE, arrow_bytes, npz_bytes, parquet_bytes
from tests.unit.shared.runs.reading_files import counts, read


def _tar(data: bytes) -> bytes:
    out, entry = io.BytesIO(), tarfile.TarInfo("predictions.csv")
    entry.size = len(data)
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


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
    "objects": (npz_bytes(y_true=np.array(["a", None], object)), FileUnreadable, "objects are never"),
    "cut parquet": (parquet_bytes(TABLE)[:-20], FileUnreadable, "cut off or damaged"),
    "cut arrow": (arrow_bytes(TABLE, ipc.new_file)[:-200], FileUnreadable, "cut off or damaged"),
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
    "lz4": (pa.compress(CSV, codec="lz4", asbytes=True), _NEVER_OPENED, "compressed with lz4"),
    "tar": (_tar(CSV), _NEVER_OPENED, "a tar archive"),
    "separated by a control character": (b"y_true\x1fy_pred\na\x1fb\n", FileUnreadable, "Line 1: here is a con"),
    "separated by colons": (b"y_true:y_pred\na:b\n", NoTruth, "The only column is “y_true:y_pred”; write labels side"),
    "row names without a name": (b"y_true,y_pred\n1,a,b\n2,b,b\n", FileUnreadable, "name the first column, too, if it"),
    "a title": (b"My results\ny_true,y_pred\na,b\n", FileUnreadable, "Line 1: this row has 1 cell, and most"),
    "points among decimal commas": (
        b"y_true;prob_a;prob_b\na;0.9;0,1\nb;0.2;0,8\n", RowsInvalid, "“0.9” is not a number with a decimal comma",
    ),
    "empty row": (LATE + b",,\na,a,0.2\n", RowsInvalid, "Row 100,001 (line 100,002), column “prob_b”: this row is em"),
    "records without lines": (b'{"y_true": 1}{"y_true": 2}', FileUnreadable, "every record in a line of its own"),
    "many columns": (b",".join(b"c%d" % i for i in range(3000)) + b"\n1" + b",1" * 2999, FileUnreadable, "columns"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "error", "detail"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_read_is_refused_with_the_place(
    tmp_path: Path, data: bytes, error: type[DomainError], detail: str
) -> None:
    with pytest.raises(error) as raised:
        read(tmp_path, data)

    assert detail in raised.value.detail


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


_MISSING = pa.table({"y_true": ["a", "", "b"], "y_pred": ["a", "b", ""]})
NO_LABEL: dict[str, bytes] = {
    "parquet": parquet_bytes(_MISSING),
    "arrow": arrow_bytes(_MISSING, ipc.new_file),
    "npz": npz_bytes(y_true=np.array(["a", "", "b"]), y_pred=np.array(["a", "b", "b"])),
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
