"""A gate lets a candidate pass, warns or fails it, and never lets pass what it could not judge."""

from typing import Any

import numpy as np
import pytest

from shared import quotas
from shared.kit.platform import Platform
from shared.quotas import Quota
from tests.actors import Client

pytestmark = pytest.mark.usefixtures("workers")

RANDOM = np.random.default_rng(12)
N = 600
TRUTH = np.where(RANDOM.random(N) < 0.5, "spam", "ham")
WRONG = np.where(TRUTH == "spam", "ham", "spam")


def predicted(wrong: range) -> list[str]:
    labels = TRUTH.copy()
    labels[wrong.start : wrong.stop] = WRONG[wrong.start : wrong.stop]
    return [str(label) for label in labels]


GOOD, SAME, WORSE = predicted(range(60)), predicted(range(2, 62)), predicted(range(100))


async def create_run(alice: Client, labels: list[str], tags: list[str] | None = None, **columns: Any) -> str:
    data = {
        "id": [f"s{i}" for i in range(N)],
        "y_true": TRUTH.tolist(),
        "y_pred": labels,
        "country": ["DE" if i % 2 else "FR" for i in range(N)],
    }
    answer = await alice.post("/v1/runs", {"data": data | columns, "tags": tags or []})
    assert answer.status_code == 202, answer.text
    return str((await ended(alice, f"/v1/runs/{answer.json()['id']}", "ready"))["id"])


async def ended(alice: Client, path: str, status: str) -> Any:
    shown = await alice.ended(path)
    assert shown["status"] == status, shown["error"]
    return shown


async def create_gate(alice: Client, baseline: str, **policy: Any) -> str:
    answer = await alice.post("/v1/gates", {"name": "release", "baseline": {"run_id": baseline}, **policy})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def check(alice: Client, gate: str, candidate: str, status: str = "ready") -> Any:
    answer = await alice.post(f"/v1/gates/{gate}/checks", {"candidate": candidate})
    assert answer.status_code == 202, answer.text
    return await ended(alice, answer.headers["location"], status)


def texts(made: Any, outcome: str) -> list[str]:
    return [reason["text"] for reason in made["result"]["reasons"] if reason["outcome"] == outcome]


async def test_a_candidate_that_is_as_good_passes_and_a_worse_one_fails_with_reasons(alice: Client) -> None:
    baseline, same, worse = [await create_run(alice, labels) for labels in (GOOD, SAME, WORSE)]
    gate = await create_gate(
        alice,
        baseline,
        metrics=[{"metric": "accuracy", "margin": 0.02}, {"metric": "recall.class", "label": "spam"}],
        slices=[{"column": "country"}],
        golden_ids=["s70"],
    )

    passed, failed = await check(alice, gate, same), await check(alice, gate, worse)

    assert (passed["verdict"], passed["result"]["samples"], texts(passed, "fail")) == ("pass", N, [])
    assert [(reason["requirement"], reason["outcome"]) for reason in passed["result"]["reasons"]] == [
        ("golden_samples", "pass"),
        ("metric", "pass"),
        ("metric", "pass"),
        ("slice", "pass"),
        ("slice", "pass"),
    ]
    assert (failed["verdict"], failed["baseline"]) == ("fail", {"id": baseline, "version": 1})
    assert "The candidate has 1 of 1 golden samples wrong: “s70”." in texts(failed, "fail")
    assert any(text.startswith("Accuracy 0.9000 → 0.8333, difference −0.0667") for text in texts(failed, "fail"))
    history = (await alice.get(f"/v1/gates/{gate}/checks")).json()["items"]
    assert [(entry["id"], entry["verdict"]) for entry in history] == [(failed["id"], "fail"), (passed["id"], "pass")]


async def test_a_gate_by_patients_tests_them_and_fails_where_a_sample_has_none(alice: Client) -> None:
    patients = [f"p{i // 10}" for i in range(N)]
    baseline, worse = [await create_run(alice, labels, patient=patients) for labels in (GOOD, WORSE)]
    without = await create_run(alice, SAME)
    metrics = [{"metric": "accuracy"}, {"metric": "f1.macro"}, {"metric": "recall.class", "label": "spam"}]
    gate = await create_gate(alice, baseline, metrics=metrics, slices=[{"column": "country"}], group="patient")

    checked, lacking = await check(alice, gate, worse), await check(alice, gate, without)

    tests = [reason["test"] for reason in checked["result"]["reasons"] if reason["test"]]
    assert {one["grouped_by"] for one in tests} == {"patient"}
    assert {one["method"] for one in tests} == {"clustered-newcombe", "clustered-student"}
    accuracy = next(one for one in tests if (one["metric"], one["slice"]) == ("accuracy", None))
    assert accuracy["difference"] == pytest.approx(-0.0667, abs=1e-4)
    assert any(f"on {N} samples by groups of “patient”" in text for text in texts(checked, checked["verdict"]))
    assert checked["result"]["notices"] == []
    assert (lacking["verdict"], texts(lacking, "fail")) == (
        "fail",
        ["The candidate has no column “patient” of metadata to group its samples by."],
    )


async def test_a_better_candidate_passes_without_a_warning(alice: Client) -> None:
    baseline, better = await create_run(alice, WORSE), await create_run(alice, GOOD)
    metrics = [{"metric": metric, "margin": 0.001} for metric in ("accuracy", "error_rate", "f1.macro")]
    gate = await create_gate(alice, baseline, metrics=metrics)

    made = await check(alice, gate, better)

    assert (made["verdict"], {reason["outcome"] for reason in made["result"]["reasons"]}) == ("pass", {"pass"})


async def test_a_gate_takes_the_latest_other_run_with_its_tag(alice: Client) -> None:
    rules = {"name": "nightly", "baseline": {"tag": "main"}}
    gate = (await alice.post("/v1/gates", rules)).json()["id"]
    first = await create_run(alice, GOOD, ["main"])

    alone = await check(alice, gate, first)
    second = await create_run(alice, SAME, ["main", "nightly"])
    compared = await check(alice, gate, second)

    assert (alone["verdict"], alone["baseline"]) == ("fail", None)
    assert texts(alone, "fail") == ["No other run with the tag “main” is ready, so the candidate cannot be judged."]
    assert (compared["verdict"], compared["baseline"]["id"]) == ("pass", first)


async def test_samples_that_only_one_run_has_never_pass(alice: Client) -> None:
    ids = ["new", *(f"s{i}" for i in range(1, N))]
    baseline, other = await create_run(alice, GOOD), await create_run(alice, GOOD, id=ids)
    strict = await create_gate(alice, baseline)
    lenient = await create_gate(alice, baseline, new_samples="warn", removed_samples="warn")

    failed, warned = await check(alice, strict, other), await check(alice, lenient, other)

    sentences = ["1 sample is only in the candidate: “new”.", "1 sample is only in the baseline: “s0”."]
    assert (failed["verdict"], texts(failed, "fail")) == ("fail", sentences)
    assert (warned["verdict"], texts(warned, "warn")) == ("warn", sentences)
    assert [warned["result"][name] for name in ("samples", "new_samples", "removed_samples")] == [N - 1, 1, 1]


async def test_a_replaced_policy_is_a_new_version_and_checks_keep_theirs(alice: Client) -> None:
    baseline, worse = await create_run(alice, GOOD), await create_run(alice, WORSE)
    gate = await create_gate(alice, baseline)
    before = await check(alice, gate, worse)

    rules = {"name": "lax", "baseline": {"run_id": baseline}, "metrics": [{"metric": "accuracy", "margin": 0.3}]}
    replaced = (await alice.send("PUT", f"/v1/gates/{gate}", json=rules)).json()
    after = await check(alice, gate, worse)

    assert (replaced["version"], replaced["name"], replaced["policy"]["metrics"][0]["margin"]) == (2, "lax", 0.3)
    assert [(made["gate_version"], made["verdict"]) for made in (before, after)] == [(1, "fail"), (2, "pass")]
    kept = (await alice.get(f"/v1/checks/{before['id']}")).json()
    assert (kept["gate_version"], kept["verdict"]) == (1, "fail")


async def test_a_verdict_is_announced(alice: Client) -> None:
    await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com/hook", "events": ["gate.checked"]})
    run = await create_run(alice, GOOD)
    gate = (await alice.post("/v1/gates", {"name": "g", "baseline": {"tag": "none"}})).json()["id"]

    made = await check(alice, gate, run)

    deliveries = (await alice.get("/v1/webhooks/deliveries")).json()["items"]
    assert [delivery["event_type"] for delivery in deliveries] == ["gate.checked"]
    assert made["verdict"] == "fail"


async def test_what_no_gate_can_ask_is_refused_at_once(alice: Client) -> None:
    run = await create_run(alice, GOOD)
    nobody = "01a2d7a0-0000-7000-8000-000000000000"

    async def refused(**changes: Any) -> tuple[int, str, str]:
        answer = await alice.post("/v1/gates", {"name": "g", "baseline": {"tag": "main"}, **changes})
        problem = answer.json()
        return answer.status_code, problem["code"], (problem.get("errors") or [{"pointer": ""}])[0]["pointer"]

    assert await refused(alpha=0) == (400, "invalid-input", "/alpha")
    assert await refused(alpha=0.51) == (400, "invalid-input", "/alpha")
    assert await refused(metrics=[]) == (400, "invalid-input", "/metrics")
    assert await refused(metrics=[{"metric": "auc"}]) == (400, "invalid-input", "/metrics/0/metric")
    assert await refused(metrics=[{"metric": "mcc", "label": "spam"}]) == (400, "invalid-input", "/metrics/0/label")
    assert await refused(metrics=[{"metric": "mcc"}] * 2) == (400, "invalid-input", "/metrics/1")
    assert await refused(golden_ids=["a", "a"]) == (400, "invalid-input", "/golden_ids/1")
    assert await refused(baseline={}) == (400, "invalid-input", "/baseline")
    assert await refused(baseline={"run_id": run, "tag": "main"}) == (400, "invalid-input", "/baseline")
    assert await refused(baseline={"run_id": nobody}) == (404, "run-not-found", "")
    gate = await create_gate(alice, run)
    own = await alice.post(f"/v1/gates/{gate}/checks", {"candidate": run})
    assert (own.status_code, own.json()["errors"][0]["pointer"]) == (400, "/candidate")


async def test_a_check_whose_baseline_is_gone_has_no_pass(alice: Client) -> None:
    baseline, candidate = await create_run(alice, GOOD), await create_run(alice, GOOD)
    gate = await create_gate(alice, baseline)
    before = await check(alice, gate, candidate)

    await alice.send("DELETE", f"/v1/runs/{baseline}")
    after = await check(alice, gate, candidate)

    assert (before["verdict"], after["verdict"]) == ("pass", "fail")
    assert texts(after, "fail")[0].startswith("The run that the gate compares with is not ready or was deleted")
    history = (await alice.get(f"/v1/gates/{gate}/checks")).json()["items"]
    assert [entry["verdict"] for entry in history] == ["fail", "pass"]


async def test_checks_go_with_their_candidate_and_their_gate(alice: Client) -> None:
    baseline, candidate, other = [await create_run(alice, GOOD) for _ in range(3)]
    gate = await create_gate(alice, baseline)
    first, second = await check(alice, gate, candidate), await check(alice, gate, other)

    await alice.send("DELETE", f"/v1/runs/{candidate}")
    left = (await alice.get(f"/v1/gates/{gate}/checks")).json()["items"]
    removed = await alice.send("DELETE", f"/v1/gates/{gate}")

    assert ([entry["id"] for entry in left], removed.status_code) == ([second["id"]], 204)
    for made in (first, second):
        assert (await alice.get(f"/v1/checks/{made['id']}")).json()["code"] == "check-not-found"
        assert (await alice.get(f"/v1/jobs/{made['job_id']}")).status_code == 404
    assert (await alice.get(f"/v1/gates/{gate}")).json()["code"] == "gate-not-found"


@pytest.mark.parametrize("noun", ["run", "gate"])
async def test_what_is_deleted_while_a_check_of_it_is_created_is_not_found(
    alice: Client, monkeypatch: pytest.MonkeyPatch, noun: str
) -> None:
    baseline, candidate = await create_run(alice, GOOD), await create_run(alice, SAME)
    gate = await create_gate(alice, baseline)
    take, deleted = quotas.take, {"run": f"/v1/runs/{candidate}", "gate": f"/v1/gates/{gate}"}[noun]

    async def take_after_deletion(*arguments: Any) -> None:
        monkeypatch.setattr(quotas, "take", take)
        assert (await alice.delete(deleted)).status_code == 204
        await take(*arguments)

    monkeypatch.setattr(quotas, "take", take_after_deletion)
    answer = await alice.post(f"/v1/gates/{gate}/checks", {"candidate": candidate})

    assert (answer.status_code, answer.json()["code"]) == (404, f"{noun}-not-found")


async def test_one_check_is_deleted_and_nothing_else(alice: Client, mallory: Client) -> None:
    baseline, candidate = await create_run(alice, GOOD), await create_run(alice, SAME)
    gate = await create_gate(alice, baseline)
    first, second = await check(alice, gate, candidate), await check(alice, gate, candidate)

    foreign = await mallory.delete(f"/v1/checks/{first['id']}")
    removed, again = await alice.delete(f"/v1/checks/{first['id']}"), await alice.delete(f"/v1/checks/{first['id']}")

    assert (foreign.status_code, removed.status_code, again.json()["code"]) == (404, 204, "check-not-found")
    assert (await alice.get(f"/v1/jobs/{first['job_id']}")).status_code == 404
    left = (await alice.get(f"/v1/gates/{gate}/checks")).json()["items"]
    assert [entry["id"] for entry in left] == [second["id"]]
    assert (await alice.get(f"/v1/runs/{candidate}")).json()["status"] == "ready"


async def test_an_account_has_no_more_gates_than_its_quota(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(platform.settings.quotas, Quota.GATES, 1)
    rules = {"name": "g", "baseline": {"model_name": "detector"}}

    first, second = await alice.post("/v1/gates", rules), await alice.post("/v1/gates", rules)

    assert (first.status_code, second.status_code, second.json()["code"]) == (201, 409, "quota-reached")
