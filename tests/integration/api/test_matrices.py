from typing import Any

import httpx2
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_score, recall_score

from shared.evaluation.inputs.label_codes import decode
from shared.kit.platform import Platform
from tests.actors import Client, Team


async def test_the_figures_are_those_of_the_documented_example(alice: Client) -> None:
    uid = await alice.create_matrix([1, 0, 1, 1, 0, 1, 0, 0], [1, 0, 1, 0, 0, 1, 1, 0])

    answer = await alice.get("/cm/", cm_uid=uid)

    assert answer.status_code == 200
    assert answer.json() == {
        "uid": uid,
        "accuracy": 0.75,
        "precision": 0.75,
        "recall": 0.75,
        "f1": 0.75,
        "confusion_matrix": [[3, 1], [1, 3]],
    }


async def test_the_figures_of_many_classes_are_scikit_learns(alice: Client) -> None:
    random = np.random.default_rng(7)
    actual = [f"class {i}" for i in random.integers(0, 12, 3000)]
    predicted = [label if random.random() < 0.7 else f"class {random.integers(0, 12)}" for label in actual]

    shown = (await alice.get("/cm/", cm_uid=await alice.create_matrix(actual, predicted))).json()

    assert shown["confusion_matrix"] == confusion_matrix(actual, predicted).tolist()
    assert shown["accuracy"] == pytest.approx(accuracy_score(actual, predicted), abs=1e-12)
    assert shown["precision"] == pytest.approx(precision_score(actual, predicted, average="macro"), abs=1e-12)
    assert shown["recall"] == pytest.approx(recall_score(actual, predicted, average="macro"), abs=1e-12)
    assert shown["f1"] == pytest.approx(f1_score(actual, predicted, average="macro"), abs=1e-12)


@pytest.mark.parametrize(
    ("actual", "predicted", "matrix"),
    [
        ([0, 1.0, 0.0, 1], [0.0, 1, 1.0, 1], [[1, 1], [0, 2]]),
        (["b", "a"], ["b", "b"], [[0, 1], [0, 1]]),
        ([1, "1", 1.0], ["1", 1, "2"], [[2, 1], [0, 0]]),
        ([10, 9, 2.5], [10, 9, 9], [[0, 1, 0], [0, 1, 0], [0, 0, 1]]),
        ([3, 3], [3, 3], [[2]]),
    ],
)
async def test_labels_are_numbers_by_value_or_text(
    alice: Client, actual: list[Any], predicted: list[Any], matrix: list[list[int]]
) -> None:
    shown = (await alice.get("/cm/", cm_uid=await alice.create_matrix(actual, predicted))).json()

    assert shown["confusion_matrix"] == matrix


async def test_an_undefined_figure_is_null(alice: Client) -> None:
    uid = await alice.create_matrix(["a", "b"], ["a", "a"])

    shown = (await alice.get("/cm/", cm_uid=uid)).json()

    assert (shown["accuracy"], shown["precision"], shown["recall"]) == (0.5, None, 0.5)


BAD_VECTORS: list[tuple[Any, Any, str]] = [
    ([], [], "/actual_vector"),
    ([1], [], "/predicted_vector"),
    ([1, 0], [1], "/predicted_vector"),
    ([1, [2]], [1, 0], "/actual_vector/1"),
    ([1, 0], [1, {"a": 1}], "/predicted_vector/1"),
    ([1, None], [1, 0], "/actual_vector/1"),
    ([1, True], [1, 0], "/actual_vector/1"),
    (["a", "b\0"], ["a", "b"], "/actual_vector/1"),
    (["a", "tab\t"], ["a", "b"], "/actual_vector/1"),
    (["a", "x" * 501], ["a", "b"], "/actual_vector/1"),
    ([1, 2**60], [1, 0], "/actual_vector/1"),
    (list(range(1001)), list(range(1001)), "/actual_vector"),
    ("ab", ["a", "b"], "/actual_vector"),
    (None, [1], "/actual_vector"),
    ({"0": 1}, [1], "/actual_vector"),
]


@pytest.mark.parametrize(("actual", "predicted", "pointer"), BAD_VECTORS)
async def test_bad_labels_are_refused_by_place_and_nothing_is_stored(
    alice: Client, platform: Platform, actual: Any, predicted: Any, pointer: str
) -> None:
    answer = await alice.post("/cm/create", {"actual_vector": actual, "predicted_vector": predicted})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"] == answer.json()["detail"]
    async with platform.db.connection() as connection:
        stored = await connection.fetchval(
            "SELECT count(*) FROM matrix JOIN account ON account.id = account_id WHERE email = $1", alice.email
        )
    assert stored == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[1, 2]",
        b'"text"',
        b'{"actual_vector": [1',
        b'{"actual_vector": [NaN], "predicted_vector": [1]}',
        b'{"actual_vector": [1e400], "predicted_vector": [1]}',
        b'{"actual_vector": ["\xff"], "predicted_vector": ["a"]}',
        b'{"actual_vector": ["\\ud800"], "predicted_vector": ["a"]}',
        b'{"actual_vector": ' + b"[" * 100_000 + b"]" * 100_000 + b', "predicted_vector": [1]}',
        b"[" * 100_000,
        b'{"actual_vector": [1], "predicted_vector": [1], "x": {"y": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}}",
    ],
)
async def test_what_is_no_such_json_is_a_problem_of_the_sender(alice: Client, body: bytes) -> None:
    answer = await alice.http.post("/cm/create", content=body, headers={"X-API-Key": alice.key})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid-input"


async def test_a_body_beyond_the_limit_is_refused(alice: Client, platform: Platform) -> None:
    body = b'{"actual_vector": [' + b"1," * (platform.settings.max_body_bytes // 2) + b'1], "predicted_vector": [1]}'

    answer = await alice.http.post("/cm/create", content=body, headers={"X-API-Key": alice.key})

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_old_clients_may_send_fields_that_nobody_knows(alice: Client) -> None:
    body = {"actual_vector": [1, 0], "predicted_vector": [1, 0], "image_id": 7}

    assert (await alice.post("/cm/create", body)).status_code == 200


@pytest.mark.parametrize("path", ["/cm/", "/cm", "/cm/report", "/cm/plot"])
async def test_what_is_not_yours_is_not_there(alice: Client, mallory: Client, path: str) -> None:
    uid = await alice.create_matrix()

    foreign = await mallory.get(path, cm_uid=uid)
    unknown = await mallory.get(path, cm_uid="01a2d7a0-0000-7000-8000-000000000000")
    nonsense = await mallory.get(path, cm_uid="../etc/passwd")

    assert [answer.status_code for answer in (foreign, unknown, nonsense)] == [404, 404, 404]
    assert foreign.json() == unknown.json() == nonsense.json()


async def test_paths_are_taken_with_and_without_a_slash_at_the_end(alice: Client) -> None:
    uid = await alice.create_matrix()
    labels = {"actual_vector": [1], "predicted_vector": [1]}

    assert (await alice.get("/cm", cm_uid=uid)).json() == (await alice.get("/cm/", cm_uid=uid)).json()
    assert (await alice.post("/cm/create/", labels)).status_code == 200


async def test_the_codes_of_every_sample_are_kept(alice: Client, platform: Platform) -> None:
    uid = await alice.create_matrix(["b", "a", "b"], ["b", "b", "a"])

    async with platform.db.connection() as connection:
        row = await connection.fetchrow("SELECT classes, actual_codes, predicted_codes FROM matrix WHERE uid = $1", uid)
    assert row["classes"] == ["a", "b"]
    assert decode(row["actual_codes"], 3).tolist() == [1, 0, 1]
    assert decode(row["predicted_codes"], 3).tolist() == [1, 1, 0]


async def test_an_update_shows_the_new_labels_everywhere(alice: Client, workers: Team) -> None:
    workers.start()
    uid = await alice.create_matrix(["zebra", "zebra"], ["zebra", "zebra"])
    before = await alice.get("/cm/report", cm_uid=uid)

    answer = await alice.post(f"/cm/update?cm_uid={uid}", {"actual_vector": ["new"], "predicted_vector": ["new"]})
    after = await alice.get("/cm/report", cm_uid=uid)

    assert (answer.status_code, answer.json()) == (200, {"uid": uid})
    assert (await alice.get("/cm/", cm_uid=uid)).json()["confusion_matrix"] == [[1]]
    assert ("zebra" in before.text, "zebra" in after.text) == (True, False)
    assert (await alice.get(f"/v1/matrices/{uid}")).json()["version"] == 2


async def test_a_refused_update_changes_nothing(alice: Client) -> None:
    uid = await alice.create_matrix()
    before = (await alice.get(f"/v1/matrices/{uid}")).json()

    answer = await alice.post(f"/cm/update?cm_uid={uid}", {"actual_vector": [1, 2], "predicted_vector": [1]})

    assert answer.status_code == 400
    assert (await alice.get(f"/v1/matrices/{uid}")).json() == before


async def test_deleting_takes_everything_along(alice: Client, workers: Team) -> None:
    workers.start()
    uid = await alice.create_matrix()
    job = await alice.final((await alice.submit("report", uid))["id"])

    answer = await alice.delete(f"/cm/{uid}")
    again = await alice.delete(f"/cm/{uid}")

    assert (answer.status_code, answer.json()) == (200, {"message": "Confusion matrix deleted"})
    assert again.status_code == 404
    assert (await alice.get("/cm/", cm_uid=uid)).status_code == 404
    assert (await alice.get(f"/v1/jobs/{job['id']}")).status_code == 404
    async with httpx2.AsyncClient() as anybody:
        assert (await anybody.get(job["artifacts"][0]["url"])).status_code == 404


async def test_deleting_one_matrix_leaves_the_artifacts_of_others(alice: Client, workers: Team) -> None:
    workers.start()
    kept = await alice.final((await alice.submit("report"))["id"])
    uid = await alice.create_matrix()
    await alice.final((await alice.submit("report", uid))["id"])

    await alice.delete(f"/cm/{uid}")

    async with httpx2.AsyncClient() as anybody:
        assert (await anybody.get(kept["artifacts"][0]["url"])).status_code == 200


async def test_a_matrix_of_somebody_else_can_be_neither_changed_nor_deleted(alice: Client, mallory: Client) -> None:
    uid = await alice.create_matrix()
    before = (await alice.get(f"/v1/matrices/{uid}")).json()
    labels = {"actual_vector": [1], "predicted_vector": [1]}

    answers = [
        await mallory.post(f"/cm/update?cm_uid={uid}", labels),
        await mallory.delete(f"/cm/{uid}"),
        await mallory.get(f"/v1/matrices/{uid}"),
        await mallory.delete(f"/v1/matrices/{uid}"),
        await mallory.http.patch(f"/v1/matrices/{uid}", json={"name": "mine"}, headers={"X-API-Key": mallory.key}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert (await alice.get(f"/v1/matrices/{uid}")).json() == before
    assert (await mallory.get("/v1/matrices")).json() == {"items": [], "next": None}


async def test_weights_and_classes_count_on_the_inherited_routes(alice: Client) -> None:
    vectors = {"actual_vector": [1, 0, 1, 0], "predicted_vector": [1, 0, 0, 1]}
    weighted = await alice.post("/cm/create", {**vectors, "sample_weight": [10, 10, 1, 1]})
    ordered = await alice.post("/cm/create", {**vectors, "classes": [1, 0, 2], "sample_weight": None})

    found = (await alice.get("/cm/", cm_uid=weighted.json()["uid"])).json()
    assert (found["accuracy"], found["confusion_matrix"]) == (pytest.approx(10 / 11), [[10, 1], [1, 10]])
    found = (await alice.get("/cm/", cm_uid=ordered.json()["uid"])).json()
    assert found["confusion_matrix"] == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize("name", ["sample_weights", "weights", "labels", "threshold", "transpose"])
async def test_fields_that_would_change_the_figures_are_refused_by_name(alice: Client, name: str) -> None:
    body = {"actual_vector": [1, 0], "predicted_vector": [1, 0], name: [1, 1]}

    answer = await alice.post("/cm/create", body)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{name}")


async def test_other_fields_are_passed_over(alice: Client) -> None:
    body = {"actual_vector": [1, 0], "predicted_vector": [1, 0], "image_id": 7, "meta_group_id": 1}

    assert (await alice.post("/cm/create", body)).status_code == 200
