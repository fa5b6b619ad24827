from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, hamming_loss, jaccard_score
from sklearn.preprocessing import MultiLabelBinarizer

from tests.actors import Client


async def test_the_documented_example(alice: Client) -> None:
    body = {
        "actual_vector": [["class1", "class2"], ["class2"], ["class1"]],
        "predicted_vector": [["class1"], ["class2"], ["class1", "class2"]],
        "classes": ["class1", "class2"],
    }

    answer = await alice.post("/mlcm/", body)

    found = answer.json()
    assert answer.status_code == 200
    assert found["multihot_actual"] == [[1, 1], [0, 1], [1, 0]]
    assert found["multihot_predicted"] == [[1, 0], [0, 1], [1, 1]]
    assert found["classes"] == ["class1", "class2"]
    assert found["cm_by_classes"]["class1"] == {
        "accuracy": 1.0,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "confusion_matrix": [[1, 0], [0, 2]],
    }
    assert found["cm_by_classes"]["class2"]["confusion_matrix"] == [[0, 1], [1, 1]]
    assert sorted(found["cm_by_samples"]) == ["0", "1", "2"]
    assert found["cm_by_samples"]["0"]["confusion_matrix"] == [[0, 0], [1, 1]]


async def test_averages_are_scikit_learns(alice: Client) -> None:
    random = np.random.default_rng(5)
    names = [f"tag {number}" for number in range(6)]
    actual = [[name for name in names if random.random() < 0.5] or names[:1] for _ in range(300)]
    predicted = [[name for name in names if random.random() < 0.5] or names[1:2] for _ in range(300)]

    found = (await alice.post("/mlcm/", {"actual_vector": actual, "predicted_vector": predicted})).json()

    binarizer = MultiLabelBinarizer(classes=names)
    y, p = binarizer.fit_transform(actual), binarizer.transform(predicted)
    assert found["averages"]["f1"] == pytest.approx(
        {average: f1_score(y, p, average=average) for average in ("micro", "macro", "weighted", "samples")}
    )
    assert found["averages"]["jaccard"]["samples"] == pytest.approx(jaccard_score(y, p, average="samples"))
    assert found["averages"]["subset_accuracy"] == pytest.approx(accuracy_score(y, p))
    assert found["averages"]["hamming_loss"] == pytest.approx(hamming_loss(y, p))


async def test_labels_may_be_integers_and_a_sample_may_have_none(alice: Client) -> None:
    found = (await alice.post("/mlcm/", {"actual_vector": [[2], []], "predicted_vector": [[2, 1], []]})).json()

    assert found["classes"] == [1, 2]
    assert found["multihot_predicted"] == [[1, 1], [0, 0]]
    assert found["cm_by_samples"]["1"]["f1"] is None


async def test_few_classes_do_not_let_any_number_of_samples_in(alice: Client) -> None:
    vector: list[list[int]] = [[]] * 500_000

    answer = await alice.post("/mlcm/", {"actual_vector": vector, "predicted_vector": vector, "classes": [1]})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "pointer": "/actual_vector",
            "detail": "actual_vector: 500000 samples exceed the maximum of 454545 for this number of classes (1); "
            "send fewer.",
        }
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/actual_vector"),
        ({"actual_vector": [], "predicted_vector": []}, "/actual_vector"),
        ({"actual_vector": [["a"]], "predicted_vector": []}, "/predicted_vector"),
        ({"actual_vector": [["a"]], "predicted_vector": [["a"], ["b"]]}, "/predicted_vector"),
        ({"actual_vector": [["a", "a"]], "predicted_vector": [["a"]]}, "/actual_vector/0/1"),
        ({"actual_vector": [["a"]], "predicted_vector": [["b"]], "classes": ["a"]}, "/predicted_vector/0/0"),
        ({"actual_vector": [["a"]], "predicted_vector": [["a"]], "classes": ["a", "a"]}, "/classes/1"),
        ({"actual_vector": [["a"]], "predicted_vector": [["a"]], "classes": []}, "/classes"),
        ({"actual_vector": ["a"], "predicted_vector": [["a"]]}, "/actual_vector/0"),
        ({"actual_vector": [[True]], "predicted_vector": [["a"]]}, "/actual_vector/0/0"),
        ({"actual_vector": [["a\t"]], "predicted_vector": [["a"]]}, "/actual_vector/0/0"),
    ],
)
async def test_a_mistake_is_named(alice: Client, body: dict[str, Any], pointer: str) -> None:
    answer = await alice.post("/mlcm/", body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
