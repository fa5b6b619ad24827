"""Samples that show nothing, and questions that ask for nothing, get a sentence and no number that looks like one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tests.actors import Client
from tests.integration.api.test_run_scores import table
from tests.integration.api.test_runs import read, send, settled

pytestmark = pytest.mark.usefixtures("workers")

_RNG = np.random.default_rng(3)
TRUTH = np.where(np.arange(60) % 2 == 1, "spam", "ham")
SCORES = np.round(np.clip((TRUTH == "spam") * 0.3 + _RNG.random(60) * 0.7, 0, 1), 3)
ONE_KIND = "so that no threshold tells them apart."


def rows(n: int = 60, **columns: Any) -> dict[str, Any]:
    scores = SCORES[:n]
    data = {"id": [f"s{at}" for at in range(n)], "y_true": TRUTH[:n].tolist(), "prob_spam": scores.tolist()}
    return data | {"y_pred": np.where(scores >= 0.5, "spam", "ham").tolist(), "patient": ["p"] * n} | columns


async def create(alice: Client, **columns: Any) -> Any:
    body = {"data": rows(**columns), "positive": "spam"}
    return await alice.ready(f"/v1/runs/{(await alice.post('/v1/runs', body)).json()['id']}")


async def refusal(alice: Client, run: Any, path: str, query: Mapping[str, Any]) -> tuple[int, str, str]:
    answer = await alice.get(f"/v1/runs/{run['id']}/{path}", None, **query)
    return answer.status_code, answer.json()["code"], answer.json()["detail"]


@pytest.mark.parametrize(("label", "has"), [("spam", "has"), ("ham", "lacks")])
async def test_samples_of_one_kind_choose_no_threshold_and_fit_no_map(alice: Client, label: str, has: str) -> None:
    run = await create(alice, y_true=[label] * 60)
    told_apart = f"Each of the 60 samples {has} the class, {ONE_KIND}"
    goals: list[dict[str, Any]] = [
        {},
        {"metric": "precision", "at_least": 0.9},
        {"max_positives": 3},
        {"cost_fp": 1, "cost_fn": 5},
    ]

    chosen = [await refusal(alice, run, "thresholds", goal) for goal in goals]
    promised = [
        await refusal(alice, run, "promised-threshold", {"at_least": 0.9}),
        await refusal(alice, run, "decision-curve", {}),
    ]
    fitted = [
        await refusal(alice, run, "recalibration", {"method": method}) for method in ("temperature", "beta", "isotonic")
    ]
    temperature = await refusal(alice, run, "temperature", {})
    curves, calibration = await read(alice, run, "curves"), await read(alice, run, "calibration")

    assert {*chosen, *promised} == {(409, "samples-insufficient", told_apart)}
    assert {code for _, code, _ in fitted} == {"samples-insufficient"}
    assert temperature[2] == "All samples are of one class, so that nothing shows how probable the others should be."
    assert (curves["roc_auc"], curves["roc"]) == (None, None)
    assert curves["roc_auc_estimate"]["reason"] == "all samples are of the class, or none is"
    assert calibration["notices"] == [
        "All samples are of one kind, so that nothing shows whether the scores tell the class from the rest."
    ]


async def test_a_slice_without_samples_has_no_threshold(alice: Client) -> None:
    run = await create(alice)

    for goal in ({}, {"max_positives": 3}, {"cost_fp": 1, "cost_fn": 5}):
        asked: dict[str, Any] = {"slice": "patient:nobody", **goal}
        assert await refusal(alice, run, "thresholds", asked) == (409, "samples-insufficient", "There are no samples.")


async def test_nine_samples_are_too_few_for_whatever_is_fitted_or_promised(alice: Client) -> None:
    run = await create(alice, n=9)
    asked: dict[str, dict[str, Any]] = {
        "promised-threshold": {"at_least": 0.9},
        "decision-curve": {},
        "recalibration": {},
        "temperature": {},
    }

    refused = [await refusal(alice, run, path, query) for path, query in asked.items()]
    jobs = [
        await alice.make("/v1/jobs", {"kind": kind, "run_id": run["id"]}) for kind in ("weak_slices", "label_audit")
    ]
    calibration = await read(alice, run, "calibration")

    assert {(status, code) for status, code, _ in refused} == {(409, "samples-insufficient")}
    assert [job["error"]["detail"] for job in jobs] == [
        "There are 9 samples; at least 40 are needed.",
        "There are 9 samples; at least 10 are needed.",
    ]
    assert calibration["notices"] == ["There are 9 samples: of fewer than 10 these errors are mostly chance."]


async def test_one_group_has_no_clustered_interval(alice: Client) -> None:
    run = await create(alice)

    found = await read(alice, run, "clustered-intervals", group="patient")

    assert found["groups"] == 1
    assert {(one["low"], one["high"], one["standard_error"], one["reason"]) for one in found["items"]} == {
        (None, None, None, "there are fewer than two groups")
    }


@pytest.mark.parametrize("weight", ["nan", "inf", "-1", "1e400", ""])
async def test_a_weight_that_is_no_weight_is_named_with_its_row(alice: Client, weight: str) -> None:
    body = table("y_true,y_pred,sample_weight", TRUTH[:20], TRUTH[:20], [*[1] * 19, weight])

    run = await send(alice, body)

    assert (run["status"], run["error"]["errors"][0]["pointer"]) == ("failed", "/rows/20/sample_weight"), run


async def test_weights_of_nought_leave_no_figure(alice: Client) -> None:
    answer = await alice.post("/v1/runs", {"data": rows(sample_weight=[0.0] * 60), "positive": "spam"})
    run = await settled(alice, answer)

    assert (run["status"], run["error"]["code"]) == ("failed", "weights-invalid"), run


async def test_weights_on_few_samples_or_one_kind_are_too_little(alice: Client) -> None:
    few = await create(alice, sample_weight=[1.0, 1.0] + [0.0] * 58)
    one_kind = await create(alice, sample_weight=(TRUTH == "spam").astype(float).tolist())

    for path in ("recalibration", "temperature", "decision-curve"):
        for run in (few, one_kind):
            assert (await refusal(alice, run, path, {}))[:2] == (409, "samples-insufficient"), path
    status, code, detail = await refusal(alice, one_kind, "thresholds", {})
    assert (status, code, detail.endswith(ONE_KIND)) == (409, "samples-insufficient", True)
    curves = await read(alice, one_kind, "curves")
    assert (curves["roc_auc"], curves["roc_auc_estimate"]["low"]) == (None, None)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
async def test_no_route_takes_what_is_no_number(alice: Client, value: str) -> None:
    run = await create(alice)
    asked: list[tuple[str, dict[str, Any], str]] = [
        ("thresholds", {"metric": "recall", "at_least": value}, "/at_least"),
        ("thresholds", {"cost_fp": value, "cost_fn": 1}, "/cost_fp"),
        ("promised-threshold", {"at_least": value}, "/at_least"),
        ("promised-threshold", {"at_least": 0.9, "confidence": value}, "/confidence"),
        ("recalibration", {"fitted_share": value}, "/fitted_share"),
        ("temperature", {"fitted_share": value}, "/fitted_share"),
        *((path, {"threshold": value}, "/threshold") for path in ("matrix", "metrics", "samples", "errors")),
    ]

    for path, query, pointer in asked:
        answer = await alice.get(f"/v1/runs/{run['id']}/{path}", None, **query)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer), path


async def test_costs_of_nought_choose_nothing(alice: Client) -> None:
    run = await create(alice)

    answer = await alice.get(f"/v1/runs/{run['id']}/thresholds", cost_fp=0, cost_fn=0)

    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        [{"pointer": "/cost_fn", "detail": "cost_fn: one of the two costs must be above 0."}],
    )
