"""Predictions and actual labels come in two files, and are joined by the ids of their samples."""

from typing import Any
from uuid import uuid4

import pytest

from tests.actors import Client
from tests.files import announce, upload_file
from tests.integration.api.test_runs import read, send, settled

pytestmark = pytest.mark.usefixtures("workers")

TRUTH = b"id,label,country\n007,cat,DE\n008,dog,FR\n009,cat,DE\n"
PREDICTIONS = b"id,prediction\n009,dog\n007,cat\n008,dog\n"


async def truth_upload(alice: Client, body: bytes = TRUTH) -> str:
    upload_id: str = (await upload_file(alice, body, filename="truth.csv"))["id"]
    return upload_id


async def test_predictions_only_are_counted_against_the_truth_of_another_upload(alice: Client) -> None:
    truth = await truth_upload(alice)

    run = await send(alice, PREDICTIONS, truth_upload_id=truth)

    assert (run["status"], run["rows"], run["error"]) == ("ready", 3, None)
    assert run["truth"] == {"upload_id": truth, "dataset_id": None, "missing": "refuse", "extra": "refuse"}
    assert {column["column"]: (column["role"], column["rule"]) for column in run["columns"]} == {
        "id": ("id", "J1"),
        "prediction": ("prediction", "N2"),
        "label": ("truth", "J1"),
        "country": ("slice", "J1"),
    }
    assert (await read(alice, run, "matrix"))["confusion_matrix"] == [[1, 1], [0, 1]]
    assert (await read(alice, run, "matrix", slice="country:FR"))["confusion_matrix"] == [[0, 0], [0, 1]]
    errors = (await read(alice, run, "errors"))["items"]
    assert [(error["id"], error["actual"], error["metadata"]) for error in errors] == [
        ("009", "cat", {"country": "DE"})
    ]


async def test_rows_of_json_are_joined_as_those_of_a_file(alice: Client) -> None:
    records = [{"id": "007", "prediction": "cat"}, {"id": "008", "prediction": "cat"}, {"id": "1", "prediction": "dog"}]
    told = {"truth_upload_id": await truth_upload(alice), "missing": "exclude", "extra": "ignore"}

    run = await settled(alice, await alice.send("POST", "/v1/runs", json={"records": records} | told))

    assert (run["status"], run["rows"], run["truth"]["missing"], run["truth"]["extra"]) == (
        "ready",
        2,
        "exclude",
        "ignore",
    )
    assert run["notices"][:2] == [
        "1 of 3 samples has no prediction and is not counted.",
        "1 prediction is of a sample without an actual label and is not counted.",
    ]


@pytest.mark.parametrize(
    ("predictions", "truth", "code", "said"),
    [
        (b"id,prediction\n007,cat\n", TRUTH, "ids-missing", "2 of 3 samples have no prediction: “008”, “009”"),
        (PREDICTIONS + b"7,cat\n", TRUTH, "ids-missing", "1 prediction is of a sample without an actual label: “7”"),
        (PREDICTIONS + b"008,cat\n", TRUTH, "ids-duplicated", "“008” (line 4, line 5)"),
        (PREDICTIONS, TRUTH + b"008,cat,DE\n", "ids-duplicated", "actual labels: “008” (line 3, line 5)"),
    ],
)
async def test_ids_that_do_not_pair_fail_the_run_and_are_named(
    alice: Client, predictions: bytes, truth: bytes, code: str, said: str
) -> None:
    run = await send(alice, predictions, truth_upload_id=await truth_upload(alice, truth))

    assert (run["status"], run["rows"], run["error"]["code"]) == ("failed", None, code)
    assert said in run["error"]["detail"]


async def test_another_mapping_reads_both_files_again(alice: Client) -> None:
    two = b"id,first,second\n007,cat,dog\n008,dog,dog\n009,cat,cat\n"
    truth = await truth_upload(alice, two)
    run = await send(alice, PREDICTIONS, truth_upload_id=truth, columns='{"header": true}')
    assert (run["status"], run["questions"][0]["asks"], run["questions"][0]["candidates"]) == (
        "needs_mapping",
        "truth",
        ["first", "second"],
    )

    columns = await alice.send("PUT", f"/v1/runs/{run['id']}/columns", json={"truth": "second"})

    run = await settled(alice, columns)
    assert (run["status"], run["version"], run["truth"]["upload_id"]) == ("ready", 2, truth)
    assert (await read(alice, run, "matrix"))["confusion_matrix"] == [[0, 1], [1, 1]]


@pytest.mark.parametrize("field", ["missing", "extra"])
async def test_what_becomes_of_other_samples_is_said_only_of_two_files(alice: Client, field: str) -> None:
    word = {"missing": "exclude", "extra": "ignore"}[field]
    rows = {"data": {"y_true": ["a", "b"], "y_pred": ["a", "a"]}}

    answer = await alice.send("POST", "/v1/runs", json=rows | {field: word})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{field}")


async def test_the_upload_with_the_truth_has_to_be_complete_and_ones_own(alice: Client, mallory: Client) -> None:
    pending = (await announce(alice, b"id,label\n1,a\n"))["id"]
    foreign = await truth_upload(mallory)
    answers: dict[str, Any] = {}
    for truth in (pending, foreign, str(uuid4()), "truth.csv"):
        rows = {"data": {"id": ["1"], "prediction": ["a"]}, "truth_upload_id": truth}
        answer = await alice.send("POST", "/v1/runs", json=rows)
        answers[truth] = (answer.status_code, answer.json()["code"])

    missing = (404, "upload-not-found")
    assert [*answers.values()] == [(409, "upload-incomplete"), missing, missing, missing]
