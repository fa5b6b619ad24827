"""The influence of a sample is how far the difference moves with its weight."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from shared.evaluation.intervals.count_formulas import BY_CLASS, CLASS_PROPORTIONS, OVERALL, OVERALL_OF_SETS
from shared.evaluation.paired.influences import CodedSamples, of_all_classes, of_areas, of_one_class
from shared.evaluation.paired.margins import CellFlags
from shared.evaluation.types import Floats

N, STEP = 120, 1e-6
RANDOM = np.random.default_rng(5)
TRUTH, BASELINE, CANDIDATE = RANDOM.integers(0, 3, (3, N))
WEIGHTS = RANDOM.random(N) + 0.5
SCORES = RANDOM.random((2, N)) + np.where(TRUTH == 1, 0.4, 0.0)

OF_ALL: dict[str, Callable[..., float]] = {
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "f1.macro": lambda *of, **by: metrics.f1_score(*of, average="macro", **by),
    "precision.weighted": lambda *of, **by: metrics.precision_score(*of, average="weighted", **by),
    "mcc": metrics.matthews_corrcoef,
    "kappa": metrics.cohen_kappa_score,
}


def moved(measure: Callable[..., float], sides: Any, weights: Floats = WEIGHTS) -> Floats:
    """What a little more weight of each sample adds to the difference, times all weight."""

    def difference(own: Floats) -> float:
        baseline, candidate = (measure(TRUTH, side, sample_weight=own) for side in sides)
        return float(candidate - baseline)

    steps = (weights + STEP * one for one in np.eye(N))
    return np.array([(difference(own) - difference(weights)) / STEP * own.sum() for own in steps])


def coded(weights: Floats = WEIGHTS) -> CodedSamples:
    return CodedSamples(TRUTH, BASELINE, CANDIDATE, 3, weights)


@pytest.mark.parametrize("name", OF_ALL)
def test_of_a_metric_of_all_classes_it_is_that_of_scikit_learns_weighted_metric(name: str) -> None:
    found = of_all_classes(coded(), OVERALL[name])

    baseline, candidate = (OF_ALL[name](TRUTH, side, sample_weight=WEIGHTS) for side in (BASELINE, CANDIDATE))
    assert [found.baseline, found.candidate] == pytest.approx([baseline, candidate])
    assert found.of_samples == pytest.approx(moved(OF_ALL[name], (BASELINE, CANDIDATE)), abs=1e-4)
    assert float(found.of_samples @ WEIGHTS) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ["f1.class", "precision.class", "mcc.class"])
def test_of_a_metric_of_a_class_it_is_that_of_scikit_learns_weighted_metric(name: str) -> None:
    flags = CellFlags(*(side == 1 for side in (TRUTH, BASELINE, CANDIDATE)))
    measure: Callable[..., float] = {
        "f1.class": metrics.f1_score, "precision.class": metrics.precision_score, "mcc.class": metrics.matthews_corrcoef
    }[name]  # fmt: skip

    found = of_one_class(flags, WEIGHTS, (CLASS_PROPORTIONS | BY_CLASS)[name])

    own = moved(lambda truth, side, **by: measure(truth == 1, side == 1, **by), (BASELINE, CANDIDATE))
    assert found.of_samples == pytest.approx(own, abs=1e-4)


def test_of_an_area_it_is_that_of_scikit_learns_weighted_area() -> None:
    found = of_areas(TRUTH == 1, SCORES)

    own = moved(lambda truth, side, **by: metrics.roc_auc_score(truth == 1, side, **by), SCORES, np.ones(N))
    assert found.difference == pytest.approx(float(np.diff(found[:2])[0]))
    assert found.of_samples == pytest.approx(own, abs=1e-4)


def test_of_sets_of_labels_it_is_that_of_the_share_of_wrong_marks() -> None:
    members = np.array([[False, False], [True, False], [True, True]])
    found = of_all_classes(coded()._replace(members=members), OVERALL_OF_SETS["multilabel.hamming_loss"])

    wrong = [(members[side] != members[TRUTH]).mean(axis=1) for side in (BASELINE, CANDIDATE)]
    own = wrong[1] - wrong[0]
    assert found.of_samples == pytest.approx(own - np.average(own, weights=WEIGHTS))
