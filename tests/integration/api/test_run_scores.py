"""Curves and thresholds come from all scores of a run, and any threshold is counted without another file."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom
from sklearn import metrics
from sklearn.calibration import calibration_curve

from shared.evaluation.metrics.without_interval import CHOSEN_THRESHOLD
from tests.actors import Client
from tests.integration.api.test_runs import read, send

pytestmark = pytest.mark.usefixtures("workers")

_RNG = np.random.default_rng(11)
TRUTH = _RNG.integers(0, 2, 400)
# Two decimals, so that scores tie.
SCORES = np.round((TRUTH + _RNG.random(400) * 2) / 3, 2)
COUNTRY = np.array(["DE", "FR", "US"])[_RNG.integers(0, 3, 400)]


def table(header: str, *columns: Any) -> bytes:
    lines = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    return "\n".join([header, *lines]).encode()


def binary() -> bytes:
    names = np.array(["ham", "spam"])
    return table(
        "id,y_true,y_pred,prob_spam,country",
        range(400),
        names[TRUTH],
        names[(SCORES >= 0.5).astype(int)],
        SCORES,
        COUNTRY,
    )


THREE = np.array(["cat", "dog", "fox"])
TRUE_PLACE = _RNG.integers(0, 3, 300)
PROBABILITIES = _RNG.dirichlet([1, 1, 1], 300) / 2 + np.eye(3)[TRUE_PLACE] / 2


def multiclass() -> bytes:
    predicted = THREE[PROBABILITIES.argmax(axis=1)]
    return table("y_true,y_pred,prob_cat,prob_dog,prob_fox", THREE[TRUE_PLACE], predicted, *PROBABILITIES.T)


async def test_curves_of_a_binary_run_equal_those_of_scikit_learn(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    found = await read(alice, run, "curves")

    assert (found["label"], found["positives"], found["negatives"]) == ("spam", TRUTH.sum(), 400 - TRUTH.sum())
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(TRUTH, SCORES), abs=1e-12)
    assert found["average_precision"] == pytest.approx(metrics.average_precision_score(TRUTH, SCORES), abs=1e-12)
    fpr, tpr, thresholds = metrics.roc_curve(TRUTH, SCORES, drop_intermediate=False)
    points = dict(zip([None, *thresholds[1:].tolist()], zip(fpr.tolist(), tpr.tolist(), strict=True), strict=True))
    roc = found["roc"]
    assert [points[threshold] for threshold in roc["thresholds"]] == [*zip(roc["x"], roc["y"], strict=True)]
    assert np.trapezoid(roc["y"], roc["x"]) == pytest.approx(found["roc_auc"], abs=1e-12)
    assert all(low <= y <= high for low, y, high in zip(roc["low"], roc["y"], roc["high"], strict=True))
    classes = (await read(alice, run, "metrics"))["classes"]
    spam = next(one["estimates"]["roc_auc"] for one in classes if one["label"] == "spam")
    bounds = {name: pytest.approx(spam[name], abs=1e-9) for name in ("value", "low", "high")}
    assert found["roc_auc_estimate"] == {**spam, **bounds}
    precision = found["average_precision_estimate"]
    assert (precision["value"], precision["method"], precision["reason"]) == (
        found["average_precision"],
        "influence",
        None,
    )
    assert 0 < precision["low"] < precision["value"] < precision["high"] < 1
    ham = await read(alice, run, "curves", **{"class": "ham"})
    expected = metrics.average_precision_score(1 - TRUTH, -SCORES)
    assert (ham["label"], ham["average_precision"]) == ("ham", pytest.approx(expected, abs=1e-12))


async def test_curves_of_a_slice_are_of_its_rows_and_few_points_keep_the_areas(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    found = await read(alice, run, "curves", slice="country:FR", points=16)

    rows = COUNTRY == "FR"
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(TRUTH[rows], SCORES[rows]), abs=1e-12)
    assert len(found["roc"]["x"]) <= 16
    drawn = np.trapezoid(found["roc"]["y"], found["roc"]["x"])
    assert abs(drawn - found["roc_auc"]) <= found["roc"]["area_error"]


async def test_each_of_three_classes_has_curves_against_the_rest(alice: Client) -> None:
    run = await send(alice, multiclass())

    for place, label in enumerate(THREE.tolist()):
        found = await read(alice, run, "curves", **{"class": label})
        area = metrics.roc_auc_score(place == TRUE_PLACE, PROBABILITIES[:, place])
        assert found["roc_auc"] == pytest.approx(area, abs=1e-12)
    unnamed = (await alice.get(f"/v1/runs/{run['id']}/curves")).json()
    assert (unnamed["code"], unnamed["errors"][0]["pointer"]) == ("invalid-input", "/class")
    assert "“cat”, “dog”, “fox”" in unnamed["errors"][0]["detail"]


async def test_of_many_classes_some_are_named_and_the_others_counted(alice: Client) -> None:
    header = ",".join(["y_true", "y_pred", *(f"prob_c{place}" for place in range(7))])
    labels = [f"c{place}" for place in range(7)]
    run = await send(alice, table(header, labels, labels, *np.eye(7)))

    unnamed = (await alice.get(f"/v1/runs/{run['id']}/curves")).json()
    assert unnamed["errors"][0]["detail"] == (
        "class: name the class, as the run has no positive one; "
        "its classes are “c0”, “c1”, “c2”, “c3”, “c4” and 2 more."
    )


async def test_a_run_without_scores_says_so(alice: Client) -> None:
    run = await send(alice, b"y_true,y_pred\nno,yes\nyes,yes\n")

    asked: dict[str, Any] = {"curves": {}, "thresholds": {}, "matrix": {"threshold": 0.5}, "errors": {"threshold": 0.5}}
    for result, query in asked.items():
        answer = await alice.get(f"/v1/runs/{run['id']}/{result}", **query)
        assert (answer.status_code, answer.json()["code"]) == (409, "scores-missing")


async def test_scores_of_the_wrong_class_are_told(alice: Client) -> None:
    body = table("y_true,y_pred,score", TRUTH, (SCORES >= 0.5).astype(int), SCORES)
    swapped = body.replace(b"\n0,", b"\n2,").replace(b"\n1,", b"\n0,").replace(b"\n2,", b"\n1,")
    run = await send(alice, swapped)

    assert any("below 0.5" in notice for notice in run["notices"])
    found = await read(alice, run, "curves")
    assert found["roc_auc"] < 0.5
    assert "scores are probably those of another class" in found["notices"][0]


async def test_a_threshold_that_reaches_a_precision_has_the_highest_recall(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    found = await read(alice, run, "thresholds", metric="precision", at_least=0.9)

    precision, recall, _ = metrics.precision_recall_curve(TRUTH, SCORES)
    point = found["point"]
    assert (found["is_reached"], found["label"]) == (True, "spam")
    assert point["recall"] == pytest.approx(recall[precision >= 0.9].max(), abs=1e-12)
    predicted = point["threshold"] <= SCORES
    assert point["f1"] == pytest.approx(metrics.f1_score(TRUTH, predicted), abs=1e-12)
    tn, fp, fn, tp = metrics.confusion_matrix(TRUTH, predicted).ravel().tolist()
    assert (point["tp"], point["fp"], point["fn"], point["tn"]) == (tp, fp, fn, tn)
    assert f"at the threshold {point['threshold']}" in found["detail"]
    rates = ("precision", "recall", "specificity", "f1", "accuracy", "balanced_accuracy")
    assert found["without_interval"] == dict.fromkeys(rates, CHOSEN_THRESHOLD)
    matrix = await read(alice, run, "matrix", threshold=point["threshold"])
    assert (matrix["confusion_matrix"], matrix["predicted_by"]) == ([[tn, fp], [fn, tp]], "threshold")


async def test_a_threshold_keeps_to_a_number_of_positives_or_to_costs(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    few = await read(alice, run, "thresholds", max_positives=30)
    assert few["point"]["tp"] + few["point"]["fp"] <= 30
    below = SCORES[few["point"]["threshold"] > SCORES].max()
    assert np.count_nonzero(below <= SCORES) > 30
    cheap = await read(alice, run, "thresholds", cost_fp=1, cost_fn=5)
    costs = [
        np.count_nonzero((t <= SCORES) & (TRUTH == 0)) + 5 * np.count_nonzero((t > SCORES) & (TRUTH == 1))
        for t in np.unique(SCORES)
    ]
    assert cheap["point"]["cost"] == min(costs)
    best = await read(alice, run, "thresholds")
    assert best["point"]["f1"] == pytest.approx(max(metrics.f1_score(TRUTH, t <= SCORES) for t in np.unique(SCORES)))


async def test_a_goal_out_of_reach_is_answered_with_the_best_there_is(alice: Client) -> None:
    body = b"y_true,y_pred,score\nno,yes,0.9\nyes,yes,0.8\nyes,no,0.2\nno,no,0.1\n"
    run = await send(alice, body)

    found = await read(alice, run, "thresholds", metric="precision", at_least=0.95)

    assert (found["is_reached"], found["point"]["threshold"]) == (False, 0.2)
    assert found["detail"] == "No threshold reaches a precision of 0.95; the best is 0.6667 at the threshold 0.2."


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"at_least": 0.9}, "/metric"),
        ({"cost_fp": 1}, "/cost_fn"),
        ({"cost_fp": 1, "cost_fn": 1, "metric": "recall"}, "/at_least"),
    ],
)
async def test_parts_of_a_goal_that_do_not_go_together_are_refused(
    alice: Client, query: dict[str, Any], pointer: str
) -> None:
    run = await send(alice, binary(), positive="spam")

    answer = await alice.get(f"/v1/runs/{run['id']}/thresholds", **query)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


async def test_metrics_samples_and_errors_follow_a_threshold(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    predicted = SCORES >= 0.7
    found = await read(alice, run, "metrics", threshold=0.7, slice="country:DE")
    rows = COUNTRY == "DE"
    assert (found["classes"][0]["label"], found["threshold"]) == ("spam", 0.7)
    assert found["classes"][0]["f1"] == pytest.approx(metrics.f1_score(TRUTH[rows], predicted[rows]), abs=1e-12)
    wrong = await read(alice, run, "errors", threshold=0.7, limit=1000)
    assert {int(sample["id"]) for sample in wrong["items"]} == {*np.flatnonzero(predicted != TRUTH).tolist()}
    confidences = [sample["confidence"] for sample in wrong["items"]]
    assert confidences == sorted(confidences, reverse=True)
    cell = await read(alice, run, "samples", threshold=0.7, actual="spam", predicted="ham", limit=1000)
    missed = np.flatnonzero((TRUTH == 1) & ~predicted).tolist()
    assert {int(sample["id"]) for sample in cell["items"]} == {*missed}
    assert {sample["predicted"] for sample in cell["items"]} == {"ham"}


async def test_a_threshold_of_one_of_three_classes_counts_it_against_the_rest(alice: Client) -> None:
    run = await send(alice, multiclass())

    query: dict[str, Any] = {"class": "dog", "threshold": 0.4}
    matrix = await read(alice, run, "matrix", **query)
    actual, predicted = TRUE_PLACE == 1, PROBABILITIES[:, 1] >= 0.4
    assert matrix["classes"] == ["dog", "rest"]
    assert matrix["confusion_matrix"] == metrics.confusion_matrix(~actual, ~predicted).tolist()
    found = await read(alice, run, "metrics", **query)
    assert found["classes"][0]["recall"] == pytest.approx(metrics.recall_score(actual, predicted), abs=1e-12)
    missed = await read(alice, run, "samples", **query, predicted="rest", actual="dog", limit=1000)
    assert [sample["row"] - 1 for sample in sorted(missed["items"], key=lambda sample: sample["row"])] == (
        np.flatnonzero(actual & ~predicted).tolist()
    )
    infinite = await alice.get(f"/v1/runs/{run['id']}/matrix", None, **{"class": "dog", "threshold": "inf"})
    assert (infinite.status_code, infinite.json()["errors"][0]["pointer"]) == (400, "/threshold")


async def test_calibration_equals_that_of_scikit_learn(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    found = await read(alice, run, "calibration", bins=10)

    share, mean = calibration_curve(TRUTH, SCORES, n_bins=10)
    assert (found["rows"], found["binning"], found["bin_count"]) == (400, "equal_width", 10)
    assert [one["share"] for one in found["bins"]] == pytest.approx(share.tolist(), abs=1e-12)
    assert [one["mean_score"] for one in found["bins"]] == pytest.approx(mean.tolist(), abs=1e-12)
    assert found["ece"] == pytest.approx(sum(one["count"] * abs(one["gap"]) for one in found["bins"]) / 400, abs=1e-12)
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(TRUTH, SCORES), abs=1e-12)
    parts = found["miscalibration"] - found["discrimination"] + found["uncertainty"]
    assert parts == pytest.approx(found["brier"], abs=1e-12)
    assert found["log_loss"] == pytest.approx(metrics.log_loss(TRUTH, SCORES), abs=1e-9)
    rows = COUNTRY == "US"
    part = await read(alice, run, "calibration", binning="equal_mass", slice="country:US")
    assert (part["rows"], part["brier"]) == (
        rows.sum(),
        pytest.approx(metrics.brier_score_loss(TRUTH[rows], SCORES[rows]), abs=1e-12),
    )
    nobody = await read(alice, run, "calibration", slice="country:nowhere")
    assert (nobody["rows"], nobody["ece"], nobody["notices"]) == (0, None, ["There are no samples."])


async def test_a_bin_says_where_its_share_is_expected(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    found = await read(alice, run, "calibration", bins=5)

    for one in found["bins"]:
        counts = np.arange(one["count"] + 1) / one["count"]
        inside = (counts >= one["expected_low"]) & (counts <= one["expected_high"])
        chances = binom.pmf(np.arange(one["count"] + 1), one["count"], one["mean_score"])
        assert 0.95 <= chances[inside].sum() < 1
        assert chances[inside][1:].sum() < 0.975 > chances[inside][:-1].sum()
    assert 0 < found["smooth_error"] <= np.abs(TRUTH - SCORES).mean()


async def test_the_predictions_of_several_classes_are_calibrated_by_their_own_scores(alice: Client) -> None:
    predicted = PROBABILITIES.argmax(axis=1)
    body = table("y_true,y_pred,prob_cat,prob_dog,prob_fox", THREE[TRUE_PLACE], THREE[predicted], *PROBABILITIES.T)
    run = await send(alice, body)

    found = await read(alice, run, "calibration", of="predictions", bins=10)

    confidence, is_right = PROBABILITIES.max(axis=1), predicted == TRUE_PLACE
    share, mean = calibration_curve(is_right, confidence, n_bins=10)
    assert (found["label"], found["rows"]) == (None, len(confidence))
    assert [one["share"] for one in found["bins"]] == pytest.approx(share.tolist(), abs=1e-12)
    assert [one["mean_score"] for one in found["bins"]] == pytest.approx(mean.tolist(), abs=1e-12)
    named = await alice.get(f"/v1/runs/{run['id']}/calibration", None, **{"of": "predictions", "class": "fox"})
    assert (named.status_code, named.json()["errors"][0]["pointer"]) == (400, "/class")


async def test_margins_rank_but_are_not_calibrated(alice: Client) -> None:
    margins = SCORES * 8 - 4
    run = await send(alice, table("y_true,y_pred,score", TRUTH, (SCORES >= 0.5).astype(int), margins))

    area = metrics.roc_auc_score(TRUTH, margins)
    assert (await read(alice, run, "curves"))["roc_auc"] == pytest.approx(area, abs=1e-12)
    assert (await read(alice, run, "curves", **{"class": "0"}))["roc_auc"] == pytest.approx(area, abs=1e-12)
    matrix = await read(alice, run, "matrix", threshold=1.5)
    assert matrix["confusion_matrix"] == metrics.confusion_matrix(TRUTH, margins >= 1.5).tolist()
    of_predictions = await alice.get(f"/v1/runs/{run['id']}/calibration", of="predictions")
    assert (of_predictions.status_code, of_predictions.json()["code"]) == (409, "scores-not-probabilities")
    refused = await alice.get(f"/v1/runs/{run['id']}/calibration")
    assert (refused.status_code, refused.json()["code"]) == (409, "scores-not-probabilities")
    assert "margins or logits" in refused.json()["detail"]


async def test_scores_that_do_not_sum_to_one_are_told(alice: Client) -> None:
    predicted = THREE[PROBABILITIES.argmax(axis=1)]
    halves = np.round(PROBABILITIES / 2, 6)
    body = table("y_true,y_pred,prob_cat,prob_dog,prob_fox", THREE[TRUE_PLACE], predicted, *halves.T)
    run = await send(alice, body)

    found = await read(alice, run, "calibration", **{"class": "fox"})

    assert found["brier"] == pytest.approx(metrics.brier_score_loss(TRUE_PLACE == 2, halves[:, 2]), abs=1e-12)
    assert "do not sum to 1" in found["notices"][0]


async def test_scores_are_divided_by_their_sum_in_a_new_version_of_the_same_upload(alice: Client) -> None:
    # Each row is multiplied by another number, as votes of more or fewer judges are.
    votes = np.round(PROBABILITIES * np.arange(1, 301)[:, None] / 300, 6)
    actual = np.where(np.arange(300) % 5, TRUE_PLACE, (TRUE_PLACE + 1) % 3)
    shares = votes / votes.sum(axis=1, keepdims=True)
    run = await send(alice, table("y_true,prob_cat,prob_dog,prob_fox", THREE[actual], *votes.T))
    refused = await alice.get(f"/v1/runs/{run['id']}/temperature")

    await alice.send("PUT", f"/v1/runs/{run['id']}/columns", json={"normalise": True})
    again = await alice.ended(f"/v1/runs/{run['id']}")
    areas = [(await read(alice, again, "curves", **{"class": name}))["roc_auc"] for name in THREE]
    found = await read(alice, again, "calibration", **{"class": "fox"})
    await read(alice, again, "temperature")
    receipt = await read(alice, again, "receipt")

    assert (run["version"], run["normalised"], again["version"], again["normalised"]) == (1, False, 2, True)
    assert "with `normalise: true`" in run["notices"][0]
    assert "were divided by their sum, as `normalise` says" in again["notices"][0]
    assert (refused.status_code, refused.json()["code"]) == (409, "scores-not-probabilities")
    assert "with `normalise: true`" in refused.json()["detail"]
    assert areas == pytest.approx([metrics.roc_auc_score(at == actual, shares[:, at]) for at in (0, 1, 2)], abs=1e-12)
    assert found["log_loss"] == pytest.approx(metrics.log_loss(actual == 2, shares[:, 2]), abs=1e-12)
    assert found["notices"] == []
    side = receipt["sides"][0]
    assert (side["version"], side["read"]["normalised"], side["read"]["score_kind"]) == (2, True, "probabilities")


async def test_the_confidence_of_the_predicted_class_is_read_as_probability_of_the_positive_one(alice: Client) -> None:
    predicted = (SCORES >= 0.5).astype(int)
    confidence = np.where(predicted == 1, SCORES, 1 - SCORES)
    run = await send(alice, table("y_true,y_pred,confidence", TRUTH, predicted, confidence))

    probabilities = np.where(predicted == 1, confidence, 1 - confidence)
    found = await read(alice, run, "curves")
    assert (found["label"], found["roc_auc"]) == (
        1,
        pytest.approx(metrics.roc_auc_score(TRUTH, probabilities), abs=1e-12),
    )
    assert (await read(alice, run, "calibration"))["brier"] == pytest.approx(
        metrics.brier_score_loss(TRUTH, probabilities), abs=1e-12
    )
