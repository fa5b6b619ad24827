"""Cells of a file are the labels and scores that they write, and what is doubtful is told or asked."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read


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
    assert found.finished.slices[0].values == ["x\ny", "z"]


def _read_rows(folder: Path, data: bytes) -> Path:
    read(folder, data)
    return folder / "rows.parquet"


@pytest.mark.parametrize(("sign", "rows"), [("?", "in 1 row"), ("-", "in 2 rows")])
def test_a_sign_among_numbers_is_a_class_of_which_is_told(tmp_path: Path, sign: str, rows: str) -> None:
    found = read(tmp_path, f"y_true,y_pred\n1,1\n0,{sign}\n" + f"{sign},{sign}\n" * (sign == "-"))

    assert sign in counts(found)[0]
    assert [notice.split(" and was")[0] for notice in found.finished.notices] == [
        f"“{sign}” stands among labels that are numbers, {rows},"
    ]


def test_signs_that_are_the_classes_are_no_doubt(tmp_path: Path) -> None:
    assert read(tmp_path, "y_true,y_pred\n+,-\n-,-\n").finished.notices == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("y_true,y_pred,y_prob\n1,1,97%\n0,0,20%\n", "“y_prob” is named as scores, and “97%” in it is no number"),
        ("y_true,y_pred,y_prob\n1,1,97 %\n0,0,3 %\n", "“y_prob” is named as scores, and “97 %” in it is no number"),
        ('y_true,y_pred,prob\n1,1,"9,700"\n0,0,"1,200"\n', "“prob” is named as scores, and “9,700” in it is no number"),
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


@pytest.mark.parametrize("labels", [("wren", "crow"), (1, 0)])
def test_predictions_in_a_list_each_are_labels_where_the_truth_has_none(
    tmp_path: Path, labels: tuple[Any, Any]
) -> None:
    # CatBoost predicts more than two classes as an array of one column.
    first, second = labels
    records = [{"y_true": true, "y_pred": [said]} for true, said in ((first, first), (second, first), (second, second))]

    expected = (sorted(labels), [[1, 1], [0, 1]])
    assert counts(read(tmp_path, json.dumps(records))) == expected
    rows = "\n".join(f"{record['y_true']},{record['y_pred']}" for record in records)
    assert counts(read(tmp_path, f"y_true,y_pred\n{rows}\n")) == expected


def test_lists_on_both_sides_are_sets_of_labels(tmp_path: Path) -> None:
    summary = read(tmp_path, "y_true,y_pred\n['a'],['a']\n['b'],['a']\n").finished.summary

    assert (summary.task, summary.rows, summary.errors) == ("multilabel", 2, 1)
