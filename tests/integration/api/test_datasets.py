"""A dataset is a named test set, whose truth any number of runs is counted against."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from shared.datasets import objects
from shared.kit.platform import Platform
from tests.actors import Client, stored_keys
from tests.files import announce, upload_announced, upload_file
from tests.integration.api.test_runs import read, send, settled

TRUTH = b"id,label,country\n007,cat,DE\n008,dog,FR\n009,cat,DE\n"
PREDICTIONS = b"id,prediction\n009,dog\n007,cat\n008,dog\n"

has_workers = pytest.mark.usefixtures("workers")


async def create(alice: Client, body: bytes = TRUTH, name: str = "pets", **fields: Any) -> Any:
    """A dataset, once it has been read."""
    # Without its SHA-256: content that is stored already would not be sent again.
    upload = (await upload_announced(alice, body, filename="truth.csv", sha256=None))["id"]
    answer = await alice.send("POST", "/v1/datasets", json={"upload_id": upload, "name": name, **fields})
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/v1/datasets/{answer.json()['id']}"
    return await alice.ended(answer.headers["Location"])


@has_workers
async def test_a_dataset_says_what_its_file_holds(alice: Client) -> None:
    dataset = await create(alice)

    shown = {name: dataset[name] for name in ("name", "version", "private", "status", "samples", "runs", "classes")}
    assert shown == {
        "name": "pets",
        "version": 1,
        "private": False,
        "status": "ready",
        "samples": 3,
        "runs": 0,
        "classes": ["cat", "dog"],
    }
    assert {column["column"]: column["role"] for column in dataset["columns"]} == {
        "id": "id",
        "label": "truth",
        "country": "slice",
    }
    assert (dataset["questions"], dataset["error"], dataset["format"]) == ([], None, "csv")


@has_workers
async def test_a_name_again_is_its_next_version_and_equal_content_has_an_equal_hash(alice: Client) -> None:
    first = await create(alice)
    shuffled = await create(alice, b"id,country,label\n009,DE,cat\n007,DE,cat\n008,FR,dog\n")
    corrected = await create(alice, TRUTH.replace(b"009,cat", b"009,dog"))
    other = await create(alice, name="other")

    assert [dataset["version"] for dataset in (first, shuffled, corrected, other)] == [1, 2, 3, 1]
    assert first["content_sha256"] == shuffled["content_sha256"] == other["content_sha256"]
    assert corrected["content_sha256"] != first["content_sha256"]
    versions = (await alice.get("/v1/datasets", name="pets")).json()["items"]
    assert [dataset["id"] for dataset in versions] == [corrected["id"], shuffled["id"], first["id"]]


async def test_two_requests_at_once_make_two_versions_of_a_name(alice: Client) -> None:
    upload = (await upload_file(alice, TRUTH))["id"]
    body = {"upload_id": upload, "name": "at once"}

    answers = await asyncio.gather(*(alice.post("/v1/datasets", body) for _ in range(4)))

    assert sorted(answer.json()["version"] for answer in answers) == [1, 2, 3, 4]


@has_workers
async def test_runs_of_one_dataset_are_counted_and_compared_by_id(alice: Client) -> None:
    dataset = await create(alice)
    first = await send(alice, PREDICTIONS, dataset_id=dataset["id"])
    second = await send(alice, b"id,prediction\n008,dog\n009,cat\n007,cat\n", dataset_id=dataset["id"])
    await send(alice, b"id,prediction,label\n007,cat,cat\n008,cat,dog\n")

    assert (first["status"], second["status"]) == ("ready", "ready")
    truth = {"upload_id": dataset["upload_id"], "dataset_id": dataset["id"], "missing": "refuse", "extra": "refuse"}
    assert first["truth"] == truth
    assert (await read(alice, first, "matrix"))["confusion_matrix"] == [[1, 1], [0, 1]]
    assert (await read(alice, first, "matrix", slice="country:DE"))["confusion_matrix"] == [[1, 1], [0, 0]]
    listed = (await alice.get("/v1/runs", dataset_id=dataset["id"])).json()["items"]
    assert [run["id"] for run in listed] == [second["id"], first["id"]]
    assert (await alice.get(f"/v1/datasets/{dataset['id']}")).json()["runs"] == 2
    sides = {"baseline": first["id"], "candidate": second["id"]}
    comparison = await alice.make("/v1/comparisons", sides)
    assert (comparison["status"], comparison["result"]["flips"]["fixed"]) == ("ready", 1), comparison
    flips = (await alice.get(f"/v1/comparisons/{comparison['id']}/flips", kind="fixed")).json()
    assert [flip["id"] for flip in flips["items"]] == ["009"]


@has_workers
async def test_the_dataset_stays_when_its_upload_is_deleted(alice: Client) -> None:
    dataset = await create(alice)
    assert (await alice.delete(f"/v1/uploads/{dataset['upload_id']}")).status_code == 204

    run = await send(alice, PREDICTIONS, dataset_id=dataset["id"])
    again = await settled(alice, await alice.send("PUT", f"/v1/runs/{run['id']}/columns", json={"id": "id"}))

    assert (run["status"], again["status"], again["version"]) == ("ready", "ready", 2)


@has_workers
@pytest.mark.parametrize(
    ("predictions", "code", "said"),
    [
        (b"id,prediction\n007,cat\n", "ids-missing", "2 of 3 samples have no prediction: “008”, “009”"),
        (PREDICTIONS + b"7,cat\n", "ids-missing", "1 prediction is of a sample without an actual label: “7”"),
        (PREDICTIONS + b"008,cat\n", "ids-duplicated", "“008” (line 4, line 5)"),
    ],
)
async def test_ids_that_are_not_those_of_the_dataset_fail_the_run(
    alice: Client, predictions: bytes, code: str, said: str
) -> None:
    run = await send(alice, predictions, dataset_id=(await create(alice))["id"])

    assert (run["status"], run["error"]["code"]) == ("failed", code)
    assert said in run["error"]["detail"]


@has_workers
async def test_a_column_cannot_be_named_as_another_truth_than_that_of_the_dataset(alice: Client) -> None:
    dataset = await create(alice)

    run = await send(alice, PREDICTIONS, dataset_id=dataset["id"], columns='{"truth": "country"}')

    assert (run["status"], run["error"]["code"]) == ("failed", "columns-contradictory")
    assert "“label” holds the actual labels" in run["error"]["detail"]


@has_workers
@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (TRUTH + b"008,cat,DE\n", "ids-duplicated", "“008” (line 3, line 5)"),
        (TRUTH + b",cat,DE\n", "rows-invalid", "Row 4 (line 5), column “id”: there is no sample id"),
        (TRUTH + b"010,,DE\n", "rows-invalid", "Row 4 (line 5), column “label”: there is no actual label"),
    ],
)
async def test_a_file_that_is_no_test_set_fails_with_its_lines(
    alice: Client, body: bytes, code: str, said: str
) -> None:
    dataset = await create(alice, body, columns={"id": "id", "truth": "label"})

    assert (dataset["status"], dataset["samples"], dataset["error"]["code"]) == ("failed", None, code)
    assert said in str(dataset["error"])


@has_workers
async def test_what_a_file_leaves_open_is_asked_and_answered_in_the_next_version(alice: Client) -> None:
    body = b"id,first,second\n007,cat,dog\n008,dog,dog\n"
    asked = await create(alice, body, columns={"header": True})
    answered = await create(alice, body, columns={"header": True, "truth": "second"})

    assert (asked["status"], asked["questions"][0]["asks"], asked["questions"][0]["candidates"]) == (
        "needs_mapping",
        "truth",
        ["first", "second"],
    )
    refused = await alice.post("/v1/runs", {"data": {"id": ["007"], "p": ["cat"]}, "dataset_id": asked["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "dataset-not-ready")
    assert (answered["status"], answered["classes"]) == ("ready", ["dog"])


@has_workers
async def test_a_private_dataset_shows_counts_and_no_sample(alice: Client) -> None:
    dataset = await create(alice, private=True)
    run = await send(alice, PREDICTIONS, dataset_id=dataset["id"])
    guess = await send(alice, b"id,label,prediction\n007,cat,cat\n008,cat,dog\n009,cat,cat\n")
    shown = await create(alice)
    open_run = await send(alice, PREDICTIONS, dataset_id=shown["id"])

    assert (await read(alice, run, "matrix"))["confusion_matrix"] == [[1, 1], [0, 1]]
    assert (await read(alice, run, "metrics"))["overall"]["accuracy"] == pytest.approx(2 / 3)
    for result in ("samples", "errors", "errors.csv", "export"):
        answer = await alice.get(f"/v1/runs/{run['id']}/{result}")
        assert (answer.status_code, answer.json()["code"]) == (403, "dataset-private"), result
    sides = {"baseline": run["id"], "candidate": open_run["id"]}
    compared = await alice.make("/v1/comparisons", sides)
    assert compared["status"] == "ready", compared
    flips = await alice.get(f"/v1/comparisons/{compared['id']}/flips", kind="both_wrong")
    assert (flips.status_code, flips.json()["code"]) == (403, "dataset-private")
    sides = {"baseline": run["id"], "candidate": guess["id"]}
    compared = await alice.make("/v1/comparisons", sides)
    assert (compared["error"]["code"], compared["error"].get("errors", [])) == ("runs-not-comparable", [])
    told = {"data": {"id": ["007"], "prediction": ["cat"]}, "dataset_id": dataset["id"], "missing": "exclude"}
    partial = await alice.post("/v1/runs", told)
    assert (partial.status_code, partial.json()["errors"][0]["pointer"]) == (400, "/missing")


@has_workers
async def test_the_truth_of_a_private_dataset_is_told_by_no_group_or_score_of_its_sender(alice: Client) -> None:
    labels = ["cat" if i % 3 else "dog" for i in range(50)]
    sites = ["A" if i < 25 else "B" if i < 46 else "C" for i in range(50)]
    rows = zip(labels, sites, strict=True)
    truth = "id,label,site,age\n" + "".join(f"{i},{label},{site},{i}\n" for i, (label, site) in enumerate(rows))
    dataset = await create(alice, truth.encode(), private=True)
    mine = "id,prediction,prob_cat,mine\n" + "".join(f"{i},cat,0.{i + 30},u{i}\n" for i in range(50))
    run = await send(alice, mine.encode(), dataset_id=dataset["id"])

    assert run["status"] == "ready", run
    assert {column["column"]: column["role"] for column in run["columns"]}["mine"] == "unused"
    slices = (await read(alice, run, "slices"))["items"]
    # C has 4 samples, so that it is counted together with B, of 21; and no age has more than one.
    assert {(entry["column"], entry["value"], entry["support"]) for entry in slices} == {
        ("site", "A", 25),
        ("site", "(few samples)", 25),
        ("age", "(few samples)", 50),
    }
    assert (await read(alice, run, "matrix", slice="site:A"))["rows"] == 25
    assert [(await read(alice, run, "matrix", slice=f"site:{site}"))["rows"] for site in "BC"] == [0, 0]
    # All but the area itself step from one sample to the next.
    assert (await read(alice, run, "metrics"))["classes"][0]["roc_auc"] is not None
    paths = [
        *("curves", "calibration", "recalibration", "temperature", "thresholds?metric=f1", "decision-curve"),
        *("promised-threshold?at_least=0.5", "matrix?threshold=0.5", "metrics?threshold=0.5", "slices?by=site"),
        *("slices?by=site&threshold=0.5", "matrix?slice=site:A&slice=age:3", "matrix?slice=age:[3,4)"),
        *("curves?slice=site:A", "samples", "errors", "errors.csv", "export"),
    ]
    for path in paths:
        answer = await alice.send("GET", f"/v1/runs/{run['id']}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (403, "dataset-private"), path
    report = (await alice.get(f"/v1/runs/{run['id']}/report")).text
    assert ("<h2>Classes" in report, "<h2>Curves" in report) == (True, False)
    link = (await alice.post("/v1/share-links", {"target_type": "run", "target_id": run["id"]})).json()
    token = link["path"].partition("token=")[2]
    seen = [await alice.http.get(f"/app/shared{part}", params={"token": token}) for part in ("", "/curves")]
    assert [answer.status_code for answer in seen] == [200, 403]
    assert "/app/shared/curves" not in seen[0].text
    for kind in ("weak_slices", "label_audit"):
        answer = await alice.post("/v1/jobs", {"kind": kind, "run_id": run["id"]})
        assert (answer.status_code, answer.json()["code"]) == (403, "dataset-private"), kind


@has_workers
async def test_invented_labels_tell_no_truth_of_a_private_dataset(alice: Client) -> None:
    truth = "id,label\n" + "".join(f"{i},{'cat' if i % 3 else 'dog'}\n" for i in range(50))
    datasets = [await create(alice, truth.encode(), private=private, name=f"p{private}") for private in (True, False)]

    def predicted(label: Callable[[int], str]) -> bytes:
        return ("id,prediction\n" + "".join(f"{i},{label(i)}\n" for i in range(50))).encode()

    each = predicted(lambda i: "cat" if i < 2 else f"u{i}")
    refused = await send(alice, each, dataset_id=datasets[0]["id"])
    shown = await send(alice, each, dataset_id=datasets[1]["id"])
    one = await send(alice, predicted(lambda i: "?" if i < 3 else "cat"), dataset_id=datasets[0]["id"])
    halves = await send(alice, predicted(lambda i: ("cat", "a", "b")[i % 5 // 2]), dataset_id=datasets[0]["id"])

    assert (refused["status"], refused["error"]["code"]) == ("failed", "dataset-private")
    assert refused["error"]["detail"] == (
        "48 predicted labels are no labels of the dataset, and each is predicted of fewer than 20 samples: as the "
        "truth is private, write one label for all of them."
    )
    assert [run["status"] for run in (shown, one, halves)] == ["ready"] * 3


@has_workers
async def test_weights_of_a_dataset_count_in_each_of_its_runs(alice: Client) -> None:
    dataset = await create(alice, b"id,label,sample_weight\n007,cat,2\n008,dog,1\n009,cat,5.5\n")

    weighted = await send(alice, PREDICTIONS, dataset_id=dataset["id"])
    counted = await send(alice, PREDICTIONS, dataset_id=dataset["id"], columns='{"weight": null}')

    assert (weighted["weighted_by"], counted["weighted_by"]) == ("sample_weight", None)
    assert (await read(alice, weighted, "matrix"))["confusion_matrix"] == [[2, 5.5], [0, 1]]
    assert (await read(alice, counted, "matrix"))["confusion_matrix"] == [[1, 1], [0, 1]]


@has_workers
async def test_a_dataset_is_deleted_with_its_rows_once_no_run_refers_to_it(alice: Client, platform: Platform) -> None:
    dataset = await create(alice)
    run = await send(alice, PREDICTIONS, dataset_id=dataset["id"])
    prefix = f"{objects.PREFIX}{dataset['id']}/"
    assert len(stored_keys(platform.storage, prefix)) == 1

    refused = await alice.delete(f"/v1/datasets/{dataset['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "dataset-in-use")
    assert refused.json()["detail"].startswith("Runs refer to this dataset: 1.")
    assert (await read(alice, run, "matrix"))["rows"] == 3
    assert (await alice.delete(f"/v1/runs/{run['id']}")).status_code == 204
    assert (await alice.delete(f"/v1/datasets/{dataset['id']}")).status_code == 204

    assert (await alice.get(f"/v1/datasets/{dataset['id']}")).status_code == 404
    assert stored_keys(platform.storage, prefix) == []


async def test_what_a_dataset_or_a_run_names_has_to_be_there_and_ones_own(alice: Client, mallory: Client) -> None:
    pending = (await announce(alice, TRUTH))["id"]
    upload = (await upload_file(mallory, TRUTH))["id"]
    foreign = (await mallory.post("/v1/datasets", {"upload_id": upload, "name": "mine"})).json()["id"]
    answers = [await alice.post("/v1/datasets", {"upload_id": named, "name": "a"}) for named in (pending, upload, "x")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (409, "upload-incomplete"),
        (404, "upload-not-found"),
        (404, "upload-not-found"),
    ]
    rows = {"data": {"id": ["007"], "prediction": ["cat"]}}
    for dataset_id in (foreign, str(uuid4()), "pets"):
        answer = await alice.post("/v1/runs", rows | {"dataset_id": dataset_id})
        assert (answer.status_code, answer.json()["code"]) == (404, "dataset-not-found")
    both = await alice.post("/v1/runs", rows | {"dataset_id": foreign, "truth_upload_id": upload})
    assert (both.status_code, both.json()["errors"][0]["pointer"]) == (400, "/dataset_id")
