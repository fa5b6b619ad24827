import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from shared.curves import LabelledProbabilities, check, pack, unpack
from shared.evaluation.curves.one_vs_rest import count_class
from shared.evaluation.curves.roc_and_pr import roc_area
from shared.evaluation.types import Label
from shared.predictions import ReadScores, UnreadablePredictions, read_score_table
from shared.predictions.notices import Code, Notice


def _read(table: str) -> ReadScores:
    return read_score_table(table.encode())


def _codes(read: ReadScores) -> set[Code]:
    return {notice.code for notice in read.notices}


def _areas(read: ReadScores) -> dict[str, float | None]:
    sent = LabelledProbabilities(read.labels, read.rows, read.classes, read.weights, read.scored)
    inputs = unpack(pack(check(sent, max_classes=20, max_label_length=100)))
    return {
        str(label): roc_area(
            count_class(inputs.probabilities, inputs.codes, place, inputs.weights, scored=inputs.scored)
        )
        for place, label in enumerate(inputs.classes)
    }


@pytest.mark.parametrize(
    "header",
    [
        "label,cat,dog",
        "y,cat,dog",
        "species,.pred_cat,.pred_dog",
        "truth,prob.cat,prob.dog",
        "y_true,prob_cat,prob_dog",
        "y_true,y_pred_proba_cat,y_pred_proba_dog",
        "class,P (class=cat),P (class=dog)",
        "label,confidence(cat),confidence(dog)",
        'label,"Scored Probabilities for Class ""cat""","Scored Probabilities for Class ""dog"""',
        "animal,animal_cat_PREDICTION,animal_dog_PREDICTION",
        "animal,P_animalcat,P_animaldog",
        "target,prediction_score_cat,prediction_score_dog",
        "animal,cat,dog",
        "true,cat_prob,dog_prob",
    ],
)
def test_scores_of_classes_are_recognised_by_what_their_names_share(header: str) -> None:
    read = _read(f"{header}\ncat,0.8,0.2\ndog,0.4,0.6\ncat,0.7,0.3\n")

    rows = [[0.8, 0.2], [0.4, 0.6], [0.7, 0.3]]
    assert (read.labels, read.rows, read.classes) == (["cat", "dog", "cat"], rows, ["cat", "dog"])
    assert read.notices == []
    assert [d.role for d in read.decisions] == ["truth", "class_score", "class_score"]


@pytest.mark.parametrize(
    ("table", "labels", "classes"),
    [
        ("y,0,1\n0,0.9,0.1\n1,0.2,0.8\n", [0, 1], [0, 1]),
        ("y,True,False\nTrue,0.9,0.1\nFalse,0.2,0.8\n", ["True", "False"], ["True", "False"]),
        ("medal,gold,silver\ngold,0.9,0.1\nsilver,0.2,0.8\n", ["gold", "silver"], ["gold", "silver"]),
        ("label,0,1\n0.0,0.8,0.2\n1.0,0.3,0.7\n", [0, 1], [0, 1]),
        ("predict,p0,p1,y\n1,0.12,0.88,1\n0,0.97,0.03,0\n", [1, 0], [0, 1]),
        (",y,0,1\n0,0,0.9,0.1\n1,1,0.2,0.8\n", [0, 1], [0, 1]),
        ("0,1,label\n0.9,0.1,0\n0.2,0.8,1\n", [0, 1], [0, 1]),
        ("target,true,gold\ntrue,0.9,0.1\ngold,0.2,0.8\n", ["true", "gold"], ["true", "gold"]),
        ("obs,pred,VF,F\nVF,F,0.9,0.1\nF,F,0.2,0.8\n", ["VF", "F"], ["VF", "F"]),
        ("cat;y_true;dog\n0,8;cat;0,2\n0,3;dog;0,7\n", ["cat", "dog"], ["cat", "dog"]),
        ("id,label,age,cat,dog\n1,cat,30,0.8,0.2\n2,dog,41,0.4,0.6\n", ["cat", "dog"], ["cat", "dog"]),
        ("id,y,1,0\na,1,0.9,0.1\nb,0,0.2,0.8\n", [1, 0], [1, 0]),
        ("y,007,7\n007,0.9,0.1\n7,0.2,0.8\n", ["007", "7"], ["007", "7"]),
    ],
)
def test_unlucky_names_of_classes_are_names_of_classes(table: str, labels: list[Label], classes: list[Label]) -> None:
    read = _read(table)

    assert (read.labels, read.classes) == (labels, classes)
    assert _codes(read) <= {Code.ONE_OF_EACH}
    assert all(math.isclose(sum(row), 1) for row in read.rows)


@pytest.mark.parametrize(
    "table",
    [
        "True,0.9\nFalse,0.2\nTrue,0.7\nFalse,0.8\nTrue,0.4\n",
        "target,0.9\nclutter,0.2\ntarget,0.7\nclutter,0.8\ntarget,0.4\n",
        "true;0,9\nfalse;0,2\ntrue;0,7\nfalse;0,8\ntrue;0,4\n",
        "label,0.9\nanother,0.2\nlabel,0.7\nanother,0.8\nlabel,0.4\n",
        "class,1\nattack,0\nclass,0.7\nattack,0.8\nclass,0.4\n",
    ],
)
def test_a_first_row_with_a_score_is_a_sample(table: str) -> None:
    read = _read(table)

    assert len(read.labels) == 5
    positive = read.classes[read.scored or 0]
    truth = [label == positive for label in read.labels]
    assert _areas(read)[str(positive)] == pytest.approx(roc_auc_score(truth, [row[0] for row in read.rows]))


def test_scores_without_names_are_taken_in_sorted_order_with_a_word() -> None:
    read = _read("dog;0,2;0,8\ncat;0,9;0,1\ndog;0,3;0,7\n")

    rows = [[0.2, 0.8], [0.9, 0.1], [0.3, 0.7]]
    assert (read.labels, read.classes, read.rows) == (["dog", "cat", "dog"], ["cat", "dog"], rows)
    assert _codes(read) == {Code.SEMICOLON, Code.SORTED_CLASSES}


def test_labels_that_are_positions_of_the_columns_are_said_to_be() -> None:
    read = _read("label,cat,dog\n0,0.8,0.2\n1,0.3,0.7\n")

    assert (read.labels, read.classes, _codes(read)) == (["cat", "dog"], ["cat", "dog"], {Code.POSITIONS})


@pytest.mark.parametrize(
    "table", ["y,model_a,model_b\n1,0.9,0.1\n0,0.2,0.3\n", "1,0.9,0.1\n0,0.2,0.3\n"], ids=["named", "unnamed"]
)
def test_columns_of_two_models_are_not_taken_for_two_classes(table: str) -> None:
    with pytest.raises(UnreadablePredictions, match="the scores do not sum to 1, so the columns may be of several"):
        _read(table)


@pytest.mark.parametrize(
    ("table", "scored", "code"),
    [
        ("y_true,score\n0,0.25\n1,0.75\n", 1, None),
        ("y_true,prob_no\nno,0.75\nyes,0.25\n", 0, None),
        ("y_true,P (y_true=yes)\nno,0.25\nyes,0.75\n", 1, None),
        ("class,p1\n0,0.25\n1,0.75\n", 1, None),
        ("no,0.25\nyes,0.75\n", 1, None),
        ("y_true,score\nham,0.25\nspam,0.75\n", 1, Code.SECOND_CLASS),
        ("y_true,y_pred,y_prob\nham,ham,0.75\nspam,spam,0.25\n", 0, None),
        ("y_true,y_pred,y_prob\nham,ham,0.1\nspam,spam,0.3\n", 1, None),
        ("target,prediction\n0,0.25\n1,0.75\n", 1, None),
        ("Label,PredictedLabel,Score,Probability\n0,0,-2.5,0.07\n1,1,3.5,0.97\n", 1, None),
    ],
)
def test_one_column_of_scores_is_that_of_the_class_that_its_name_or_the_predictions_say(
    table: str, scored: int, code: Code | None
) -> None:
    read = _read(table)

    assert (read.scored, _codes(read)) == (scored, {code} - {None})
    assert {len(row) for row in read.rows} == {1}


def test_the_confidence_of_the_predicted_label_becomes_the_score_of_one_class() -> None:
    read = _read("y,prediction_label,prediction_score\n1,1,0.9\n0,0,0.7\n1,0,0.6\n")

    assert (read.scored, read.rows, _codes(read)) == (1, [[0.9], [0.3], [0.4]], {Code.CONFIDENCE})


def test_scores_that_follow_no_prediction_are_refused() -> None:
    with pytest.raises(UnreadablePredictions, match="go with neither"):
        _read("y_true,y_pred,score\n1,1,0.9\n0,0,0.8\n1,0,0.1\n0,1,0.2\n")


def test_both_classes_of_one_column_have_the_same_area() -> None:
    labels, scores = [1, 1, 0, 0], [3e-17, 5e-17, 1e-17, 2e-17]
    read = _read("label,score\n" + "".join(f"{label},{score}\n" for label, score in zip(labels, scores, strict=True)))

    assert _areas(read) == {"0": 1.0, "1": 1.0}


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=2, max_size=60))
def test_the_area_of_either_class_is_the_oracles(samples: list[tuple[int, float]]) -> None:
    labels, scores = [label for label, _ in samples], [score for _, score in samples]
    if len(set(labels)) < 2:
        return
    text = "label,score\n" + "".join(f"{label},{score!r}\n" for label, score in samples)

    areas = _areas(_read(text))

    assert areas == pytest.approx({"0": roc_auc_score(labels, scores), "1": roc_auc_score(labels, scores)})


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "The file is empty"),
        ("label,cat,dog\n", "nothing below it"),
        ("label,cat,dog\ncat,0.8\ndog,0.1,0.9\n", "Line 2: this row has 2 cells, and most rows have 3 cells"),
        ("cat,0.8,0.2\ndog,0.1,x\n", "Line 2: “x” in column 3 is not a probability"),
        ("label\ncat\ndog\n", "no column of probabilities"),
        ("label,cat,dog\n,0.8,0.2\ndog,0.8,0.2\n", "Line 2: there is no label"),
        ("label,score\na,0.1\nb,0.2\nc,0.3\n", "of 3"),
        ("label,cat,dog\ncat,nan,0.2\ndog,0.8,0.2\n", "Line 2: “nan” in “cat”"),
        ("label,score\n1,90\n0,20\n1,70\n", "Line 2: the score 90 in “score” is not a probability from 0 to 1."),
        ("y,0,1\n0,0.8,0.2\n0,0.9,0.1\n", "All samples are of the class “0”"),
        ("label,cat,dog\ncat,0.8,0.2\nemu,0.3,0.7\n", "Line 3: the label “emu” is none of the classes"),
        ("label,cat,dog\n0,0.8,0.2\n2,0.3,0.7\n", "Line 3: the label “2” is none of the classes"),
        ("y_true,target,score\n0,1,0.2\n1,1,0.3\n", "may both be the actual labels"),
        ("cat,0.8,0.2\ndog,0.1,0.9\nemu,0.1,0.9\n", "2 columns of probabilities and labels of 3 classes"),
    ],
)
def test_what_is_no_table_of_scores_is_refused_in_the_words_of_the_file(table: str, words: str) -> None:
    with pytest.raises(UnreadablePredictions) as caught:
        _read(table)
    assert words in caught.value.detail


NAMES = st.text(st.characters(categories=("Lu", "Ll", "Nd")), min_size=1, max_size=8)


@given(st.lists(NAMES, min_size=2, max_size=5, unique_by=str.casefold), st.data())
def test_a_table_with_classes_in_its_header_is_read_as_it_was_written(names: list[str], data: st.DataObject) -> None:
    labels = [*names, *data.draw(st.lists(st.sampled_from(names), max_size=5))]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    share = round(1 / len(names), 4)
    writer.writerow(["actual_label", *(f"prob_{name}" for name in names)])
    writer.writerows([label, *[share] * len(names)] for label in labels)

    read = _read(text.getvalue())

    assert len(read.labels) == len(labels)
    assert [names[read.classes.index(label)] for label in read.labels] == labels


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        read = read_score_table(data)
    except UnreadablePredictions:
        return
    assert len(read.labels) == len(read.rows) > 0


def test_tables_of_very_many_columns_are_refused() -> None:
    with pytest.raises(UnreadablePredictions, match="up to 2,000 columns"):
        _read("a" + ",0.1" * 2001 + "\n")


def test_a_label_that_is_none_or_a_sign_among_numbers_is_told() -> None:
    with pytest.raises(UnreadablePredictions, match=r"^Line 3: “nan” stands among labels that are numbers"):
        read_score_table(b"y_true,y_prob\n1,0.9\nnan,0.2\n")
    assert Notice(Code.SIGNS) in read_score_table(b"y_true,y_prob\n1,0.9\n?,0.2\n").notices
