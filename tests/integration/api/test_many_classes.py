"""A matrix of thousands of classes, from its labels to its report; 1,500 show what 5,000 do."""

from collections import Counter
from functools import cache
from typing import Any

import pytest
from litestar import Litestar
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from tests.actors import Client
from tests.integration.api.test_runs import settled
from tests.integration.api.web.visitor import Visitor

CLASSES = 1500


@cache
def labels() -> tuple[list[str], list[str]]:
    actual = [f"class {code % CLASSES:04}" for code in range(3 * CLASSES)]
    predicted = list(actual)
    for at in range(CLASSES, CLASSES + 300):
        predicted[at] = actual[at + 1]
    # One pair is confused most.
    predicted += ["class 0009"] * 5
    return [*actual, *["class 0003"] * 5], predicted


async def created(client: Client) -> dict[str, Any]:
    actual, predicted = labels()
    answer = await client.post("/v1/matrices", {"actual_vector": actual, "predicted_vector": predicted})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_many_classes_are_counted_without_a_list_of_all_cells(alice: Client) -> None:
    actual, predicted = labels()
    matrix = await created(alice)

    assert matrix["confusion_matrix"] is None
    assert matrix["classes"] == sorted({*actual})
    assert matrix["accuracy"] == pytest.approx(accuracy_score(actual, predicted))
    assert matrix["f1"] == pytest.approx(f1_score(actual, predicted, average="macro"))
    assert (await alice.get(f"/v1/matrices/{matrix['uid']}")).json() == matrix


async def test_their_cells_are_listed_from_the_most_confused(alice: Client) -> None:
    counted = Counter(zip(*labels(), strict=True))
    errors = sum(1 for actual, predicted in counted if actual != predicted)
    uid = (await created(alice))["uid"]
    path = f"/v1/matrices/{uid}/cells"

    first = (await alice.get(path, errors_only="true", limit="2")).json()
    of_class = (await alice.send("GET", path, params={"class": "class 0009", "order": "position"})).json()
    pages, cursor = [], 0
    while cursor is not None:
        page = (await alice.get(path, cursor=str(cursor), limit="1000")).json()
        pages += page["items"]
        cursor = page["next"]

    assert first["items"][0] == {"actual": "class 0003", "predicted": "class 0009", "count": 5.0}
    assert (first["total"], first["next"]) == (errors, 2)
    assert {(cell["actual"], cell["predicted"]): cell["count"] for cell in of_class["items"]} == {
        cell: count for cell, count in counted.items() if "class 0009" in cell
    }
    assert {(cell["actual"], cell["predicted"]): cell["count"] for cell in pages} == counted
    assert len(pages) == page["total"] == len(counted)


async def test_their_statistics_are_of_the_classes_that_are_asked_for(alice: Client) -> None:
    actual, predicted = labels()
    _, recall, f1, support = precision_recall_fscore_support(actual, predicted)
    path = f"/v1/matrices/{(await created(alice))['uid']}/statistics"

    asked = (await alice.send("GET", path, params={"class": ["class 0009", "class 0003"]})).json()
    worst = (await alice.get(path)).json()

    assert asked["class_count"] == worst["class_count"] == CLASSES
    assert asked["classes"] == ["class 0009", "class 0003"]
    assert asked["per_class"]["P"] == [support[9], support[3]]
    assert asked["per_class"]["TPR"] == pytest.approx([recall[9], recall[3]])
    assert asked["estimates"]["per_class"]["f1.class"]["value"] == pytest.approx([f1[9], f1[3]])
    assert len(worst["classes"]) == len(worst["per_class"]["TPR"]) == 100
    assert {"class 0003", "class 0009"} <= {*worst["classes"]}
    assert worst["overall"]["Overall ACC"] == pytest.approx(accuracy_score(actual, predicted))


async def test_their_csv_has_a_line_for_each_cell_that_is_not_zero(alice: Client) -> None:
    counted = Counter(zip(*labels(), strict=True))
    uid = (await created(alice))["uid"]

    header, *lines = (await alice.get(f"/v1/matrices/{uid}/export", format="csv")).text.splitlines()

    assert header == "actual,predicted,count"
    assert sorted(lines) == sorted(f"{actual},{predicted},{count}" for (actual, predicted), count in counted.items())


@pytest.mark.usefixtures("workers")
async def test_several_of_them_are_ranked(app: Litestar, alice: Client) -> None:
    actual, _ = labels()
    body = {"actual_vector": actual, "predicted_vector": actual}
    better = (await alice.post("/v1/matrices", body)).json()["uid"]
    worse = (await created(alice))["uid"]
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    ranking = await alice.post("/compare/", {"cm_uids": [worse, better]})
    page = await visitor.get(f"/app/compare?uid={worse}&uid={better}")

    assert (ranking.status_code, ranking.json()["best_name"]) == (200, better), ranking.text
    assert page.status_code == 200
    assert "Matrices of more than 1,000 classes are not drawn" in page.text


@pytest.mark.usefixtures("workers")
async def test_the_page_of_a_run_says_which_classes_it_draws_and_offers_no_report(app: Litestar, alice: Client) -> None:
    actual, predicted = labels()
    run = await settled(alice, await alice.post("/v1/runs", {"data": {"y_true": actual, "y_pred": predicted}}))
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = (await visitor.get(f"/app/runs/{run['id']}")).text
    refused = [await alice.get(f"/v1/runs/{run['id']}/{file}") for file in ("report", "receipt")]

    assert "classes the 40 with the most errors are drawn" in page
    assert f"/app/runs/{run['id']}/report" not in page
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(409, "many-classes")] * 2


async def test_what_shows_every_cell_refuses_them_and_says_where_to_read(alice: Client) -> None:
    actual, predicted = labels()
    uid = (await created(alice))["uid"]

    refused = [
        await alice.get("/cm/", cm_uid=uid),
        await alice.get(f"/v1/matrices/{uid}/export", format="pycm"),
        await alice.get(f"/v1/matrices/{uid}/export", format="markdown"),
    ]
    inherited = await alice.post("/cm/create", {"actual_vector": actual, "predicted_vector": predicted})
    counts = await alice.post("/v1/matrices", {"classes": list(range(1001)), "counts": [[1]]})

    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(409, "many-classes")}
    assert "POST /v1/matrices takes up to 5000" in inherited.text
    assert "send labels of more" in counts.text


async def test_more_than_5000_classes_are_refused_with_what_to_do(alice: Client) -> None:
    many = list(range(5001))

    answer = await alice.post("/v1/matrices", {"actual_vector": many, "predicted_vector": many})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "pointer": "/actual_vector",
            "detail": "The vectors have more than 5000 different labels; send classes, not scores or ids, or "
            "merge rare ones.",
        }
    ]


@pytest.mark.usefixtures("workers")
async def test_pages_of_a_comparison_and_a_check_of_them_show_a_part_and_say_so(app: Litestar, alice: Client) -> None:
    actual, predicted = labels()
    metrics = [{"metric": "recall.class"}]
    baseline, candidate = [
        (await settled(alice, await alice.post("/v1/runs", {"data": {"y_true": actual, "y_pred": side}})))["id"]
        for side in (predicted, actual)
    ]
    sides = {"baseline": baseline, "candidate": candidate, "metrics": ["recall.class"]}
    gate = {"name": "many", "baseline": {"run_id": baseline}, "metrics": metrics}
    gate_id = (await alice.post("/v1/gates", gate)).json()["id"]
    comparison = (await alice.post("/v1/comparisons", sides)).json()["id"]
    check = (await alice.post(f"/v1/gates/{gate_id}/checks", {"candidate": candidate})).json()["id"]
    for path in (f"/v1/comparisons/{comparison}", f"/v1/checks/{check}"):
        await alice.ready(path)
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    pages = [(await visitor.get(path)).text for path in (f"/app/comparisons/{comparison}", f"/app/checks/{check}")]
    curves = await visitor.get(f"/app/comparisons/{comparison}/curves")

    for page in pages:
        assert page.count('<th scope="row" class="name">') == 400
        assert "The first 400 of 1\u202f500 are shown" in page
    assert (curves.status_code, "has no column of scores" in curves.text) == (200, True)
