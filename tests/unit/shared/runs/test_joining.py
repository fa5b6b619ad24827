"""Predictions and actual labels in two files are counted as if they stood in one."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runs.errors import (
    ColumnsContradictory,
    ColumnUnknown,
    IdsDuplicated,
    IdsMissing,
    RowsInvalid,
)
from shared.runs.joining import id_index
from shared.runs.joining.id_index import IdIndex
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read, read_joined

TRUTH = "id,label,country\n007,cat,DE\n008,dog,FR\n009,cat,DE\n"


def _roles(run: Any) -> dict[str, str]:
    return {decision.column: decision.role for decision in run.decisions}


def test_rows_are_joined_by_id_in_any_order(tmp_path: Path) -> None:
    run = read_joined(tmp_path, "id,prediction\n009,dog\n007,cat\n008,dog\n", TRUTH)

    assert counts(run) == (["cat", "dog"], [[1, 1], [0, 1]])
    assert _roles(run) == {"id": "id", "prediction": "prediction", "label": "truth", "country": "slice"}
    rows = pq.read_table(tmp_path / "rows.parquet")
    assert rows.column("id").to_pylist() == ["009", "007", "008"]
    assert rows.column("m_0").to_pylist() == ["DE", "DE", "FR"]


def test_labels_of_one_name_are_the_prediction_in_one_file_and_the_truth_in_the_other(tmp_path: Path) -> None:
    run = read_joined(tmp_path, "id,label\n007,cat\n008,cat\n009,cat\n", TRUTH)

    assert counts(run) == (["cat", "dog"], [[2, 0], [1, 0]])
    assert _roles(run) == {"id": "id", "label": "prediction", "label (truth)": "truth", "country": "slice"}


def test_scores_of_each_class_are_joined_to_the_truth(tmp_path: Path) -> None:
    run = read_joined(tmp_path, "id,cat,dog\n008,0.4,0.6\n007,0.9,0.1\n009,0.2,0.8\n", TRUTH, header=True)

    assert counts(run) == (["cat", "dog"], [[1, 1], [0, 1]])
    assert run.finished.summary.roc_auc == [0.5, 0.5]


@pytest.mark.parametrize(
    ("predictions", "said"),
    [
        ("id,prediction\n007,cat\n", ["2 of 3 samples have no prediction: “008”, “009”", "`missing: exclude`"]),
        (
            "id,prediction\n007,cat\n008,cat\n009,cat\n010,dog\n",
            ["1 prediction is of a sample without an actual label: “010”", "`extra: ignore`"],
        ),
        ("id,prediction\n7,cat\n8,cat\n", ["None of the first 2", "“7”, “8”", "“007”, “008”, “009”"]),
    ],
)
def test_samples_without_a_partner_are_refused_with_their_ids(
    tmp_path: Path, predictions: str, said: list[str]
) -> None:
    with pytest.raises(IdsMissing) as refused:
        read_joined(tmp_path, predictions, TRUTH)
    assert all(part in refused.value.detail for part in said), refused.value.detail


def test_samples_without_a_partner_are_left_out_and_counted_where_the_request_says_so(tmp_path: Path) -> None:
    body = "id,prediction\n010,dog\n008,dog\n011,cat\n007,dog\n"
    run = read_joined(tmp_path, body, TRUTH, "exclude", "ignore")

    assert counts(run) == (["cat", "dog"], [[0, 1], [0, 1]])
    assert run.finished.notices[:2] == [
        "1 of 3 samples has no prediction and is not counted.",
        "2 predictions are of samples without an actual label and are not counted.",
    ]


def test_a_fault_behind_rows_that_are_left_out_is_named_by_its_own_line(tmp_path: Path) -> None:
    body = "id,prediction\n010,dog\n008,dog\n011,cat\n007,\n"
    with pytest.raises(RowsInvalid, match="line 5"):
        read_joined(tmp_path, body, TRUTH, "exclude", "ignore")


def test_ids_that_stand_twice_behind_rows_that_are_left_out_are_named_by_their_own_lines(tmp_path: Path) -> None:
    body = "id,prediction\n2,a\n1,a\n3,b\n1,b\n"
    with pytest.raises(IdsDuplicated, match=r"“1” \(line 3, line 5\)"):
        read_joined(tmp_path, body, "id,label\n1,a\n", "refuse", "ignore")


@pytest.mark.parametrize(
    ("predictions", "truth", "columns", "error", "said"),
    [
        ("id,prediction\n1,a\n1,b\n", "id,label\n1,a\n", {}, IdsDuplicated, "“1” (line 2, line 3)"),
        ("id,prediction\n1,a\n", "id,label\n1,a\n1,b\n", {}, IdsDuplicated, "actual labels: “1” (line 2, line 3)"),
        ("id,prediction\n1,a\n2,b\n", "id,label\n1,a\n2,\n", {}, RowsInvalid, "line 3"),
        ("id,prediction\n1,a\n", "id,label\n1,a\n", {"id": None}, ColumnsContradictory, "`id`"),
        ("id,prediction\n1,a\n", "id,label\n1,a\n", {"truth": "nope"}, ColumnUnknown, "“nope”"),
        ("id,prediction\n1,a\n", "id,left,right\n1,a,b\n", {}, NeedsMapping, "actual labels"),
        ("what,prediction\n1,a\n", "id,label\n1,a\n", {}, NeedsMapping, "sample ids"),
    ],
)
def test_what_two_files_leave_open_is_refused_or_asked(
    tmp_path: Path, predictions: str, truth: str, columns: Any, error: type[Exception], said: str
) -> None:
    with pytest.raises(error) as refused:
        read_joined(tmp_path, predictions, truth, **columns)
    assert said in str(getattr(refused.value, "detail", refused.value))


def test_columns_that_are_named_answer_what_is_asked(tmp_path: Path) -> None:
    run = read_joined(
        tmp_path, "what,prediction\n1,a\n2,b\n", "what,left,right\n2,b,b\n1,b,a\n", id="what", truth="left"
    )

    assert counts(run) == (["a", "b"], [[0, 0], [1, 1]])
    assert _roles(run) == {"what": "id", "prediction": "prediction", "left": "truth", "right": "slice"}


def test_ids_with_equal_hashes_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(id_index, "hashes_of", lambda ids: np.full(len(ids), 7, np.uint64))
    index = IdIndex(pa.array(["a", "b", "c"]), str)

    assert index.rows_of(pa.array(["c", "d", "a", "b"])).tolist() == [2, -1, 0, 1]


LABELS = st.sampled_from(["a", "b", "c"])
ROWS = st.dictionaries(st.text("xyz01", min_size=1, max_size=12), st.tuples(LABELS, LABELS), min_size=1)


@given(rows=ROWS, data=st.data())
def test_two_files_are_counted_as_one(rows: dict[str, tuple[str, str]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations([*rows.items()]))
    predictions = "".join(f"{key},{predicted}\n" for key, (_, predicted) in shuffled)
    truth = "".join(f"{key},{actual}\n" for key, (actual, _) in rows.items())
    whole = "".join(f"{key},{actual},{predicted}\n" for key, (actual, predicted) in rows.items())
    named: dict[str, Any] = {"id": "id", "truth": "y_true", "prediction": "y_pred", "header": True}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        joined = read_joined(Path(one), "id,y_pred\n" + predictions, "id,y_true\n" + truth, **named)

        assert counts(joined) == counts(read(Path(two), "id,y_true,y_pred\n" + whole, **named))
