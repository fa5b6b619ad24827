"""A file with a flag for each row, and no labels: accuracy, slices and samples; everything else says why not."""

import csv
import io
from typing import Any

import httpx2
import pytest
from scipy.stats import binomtest

from tests.actors import Client
from tests.integration.api.test_paired_comparisons import compare, ended
from tests.integration.api.test_runs import CSV, read, send
from tests.integration.api.test_weak_slices import submit

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
    compared = await alice.post("/v1/comparisons", {"baseline": run["id"], "candidate": run["id"], "metrics": ["mcc"]})
    assert (compared.status_code, compared.json()["code"]) == unsupported
    audit = await alice.post("/v1/jobs", {"kind": "label_audit", "run_id": run["id"]})
    assert (audit.status_code, audit.json()["code"]) == unsupported
    positive = await alice.send("PATCH", f"/v1/runs/{run['id']}", json={"positive": "right"})
    assert (positive.status_code, positive.json()["code"]) == unsupported
    failed = await send(alice, BODY, positive="right")
    assert (failed["status"], failed["error"]["code"]) == ("failed", "columns-contradictory")


async def flags(alice: Client, wrong: range, **fields: str) -> Any:
    """A run of 300 questions, of which some are wrong."""
    rows = [f"q{at},{'law' if at % 3 else 'art'},{at not in wrong}" for at in range(300)]
    return await send(alice, "\n".join(["doc_id,subject,correct", *rows]).encode(), **fields)


async def test_two_runs_of_flags_are_compared_and_their_flips_are_listed(alice: Client) -> None:
    baseline, candidate = await flags(alice, range(60)), await flags(alice, range(50, 70))

    made = await compare(alice, baseline["id"], candidate["id"], slices=["subject"])

    assert (made["options"]["metrics"], made["verdict"]) == (["accuracy"], "better")
    found = made["result"]
    assert (found["classes"], found["flips_by_class"], len(found["differences"])) == ([], [], 3)
    assert found["differences"][0]["p_exact"] == pytest.approx(binomtest(10, 60).pvalue)
    assert {name: found["flips"][name] for name in ("fixed", "broken", "both_wrong", "changed")} == {
        "fixed": 50,
        "broken": 10,
        "both_wrong": 10,
        "changed": 0,
    }
    path = f"/v1/comparisons/{made['id']}"
    flips = (await alice.get(f"{path}/flips", kind="broken")).json()["items"]
    assert [flip["id"] for flip in flips] == [f"q{at}" for at in range(60, 70)]
    assert {(flip["actual"], flip["baseline"], flip["candidate"]) for flip in flips} == {(None,) * 3}
    by_class = await alice.send("GET", f"{path}/flips?class=right")
    assert (by_class.status_code, by_class.json()["code"]) == (409, "task-unsupported")
    for shown in ("report", "receipt"):
        assert (await alice.get(f"{path}/{shown}")).status_code == 200


async def test_a_gate_judges_runs_of_flags(alice: Client) -> None:
    better, worse = await flags(alice, range(50, 70)), await flags(alice, range(60))
    gate = {"name": "answers", "baseline": {"run_id": better["id"]}, "slices": [{"column": "subject"}]}
    created = (await alice.post("/v1/gates", gate)).json()

    made = await alice.post(f"/v1/gates/{created['id']}/checks", {"candidate": worse["id"]})

    path = f"/v1/checks/{made.json()['id']}"
    await ended(alice, path, "ready")
    check = (await alice.get(path)).json()
    assert check["verdict"] == "fail"
    assert sorted((reason["subject"], reason["outcome"]) for reason in check["result"]["reasons"]) == [
        ("Accuracy", "fail"),
        ("Accuracy where “subject” is “art”", "fail"),
        ("Accuracy where “subject” is “law”", "fail"),
    ]


async def test_weak_slices_of_flags_are_found(alice: Client) -> None:
    rows = [f"q{at},{'law' if at % 4 else 'art'},{at % 4 != 0 or at % 8 == 0}" for at in range(1200)]
    run = await send(alice, "\n".join(["doc_id,subject,correct", *rows]).encode())

    job = await submit(alice, kind="weak_slices", run_id=run["id"])

    async with httpx2.AsyncClient() as outside:
        found = (await outside.get(job["artifacts"][0]["url"])).json()
    assert [(one["conditions"], one["is_weak"]) for one in found["slices"]] == [
        ([{"column": "subject", "value": "art"}], True)
    ]
    examples = found["slices"][0]["examples"]
    assert {int(one["id"].removeprefix("q")) % 8 for one in examples} == {4}
    assert {(one["actual"], one["predicted"], one["actual_labels"]) for one in examples} == {(None,) * 3}


@pytest.mark.parametrize(
    ("path", "name"), [("samples", "min_score"), ("samples", "max_score"), ("export", "min_score")]
)
async def test_a_range_of_scores_is_refused_where_no_prediction_has_one(alice: Client, path: str, name: str) -> None:
    run = await send(alice, BODY)

    answer = await alice.send("GET", f"/v1/runs/{run['id']}/{path}?{name}=0.5")

    detail = f"{name}: the scores of the run are missing; leave it out."
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (409, "scores-missing", detail)
