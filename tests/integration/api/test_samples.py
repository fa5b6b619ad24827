from typing import Any

import numpy as np
import pytest

from tests.actors import Client


async def found(client: Client, uid: str, **query: Any) -> tuple[list[int], int | None]:
    answer = await client.get(f"/v1/matrices/{uid}/samples", **query)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    return [item["index"] for item in page["items"]], page["next"]


async def test_a_sample_is_told_by_its_place_and_its_labels(alice: Client) -> None:
    uid = await alice.create_matrix(["a", "b", "a", "b"], ["a", "a", "b", "b"])

    answer = await alice.get(f"/v1/matrices/{uid}/samples", actual="b")

    assert answer.json() == {
        "items": [
            {"index": 1, "actual": "b", "predicted": "a"},
            {"index": 3, "actual": "b", "predicted": "b"},
        ],
        "next": None,
    }


async def test_pages_of_any_size_show_the_cell_once_and_in_order(alice: Client) -> None:
    random = np.random.default_rng(0)
    actual, predicted = (random.integers(0, 3, 500).tolist() for _ in range(2))
    uid = await alice.create_matrix(actual, predicted)
    expected = [i for i in range(500) if (actual[i], predicted[i]) == (1, 2)]
    counted = (await alice.get("/cm/", cm_uid=uid)).json()["confusion_matrix"][1][2]

    for limit in (1, 7, counted, counted + 1):
        shown: list[int] = []
        cursor: dict[str, int] = {}
        pages = 0
        while pages == 0 or cursor:
            page, following = await found(alice, uid, actual=1, predicted=2, limit=limit, **cursor)
            assert 0 < len(page) <= limit
            shown += page
            cursor = {} if following is None else {"cursor": following}
            pages += 1
        assert (shown, pages) == (expected, -(-counted // limit))
    assert len(expected) == counted


async def test_without_a_filter_all_samples_come(alice: Client) -> None:
    uid = await alice.create_matrix([1, 0, 1, 1, 0], [1, 0, 0, 1, 1])

    assert await found(alice, uid) == ([0, 1, 2, 3, 4], None)
    assert await found(alice, uid, limit=2) == ([0, 1], 1)
    assert await found(alice, uid, predicted=1, cursor=1) == ([3, 4], None)
    assert await found(alice, uid, cursor=99) == ([], None)


@pytest.mark.parametrize(("cursor", "status"), [(2**53, 200), (2**53 + 1, 400), (2**63 - 1, 400), (2**64, 400)])
async def test_a_cursor_is_a_number_that_every_reader_of_json_understands(
    alice: Client, cursor: int, status: int
) -> None:
    answer = await alice.get(f"/v1/matrices/{await alice.create_matrix()}/samples", cursor=cursor)

    assert answer.status_code == status
    assert [error["pointer"] for error in answer.json().get("errors", ())] == ["/cursor"] * (status == 400)


@pytest.mark.parametrize("text", ["1", "1.0", "1e0", "10E-1"])
async def test_a_number_class_is_found_by_its_value(alice: Client, text: str) -> None:
    assert await found(alice, await alice.create_matrix([1, 2, 0.5], [1, 1, 2]), predicted=text) == ([0, 1], None)


async def test_a_text_class_is_found_by_its_exact_text(alice: Client) -> None:
    uid = await alice.create_matrix(["1", "1.0", " &x=", "A"], ["a", "a", "a", "a"])

    for index, text in enumerate(("1", "1.0", " &x=", "A")):
        assert await found(alice, uid, actual=text) == ([index], None)


@pytest.mark.parametrize("text", ["3", "x", "", "NaN", "true", "[1]", "1_0", "１", "1" * 5000])
async def test_an_unknown_class_is_refused_with_what_there_is(alice: Client, text: str) -> None:
    uid = await alice.create_matrix([1, 2, 10], [1, 1, 1])

    answer = await alice.get(f"/v1/matrices/{uid}/samples", predicted=text)

    detail = "predicted: not a class of the matrix; its classes are “1”, “2”, “10”."
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"pointer": "/predicted", "detail": detail}])


async def test_only_a_few_of_many_classes_are_named(alice: Client) -> None:
    labels = [f"{i}{'x' * 100}" for i in range(9)]
    answer = await alice.get(f"/v1/matrices/{await alice.create_matrix(labels, labels)}/samples", actual="0")

    named = ", ".join(f"“{label[:49]}…”" for label in labels[:5])
    assert answer.json()["detail"] == f"actual: not a class of the matrix; its classes are {named} and 4 more."


@pytest.mark.parametrize("query", [{"cursor": -1}, {"cursor": "x"}, {"limit": 0}, {"limit": 10_001}])
async def test_a_page_out_of_bounds_is_refused_by_name(alice: Client, query: dict[str, Any]) -> None:
    answer = await alice.get(f"/v1/matrices/{await alice.create_matrix()}/samples", **query)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}" for name in query]


async def test_a_matrix_that_came_as_counts_has_no_samples_until_labels_come(alice: Client) -> None:
    made = await alice.post("/v1/matrices", {"classes": ["a", "b"], "counts": [[3, 1], [0, 4]]})
    uid = made.json()["uid"]

    refused = await alice.get(f"/v1/matrices/{uid}/samples", actual="a")
    await alice.post(f"/cm/update?cm_uid={uid}", {"actual_vector": ["a", "b"], "predicted_vector": ["b", "b"]})

    assert (refused.status_code, refused.json()["code"]) == (409, "matrix-without-samples")
    assert await found(alice, uid, actual="a") == ([0], None)


async def test_weighted_samples_are_listed_like_others(alice: Client) -> None:
    body = {"actual_vector": [0, 1, 1], "predicted_vector": [0, 1, 0], "sample_weight": [2, 0.5, 1.5]}
    uid = (await alice.post("/v1/matrices", body)).json()["uid"]

    assert await found(alice, uid, actual=1, predicted=0) == ([2], None)
