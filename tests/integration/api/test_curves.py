from typing import Any

import httpx2
import numpy as np
import pytest
from pycm import ROCCurve
from sklearn.metrics import average_precision_score, roc_auc_score

from shared.kit.platform import Platform
from tests.actors import Client

# The documented example of the PyCM REST API: every positive sample scores below every negative one.
EXAMPLE = {
    "type": "ROC",
    "actual_vector": [0, 1, 0, 1, 1],
    "probability_vector": [[0.1, 0.9], [0.3, 0.7], [0.2, 0.8], [0.4, 0.6], [0.5, 0.5]],
    "classes": ["class0", "class1"],
}

pytestmark = pytest.mark.usefixtures("workers")


def _sample(size: int, classes: int, seed: int = 3) -> tuple[list[int], list[list[float]]]:
    random = np.random.default_rng(seed)
    actual = random.integers(0, classes, size)
    scores = random.random((size, classes)) + 0.6 * np.eye(classes)[actual]
    return actual.tolist(), (scores / scores.sum(axis=1, keepdims=True)).tolist()


async def _measure(client: Client, **body: Any) -> dict[str, Any]:
    answer = await client.post("/curve", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_documented_example_is_answered_honestly(alice: Client) -> None:
    roc = await _measure(alice, **EXAMPLE)
    precision_recall = await _measure(alice, **{**EXAMPLE, "type": "PR"})

    assert roc["thresholds"] == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert roc["auc_trp"] == {"class0": 0.0, "class1": 0.0}
    assert precision_recall["auc_trp"] == pytest.approx({"class0": 0.225, "class1": 0.377778}, abs=1e-6)


@pytest.mark.parametrize("size", [40, 20_000], ids=["small", "large"])
async def test_plain_numbers_are_the_probabilities_of_the_second_class(alice: Client, size: int) -> None:
    actual, rows = _sample(size, 2)
    scores, truth = [row[1] for row in rows], [bool(label) for label in actual]

    found = await _measure(alice, type="ROC", actual_vector=truth, probability_vector=scores)
    named = await _measure(alice, type="ROC", actual_vector=actual, probability_vector=scores, classes=[1, 0])

    area = roc_auc_score(truth, scores)
    assert found["classes"] == ["False", "True"]
    assert found["auc_trp"] == pytest.approx({"False": area, "True": area}, abs=1e-12)
    assert named["auc_trp"] == pytest.approx({"1": 1 - area, "0": 1 - area}, abs=1e-12)


@pytest.mark.parametrize(
    ("labels", "probabilities", "detail"),
    [
        ([1, 0, 1], [0.9, 0.2, -3], "probability_vector[2] is -3.0; a probability must be from 0 to 1."),
        ([1, 0, 1], [0.9, [0.2, 0.8], 0.3], "probability_vector[1] is a row among numbers."),
        ([1, 0], [[0.2, 0.8], 0.3], "probability_vector[1] is a number among rows."),
        ([True, 1], [0.9, 0.2], "actual_vector[1] is neither true nor false, and other labels are; send labels of one"),
        ([0, 1, 2], [0.9, 0.2, 0.3], "actual_vector"),
        ([0, 1], [0.9], "probability_vector has length 1 and the labels have length 2"),
    ],
)
async def test_numbers_that_are_no_probabilities_of_one_class_are_refused(
    alice: Client, labels: list[Any], probabilities: list[Any], detail: str
) -> None:
    answer = await alice.post("/curve", {"type": "ROC", "actual_vector": labels, "probability_vector": probabilities})

    assert answer.status_code == 400
    assert detail in answer.json()["detail"]


async def test_areas_are_pycms_and_scikit_learns(alice: Client) -> None:
    actual, probabilities = _sample(60, 3)

    found = await _measure(alice, type="ROC", actual_vector=actual, probability_vector=probabilities)

    oracle = ROCCurve(actual_vector=actual, probs=probabilities, classes=[0, 1, 2])
    assert found["thresholds"] == oracle.thresholds
    assert found["auc_trp"] == pytest.approx({str(label): value for label, value in oracle.area().items()})
    for label in range(3):
        truth = [int(value == label) for value in actual]
        scores = [row[label] for row in probabilities]
        assert found["auc_trp"][str(label)] == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
        assert found["average_precision"][str(label)] == pytest.approx(average_precision_score(truth, scores))
    assert found["macro"]["auc_trp"] == pytest.approx(roc_auc_score(actual, probabilities, multi_class="ovr"))


async def test_areas_and_curves_come_with_their_intervals(alice: Client) -> None:
    actual, probabilities = _sample(60, 3)
    body = {"actual_vector": actual, "probability_vector": probabilities}

    found = await _measure(alice, type="ROC", **body)
    weighted = await _measure(alice, type="ROC", sample_weight=[1.0, 2.0] * 30, **body)
    precision = await _measure(alice, type="PR", **body)

    estimates = found["estimates"]
    for kind, method, of, field in (
        ("roc_auc", "moderated-delong", found, "auc_trp"),
        ("average_precision", "influence", found, "average_precision"),
        ("pr_auc", "influence", precision, "auc_trp"),
    ):
        averages = {average: estimates[f"{average}_{kind}"] for average in ("macro", "micro")}
        assert {name: one["value"] for name, one in averages.items()} == {name: of[name][field] for name in averages}
        for one in (*estimates[kind].values(), *averages.values()):
            assert 0 < one["low"] < one["value"] < one["high"] < 1
            assert (one["reason"], one["method"]) == (None, method)
    assert {name: one["value"] for name, one in estimates["roc_auc"].items()} == found["auc_trp"]
    assert {name: one["value"] for name, one in estimates["average_precision"].items()} == found["average_precision"]
    for curve in found["curves"].values():
        assert all(low <= y <= high for low, y, high in zip(curve["low"], curve["tpr"], curve["high"], strict=True))
    assert precision["estimates"] == estimates
    for name, best in found["best_thresholds"].items():
        f1, youden = (estimates[kind][name] for kind in ("best_f1", "best_youden"))
        assert (f1["value"], youden["value"]) == (best["f1"]["f1"], best["youden"]["tpr"] - best["youden"]["fpr"])
        for one in (f1, youden):
            assert (one["low"], one["high"], one["method"]) == (None, None, None)
            assert one["reason"].startswith("its threshold was chosen for being the best in these samples")
    assert all("low" not in curve for curve in (*precision["curves"].values(), *weighted["curves"].values()))
    reason = "the samples are weighted, and a sum of weights is no number of samples"
    for kind, method in (("roc_auc", "weighted-delong"), ("average_precision", "weighted-influence")):
        for one in weighted["estimates"][kind].values():
            assert 0 < one["low"] < one["value"] < one["high"] < 1
            assert (one["reason"], one["method"]) == (None, method)
    assert weighted["estimates"]["macro_roc_auc"] == {
        "value": weighted["macro"]["auc_trp"],
        "low": None,
        "high": None,
        "method": None,
        "reason": reason,
    }


async def test_a_class_that_never_occurs_has_no_area_but_a_reason(alice: Client) -> None:
    found = await _measure(
        alice,
        type="PR",
        actual_vector=["a", "b"],
        probability_vector=[[0.5, 0.3, 0.2], [0.1, 0.8, 0.1]],
        classes=["a", "b", "c"],
    )

    assert found["auc_trp"]["c"] is None
    assert found["undefined"] == {"c": "No sample has this class."}


async def test_a_curve_job_makes_points_and_pictures_with_the_areas(alice: Client) -> None:
    actual, probabilities = _sample(200, 12)
    hostile = ["<script>alert(1)</script>", "$bad$", *(f"class {number}" for number in range(10))]
    body = {"kind": "curve", "type": "ROC", "actual_vector": actual, "probability_vector": probabilities}

    submitted = await alice.post("/v1/jobs", {**body, "classes": hostile, "options": {"title": "$x$ <b>"}})
    job = await alice.final(submitted.json()["id"])

    assert [made["name"] for made in job["artifacts"]] == ["curve.json", "curve.png", "curve.svg", "points.json"]
    links = {made["name"]: made["url"] for made in job["artifacts"]}
    async with httpx2.AsyncClient() as anybody:
        svg = (await anybody.get(links["curve.svg"])).text
        full = (await anybody.get(links["points.json"])).json()
    assert "<script>" not in svg
    assert "micro average (" in svg
    assert set(full["curves"]) == set(hostile)


async def test_inputs_of_any_size_reach_the_worker(alice: Client) -> None:
    actual, probabilities = _sample(60_000, 3)

    found = await _measure(alice, type="ROC", actual_vector=actual, probability_vector=probabilities)

    assert found["threshold_count"] == len({value for row in probabilities for value in row})
    assert len(found["thresholds"]) == 10_000
    assert found["macro"]["auc_trp"] == pytest.approx(roc_auc_score(actual, probabilities, multi_class="ovr"))


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"type": "roc"}, "/type"),
        ({"type": None}, "/type"),
        ({"actual_vector": [0, 0, 0, 0, 0]}, "/actual_vector"),
        ({"actual_vector": [0, 1]}, "/probability_vector"),
        ({"actual_vector": []}, "/probability_vector"),
        ({"actual_vector": [0, 1, 0, 1, 2]}, "/actual_vector/0"),
        ({"classes": ["one"]}, "/classes"),
        ({"classes": ["x", "x"]}, "/classes"),
        ({"probability_vector": [[0.1, 0.8]] * 5}, "/probability_vector/0"),
        ({"probability_vector": [[0.1, 0.9]] * 4 + [[0.1, 0.9, 0.0]]}, "/probability_vector/4"),
        ({"probability_vector": [[-0.1, 1.1]] * 5}, "/probability_vector/0"),
        ({"probability_vector": [["0.1", 0.9]] * 5}, "/probability_vector/0/0"),
        ({"probability_vector": None}, "/probability_vector"),
        ({"sample_weight": [1, 1, 1, 1, -1]}, "/sample_weight/4"),
        ({"options": {"dpi": 1}}, "/options/dpi"),
    ],
)
async def test_a_mistake_is_named_before_anything_is_queued(alice: Client, change: Any, pointer: str) -> None:
    direct = await alice.post("/curve", {**EXAMPLE, **change})
    job = await alice.post("/v1/jobs", {**EXAMPLE, "kind": "curve", **change})

    assert [answer.status_code for answer in (direct, job)] == [400, 400]
    assert [[error["pointer"] for error in answer.json()["errors"]] for answer in (direct, job)] == [[pointer]] * 2
    assert (await alice.get("/v1/jobs")).json()["items"] == []


async def test_a_repeated_curve_keeps_no_second_copy_of_its_inputs(alice: Client, platform: Platform) -> None:
    actual, probabilities = _sample(90_000, 3)
    body = {"kind": "curve", "actual_vector": actual, "probability_vector": probabilities, "options": {"plot": False}}
    first = await alice.final((await alice.post("/v1/jobs", body)).json()["id"])

    second = (await alice.post("/v1/jobs", body)).json()

    async with platform.db.connection() as connection:
        stored = await connection.fetch(
            "SELECT inputs, inputs_key FROM job WHERE id = ANY($1) ORDER BY id",
            [first["id"], second["id"]],
        )
    assert second["status"] == "succeeded"
    (_, key), shared = stored
    assert tuple(shared) == (None, key)
    assert key is not None


@pytest.mark.parametrize("name", ["sample_weights", "labels", "pos_label", "cost_ratio"])
async def test_fields_that_would_change_the_curves_are_refused_by_name(alice: Client, name: str) -> None:
    answer = await alice.post("/curve", {**EXAMPLE, name: 1})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{name}")
