"""Scores whose columns have numbers instead of classes, beside labels that are texts."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import roc_auc_score

from shared.runs.mapping import MappingQuestion, NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read

CLASSES = ["wren", "crow", "gull"]
TRUTH = ["wren", "crow", "gull", "wren", "crow"]
PREDICTED = ["wren", "crow", "gull", "crow", "crow"]
SCORES = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.2, 0.7], [0.2, 0.6, 0.2], [0.5, 0.4, 0.1]]
AREAS = [
    roc_auc_score([label == name for label in TRUTH], [row[CLASSES.index(name)] for row in SCORES])
    for name in sorted(CLASSES)
]


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def csv(names: str, rows: list[list[Any]]) -> str:
    return "\n".join([names, *(",".join(map(str, row)) for row in rows)])


def of_datasets(label: list[Any], classes: list[str], **columns: Any) -> bytes:
    """A Parquet file with the features that datasets writes."""
    features = {"label": {"names": classes, "_type": "ClassLabel"}, "scores": {"_type": "Sequence"}}
    table = pa.table({"label": label, **columns})
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})}), out)
    return out.getvalue()


NAMED = {
    "npz": npz(
        y_true=np.array(TRUTH), y_pred=np.array(PREDICTED), y_prob=np.array(SCORES), classes=np.array(CLASSES)
    ),
    "columns of JSON": json.dumps({"y_true": TRUTH, "y_pred": PREDICTED, "scores": SCORES, "classes": CLASSES}),
    "records of JSON": json.dumps({
        "class_names": CLASSES,
        "rows": [dict(zip(("y_true", "y_pred", "probs"), row, strict=True))
                 for row in zip(TRUTH, PREDICTED, SCORES, strict=True)],
    }),
    "Parquet of datasets": of_datasets(
        [CLASSES.index(label) for label in TRUTH], CLASSES, prediction=PREDICTED,
        scores=pa.array(SCORES, pa.list_(pa.float64())),
    ),
}  # fmt: skip


@pytest.mark.parametrize("data", NAMED.values(), ids=NAMED.keys())
def test_scores_are_of_the_classes_that_the_file_lists_in_their_order(tmp_path: Path, data: Any) -> None:
    found = read(tmp_path, data)

    assert counts(found) == (["crow", "gull", "wren"], [[2, 0, 0], [0, 1, 0], [1, 0, 1]])
    assert found.finished.summary.roc_auc == pytest.approx(AREAS, abs=1e-15)
    scored = [(d.class_name, d.rule) for d in found.decisions if d.role == "score"]
    assert scored == [("wren", "L2"), ("crow", "L2"), ("gull", "L2")]
    assert found.finished.notices == []


def test_scores_without_predictions_predict_the_listed_classes(tmp_path: Path) -> None:
    found = read(tmp_path, npz(y_true=np.array(TRUTH), y_prob=np.array(SCORES), classes=np.array(CLASSES)))

    assert counts(found) == (["crow", "gull", "wren"], [[1, 0, 1], [0, 1, 0], [1, 0, 1]])


WIDE: list[list[Any]] = [[*row, *scores] for *row, scores in zip(TRUTH, PREDICTED, SCORES, strict=True)]
UNNAMED: dict[str, Any] = {
    "prob_0": csv("y_true,y_pred,prob_0,prob_1,prob_2", WIDE),
    "p1": csv("y_true,y_pred,p1,p2,p3", WIDE),
    "0": csv("y_true,y_pred,0,1,2", WIDE),
    "logit.0": csv("y_true,y_pred,logit.0,logit.1,logit.2", [[*r[:2], *(9 * x - 5 for x in r[2:])] for r in WIDE]),
    "y_prob_0": npz(y_true=np.array(TRUTH), y_pred=np.array(PREDICTED), y_prob=np.array(SCORES)),
    "classes of other names": json.dumps(
        {"y_true": TRUTH, "y_pred": PREDICTED, "scores": SCORES, "classes": ["Wren", "Crow", "Gull"]}
    ),
}  # fmt: skip
FIRST = {"0": ("0", "2"), "p1": ("p1", "p3"), "prob_0": ("prob_0", "prob_2"), "logit.0": ("logit.0", "logit.2"),
         "y_prob_0": ("y_prob_0", "y_prob_2"), "classes of other names": ("scores.0", "scores.2")}  # fmt: skip


@pytest.mark.parametrize("case", UNNAMED)
def test_numbered_scores_of_nameless_classes_are_asked_about(tmp_path: Path, case: str) -> None:
    with pytest.raises(NeedsMapping) as caught:
        read(tmp_path, UNNAMED[case])

    first, last = FIRST[case]
    detail = (
        f"“{first}” to “{last}” are numbered, and nothing says which class each is the score of; send `scores` with "
        "the column of each class, or `scores: null` to count without scores."
    )
    names = [f"{first[:-1]}{int(first[-1]) + at}" for at in range(3)]
    assert caught.value.questions == [MappingQuestion("scores", detail, names)]


def declared(classes: list[str]) -> dict[str, Any]:
    """Files whose column of actual labels declares its values in an order."""
    arff = [f"@attribute y_true {{{','.join(classes)}}}", f"@attribute y_pred {{{','.join(classes)}}}"]
    arff += [f"@attribute prob_{at} numeric" for at in range(3)]
    labels = pa.array([classes.index(label) for label in TRUTH], pa.int8())
    columns = {"y_true": pa.DictionaryArray.from_arrays(labels, classes, ordered=True), "y_pred": pa.array(PREDICTED)}
    columns |= {f"prob_{at}": pa.array([row[at] for row in SCORES]) for at in range(3)}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return {
        "ARFF": "\n".join(["@relation r", *arff, "@data", csv("", WIDE).removeprefix("\n")]),
        "an ordered dictionary": out.getvalue(),
    }


@pytest.mark.parametrize("form", ["ARFF", "an ordered dictionary"])
def test_values_that_a_column_declares_are_no_order_of_classes(tmp_path: Path, form: str) -> None:
    data = declared(CLASSES)[form]

    with pytest.raises(NeedsMapping, match="are numbered, and nothing says which class each is the score of"):
        read(tmp_path, data)
    assert counts(read(tmp_path, data, scores=None)) == (["crow", "gull", "wren"], [[2, 0, 0], [0, 1, 0], [1, 0, 1]])


def test_both_answers_to_the_question_are_read(tmp_path: Path) -> None:
    named = dict(zip(CLASSES, ("prob_0", "prob_1", "prob_2"), strict=True))

    assert read(tmp_path, UNNAMED["prob_0"], scores=named).finished.summary.roc_auc == pytest.approx(AREAS, abs=1e-15)
    without = read(tmp_path, UNNAMED["prob_0"], scores=None).finished
    assert (without.summary.roc_auc, without.notices) == (None, [])


def test_labels_that_are_numbers_need_no_list(tmp_path: Path) -> None:
    data = npz(y_true=np.array([0, 1, 1]), y_pred=np.array([0, 1, 0]),
               y_prob=np.array([[0.9, 0.1], [0.2, 0.8], [1, 0]]), classes=np.array(["cat", "dog"]))  # fmt: skip
    found = read(tmp_path, data)

    assert counts(found) == ([0, 1], [[1, 0], [1, 1]])
    assert found.finished.notices == ["“classes” lists classes, and was not read."]


def test_a_list_of_classes_beside_no_scores_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, json.dumps({"y_true": TRUTH, "y_pred": PREDICTED, "classes": CLASSES}))

    assert found.finished.notices == ["“classes” lists classes, and was not read."]


def test_fewer_numbered_scores_than_classes_are_those_of_the_best_and_left_out_with_a_word(tmp_path: Path) -> None:
    data = csv("y_true,y_pred,prob_0,prob_1", [row[:4] for row in WIDE])

    said = (
        "Several columns may be the scores (“prob_0”, “prob_1”), and none was read as such; name the column of each "
        "class in `scores`, or that of the predicted class in `confidence`."
    )
    assert read(tmp_path, data).finished.notices == [said]


def test_scores_of_two_models_are_left_out_with_a_word(tmp_path: Path) -> None:
    said = (
        "Several columns may be the scores (“score_a”, “score_b”), and none was read as such; name the column of each "
        "class in `scores`, or that of the predicted class in `confidence`."
    )
    assert read(tmp_path, "y_true,y_pred,score_a,score_b\ncow,cow,.1,.2\ndog,dog,.8,.7\n").finished.notices == [said]


def test_numbered_measurements_are_metadata(tmp_path: Path) -> None:
    found = read(tmp_path, "y_true,y_pred,x_0,x_1\nwren,wren,0.2,0.4\ncrow,wren,0.9,0.3\n")

    assert [d.role for d in found.decisions] == ["truth", "prediction", "slice", "slice"]
    assert found.finished.notices == []


def test_numbered_scores_of_sets_of_labels_are_asked_about(tmp_path: Path) -> None:
    rows = [{"y_true": [a], "y_pred": [b], "scores": [0.5, 0.4]} for a, b in (("wren", "crow"), ("crow", "crow"))]

    with pytest.raises(NeedsMapping) as caught:
        read(tmp_path, json.dumps(rows))

    assert [(each.asks, each.candidates) for each in caught.value.questions] == [("scores", ["scores.0", "scores.1"])]
