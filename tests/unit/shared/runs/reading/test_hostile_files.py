"""Files that no program writes by accident are refused with a sentence; none ends its job as one that crashed."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.runs.errors import FileUnreadable, RowsInvalid
from shared.runs.reading.columns.typed_values import labels_of
from tests.unit.shared.runs.reading_files import counts, read

HEADER = b"y_true,y_pred,note\n"
# Behind what the dialect is told by.
LATE = HEADER + b"a,a,x\n" * 100_000
LABELS = np.array(["a", "b"])


def _parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"y_true": ["a", "b"], "y_pred": ["a", "b"], **columns}), out)
    return out.getvalue()


def _npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **{"y_true": LABELS, "y_pred": LABELS, **arrays})
    return out.getvalue()


def _lines(*records: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(record).encode() for record in records)


LONG = b"a,b," + b"x" * 200_000 + b"\na,b\n"
RECORD = b'{"y_true": "a", "y_pred": "b"}\n'
ARFF = b"@relation x\n% by M\xfcller\n@attribute y_true {a,b}\n@attribute y_pred {a,b}\n@data\na,a\nb,b\n"
STRUCTURES = np.array([(1, 2), (3, 4)], dtype=[("a", "i4"), ("b", "i4")])

REFUSED: dict[str, tuple[bytes, str]] = {
    "long cell": (LATE + LONG, "Line 100,002: this row cannot be read as CSV (field larger than field limit"),
    "open quote": (LATE + b'a,b,"x\n' + b"b,b,x\n" * 50, "Line 100,002: a quote in this row is never closed"),
    "nul in a label": (_lines({"y_true": "a\0", "y_pred": "a"}), "The column “y_true” holds a NUL character"),
    "nul in a name": (_lines({"y_true": "a", "y_pred": "a", "n\0": "x"}), "The column “n” holds a NUL character"),
    "nul late": (_lines(*[{"y_true": "a", "y_pred": "a"}] * 5_000, {"y_true": "a", "y_pred": "\0above"}), "“y_pred”"),
    "latin text in json": (RECORD + b'{"y_true": "a", "y_pred": "\xfc"}\n', "Record 2 cannot be read: 'utf-8' codec"),
    "nested latin text": (RECORD + b'{"y_true": "a", "y_pred": "a", "n": {"x": "\xfc"}}', "Record 2 cannot be read"),
    "latin name in arff": (ARFF.replace(b"y_true", b"y_tr\xfce"), "Line 3: here are bytes that are not UTF-8"),
    "latin value in arff": (ARFF.replace(b"y_pred {a", b"y_pred {\xe4"), "Line 4: here are bytes that are not UTF-8"),
    "nul in metadata": (_parquet(country=["x", "\0"]), "The column “country” holds a NUL character"),
    "dates of no calendar": (_parquet(day=pa.array([2**31 - 1, 0], pa.date32())), "“day” holds a date32[day] that no"),
    "structures": (_npz(y_true=STRUCTURES), "of the type [('a', '<i4'), ('b', '<i4')], which is not read"),
    "complex numbers": (_npz(y_true=np.array([1j, 2])), "of the type complex128, which is not read"),
    "years": (_npz(day=np.array(["2020", "NaT"], "M8[Y]")), "of the type datetime64[Y], which is not read"),
}


@pytest.mark.parametrize(("data", "detail"), REFUSED.values(), ids=REFUSED.keys())
def test_a_hostile_file_is_refused_with_a_sentence(tmp_path: Path, data: bytes, detail: str) -> None:
    with pytest.raises(FileUnreadable) as raised:
        read(tmp_path, data)

    assert detail in raised.value.detail


def test_a_quote_within_a_cell_opens_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, LATE + b'a,b,5" pipe\nb,b,"two\nlines"\nb,b,x\n')

    assert counts(found) == (["a", "b"], [[100_000, 1], [0, 2]])


def test_a_comment_in_another_encoding_does_no_harm(tmp_path: Path) -> None:
    with pytest.raises(RowsInvalid) as raised:
        read(tmp_path, ARFF + b"c,a\n")

    assert [(fault.row, fault.line) for fault in raised.value.faults] == [(3, 8)]
    assert counts(read(tmp_path, ARFF)) == (["a", "b"], [[1, 0], [0, 1]])


def test_bytes_behind_the_offsets_of_letters_are_nothing() -> None:
    offsets = np.arange(3, dtype=np.int32).tobytes() + b"x"
    letters = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(offsets), pa.py_buffer(b"ab")])

    assert labels_of(letters).to_pylist() == ["a", "b"]
