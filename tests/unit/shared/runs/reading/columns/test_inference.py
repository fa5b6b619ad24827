"""What the columns of a file are; what it does not say is asked, never guessed."""

from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import roc_auc_score

from shared.kit.errors import DomainError
from shared.runs.errors import (
    ColumnsContradictory,
    ColumnUnknown,
    IdsDuplicated,
    NoTruth,
    ScoresIncomplete,
    TooManyRunClasses,
)
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read

ASKED: dict[str, tuple[str, list[str], str]] = {
    "no header": ("1,0\n0,0\n1,1\n", ["header"], "Nothing says for certain that the first row is a header"),
    "a label beside a score": ('{"label":"a","score":0.7}\n{"label":"b","score":0.9}', ["truth"], "“label” may be"),
    "two truths": ("true,actual,pred\na,b,a\nb,b,a\n", ["truth"], "“true”, “actual” may all be"),
    "two predictions": ("truth,pred_a,pred_b\na,b,a\nb,b,a\n", ["prediction"], "“pred_a”, “pred_b” may all be"),
    "counts": ("y_true,y_pred,count\na,a,20\nb,a,1\n", ["weight"], "may say how many samples each row stands for"),
    "ids twice": ("id,y_true,y_pred\n1,a,a\n1,b,a\n", ["id"], "several rows have the same"),
    "no common label": ("y_true,y_pred\ncat,Cat\ndog,Dog\n", ["prediction"], "No label occurs both"),
    "whose score": ("y_true,score\ncat,0.2\ndog,0.7\n", ["scores"], "which class the scores in “score” are of"),
    "one score of three": ("y_true,prob\na,0.2\nb,0.7\nc,0.1\n", ["scores"], "the labels are of 3 classes"),
    "scores of neither": (
        "y_true,y_pred,prob\ncat,cat,0.9\ndog,dog,0.8\ncat,cat,0.1\ndog,dog,0.2\n",
        ["scores"],
        "The predictions do not tell whose scores “prob” holds",
    ),
    # As a pipeline of Hugging Face writes its predictions, beside the truth.
    "predictions called labels": (
        "truth,label,score\nPOS,POS,.9\nPOS,NEG,.8\nNEG,NEG,.7\n",
        ["prediction"],
        "“label” holds labels of “truth” and may be the predicted ones",
    ),
    "labels of the truth": (
        "truth,decision,prob_POS\nPOS,POS,.9\nPOS,NEG,.8\nNEG,NEG,.7\n",
        ["prediction"],
        "“decision” holds labels of “truth” and may be the predicted ones",
    ),
    "either by accident": ("y_true,y_pred,prob\ncat,cat,0.9\ndog,dog,0.6\n", ["scores"], "do not tell"),
    "margins without predictions": ("y_true,score\n0,-2\n1,3\n1,1\n", ["prediction"], "outside 0 to 1"),
}


BY_NAME = {
    "the other class is predicted": (
        "cat,cat,0.9\ndog,dog,0.2\ncat,cat,0.8\n",
        "and its scores are high where “cat” is predicted: they are those of “dog” here.",
    ),
    "no threshold predicts so": (
        "cat,cat,0.9\ndog,dog,0.8\ncat,cat,0.1\ndog,dog,0.2\n",
        "and the predictions of the file do not follow from its scores.",
    ),
}


@pytest.mark.parametrize(("rows", "notice"), BY_NAME.values(), ids=BY_NAME.keys())
def test_a_name_that_says_the_class_decides_against_the_predictions_and_it_is_said(
    tmp_path: Path, rows: str, notice: str
) -> None:
    found = read(tmp_path, f"y_true,y_pred,score_dog\n{rows}").finished

    assert f"“score_dog” names the class “dog”, {notice}" in found.notices
    assert [(column.class_position, found.summary.classes) for column in found.summary.scores] == [(1, ["cat", "dog"])]
    assert (found.summary.score_kind, found.summary.threshold) == ("probabilities", None)
    scores = [float(row.split(",")[2]) for row in rows.splitlines()]
    is_dog = [row.startswith("dog") for row in rows.splitlines()]
    area = roc_auc_score(is_dog, scores)
    assert found.summary.roc_auc is not None
    assert [*found.summary.roc_auc] == pytest.approx([area, area])


@pytest.mark.parametrize(("text", "asked", "detail"), ASKED.values(), ids=ASKED.keys())
def test_what_a_file_leaves_open_is_asked(tmp_path: Path, text: str, asked: list[str], detail: str) -> None:
    with pytest.raises(NeedsMapping) as raised:
        read(tmp_path, text)

    assert [question.asks for question in raised.value.questions] == asked
    assert detail in raised.value.questions[0].detail


def test_one_score_of_three_classes_predicts_none_whatever_is_named(tmp_path: Path) -> None:
    with pytest.raises(NeedsMapping, match="the labels are of 3 classes"):
        read(tmp_path, "y_true,p\na,0.2\nb,0.7\nc,0.1\n", scores={"b": "p"})


def test_one_score_of_three_classes_is_ranked_for_its_class(tmp_path: Path) -> None:
    summary = read(
        tmp_path, "y_true,y_pred,p\na,a,0.2\nb,b,0.7\nc,c,0.1\nb,a,0.15\n", scores={"b": "p"}
    ).finished.summary

    assert (summary.roc_auc, summary.threshold) == ([None, 0.75, None], None)


ANSWERED: dict[str, tuple[str, dict[str, Any], Any]] = {
    "no header": ("1,0\n0,0\n1,1\n", {"header": False, "truth": "c1", "prediction": "c0"}, [[1, 1], [0, 1]]),
    "names that nobody knows": ("t,p\na,b\nb,b\n", {"truth": "t", "prediction": "p"}, [[0, 1], [0, 1]]),
    "the other order": ("t,p\na,b\nb,b\n", {"truth": "p", "prediction": "t"}, [[0, 0], [1, 1]]),
    "one of two predictions": ("truth,pred_a,pred_b\na,b,a\nb,b,a\n", {"prediction": "pred_b"}, [[1, 0], [1, 0]]),
    "no weights": ("y_true,y_pred,sample_weight\na,a,2\nb,a,1\n", {"weight": None}, [[1, 0], [1, 0]]),
    "no ids": ("id,y_true,y_pred\n1,a,a\n1,b,a\n", {"id": None}, [[1, 0], [1, 0]]),
    "the scored class": ("y_true,score\ncat,0.2\ndog,0.7\n", {"scores": {"dog": "score"}}, [[1, 0], [0, 1]]),
    "scores beside a label": (
        "truth,label,score\n1,1,.9\n1,0,.8\n0,0,.7\n",
        {"prediction": None},
        [[0, 1], [0, 2]],
    ),
    "a label beside scores": (
        "truth,label,score\n1,1,.9\n1,0,.8\n0,0,.7\n",
        {"prediction": "label", "scores": None},
        [[1, 0], [1, 1]],
    ),
    "flags beside scores": ("truth,weekend,score\n1,1,.9\n1,0,.8\n0,0,.2\n", {}, [[1, 0], [0, 2]]),
    "the other class": ("y_true,score\ncat,0.2\ndog,0.7\n", {"scores": {"cat": "score"}}, [[0, 1], [1, 0]]),
}


@pytest.mark.parametrize(("text", "columns", "right"), ANSWERED.values(), ids=ANSWERED.keys())
def test_an_answer_is_what_counts(tmp_path: Path, text: str, columns: dict[str, Any], right: Any) -> None:
    assert counts(read(tmp_path, text, **columns))[1] == right


FAILS: dict[str, tuple[str, dict[str, Any], type[DomainError]]] = {
    "confidence alone": ("y_true,p\na,.9\nb,.8\n", {"prediction": None, "confidence": "p"}, ColumnsContradictory),
    "another class": ("y_true,p\na,.9\nb,.8\n", {"scores": {"B": "p"}}, ColumnsContradictory),
    "unknown column": ("y_true,y_pred\na,a\n", {"truth": "gold"}, ColumnUnknown),
    "a column twice": ("y_true,y_pred\na,a\n", {"truth": "y_true", "prediction": "y_true"}, ColumnsContradictory),
    "nothing true": ("index\tprediction\n0\ta\n1\tb\n", {}, NoTruth),
    "a class without scores": ("y_true,p_a,p_b\n" + "a,.9,.1\nb,.2,.8\n" * 6000 + "c,.5,.5\n", {}, ScoresIncomplete),
    "many classes": ("y_true,y_pred\n" + "".join(f"{i},{i}\n" for i in range(51)), {}, TooManyRunClasses),
    "ids again, far below": (
        "id,y_true,y_pred\n" + "".join(f"{i % 10_500},a,a\n" for i in range(11_000)), {}, IdsDuplicated,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "columns", "error"), FAILS.values(), ids=FAILS.keys())
def test_columns_that_do_not_fit_are_refused(
    tmp_path: Path, text: str, columns: dict[str, Any], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        read(tmp_path, text, **columns)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("y_tru", "The file has no column “y_tru”; did you mean “y_true”?"),
        ("gold", "The file has no column “gold”; its columns are “y_true”, “y_pred”."),
        ("x" * 500, f"The file has no column “{'x' * 100}”; its columns are “y_true”, “y_pred”."),
    ],
    ids=["near", "far", "long"],
)
def test_a_column_that_is_not_there_is_refused_with_the_nearest(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ColumnUnknown) as refused:
        read(tmp_path, "y_true,y_pred\na,a\n", truth=name)

    assert str(refused.value) == said


def test_the_id_of_a_group_is_no_id_of_samples(tmp_path: Path) -> None:
    found = read(tmp_path, "patient_id,y_true,y_pred\n1,a,a\n1,b,a\n2,a,a\n")

    assert [(table.column, table.values) for table in found.finished.slices] == [("patient_id", ["1", "2"])]


def test_ids_may_repeat_in_other_folds_and_it_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, "id,fold,y_true,y_pred\n1,1,a,a\n1,2,b,a\n2,1,b,b\n")

    assert counts(found)[1] == [[1, 0], [1, 1]]
    so = "rows of the same sample are not independent, so that intervals are too narrow."
    assert found.finished.notices == [f"1 sample id stands in several rows, of different folds: {so}"]


def test_ids_may_repeat_in_every_repetition_of_every_fold(tmp_path: Path) -> None:
    rows = "".join(f"{repeat},{fold},{fold * 2 + i},a,a\n" for repeat in "01" for fold in (0, 1) for i in (0, 1))

    assert counts(read(tmp_path, f"repeat,fold,row_id,prediction,actual\n{rows}")) == (["a"], [[8]])


@pytest.mark.parametrize(("column", "flags"), [("correct", ("True", "False")), ("error", ("", "+"))])
def test_a_flag_that_contradicts_the_labels_is_said(tmp_path: Path, column: str, flags: tuple[str, str]) -> None:
    right, wrong = flags
    agreeing = read(tmp_path, f"y_true,y_pred,{column}\na,a,{right}\na,b,{wrong}\n")
    contrary = read(tmp_path, f"y_true,y_pred,{column}\na,a,{right}\na,b,{right}\nb,b,{right}\n")

    assert (agreeing.finished.notices, agreeing.finished.summary.metadata) == ([], [])
    assert contrary.finished.notices == [
        f"“{column}” contradicts the labels in 1 of 3 rows; are these the columns it was made of?"
    ]


def test_an_area_below_a_half_is_said_aloud(tmp_path: Path) -> None:
    found = read(tmp_path, "y_true,prob\n0,0.9\n0,0.8\n1,0.3\n1,0.85\n")

    assert found.finished.summary.roc_auc == [0.25, 0.25]
    assert "below 0.5" in found.finished.notices[0]
