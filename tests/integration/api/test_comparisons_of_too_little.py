"""A comparison, gate or curve that the samples cannot answer says so, and has no figure that looks like an answer."""

from typing import Any

import numpy as np
import pytest

from tests.actors import Client
from tests.integration.api.test_too_little_to_tell import TRUTH, create

pytestmark = pytest.mark.usefixtures("workers")

NO_SCORES = ["spam" if at % 3 else "ham" for at in range(60)]
EVERY = ["accuracy", "f1.macro", "mcc", "recall.class", "roc_auc.class"]
TESTS = (
    *("low", "high", "method", "p_value", "p_exact", "p_adjusted", "p_not_worse", "p_equivalent"),
    *("detectable_difference", "samples_needed"),
)


async def compare(alice: Client, baseline: Any, candidate: Any, **options: Any) -> Any:
    made = await alice.make("/v1/comparisons", {"baseline": baseline["id"], "candidate": candidate["id"], **options})
    assert made["status"] == "ready", made
    return made


async def check(alice: Client, baseline: Any, candidate: Any, **policy: Any) -> Any:
    gate = await alice.post("/v1/gates", {"name": "g", "baseline": {"run_id": baseline["id"]}, **policy})
    assert gate.status_code == 201, gate.text
    made = await alice.make(f"/v1/gates/{gate.json()['id']}/checks", {"candidate": candidate["id"]})
    assert made["status"] == "ready", made
    return made


async def pair(alice: Client, **columns: Any) -> tuple[Any, Any]:
    n = columns.get("n", 60)
    turned = np.where(np.arange(n) % 5 == 0, "ham", TRUTH[:n]).tolist()
    return await create(alice, **columns), await create(alice, **columns, y_pred=turned)


async def test_nine_samples_show_no_difference_of_anything(alice: Client) -> None:
    baseline, candidate = await pair(alice, n=9)

    made = await compare(alice, baseline, candidate, metrics=EVERY, margin=0.1)
    checked = await check(alice, baseline, candidate, metrics=[{"metric": "accuracy", "margin": 0.5}])

    differences = made["result"]["differences"]
    assert (made["verdict"], {one["verdict"] for one in differences}) == ("inconclusive", {"inconclusive"})
    assert {one[name] for one in differences for name in TESTS} == {None}
    assert {one["reason"] for one in differences} == {"there are fewer than 10 samples"}
    assert (checked["verdict"], checked["result"]["reasons"][0]["text"]) == (
        "fail",
        "Both runs have 9 samples, and fewer than 10 show nothing.",
    )


async def test_equal_predictions_leave_nothing_to_test(alice: Client) -> None:
    baseline, candidate = await create(alice), await create(alice)

    made = await compare(alice, baseline, candidate, metrics=EVERY)

    differences = made["result"]["differences"]
    p_values = {one[name] for one in differences for name in ("p_value", "p_exact", "p_adjusted")}
    assert (made["verdict"], made["result"]["tests"], p_values) == ("no_difference_shown", 0, {None})
    assert {one["reason"].rpartition(", so ")[2] for one in differences} == {"there is nothing to test"}


async def test_samples_of_one_class_have_no_area_and_pass_no_gate(alice: Client) -> None:
    baseline, candidate = await pair(alice, y_true=["spam"] * 60)

    made = await compare(alice, baseline, candidate, metrics=["mcc", "roc_auc.class"])
    checked = await check(alice, baseline, candidate, metrics=[{"metric": "mcc"}])

    assert {(one["difference"], one["low"], one["p_value"]) for one in made["result"]["differences"]} == {
        (None, None, None)
    }
    assert (made["verdict"], checked["verdict"], checked["result"]["reasons"][0]["text"]) == (
        "inconclusive",
        "fail",
        "All samples have the same true class, so the runs cannot be compared as classifiers.",
    )


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        (
            {"metrics": [{"metric": "roc_auc.class", "label": "spam"}]},
            "ROC AUC of “spam” cannot be compared, because one of the two has no scores of this class.",
        ),
        (
            {"metrics": [{"metric": "recall.class", "label": "eggs"}]},
            "Recall of “eggs” cannot be compared, because the samples have no such class.",
        ),
        ({"slices": [{"column": "weather"}]}, "The baseline has no column “weather” to slice by."),
        ({"golden_ids": ["nobody"]}, "1 of 1 golden samples are not in the candidate: “nobody”."),
    ],
)
async def test_a_gate_that_the_runs_cannot_answer_fails(alice: Client, policy: dict[str, Any], text: str) -> None:
    baseline = await create(alice)
    data = {"id": [f"s{at}" for at in range(60)], "y_true": TRUTH.tolist(), "y_pred": NO_SCORES}
    posted = await alice.post("/v1/runs", {"data": data})
    candidate = await alice.ready(f"/v1/runs/{posted.json()['id']}")

    made = await check(alice, baseline, candidate, **policy)

    assert made["verdict"] == "fail"
    assert text in [reason["text"] for reason in made["result"]["reasons"] if reason["outcome"] == "fail"]


async def test_the_smallest_margin_and_alpha_have_no_figure_beyond_what_can_be_counted(alice: Client) -> None:
    baseline, candidate = await pair(alice)

    tight = await compare(alice, baseline, candidate, metrics=EVERY, margin=1e-320)
    strict = await compare(alice, baseline, candidate, metrics=EVERY, alpha=1e-9)
    checked = await check(alice, baseline, candidate, metrics=[{"metric": "f1.macro"}], alpha=1e-9)

    assert {one["samples_needed"] for one in tight["result"]["differences"]} == {None}
    reasons = {one["metric"]: (one["low"], one["reason"]) for one in strict["result"]["differences"]}
    coarse = "alpha is lower than any P-value that so many replicates of the bootstrap have, so that they test nothing"
    assert (reasons["f1.macro"], reasons["mcc"]) == ((None, coarse), (None, coarse))
    assert (strict["verdict"], "100 %" in strict["result"]["summary"]) == ("no_difference_shown", False)
    assert (checked["verdict"], coarse in checked["result"]["reasons"][0]["text"]) == ("warn", True)


@pytest.mark.parametrize("alpha", [1e-320, 5e-324])
@pytest.mark.parametrize("weights", [{}, {"sample_weight": [1 + at % 3 for at in range(60)]}])
async def test_the_smallest_levels_that_there_are_show_nothing(
    alice: Client, alpha: float, weights: dict[str, Any]
) -> None:
    baseline, candidate = await pair(alice, **weights)

    made = await compare(alice, baseline, candidate, metrics=EVERY, alpha=alpha, margin=0.02, slices=["patient"])
    checked = await check(alice, baseline, candidate, metrics=[{"metric": one} for one in EVERY], alpha=alpha)

    differences = made["result"]["differences"]
    assert {one["verdict"] for one in differences} == {"inconclusive"}
    # No difference of two shares is larger than 1, nor one of two correlations larger than 2.
    assert [one["detectable_difference"] for one in differences if one["metric"] != "mcc"] == [None] * 7
    assert checked["verdict"] == "warn"


async def test_a_difference_that_no_sample_contradicts_is_better_or_worse(alice: Client) -> None:
    perfect, constant = await create(alice, y_pred=TRUTH.tolist()), await create(alice, y_pred=["ham"] * 60)

    metrics = ["balanced_accuracy", "kappa", "recall.macro"]
    better = await compare(alice, constant, perfect, metrics=metrics)
    worse = await compare(alice, perfect, constant, metrics=metrics)
    checked = await check(alice, perfect, constant, metrics=[{"metric": one, "margin": 0.02} for one in metrics])

    assert [(one["difference"], one["verdict"]) for one in better["result"]["differences"]] == [
        *((0.5, "better"), (1.0, "better"), (0.5, "better"))
    ]
    assert {(one["verdict"], one["low"], one["samples_needed"]) for one in worse["result"]["differences"]} == {
        ("worse", None, None)
    }
    assert worse["result"]["summary"].endswith(
        "on 60 samples; nearly every sample that is drawn anew has the same difference, which leaves no interval."
    )
    assert {reason["outcome"] for reason in checked["result"]["reasons"]} == {"fail"}


async def test_a_metric_that_one_class_leaves_at_0_tests_nothing(alice: Client) -> None:
    baseline, candidate = await pair(alice, y_true=["spam"] * 60)

    made = await compare(alice, baseline, candidate, metrics=["kappa"])

    one = made["result"]["differences"][0]
    assert ({one[name] for name in TESTS}, one["reason"]) == (
        {None},
        "both differ in nothing that this metric depends on, so there is nothing to test",
    )


@pytest.mark.parametrize("body", ['"alpha": NaN', '"margin": Infinity', '"margin": 1e999', '"alpha": 1e999'])
@pytest.mark.parametrize("path", ["/v1/comparisons", "/v1/gates"])
async def test_no_body_holds_what_is_no_number(alice: Client, path: str, body: str) -> None:
    text = f'{{"baseline": "a", "candidate": "b", {body}}}'

    answer = await alice.send("POST", path, {"content-type": "application/json"}, content=text.encode())

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")


@pytest.mark.parametrize(("name", "value"), [("alpha", v) for v in (0, -1, 0.51)] + [("margin", v) for v in (0, -1, 1)])
async def test_a_level_or_margin_outside_its_range_is_named(alice: Client, name: str, value: float) -> None:
    run = await create(alice)
    gate: dict[str, Any] = {"name": "g", "baseline": {"run_id": run["id"]}}
    gate |= {"alpha": value} if name == "alpha" else {"metrics": [{"metric": "accuracy", "margin": value}]}

    compared = await alice.post("/v1/comparisons", {"baseline": run["id"], "candidate": run["id"], name: value})
    gated = await alice.post("/v1/gates", gate)

    assert (compared.status_code, compared.json()["errors"][0]["pointer"]) == (400, f"/{name}")
    assert (gated.status_code, gated.json()["errors"][0]["pointer"].rpartition("/")[2]) == (400, name)


CURVE: dict[str, Any] = {
    "actual_vector": ["a", "b"] * 10,
    "probability_vector": [0.1, 0.7] * 10,
    "classes": ["a", "b"],
}


@pytest.mark.parametrize("kind", ["ROC", "PR"])
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"actual_vector": ["a"] * 20}, "/actual_vector"),
        ({"actual_vector": [], "probability_vector": []}, "/probability_vector"),
        ({"probability_vector": [2.0, *[0.1] * 19]}, "/probability_vector/0"),
        ({"sample_weight": [0] * 20}, "/sample_weight"),
        ({"sample_weight": [1, 0] * 10}, "/actual_vector"),
        ({"sample_weight": [-1, *[1] * 19]}, "/sample_weight/0"),
    ],
)
async def test_what_makes_no_curve_is_named(alice: Client, kind: str, changes: dict[str, Any], pointer: str) -> None:
    answer = await alice.post("/curve", CURVE | {"type": kind} | changes)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


async def test_equal_scores_have_no_interval_of_averages(alice: Client) -> None:
    equal = (await alice.post("/curve", CURVE | {"type": "ROC", "probability_vector": [0.3] * 20})).json()["estimates"]

    assert (equal["macro_roc_auc"]["low"], equal["macro_average_precision"]["low"]) == (None, None)
    of_class = equal["average_precision"]["b"]
    assert [of_class[name] for name in ("low", "value", "high")] == pytest.approx([0.27133, 0.5, 0.69189], abs=1e-5)
