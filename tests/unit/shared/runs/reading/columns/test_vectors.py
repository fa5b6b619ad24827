"""Vectors that hold the class of a sample, or one score of it, are read as they are meant or asked about."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.runs.errors import FileUnreadable
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read
from tests.unit.shared.runs.written_rows import CAT, CODES, COUNTS, DOG, SAID, SAID_CODES, TEXTS, each, lines, rows

_COLUMNS: dict[str, Any] = {"y_true": CODES, "y_pred": SAID_CODES}
_ONE_HOT = {name: [[1 - code, code] for code in codes] for name, codes in _COLUMNS.items()}


def _parquet(columns: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def _npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


@pytest.mark.parametrize("way", ["JSON", "Parquet", "NPZ"])
def test_one_score_in_a_list_is_that_of_the_sample_and_not_of_class_0(tmp_path: Path, way: str) -> None:
    columns = _COLUMNS | {"y_prob": [[score] for score in DOG]}
    arrays = {name: np.array(cells) for name, cells in columns.items()}
    data = {"JSON": lines(columns).encode(), "Parquet": _parquet(columns), "NPZ": _npz(**arrays)}[way]
    found = read(tmp_path, data)

    (column,) = found.finished.summary.scores
    assert (column.name, column.class_position, counts(found)) == ("y_prob", 1, ([0, 1], COUNTS))
    assert (found.finished.summary.roc_auc, found.finished.notices) == ([1.0, 1.0], [])


@pytest.mark.parametrize(
    "data",
    [
        lines(_ONE_HOT),
        rows(_ONE_HOT),
        rows({name: [str(np.array(one)) for one in ones] for name, ones in _ONE_HOT.items()}),
    ],
    ids=["JSON", "Python's print", "NumPy's print"],
)
def test_one_hot_vectors_are_no_sets_of_the_labels_0_and_1(tmp_path: Path, data: str) -> None:
    with pytest.raises(NeedsMapping) as asked:
        read(tmp_path, data)

    said = "“y_true” holds a vector of 0 and 1 for each sample; write its class, or a column of 0 and 1 for each label "
    assert [question.asks for question in asked.value.questions] == ["truth", "prediction"]
    assert asked.value.questions[0].detail == f"{said}and side."


def test_arrays_of_one_column_or_of_bytes_are_labels(tmp_path: Path) -> None:
    column = _npz(y_true=np.array(CODES)[:, None], y_pred=np.array(SAID_CODES)[:, None])
    sides = {"y_true": np.array(TEXTS, "S"), "y_pred": np.array(SAID, "S")}
    letters = _npz(**sides, y_prob=np.c_[CAT, DOG], classes=["cat", "dog"])

    assert counts(read(tmp_path, column)) == ([0, 1], COUNTS)
    assert counts(read(tmp_path, letters)) == (["cat", "dog"], COUNTS)


def test_an_array_of_one_row_is_no_sample_with_many_labels(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable) as raised:
        read(tmp_path, _npz(y_true=[CODES], y_pred=[SAID_CODES]))

    assert str(raised.value) == "The array “y_true” is one row of 4 values; save it flat, with ravel()."


def test_sets_that_are_all_of_one_size_are_told(tmp_path: Path) -> None:
    batches = [{"y_true": ["a", "b"], "y_pred": ["a", "c"]}, {"y_true": ["c", "a"], "y_pred": ["c", "b"]}]
    sides = {"y_true": TEXTS, "y_pred": SAID}
    single = lines({name: each(lambda label: [label], labels) for name, labels in sides.items()})

    (of_batches,) = read(tmp_path, json.dumps(batches)).finished.notices
    (of_single,) = read(tmp_path, single).finished.notices
    assert of_batches.endswith("; if a row is a batch of samples, write a row for each sample.")
    assert of_single.endswith("; write both as plain labels for a confusion matrix.")
