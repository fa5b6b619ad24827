"""A file with a flag for each row, and no labels: accuracy, slices and samples; everything else says why not."""

import csv
import io
from typing import Any

import pytest
from scipy.stats import binomtest

from tests.actors import Client
from tests.integration.api.test_runs import CSV, read, send

pytestmark = pytest.mark.usefixtures("workers")

FLAGS = [True, True, False, True, False, True, True]
ROWS = [(f"q{i}", "law" if i < 3 else "art", flag) for i, flag in enumerate(FLAGS)]
BODY = "\n".join(["doc_id,subject,correct", *(",".join(map(str, row)) for row in ROWS)]).encode()


async def refused(alice: Client, run: Any, path: str) -> tuple[int, str]:
    answer = await alice.send("GET", f"/v1/runs/{run['id']}/{path}")
    return answer.status_code, answer.json()["code"]


async def test_the_accuracy_has_its_interval_and_every_other_metric_its_reason(alice: Client) -> None:
    run = await send(alice, BODY)

    assert (run["status"], run["task"], run["rows"]) == ("ready", "correctness", 7)
    assert [*run["links"]] == ["metrics", "slices", "samples", "errors"]
    found = await read(alice, run, "metrics")
    assert {name: value for name, value in found["overall"].items() if value is not None} == {
        "accuracy": pytest.approx(5 / 7),
        "error_rate": pytest.approx(2 / 7),
    }
    interval = binomtest(5, 7).proportion_ci(method="wilson")
    accuracy = found["estimates"]["accuracy"]
    assert (accuracy["low"], accuracy["high"]) == pytest.approx((interval.low, interval.high), abs=1e-12)
    reason = "the file says only whether each sample is right, not what was predicted"
    assert found["undefined"]["f1_macro"]["reason"] == found["estimates"]["f1_macro"]["reason"] == reason
    assert {*found["overall"]} == {*found["estimates"]} == {*found["undefined"], "accuracy", "error_rate"}
    assert (found["classes"], found["positive"]) == ([], None)
    law = await read(alice, run, "metrics", slice="subject:law")
    assert (law["rows"], law["overall"]["accuracy"]) == (3, pytest.approx(2 / 3))


async def test_slices_samples_errors_and_exports_have_the_flag_and_no_labels(alice: Client) -> None:
    run = await send(alice, BODY)

    slices = await read(alice, run, "slices", metric="error_rate")
    assert [(entry["value"], entry["support"], entry["errors"]) for entry in slices["items"]] == [
        ("law", 3, 1),
        ("art", 4, 1),
    ]
    samples = (await read(alice, run, "samples"))["items"]
    assert [(sample["id"], sample["correct"]) for sample in samples] == [(row[0], row[2]) for row in ROWS]
    assert {(sample["actual"], sample["predicted"], sample["confidence"]) for sample in samples} == {(None,) * 3}
    assert [sample["id"] for sample in (await read(alice, run, "errors"))["items"]] == ["q2", "q4"]
    exported = await alice.get(f"/v1/runs/{run['id']}/export", format="csv")
    lines = list(csv.DictReader(io.StringIO(exported.text)))
    assert [*lines[0]] == ["row", "id", "correct", "confidence", "subject"]
    assert [(line["id"], line["correct"]) for line in lines] == [(row[0], str(row[2]).lower()) for row in ROWS]


async def test_what_needs_labels_is_refused(alice: Client) -> None:
    run, labelled = await send(alice, BODY), await send(alice, CSV)

    unsupported = (409, "task-unsupported")
    paths = [
        *("matrix", "curves", "calibration", "thresholds?metric=f1", "recalibration", "decision-curve"),
        *("metrics?class=right", "slices?metric=f1.macro", "slices?by=subject&metric=mcc", "samples?predicted=wrong"),
        *("export?actual=right", "promised-threshold?at_least=0.5"),
    ]
    assert {path: await refused(alice, run, path) for path in paths} == dict.fromkeys(paths, unsupported)
    compared = await alice.post("/v1/comparisons", {"baseline": labelled["id"], "candidate": run["id"]})
    assert (compared.status_code, compared.json()["code"]) == unsupported
    for kind in ("weak_slices", "label_audit"):
        answer = await alice.post("/v1/jobs", {"kind": kind, "run_id": run["id"]})
        assert (answer.status_code, answer.json()["code"]) == unsupported
    positive = await alice.send("PATCH", f"/v1/runs/{run['id']}", json={"positive": "right"})
    assert (positive.status_code, positive.json()["code"]) == unsupported
    failed = await send(alice, BODY, positive="right")
    assert (failed["status"], failed["error"]["code"]) == ("failed", "columns-contradictory")
