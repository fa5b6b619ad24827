"""Intervals, methods and P-values of the examples are those that today's methods give for the counts beside them."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from api.examples import examples
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.curves.ranked_scores import rank_probabilities
from shared.evaluation.curves.scored_curves import ScoredCurves, curves_of
from shared.evaluation.intervals.of_areas import area_estimate, average_precision_estimate
from shared.evaluation.intervals.of_matrix import Confidence, class_estimates, overall_estimates
from shared.evaluation.intervals.roc_band import roc_band
from shared.evaluation.metrics import CATALOGUE
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.paired.discordance import Pairs
from shared.evaluation.paired.testing import Question, of_pairs

MEMBERS = ("value", "low", "high", "method", "reason")


def answer(operation: str) -> Any:
    return examples()[operation]["answers"]["200"]


def figures(matrix: ConfusionMatrix) -> dict[str, dict[str, Any]]:
    """Every metric of a matrix: members of its interval, or of each class a list of each member."""
    result, confidence = MatrixResult(matrix), Confidence()
    overall, by_class = overall_estimates(result, confidence), class_estimates(result, confidence)
    found = {name: {at: getattr(one, at) for at in MEMBERS} for name, one in overall.items()}
    for name, ones in by_class.items():
        found[name] = {at: [getattr(one, at) for one in ones] for at in MEMBERS}
    return found


def as_shown(value: Any) -> Any:
    """Numbers to nine digits, everything else as it is."""
    if isinstance(value, dict):
        return {name: as_shown(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_shown(one) for one in value]
    return pytest.approx(value, rel=1e-9, abs=1e-12) if isinstance(value, float) else value


def test_a_matrix_has_the_intervals_of_the_labels_that_are_sent() -> None:
    sent = examples()["matrices.create"]["requests"]["labels"]
    counted = Counter(zip(sent["actual_vector"], sent["predicted_vector"], strict=True))
    classes, shown = (answer("matrices.get_statistics")[name] for name in ("classes", "estimates"))
    found = figures(ConfusionMatrix(tuple(classes), np.array([[counted[a, b] for b in classes] for a in classes])))

    for name, one in shown["overall"].items():
        assert one == as_shown(found[name]), name
    for name, one in shown["per_class"].items():
        assert one == as_shown(found[name] | {"method": one["method"]}), name
        assert {*found[name]["method"]} == {one["method"]}, name


def scored() -> ScoredCurves:
    """The curves of the four samples whose scores are the thresholds of the example."""
    scores, labels = np.array(answer("runs.get_curves")["pr"]["thresholds"]), np.array([False, True, True, False])
    return curves_of(rank_probabilities([(scores, labels)], 4), 100)


def test_curves_of_a_run_have_the_areas_and_intervals_of_their_scores() -> None:
    shown, found = answer("runs.get_curves"), scored()

    assert found.roc is not None
    area = area_estimate(found.roc_auc, found.roc_auc_spread, found.sides)
    precision = average_precision_estimate(found.average_precision, found.precision_spread)
    for one, expected in ((shown["roc_auc_estimate"], area), (shown["average_precision_estimate"], precision)):
        assert one == as_shown({at: getattr(expected, at) for at in MEMBERS})
    assert (shown["roc"]["x"], shown["roc"]["y"]) == (found.roc.curve.x.tolist(), found.roc.curve.y.tolist())
    low, high = roc_band(found.roc.curve, *found.sides, Confidence().critical)
    assert (shown["roc"]["low"], shown["roc"]["high"]) == as_shown((low.tolist(), high.tolist()))


def test_a_run_and_its_receipt_have_the_intervals_of_their_matrix() -> None:
    receipt, run = answer("runs.get_receipt")["result"], answer("runs.get_metrics")
    found = figures(ConfusionMatrix((0, 1), np.array(receipt["confusion_matrix"])))
    curves = scored()
    area = area_estimate(curves.roc_auc, curves.roc_auc_spread, curves.sides)
    of_area = as_shown({at: getattr(area, at) for at in MEMBERS})

    def expected(metric: str, code: int | None) -> Any:
        if metric == "roc_auc.class":
            return of_area
        return as_shown(found[metric] if code is None else {at: found[metric][at][code] for at in MEMBERS})

    for one in receipt["figures"]:
        code = None if one["label"] is None else 0
        assert {at: one[at] for at in MEMBERS} == expected(one["metric"], code), one["metric"]
    by_name = {metric.plain_name: metric.id for metric in CATALOGUE.values() if metric.averaging != "class"}
    for name, one in run["estimates"].items():
        assert one == expected(by_name[name], None), name
    for code, own in enumerate(run["classes"]):
        for name, one in own["estimates"].items():
            assert one == expected(f"{name}.class", code), name


@pytest.mark.parametrize("operation", ["comparisons.get", "comparisons.get_receipt"])
def test_a_comparison_has_the_tests_of_its_flips(operation: str) -> None:
    result = answer(operation)["result"]
    (shown,), flips = result["differences"], result["flips"]
    right = flips["samples"] - flips["fixed"] - flips["broken"] - flips["both_wrong"]

    found = of_pairs(
        Pairs(right, flips["broken"], flips["fixed"], flips["both_wrong"]),
        Question(0.05, 0.05, result["sought_difference"]),
    )

    assert found.interval is not None
    expected = {
        "difference": found.difference,
        "low": found.interval[0],
        "high": found.interval[1],
        "method": found.method,
        "p_value": found.p_value,
        "p_exact": found.p_exact,
        "p_adjusted": found.p_value,
        "p_not_worse": found.p_above,
        "p_equivalent": found.p_below,
        "detectable_difference": found.detectable,
        "samples_needed": found.needed,
        "reason": found.reason,
    }
    assert {name: shown[name] for name in expected} == as_shown(expected)
