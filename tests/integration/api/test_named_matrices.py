from typing import Any

import pytest

from tests.actors import Client

DESCRIPTION = {
    "name": "Night shift",
    "tags": ["nightly", "v2"],
    "model_name": "resnet",
    "model_version": "2.1",
    "data_set": "digits",
}


async def _create(client: Client, **body: Any) -> dict[str, Any]:
    answer = await client.post("/v1/matrices", body)
    assert answer.status_code == 201, answer.text
    matrix: dict[str, Any] = answer.json()
    return matrix


async def test_a_matrix_carries_what_its_owner_says_of_it(alice: Client) -> None:
    made = await _create(alice, actual_vector=["a", "b"], predicted_vector=["a", "a"], **DESCRIPTION)

    assert made == {
        "uid": made["uid"],
        "version": 1,
        **DESCRIPTION,
        "sample_count": 2,
        "accuracy": 0.5,
        "precision": None,
        "recall": 0.5,
        "f1": pytest.approx(1 / 3),
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
        "classes": ["a", "b"],
        "confusion_matrix": [[1, 0], [1, 0]],
        "undefined": {
            "precision": {
                "metric": "precision.macro",
                "reason": "class “b” is never predicted",
                "classes": ["b"],
                "counted_as_zero": 0.25,
            }
        },
    }
    assert (await alice.get(f"/v1/matrices/{made['uid']}")).json() == made


async def test_a_matrix_can_come_as_counts(alice: Client) -> None:
    made = await _create(alice, classes=["yes", "no"], counts=[[8, 2], [1, 9]])

    assert (made["classes"], made["confusion_matrix"], made["sample_count"]) == (["yes", "no"], [[8, 2], [1, 9]], 20)
    assert made["accuracy"] == 0.85
    assert (await alice.get("/cm/", cm_uid=made["uid"])).json()["confusion_matrix"] == [[8, 2], [1, 9]]


async def test_weighted_samples_count_as_much_as_they_weigh(alice: Client) -> None:
    made = await _create(alice, actual_vector=[0, 1, 1], predicted_vector=[0, 1, 0], sample_weight=[2, 0.5, 1.5])

    assert made["confusion_matrix"] == [[2.0, 0.0], [1.5, 0.5]]
    assert (made["accuracy"], made["sample_count"]) == (0.625, 3)


async def test_the_vectors_may_have_their_names_in_scikit_learn(alice: Client) -> None:
    made = await _create(alice, y_true=["a", "b", "b"], y_pred=["a", "a", "b"], sample_weight=[1, 2, 3])

    assert (made["classes"], made["confusion_matrix"]) == (["a", "b"], [[1.0, 0.0], [2.0, 3.0]])


@pytest.mark.parametrize("repeats", [1, 30_000], ids=["small", "large"])
async def test_true_and_false_are_the_labels_that_files_have_for_them(alice: Client, repeats: int) -> None:
    made = await _create(alice, y_true=[True, False, True] * repeats, y_pred=[True, True, False] * repeats)

    assert (made["classes"], made["confusion_matrix"]) == (["False", "True"], [[0, repeats], [repeats, repeats]])


@pytest.mark.parametrize("repeats", [1, 30_000], ids=["small", "large"])
async def test_fractions_are_labels_only_where_the_truth_has_some(alice: Client, repeats: int) -> None:
    refused = await alice.post("/v1/matrices", {"y_true": [0, 1] * repeats, "y_pred": [0.25, 0.75] * repeats})

    assert refused.json()["errors"] == [
        {
            "pointer": "/y_pred",
            "detail": "y_pred: these are fractions, and no actual label is one; send labels, or scores as a run "
            "(/v1/runs).",
        }
    ]
    made = await _create(alice, y_true=[0.5, 1] * repeats, y_pred=[0.5, 1.5] * repeats)
    assert (made["classes"], made["accuracy"]) == ([0.5, 1, 1.5], 0.5)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"y_true": [1]}, "/y_pred"),
        ({"y_true": [1, "a"], "y_pred": [1, ""]}, "/y_pred/1"),
        ({"y_true": [1, 0], "y_pred": [1]}, "/y_pred"),
        ({"y_true": [1], "actual_vector": [1], "predicted_vector": [1]}, "/actual_vector"),
        ({"y_true": [True], "y_pred": [1]}, "/y_pred"),
        ({"y_true": ["True"], "y_pred": [True]}, "/y_true"),
        ({"y_true": [True, 1], "y_pred": [True, False]}, "/y_true/1"),
        ({"y_true": [1], "y_pred": [2], "classes": [1]}, "/y_pred/0"),
        ({"classes": ["a"], "counts": [[1]], "y_true": ["a"]}, "/y_true"),
        ({}, "/actual_vector"),
        ({"classes": ["a"], "counts": [[1, 2]]}, "/counts"),
        ({"classes": ["a", "b"], "counts": [[1, 2]]}, "/counts"),
        ({"classes": ["a", "a"], "counts": [[1, 2], [3, 4]]}, "/classes/1"),
        ({"classes": ["a", "b"], "counts": [[1, -2], [3, 4]]}, "/counts/0/1"),
        ({"classes": ["a", "b"], "counts": [[1, 2.5], [3, 4]]}, "/counts/0/1"),
        ({"counts": [[1]]}, "/classes"),
        ({"classes": ["a", "b"], "counts": [[2**53, 1], [0, 0]]}, "/counts"),
        ({"classes": ["a"], "counts": [[1]], "actual_vector": [1]}, "/actual_vector"),
        ({"actual_vector": [1, 2], "predicted_vector": [1, 2], "sample_weight": [1]}, "/sample_weight"),
        ({"actual_vector": [1, 2], "predicted_vector": [1, 2], "sample_weight": [1, -1]}, "/sample_weight/1"),
        ({"actual_vector": [1], "predicted_vector": [1], "name": ""}, "/name"),
        ({"actual_vector": [1], "predicted_vector": [1], "tags": ["x" * 51]}, "/tags/0"),
        ({"actual_vector": [1], "predicted_vector": [1], "nam": "x"}, "/nam"),
    ],
)
async def test_a_mistake_is_named_and_nothing_is_stored(alice: Client, body: dict[str, Any], pointer: str) -> None:
    answer = await alice.post("/v1/matrices", body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await alice.get("/v1/matrices")).json()["items"] == []


async def test_what_is_said_can_be_changed_field_by_field(alice: Client) -> None:
    made = await _create(alice, actual_vector=[1], predicted_vector=[1], **DESCRIPTION)

    answer = await alice.http.patch(
        f"/v1/matrices/{made['uid']}", json={"name": None, "tags": ["new"]}, headers={"X-API-Key": alice.key}
    )

    changed = answer.json()
    assert answer.status_code == 200
    assert changed == {**made, "name": None, "tags": ["new"], "updated_at": changed["updated_at"]}


async def test_a_tag_that_is_sent_twice_is_there_once(alice: Client) -> None:
    made = await _create(alice, actual_vector=[1], predicted_vector=[1], tags=["b", "a", "b"])
    changed = await alice.send("PATCH", f"/v1/matrices/{made['uid']}", json={"tags": ["c", "c", "a"]})

    assert (made["tags"], changed.json()["tags"]) == (["b", "a"], ["c", "a"])


async def test_matrices_are_listed_newest_first_by_name_and_tag(alice: Client) -> None:
    labels = {"actual_vector": [1, 0], "predicted_vector": [1, 1]}
    first = await _create(alice, **labels, name="Alpha one", tags=["x"])
    second = await _create(alice, **labels, name="Beta", tags=["x", "y"])
    third = await _create(alice, **labels)

    page = (await alice.get("/v1/matrices", limit=2)).json()
    rest = (await alice.get("/v1/matrices", limit=2, cursor=page["next"])).json()

    shown = {key: second[key] for key in second if key not in {"classes", "confusion_matrix", "undefined"}}
    assert [matrix["uid"] for matrix in page["items"]] == [third["uid"], second["uid"]]
    assert page["items"][1] == {**shown, "class_count": 2}
    assert ([matrix["uid"] for matrix in rest["items"]], rest["next"]) == ([first["uid"]], None)
    assert await _listed(alice, name="ALPHA") == [first["uid"]]
    assert await _listed(alice, tag="x") == [second["uid"], first["uid"]]
    assert await _listed(alice, tag="y", name="alpha") == []
    assert await _listed(alice, name="100%_") == []


async def _listed(client: Client, **query: Any) -> list[str]:
    return [matrix["uid"] for matrix in (await client.get("/v1/matrices", **query)).json()["items"]]


@pytest.mark.parametrize("parameter", ["name", "tag"])
async def test_a_character_that_no_name_can_hold_finds_nothing(alice: Client, parameter: str) -> None:
    answer = await alice.get("/v1/matrices", **dict[str, Any]({parameter: "a\0b"}))

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{parameter}"]


async def test_the_classes_of_labels_are_theirs_in_that_order(alice: Client) -> None:
    vectors = {"actual_vector": ["a", "b"], "predicted_vector": ["a", "a"]}
    made = await _create(alice, **vectors, classes=["c", "b", "a"])

    assert (made["classes"], made["confusion_matrix"]) == (["c", "b", "a"], [[0, 0, 0], [0, 0, 1], [0, 0, 1]])
    samples = (await alice.get(f"/v1/matrices/{made['uid']}/samples")).json()["items"]
    assert [(sample["actual"], sample["predicted"]) for sample in samples] == [("a", "a"), ("b", "a")]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"actual_vector": [1, 0], "predicted_vector": [1, 0], "classes": [5, 6]}, "/actual_vector/0"),
        ({"actual_vector": [1, 0], "predicted_vector": [1, 2], "classes": [0, 1]}, "/predicted_vector/1"),
        ({"actual_vector": [1, 0], "predicted_vector": [1, 0], "classes": ["0", "1"]}, "/actual_vector/0"),
        ({"actual_vector": [1, 0], "predicted_vector": [1, 0], "classes": [0, 1, 1]}, "/classes/2"),
        ({"actual_vector": [1, 0], "predicted_vector": [1, 0], "classes": []}, "/classes"),
        ({"actual_vector": [1, 0, 1], "predicted_vector": ["1.0", "0.0", "0.0"]}, "/predicted_vector/0"),
        ({"classes": ["a", "b"], "counts": [[5.5, 1], [0, 1]]}, "/counts/0/0"),
        ({"classes": ["a", "b"], "counts": [[5.0, -1.0], [0, 1]]}, "/counts/0/0"),
    ],
)
async def test_labels_that_are_not_of_the_classes_are_refused(
    alice: Client, body: dict[str, Any], pointer: str
) -> None:
    answer = await alice.post("/v1/matrices", body)

    assert answer.status_code == 400, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_counts_may_be_whole_floats(alice: Client) -> None:
    made = await _create(alice, classes=["a", "b"], counts=[[5.0, 1], [0.0, 2.0]])

    assert made["confusion_matrix"] == [[5, 1], [0, 2]]
