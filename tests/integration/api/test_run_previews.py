"""Before anything is counted, the first rows of a file are shown with what its columns were taken for."""

from typing import Any

import pytest

from tests.actors import Client
from tests.integration.api.test_datasets import create
from tests.integration.api.test_runs import CSV, ROWS, send, settled

pytestmark = pytest.mark.usefixtures("workers")


async def preview(alice: Client, run: Any) -> Any:
    answer = await alice.get(f"/v1/runs/{run['id']}/preview")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_run_to_review_shows_its_first_rows_and_is_counted_once_its_columns_are_confirmed(
    alice: Client,
) -> None:
    run = await send(alice, CSV, review="true")

    assert (run["status"], run["rows"], run["links"]) == ("needs_mapping", None, {})
    assert [(question["asks"], question["candidates"]) for question in run["questions"]] == [("confirmation", [])]
    assert [column["role"] for column in run["columns"]] == ["id", "truth", "prediction", "score", "slice"]
    assert await preview(alice, run) == {
        "version": 1,
        "names": ["sample_id", "y_true", "y_pred", "prob_spam", "country"],
        "rows": [[str(cell) for cell in row] for row in ROWS],
        "rows_read": 6,
        "classes": [
            {"label": "ham", "actual": 4, "predicted": 3},
            {"label": "spam", "actual": 2, "predicted": 3},
        ],
        "warnings": [],
    }
    assert (await alice.get(f"/v1/runs/{run['id']}/matrix")).status_code == 409

    confirmed = await settled(alice, await alice.send("PUT", f"/v1/runs/{run['id']}/columns", json={}))

    assert (confirmed["status"], confirmed["version"], confirmed["rows"]) == ("ready", 2, 6)
    assert confirmed["questions"] == []
    assert (await preview(alice, run))["version"] == 2


async def test_columns_can_be_changed_and_reviewed_again(alice: Client) -> None:
    run = await send(alice, CSV, review="true")
    path = f"/v1/runs/{run['id']}/columns"

    named = {"truth": "y_pred", "prediction": "y_true", "scores": None}
    answer = await alice.send("PUT", f"{path}?review=true", json=named)
    again = await settled(alice, answer)

    assert (again["status"], again["version"]) == ("needs_mapping", 2)
    assert [entry["actual"] for entry in (await preview(alice, run))["classes"]] == [3, 3]


async def test_only_the_first_rows_are_looked_at_and_what_is_wrong_in_them_is_a_warning(alice: Client) -> None:
    good = "\n".join(
        ["id,truth,prediction,x", *(f"{i},{'ab'[i % 2]},{'ba'[i % 2]},{'y' * 300}" for i in range(5_000)), "0,a,b,y"]
    )
    bad = "id,truth,prediction\n1,a,b\n2,,a\n"

    run = await send(alice, good.encode(), review="true")
    unreadable = await send(alice, bad.encode(), review="true")

    found = await preview(alice, run)
    assert (len(found["rows"]), found["rows_read"]) == (20, 5_000)
    assert found["rows"][19] == ["19", "b", "a", "y" * 200]
    assert found["warnings"] == ["No prediction is right; do both columns hold the same labels?"]
    assert unreadable["status"] == "needs_mapping"
    warned = await preview(alice, unreadable)
    assert (warned["rows_read"], warned["classes"]) == (0, [])
    assert warned["warnings"] == ["Row 2 (line 3), column “truth”: there is no actual label; every sample needs both."]
    # All rows are read where they count: the last has an id that another one has.
    counted = await settled(alice, await alice.send("PUT", f"/v1/runs/{run['id']}/columns", json={}))
    assert (counted["status"], counted["error"]["code"]) == ("failed", "ids-duplicated")
    assert (await preview(alice, run))["version"] == 1


async def test_what_a_file_leaves_open_is_asked_beside_its_first_rows(alice: Client) -> None:
    open_columns = await send(alice, b"id,first,second\n1,cat,cat\n2,dog,cat\n", columns='{"header": true}')
    open_header = await send(alice, b"cat,cat\ndog,cat\n")
    without_labels = await send(
        alice, b"id,time\n1,2026-01-01\n2,2026-01-02\n", review="true", columns='{"header": true}'
    )

    assert {question["asks"] for question in open_columns["questions"]} == {"truth", "prediction"}
    assert (await preview(alice, open_columns))["rows"] == [["1", "cat", "cat"], ["2", "dog", "cat"]]
    assert (await preview(alice, open_header))["rows"][0] == ["cat", "cat"]
    assert [question["asks"] for question in without_labels["questions"]] == ["truth"]
    assert (await preview(alice, without_labels))["names"] == ["id", "time"]


async def test_a_run_without_any_readable_row_has_no_preview(alice: Client) -> None:
    run = await send(alice, b"PAR1 and nothing else", review="true")

    answer = await alice.get(f"/v1/runs/{run['id']}/preview")

    assert (run["status"], answer.status_code, answer.json()["code"]) == ("failed", 409, "run-not-ready")


async def test_joined_rows_are_shown_with_their_truth_unless_its_dataset_is_private(alice: Client) -> None:
    truth = b"id,label,site\n1,cat,A\n2,dog,B\n3,cat,A\n"
    predictions = {"data": {"id": ["1", "3", "2"], "prediction": ["cat", "dog", "dog"]}, "review": True}
    made = [(await create(alice, truth, name=f"private {private}", private=private))["id"] for private in (False, True)]

    plain, private = [
        await settled(alice, await alice.post("/v1/runs", predictions | {"dataset_id": dataset})) for dataset in made
    ]

    shown, hidden = await preview(alice, plain), await preview(alice, private)
    assert (shown["names"], shown["rows"][0]) == (["id", "prediction", "label", "site"], ["1", "cat", "cat", "A"])
    assert [(entry["label"], entry["actual"]) for entry in shown["classes"]] == [("cat", 2), ("dog", 1)]
    assert (shown["warnings"], shown["rows_read"]) == ([], 3)
    assert hidden == {
        "version": 1,
        "names": ["id", "prediction"],
        "rows": [["1", "cat"], ["3", "dog"], ["2", "dog"]],
        "rows_read": 0,
        "classes": [],
        "warnings": [],
    }
    for run in (plain, private):
        counted = await settled(alice, await alice.send("PUT", f"/v1/runs/{run['id']}/columns", json={}))
        assert (counted["status"], counted["rows"]) == ("ready", 3)
    assert (await preview(alice, private))["names"] == ["id", "prediction"]
