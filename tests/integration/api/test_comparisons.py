from typing import Any

import httpx2
import numpy as np
import pytest
from pycm import Compare, ConfusionMatrix
from sklearn.metrics import f1_score

from tests.actors import Client

pytestmark = pytest.mark.usefixtures("workers")


def _vectors(accuracy: float, seed: int) -> tuple[list[int], list[int]]:
    random = np.random.default_rng(seed)
    actual = random.integers(0, 3, 200)
    predicted = np.where(random.random(200) < accuracy, actual, random.integers(0, 3, 200))
    return actual.tolist(), predicted.tolist()


async def _create_matrices(client: Client, *accuracies: float) -> dict[str, tuple[list[int], list[int]]]:
    vectors = [_vectors(accuracy, seed) for seed, accuracy in enumerate(accuracies)]
    return {await client.create_matrix(*pair): pair for pair in vectors}


async def test_scores_and_order_are_pycms(alice: Client) -> None:
    vectors_of = await _create_matrices(alice, 0.5, 0.9, 0.7)

    answer = await alice.post("/compare/", {"cm_uids": list(vectors_of)})

    oracle = Compare({uid: ConfusionMatrix(*pair) for uid, pair in vectors_of.items()})
    found = answer.json()
    assert answer.status_code == 200
    assert found["cm_uids"] == list(vectors_of)
    assert found["best_name"] == oracle.best_name
    assert found["cm_orders"] == oracle.sorted
    assert found["cm_scores"] == {uid: pytest.approx(score) for uid, score in oracle.scores.items()}


async def test_the_main_statistics_stand_side_by_side_with_their_differences(alice: Client) -> None:
    weak, strong = list(await _create_matrices(alice, 0.5, 0.9))

    found = (await alice.post("/compare/", {"cm_uids": [weak, strong]})).json()

    accuracy = next(row for row in found["statistics"] if row["name"] == "accuracy")
    values = {uid: (await alice.get("/cm/", cm_uid=uid)).json()["accuracy"] for uid in (weak, strong)}
    assert accuracy["values"] == pytest.approx(values)
    assert accuracy["difference_to_first"] == pytest.approx({weak: 0.0, strong: values[strong] - values[weak]})
    assert accuracy["winners"] == [strong]


async def test_a_tie_has_no_best(alice: Client) -> None:
    uids = [await alice.create_matrix([0, 1, 0, 1], [0, 1, 1, 1]) for _ in range(2)]

    assert (await alice.post("/compare/", {"cm_uids": uids})).json()["best_name"] is None


async def test_a_comparison_job_makes_a_page(alice: Client) -> None:
    uids = list(await _create_matrices(alice, 0.5, 0.9))

    submitted = await alice.post("/v1/jobs", {"kind": "compare", "cm_uids": uids})
    job = await alice.final(submitted.json()["id"])

    assert [made["name"] for made in job["artifacts"]] == ["comparison.html", "comparison.json"]
    async with httpx2.AsyncClient() as anybody:
        page = (await anybody.get(job["artifacts"][0]["url"])).text
    assert page.startswith("<!DOCTYPE html>")


async def test_an_updated_matrix_is_compared_anew(alice: Client) -> None:
    weak, strong = list(await _create_matrices(alice, 0.5, 0.9))
    before = (await alice.post("/compare/", {"cm_uids": [weak, strong]})).json()
    actual, predicted = _vectors(1.0, 9)
    await alice.post(f"/cm/update?cm_uid={weak}", {"actual_vector": actual, "predicted_vector": predicted})

    after = (await alice.post("/compare/", {"cm_uids": [weak, strong]})).json()

    assert (before["best_name"], after["best_name"]) == (strong, weak)


@pytest.mark.parametrize("uids", [[], ["one"], ["one", "one"], ["one", "ONE"]])
async def test_fewer_than_two_different_ones_cannot_be_compared(alice: Client, uids: list[str]) -> None:
    uid = await alice.create_matrix()
    named = [uid if name == "one" else uid.upper() for name in uids]

    assert (await alice.post("/compare/", {"cm_uids": named})).status_code == 400


async def test_other_classes_or_sample_counts_cannot_be_compared(alice: Client) -> None:
    first = await alice.create_matrix([0, 1], [0, 1])
    other_classes = await alice.create_matrix(["a", "b"], ["a", "b"])
    other_count = await alice.create_matrix([0, 1, 1], [0, 1, 1])

    for other in (other_classes, other_count):
        answer = await alice.post("/compare/", {"cm_uids": [first, other]})
        assert (answer.status_code, answer.json()["code"]) == (400, "matrices-not-comparable")


async def test_a_matrix_that_is_not_yours_cannot_be_compared(alice: Client, mallory: Client) -> None:
    uids: list[Any] = [await alice.create_matrix(), await mallory.create_matrix()]

    assert (await alice.post("/compare/", {"cm_uids": uids})).status_code == 404
    assert (await alice.post("/compare/", {"cm_uids": [uids[0], "another_cm_uid"]})).status_code == 404


@pytest.mark.parametrize("name", ["class_weight", "class_weights", "by_class"])
async def test_options_outside_of_the_options_are_refused_by_name(alice: Client, name: str) -> None:
    uids = list(await _create_matrices(alice, 0.5, 0.9))

    answer = await alice.post("/compare/", {"cm_uids": uids, name: {"0": 1, "1": 2, "2": 3}})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{name}")
    assert "options." in answer.json()["detail"]


async def test_models_of_which_one_predicts_a_class_that_never_occurs_are_compared(alice: Client) -> None:
    truth = ["a", "b", "a", "b"]
    plain = await alice.create_matrix(truth, ["a", "b", "a", "a"])
    strange = await alice.create_matrix(truth, ["a", "b", "zzz", "b"])

    found = (await alice.post("/compare/", {"cm_uids": [plain, strange]})).json()

    rows = {row["name"]: row["values"] for row in found["statistics"]}
    assert rows["accuracy"] == {plain: 0.75, strange: 0.75}
    assert rows["f1_weighted"] == {
        uid: pytest.approx(f1_score(truth, predicted, average="weighted"))
        for uid, predicted in ((plain, ["a", "b", "a", "a"]), (strange, ["a", "b", "zzz", "b"]))
    }


async def test_other_actual_classes_are_named(alice: Client) -> None:
    uids = [await alice.create_matrix(["a", "b"], ["a", "b"]), await alice.create_matrix(["a", "c"], ["a", "a"])]

    answer = await alice.post("/compare/", {"cm_uids": uids})

    assert answer.status_code == 400
    assert f"{uids[1]} has samples whose actual class is c, and {uids[0]} has no such class" in answer.json()["detail"]


async def test_weights_of_samples_are_refused_and_not_passed_over(alice: Client) -> None:
    uids = [await alice.create_matrix(), await alice.create_matrix()]

    answer = await alice.post("/compare/", {"cm_uids": uids, "sample_weight": [1, 2]})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"pointer": "/sample_weight", "detail": "sample_weight: send the weights of samples when you create a matrix."}
    ]
