"""Scores of several classes in one value of JSON, as programs write them, become columns."""

import json
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import roc_auc_score

from shared.runs.errors import FileUnreadable
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read

TRUTH, PREDICTED, OF_ONE = [1, 0, 1, 0], [1, 0, 0, 1], [0.9, 0.2, 0.4, 0.7]


def _vector(values: list[float]) -> dict[str, Any]:
    return {"type": 1, "size": None, "indices": None, "values": values}


SHAPES: dict[str, Any] = {
    "a list": lambda low, high: {"probs": [low, high]},
    "an object": lambda low, high: {"probability": {"0": low, "1": high}},
    "a vector of Spark": lambda low, high: {"rawPrediction": _vector([-9, high]), "probability": _vector([low, high])},
    "a sparse vector": lambda low, high: {
        "probability": {"type": 0, "size": 2, "indices": [1, 0], "values": [high, low]},
    },
    "labels with scores": lambda low, high: {"output": [{"label": "1", "score": high}, {"label": "0", "score": low}]},
    "labels with probabilities": lambda low, high: {
        "predicted_y_true_probs": [{"label": 1, "prob": high}, {"label": 0, "prob": low}]
    },
    "classes and scores": lambda low, high: {"answer": {"classes": ["0", "1"], "scores": [low, high]}},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_scores_of_any_shape_have_the_area_of_scikit_learn(tmp_path: Path, shape: Any) -> None:
    rows = zip(TRUTH, PREDICTED, OF_ONE, strict=True)
    records = [{"y_true": t, "y_pred": p, **shape(round(1 - s, 1), s)} for t, p, s in rows]

    for data in (json.dumps(records), "\n".join(map(json.dumps, records))):
        found = read(tmp_path, data)
        assert counts(found) == ([0, 1], [[1, 1], [1, 1]])
        area = roc_auc_score(TRUTH, OF_ONE)
        assert found.finished.summary.roc_auc == pytest.approx([area, area], abs=1e-15)


def test_lists_of_numbers_that_are_no_scores_are_labels(tmp_path: Path) -> None:
    summary = read(tmp_path, '{"y_true": [1, 2], "y_pred": [1]}\n{"y_true": [2], "y_pred": [2]}').finished.summary

    assert (summary.is_multilabel, summary.classes) == (True, [1, 2])


@pytest.mark.parametrize(
    "value",
    [
        '{"type": 1, "x": 2}',
        '{"type": 0, "size": 1, "indices": [1], "values": [1.0]}',
        '[{"label": "a", "score": 1}, {"label": "a", "score": 0}]',
        '[{"label": "a"}]',
        '{"classes": ["a"], "scores": [1, 2]}',
    ],
)
def test_a_value_that_only_looks_like_scores_is_none(tmp_path: Path, value: str) -> None:
    data = f'{{"y_true": "a", "y_pred": "a", "m": {value}}}\n{{"y_true": "b", "y_pred": "a", "m": {value}}}'
    summary = read(tmp_path, data).finished.summary

    assert summary.scores == []


def test_lists_of_scores_of_unnamed_classes_are_asked_about_where_they_predict(tmp_path: Path) -> None:
    with pytest.raises(NeedsMapping):
        read(tmp_path, '{"y_true": "cat", "probs": [0.1, 0.9]}\n{"y_true": "dog", "probs": [0.2, 0.8]}')


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ('{"y_true": 1, "y_pred": 1}\n{"y_true": NaN, "y_pred": 1}', "Line 2 holds NaN"),
        ('[{"y_true": 1, "m": {"a": "NaN, "}}, {"y_true": 1, "s": -Infinity}]', "Record 2 holds -Infinity"),
        ('{"y_true": [1, NaN], "y_pred": [1, 0]}', "The document holds NaN"),
    ],
)
def test_a_number_that_json_does_not_have_is_named_with_its_record(tmp_path: Path, data: str, place: str) -> None:
    with pytest.raises(FileUnreadable) as raised:
        read(tmp_path, data)

    assert raised.value.detail == f"{place}, which is no number in JSON; write null, or leave the record out."
