"""The weights of samples count in what is answered of a run, and what cannot count them is refused."""

import csv
import io
from typing import Any

import numpy as np
import pytest
from litestar import Litestar
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    log_loss,
    precision_score,
    roc_auc_score,
)

from tests.actors import Client
from tests.integration.api.test_runs import read, send, settled
from tests.integration.api.web.visitor import Visitor

pytestmark = pytest.mark.usefixtures("workers")

ROWS = [
    # id, truth, prediction, score of spam, country, weight
    ("007", "spam", "spam", 0.91, "DE", 2.5),
    ("008", "ham", "ham", 0.12, "DE", 0.5),
    ("009", "ham", "spam", 0.97, "FR", 4),
    ("010", "spam", "ham", 0.33, "FR", 0),
    ("011", "ham", "spam", 0.55, "FR", 1),
    ("012", "spam", "ham", 0.08, "NA", 3),
]
NAMES = ["sample_id", "y_true", "y_pred", "prob_spam", "country", "sample_weight"]
CSV = "\n".join([",".join(NAMES), *(",".join(map(str, row)) for row in ROWS)]).encode()
VALUES = [list(values) for values in zip(*ROWS, strict=True)]
COLUMNS: dict[str, list[Any]] = dict(zip(NAMES, VALUES, strict=True))
WEIGHTS = COLUMNS["sample_weight"]


async def test_every_figure_counts_the_weights(alice: Client) -> None:
    run = await send(alice, CSV)

    actual, predicted = COLUMNS["y_true"], COLUMNS["y_pred"]
    matrix, metrics = await read(alice, run, "matrix"), await read(alice, run, "metrics")
    assert (run["status"], run["rows"], run["weighted_by"]) == ("ready", 6, "sample_weight")
    assert matrix["confusion_matrix"] == confusion_matrix(actual, predicted, sample_weight=WEIGHTS).tolist()
    assert matrix["sample_counts"] == confusion_matrix(actual, predicted).tolist()
    assert (matrix["rows"], matrix["weight"], metrics["rows"], metrics["weight"]) == (6, 11.0, 6, 11.0)
    assert metrics["overall"]["accuracy"] == pytest.approx(3 / 11)
    spam = next(entry for entry in metrics["classes"] if entry["label"] == "spam")
    right = precision_score(actual, predicted, pos_label="spam", sample_weight=WEIGHTS)
    area = roc_auc_score([label == "spam" for label in actual], COLUMNS["prob_spam"], sample_weight=WEIGHTS)
    assert (spam["precision"], spam["roc_auc"]) == (pytest.approx(right), pytest.approx(area))
    assert (spam["support"], spam["support_weight"], spam["predicted_weight"]) == (3, 5.5, 7.5)
    methods = {one["method"] for one in (*metrics["estimates"].values(), *spam["estimates"].values())}
    assert methods <= {None, "weighted-wilson", "weighted-score", "weighted-mover", "weighted-delta", "weighted-delong"}


async def test_cells_have_the_sums_of_weights_largest_first(alice: Client) -> None:
    run = await send(alice, CSV)

    cells, of_france = await read(alice, run, "cells"), await read(alice, run, "cells", slice="country:FR")

    classes = sorted({*COLUMNS["y_true"], *COLUMNS["y_pred"]})
    for found, rows in ((cells, range(6)), (of_france, [at for at in range(6) if COLUMNS["country"][at] == "FR"])):
        actual, predicted, weights = ([column[at] for at in rows] for column in (
            COLUMNS["y_true"], COLUMNS["y_pred"], WEIGHTS
        ))  # fmt: skip
        expected = confusion_matrix(actual, predicted, labels=classes, sample_weight=weights)
        listed = {(one["actual"], one["predicted"]): one["count"] for one in found["items"]}
        assert listed == {
            (classes[row], classes[column]): sums for (row, column), sums in np.ndenumerate(expected) if sums
        }
        assert [one["count"] for one in found["items"]] == sorted(listed.values(), reverse=True)
    assert cells["total"] == len(cells["items"]) > of_france["total"] > 0


async def test_slices_samples_and_exports_have_the_weights(alice: Client) -> None:
    run = await send(alice, CSV)

    items = (await read(alice, run, "slices", column="country"))["items"]
    of_slice, at_threshold = (
        await read(alice, run, "matrix", slice="country:FR"),
        await read(alice, run, "matrix", threshold=0.6, **{"class": "spam"}),
    )
    by = (await read(alice, run, "slices", by="country"))["items"]
    errors = (await read(alice, run, "errors"))["items"]
    exported = (await alice.get(f"/v1/runs/{run['id']}/export")).text
    assert [(item["value"], item["support"], item["weight"], item["metric"]) for item in items] == [
        ("FR", 3, 5.0, 0.0),
        ("NA", 1, 3.0, 0.0),
        ("DE", 2, 3.0, 1.0),
    ]
    assert [{**item, "slice": []} for item in by] == [{**item, "slice": []} for item in items]
    assert (of_slice["confusion_matrix"], of_slice["sample_counts"]) == ([[0, 5], [0, 0]], [[0, 2], [1, 0]])
    assert at_threshold["confusion_matrix"] == [[2.5, 3], [4, 1.5]]
    assert [(item["id"], item["weight"]) for item in errors] == [("009", 4), ("012", 3), ("010", 0), ("011", 1)]
    assert [row["weight"] for row in csv.DictReader(io.StringIO(exported))] == ["2.5", "0.5", "4", "0", "1", "3"]


async def test_curves_calibration_and_thresholds_count_the_weights(alice: Client) -> None:
    run = await send(alice, CSV, positive="spam")
    is_spam = [label == "spam" for label in COLUMNS["y_true"]]
    scores = COLUMNS["prob_spam"]

    curves, calibration = await read(alice, run, "curves"), await read(alice, run, "calibration", bins=2)
    best = await read(alice, run, "thresholds", metric="accuracy")
    assert curves["roc_auc"] == pytest.approx(roc_auc_score(is_spam, scores, sample_weight=WEIGHTS))
    right = average_precision_score(is_spam, scores, sample_weight=WEIGHTS)
    assert curves["average_precision"] == pytest.approx(right)
    # The sample without weight is none of them.
    assert (curves["positives"], curves["positive_weight"]) == (2, 5.5)
    assert (curves["negatives"], curves["negative_weight"]) == (3, 5.5)
    assert calibration["brier"] == pytest.approx(brier_score_loss(is_spam, scores, sample_weight=WEIGHTS))
    assert calibration["log_loss"] == pytest.approx(log_loss(is_spam, scores, sample_weight=WEIGHTS))
    assert [(one["count"], one["weight"], one["expected_low"]) for one in calibration["bins"]] == [
        (2, 3.5, None),
        (3, 7.5, None),
    ]
    assert (best["point"]["tp"], best["point"]["fp"], best["point"]["accuracy"]) == (0, 0, 0.5)


async def test_the_area_of_a_slice_has_the_interval_of_its_samples_alone(alice: Client) -> None:
    data = overconfident()
    sites = ["north", "south", "south"] * (len(data["y_true"]) // 3 + 1)
    data["site"] = sites[: len(data["y_true"])]
    alone = {name: [value for value, site in zip(column, data["site"], strict=True) if site == "south"]
             for name, column in data.items()}  # fmt: skip
    run, south = [
        await settled(alice, await alice.post("/v1/runs", {"data": columns, "positive": "ill"}))
        for columns in (data, alone)
    ]

    of_slice, expected = await read(alice, run, "curves", slice="site:south"), await read(alice, south, "curves")

    for kind in ("roc_auc", "average_precision"):
        mine, own = of_slice[f"{kind}_estimate"], expected[f"{kind}_estimate"]
        bounds = {name: pytest.approx(own[name], rel=1e-9) for name in ("low", "value", "high")}
        assert mine == own | bounds
        assert 0 < mine["low"] < mine["value"] < mine["high"] < 1
    assert of_slice["roc_auc_estimate"]["method"] == "weighted-delong"


async def test_both_doors_of_weighted_curves_give_the_same_intervals(alice: Client) -> None:
    data = overconfident()
    run = await settled(alice, await alice.post("/v1/runs", {"data": data, "positive": "ill"}))
    body = {"actual_vector": data["y_true"], "sample_weight": data["sample_weight"], "classes": ["well", "ill"]}

    found = await read(alice, run, "curves")
    of_one = await alice.post("/curve", body | {"type": "ROC", "probability_vector": data["prob_ill"]})
    rows = [[1 - score, score] for score in data["prob_ill"]]
    of_both = await alice.post("/curve", body | {"type": "ROC", "probability_vector": rows})

    for answer in (of_one, of_both):
        estimates = answer.json()["estimates"]
        for kind in ("roc_auc", "average_precision"):
            mine = found[f"{kind}_estimate"]
            bounds = {name: pytest.approx(mine[name], abs=1e-9) for name in ("low", "value", "high")}
            assert estimates[kind]["ill"] == mine | bounds
    assert estimates["roc_auc"]["well"]["low"] == pytest.approx(estimates["roc_auc"]["ill"]["low"], abs=1e-9)


async def test_rows_of_a_program_may_have_weights_too(alice: Client) -> None:
    run = await settled(alice, await alice.post("/v1/runs", {"data": COLUMNS}))
    plain = await settled(alice, await alice.post("/v1/runs", {"data": COLUMNS, "columns": {"weight": None}}))
    named = {**COLUMNS, "importance": WEIGHTS}
    del named["sample_weight"]
    other = await settled(alice, await alice.post("/v1/runs", {"data": named, "columns": {"weight": "importance"}}))

    weighted, counted = await read(alice, run, "matrix"), await read(alice, plain, "matrix")
    assert (weighted["weight"], counted["weight"], counted["confusion_matrix"]) == (11.0, None, [[1, 2], [2, 1]])
    assert (await read(alice, other, "matrix"))["confusion_matrix"] == weighted["confusion_matrix"]


REFUSED: dict[str, Any] = {"promised-threshold": {"at_least": 0.9}}


async def test_what_would_count_each_sample_once_is_refused(alice: Client) -> None:
    run = await send(alice, CSV)
    answers = [await alice.get(f"/v1/runs/{run['id']}/{path}", **query) for path, query in REFUSED.items()]
    answers += [
        await alice.post("/v1/jobs", {"kind": "weak_slices", "run_id": run["id"]}),
        await alice.post("/v1/jobs", {"kind": "label_audit", "run_id": run["id"]}),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(409, "weights-unsupported")}
    assert [answer.json()["detail"].partition(":")[0].partition(",")[0] for answer in answers] == [
        "A promise is an exact test of samples that count alike",
        "Weak slices are tested exactly",
        "The audit bounds metrics whichever labels are wrong",
    ]


def overconfident(times: np.ndarray | None = None) -> dict[str, list[Any]]:
    """Samples of patients with scores beyond what is true, and whole weights; or each row so many times."""
    random = np.random.default_rng(6)
    true = random.uniform(0.05, 0.95, 400)
    is_ill, scores = random.random(400) < true, np.round(true**4 / (true**4 + (1 - true) ** 4), 5)
    columns = {
        "y_true": np.where(is_ill, "ill", "well"),
        "y_pred": np.where(scores >= 0.5, "ill", "well"),
        "prob_ill": scores,
        "patient": np.repeat([f"p{at}" for at in range(80)], 5),
    }
    if times is not None:
        return {name: np.repeat(values, times).tolist() for name, values in columns.items()}
    return {name: values.tolist() for name, values in columns.items()} | {"sample_weight": TIMES.tolist()}


TIMES = np.random.default_rng(8).integers(0, 4, 400)


async def test_decision_curve_and_clustered_intervals_have_the_figures_of_repeated_rows(alice: Client) -> None:
    body = {"positive": "ill"}
    run = await settled(alice, await alice.post("/v1/runs", {"data": overconfident()} | body))
    repeated = await settled(alice, await alice.post("/v1/runs", {"data": overconfident(TIMES)} | body))

    found, again = [await read(alice, one, "decision-curve", points=9) for one in (run, repeated)]
    of_groups, groups = [await read(alice, one, "clustered-intervals", group="patient") for one in (run, repeated)]

    is_ill = np.array(overconfident()["y_true"]) == "ill"
    counted = int((TIMES[is_ill] > 0).sum()), int((TIMES[~is_ill] > 0).sum())
    assert (found["positives"], found["negatives"]) == counted
    assert (found["positive_weight"], found["negative_weight"]) == (again["positives"], again["negatives"])
    for one, other in zip(found["points"], again["points"], strict=True):
        assert [one[name] for name in ("net_benefit", "of_all", "gain")] == pytest.approx(
            [other[name] for name in ("net_benefit", "of_all", "gain")], abs=1e-12
        )
        assert one["high"] - one["low"] > other["high"] - other["low"]
    counted_rows, weight = int((TIMES > 0).sum()), float(TIMES.sum())
    assert (of_groups["rows"], of_groups["weight"], groups["weight"]) == (counted_rows, weight, None)
    for one, other in zip(of_groups["items"], groups["items"], strict=True):
        names = ("value", "low", "high", "standard_error")
        assert [one[name] for name in names] == pytest.approx([other[name] for name in names], rel=1e-9)


async def test_samples_without_weight_change_no_interval_of_groups(alice: Client) -> None:
    data = overconfident()
    held = {name: [value for value, times in zip(values, TIMES, strict=True) if times] for name, values in data.items()}
    run, fewer = [await settled(alice, await alice.post("/v1/runs", {"data": one})) for one in (data, held)]

    found, again = [await read(alice, one, "clustered-intervals", group="patient") for one in (run, fewer)]

    assert found | {"run_id": ""} == again | {"run_id": ""}


@pytest.mark.parametrize("path", ["recalibration", "temperature"])
async def test_maps_are_fitted_and_judged_by_the_weights(alice: Client, path: str) -> None:
    run = await settled(alice, await alice.post("/v1/runs", {"data": overconfident(), "positive": "ill"}))
    plain = await settled(alice, await alice.post("/v1/runs", {
        "data": overconfident(), "positive": "ill", "columns": {"weight": None},
    }))  # fmt: skip

    found, other = [await read(alice, one, path, bins=5) for one in (run, plain)]

    # Samples without a weight are left out.
    assert found["fitted"] + found["judged"] == int((TIMES > 0).sum())
    assert other["fitted"] + other["judged"] == 400
    log = found["metrics"][0]
    assert log["after"]["value"] < log["before"]["value"]
    assert log["change"]["low"] < log["change"]["value"] < log["change"]["high"]
    assert found["metrics"][0]["before"]["value"] != other["metrics"][0]["before"]["value"]


async def test_samples_of_which_a_few_weigh_almost_all_are_too_few(alice: Client) -> None:
    data = overconfident()
    data["sample_weight"][:2] = [10**8, 10**8]
    run = await settled(alice, await alice.post("/v1/runs", {"data": data, "positive": "ill"}))

    refused = [await alice.get(f"/v1/runs/{run['id']}/{path}") for path in ("decision-curve", "recalibration")]

    assert [one.status_code for one in refused] == [409, 409]
    assert "By their weights the" in refused[0].json()["detail"]
    assert "by their weights, are of one kind" in refused[1].json()["detail"]


async def test_the_receipt_and_the_report_say_that_samples_are_weighted(alice: Client) -> None:
    run = await send(alice, CSV)

    receipt, metrics = await read(alice, run, "receipt"), await read(alice, run, "metrics")
    matrix = await read(alice, run, "matrix")
    page = (await alice.get(f"/v1/runs/{run['id']}/report")).text
    plain = await send(alice, CSV.replace(b"sample_weight", b"note"))
    of_plain = (await alice.get(f"/v1/runs/{plain['id']}/report")).text
    figures = {(figure["metric"], figure["label"]): figure for figure in receipt["result"]["figures"]}
    assert receipt["sides"][0]["read"]["weighted_by"] == "sample_weight"
    assert receipt["result"]["confusion_matrix"] == matrix["confusion_matrix"]
    assert receipt["result"]["sample_counts"] == matrix["sample_counts"]
    estimate = metrics["estimates"]["accuracy"]
    assert {key: figures["accuracy", None][key] for key in estimate} == estimate
    marked = ["of weight 11", "Accuracy, weighted", "Confusion matrix of weights", "Predicted weight"]
    marked += ["Precision, weighted", "Weighted area", "Weighted average precision", "all of them weighted"]
    assert [text for text in marked if text not in page] == []
    assert "weighted" not in of_plain.lower()


def many(wrong: float, seed: int) -> dict[str, list[Any]]:
    """Samples of the same truths and weights for every seed."""
    fixed, random = np.random.default_rng(0), np.random.default_rng(seed)
    is_spam, weights = fixed.random(300) < 0.4, fixed.exponential(size=300).round(6)
    guess = is_spam ^ (random.random(300) < wrong)
    return {
        "id": [f"s{at}" for at in range(300)],
        "y_true": ["spam" if one else "ham" for one in is_spam],
        "y_pred": ["spam" if one else "ham" for one in guess],
        "prob_spam": np.where(guess, 0.75, 0.25).tolist(),
        "sample_weight": weights.tolist(),
    }


async def test_weighted_runs_are_compared_and_gated_by_their_weights(app: Litestar, alice: Client) -> None:
    first, second = many(0.3, 1), many(0.1, 2)
    baseline = await settled(alice, await alice.post("/v1/runs", {"data": first, "tags": ["main"]}))
    candidate = await settled(alice, await alice.post("/v1/runs", {"data": second}))
    other = await settled(alice, await alice.post("/v1/runs", {"data": second, "columns": {"weight": None}}))
    asked = {"baseline": baseline["id"], "candidate": candidate["id"]}

    made = await alice.ready((await alice.post("/v1/comparisons", asked)).headers["location"])
    failed = await alice.make("/v1/comparisons", asked | {"candidate": other["id"]})
    policy = {"name": "release", "baseline": {"tag": "main"}, "metrics": [{"metric": "accuracy"}]}
    gate = (await alice.post("/v1/gates", policy)).json()["id"]
    check = await alice.post(f"/v1/gates/{gate}/checks", {"candidate": candidate["id"]})
    verdict = await alice.ready(check.headers["location"])
    report = (await alice.get(f"/v1/comparisons/{made['id']}/report")).text
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    page = (await visitor.get(f"/app/comparisons/{made['id']}")).text
    drawn = (await visitor.get(f"/app/comparisons/{made['id']}/curves")).text
    difference = (await visitor.get(f"/app/comparisons/{made['id']}/matrix")).text

    result, accuracy = made["result"], made["result"]["differences"][0]
    scores = [
        accuracy_score(data["y_true"], data["y_pred"], sample_weight=data["sample_weight"]) for data in (first, second)
    ]
    assert (made["verdict"], result["weighted_by"]) == ("better", "sample_weight")
    assert [accuracy["baseline"], accuracy["candidate"]] == pytest.approx(scores)
    assert (accuracy["method"], accuracy["p_exact"]) == ("weighted-newcombe", None)
    assert failed["error"]["code"] == "runs-not-comparable"
    assert "one of the two have weights" in failed["error"]["detail"]
    (reason,) = verdict["result"]["reasons"]
    assert (verdict["result"]["verdict"], reason["test"]["weighted_by"]) == ("pass", "sample_weight")
    assert reason["subject"] == "Accuracy (weighted)"
    area = roc_auc_score([label == "spam" for label in second["y_true"]], second["prob_spam"],
                         sample_weight=second["sample_weight"])  # fmt: skip
    assert f"Weighted area {area:.4g}" in drawn
    assert "percentage points of the weight of the row" in difference
    for text in (report, page):
        assert "Accuracy (weighted)" in text
        assert "count each sample by its weight in “sample_weight”" in text


async def test_matrices_with_weights_are_not_compared_as_if_they_had_none(alice: Client) -> None:
    vectors = {"actual_vector": ["a", "b"] * 10, "predicted_vector": ["a"] * 20}
    plain = (await alice.post("/v1/matrices", vectors)).json()["uid"]
    heavy = (await alice.post("/v1/matrices", vectors | {"sample_weight": [1, 9] * 10})).json()["uid"]

    refused = [
        await alice.post("/v1/comparisons", {"baseline": first, "candidate": second})
        for first, second in ((heavy, heavy), (plain, heavy), (heavy, plain))
    ]
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(409, "weights-unsupported")}
    assert "a matrix keeps only the sums" in refused[0].json()["detail"]


async def test_the_pages_say_that_samples_are_weighted(app: Litestar, alice: Client) -> None:
    run = await send(alice, CSV)
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    page = (await visitor.get(f"/app/runs/{run['id']}")).text
    slices = (await visitor.get(f"/app/runs/{run['id']}/slices")).text
    listed = (await visitor.get("/app/runs")).text
    errors = (await visitor.get(f"/app/runs/{run['id']}/samples.csv")).text
    assert "Accuracy, weighted" in page
    assert "their weight: 11" in page
    assert "Predicted weight" in page
    assert "Weighted accuracy of the samples" in slices
    assert "Accuracy, weighted" in listed
    assert [row["weight"] for row in csv.DictReader(io.StringIO(errors))] == ["4", "0", "1", "3"]


async def test_ten_samples_of_equal_weight_are_enough_whatever_the_weight(alice: Client) -> None:
    scores = np.linspace(0.1, 0.9, 10).round(3).tolist()
    data = {
        "y_true": ["spam", "ham"] * 5,
        "y_pred": ["spam", "ham"] * 5,
        "prob_spam": scores,
        # In floats the sums of ten of it and of its squares make a little less than ten samples.
        "sample_weight": [6.244] * 10,
    }
    run = await settled(alice, await alice.post("/v1/runs", {"data": data, "positive": "spam"}))

    found = await read(alice, run, "decision-curve", points=1)

    assert (found["positives"], found["negatives"]) == (5, 5)
