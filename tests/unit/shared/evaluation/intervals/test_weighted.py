"""Intervals of weighted samples: the variances are those of statsmodels and SciPy, and equal weights change nothing."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import bootstrap
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.curves.scored_curves import roc_area_spread
from shared.evaluation.curves.thresholds import count_at_scores
from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.areas import areas
from shared.evaluation.intervals.of_matrix import Confidence, Estimate, class_estimates, overall_estimates
from shared.evaluation.intervals.of_weighted import weighted_class_estimates, weighted_overall_estimates
from shared.evaluation.intervals.weighted_delta import overall_spread
from shared.evaluation.metrics import CATALOGUE, OVERALL, PER_CLASS
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.types import Floats
from shared.runs.ingest.weighted_ranking import weighted_roc_area

RANDOM = np.random.default_rng(11)
ACTUAL = RANDOM.integers(0, 3, 2000)
PREDICTED = np.where(RANDOM.random(2000) < 0.7, ACTUAL, RANDOM.integers(0, 3, 2000))
WEIGHTS = RANDOM.gamma(2.0, 1.0, 2000) * np.where(ACTUAL == PREDICTED, 1.0, 2.0)


def matrix(weights: Floats, rows: NDArray[Any] | slice = slice(None)) -> ConfusionMatrix:
    cells = 3 * ACTUAL[rows] + PREDICTED[rows]
    weights = weights[rows]
    counts, squares = (np.bincount(cells, sums, 9).astype(float).reshape(3, 3) for sums in (weights, weights**2))
    return ConfusionMatrix((0, 1, 2), counts, np.bincount(cells, minlength=9).reshape(3, 3), squares)


def estimate(metric: str, counted: ConfusionMatrix) -> Any:
    return weighted_overall_estimates(MatrixResult(counted), Confidence(), [CATALOGUE[metric]])[metric]


def test_the_accuracy_has_wilsons_interval_of_the_effective_number() -> None:
    right = (ACTUAL == PREDICTED).astype(float)
    share = DescrStatsW(right, weights=WEIGHTS).mean
    variance = (WEIGHTS**2 * (right - share) ** 2).sum() / WEIGHTS.sum() ** 2
    effective = min(share * (1 - share) / variance, WEIGHTS.sum() ** 2 / (WEIGHTS**2).sum())

    found = estimate("accuracy", matrix(WEIGHTS))

    low, high = proportion_confint(share * effective, effective, method="wilson")
    assert (found.value, found.low, found.high) == pytest.approx((share, low, high), abs=1e-9)
    assert found.method == "weighted-wilson"


@pytest.mark.parametrize("metric", ["f1.macro", "mcc", "kappa", "precision.macro"])
def test_the_spread_of_other_metrics_is_that_of_a_bootstrap_of_the_samples(metric: str) -> None:
    # Where errors weigh more the linearised variance is the larger one.
    def value(rows: NDArray[Any], axis: int = -1) -> Any:
        return np.apply_along_axis(lambda own: CATALOGUE[metric].read(MatrixResult(matrix(WEIGHTS, own))), axis, rows)

    drawn = bootstrap((np.arange(2000),), value, n_resamples=400, vectorized=True, method="percentile", rng=1)
    counted = matrix(WEIGHTS)

    error = overall_spread(count_formulas.OVERALL[metric], counted).error

    assert error == pytest.approx(drawn.standard_error, rel=0.12)


def test_an_accuracy_of_one_has_the_interval_of_kishs_number() -> None:
    weights = np.where(ACTUAL == PREDICTED, WEIGHTS, 0.0)
    effective = weights.sum() ** 2 / (weights**2).sum()

    found = estimate("accuracy", matrix(weights))

    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(proportion_confint(effective, effective, method="wilson")[0], abs=1e-9)


def test_equal_weights_give_the_delta_methods_interval_of_samples_without_weights() -> None:
    plain = ConfusionMatrix((0, 1, 2), np.array([[90, 4, 1], [3, 60, 0], [0, 5, 7]]))
    counts = plain.counts.astype(float)
    equal = ConfusionMatrix((0, 1, 2), counts * 2.5, plain.counts, counts * 2.5**2)
    overall = [metric for metric in OVERALL.metrics if metric.interval == "delta"]
    overall.remove(CATALOGUE["krippendorff_alpha"])
    by_class = [metric for metric in PER_CLASS.metrics if metric.interval == "delta"]

    found = weighted_overall_estimates(MatrixResult(equal), Confidence(), overall)
    of_classes = weighted_class_estimates(MatrixResult(equal), Confidence(), by_class)

    for metric, one in overall_estimates(MatrixResult(plain), Confidence(), overall).items():
        assert bounds(found[metric]) == pytest.approx(bounds(one), abs=1e-9), metric
        assert found[metric].method == "weighted-delta", metric
    for metric, ones in class_estimates(MatrixResult(plain), Confidence(), by_class).items():
        for one, other in zip(ones, of_classes[metric], strict=True):
            assert bounds(other) == pytest.approx(bounds(one), abs=1e-9), metric


def bounds(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None, estimate
    assert estimate.high is not None, estimate
    return estimate.low, estimate.high


def test_a_matrix_without_squares_has_no_interval() -> None:
    counted = ConfusionMatrix((0, 1, 2), matrix(WEIGHTS).counts)

    assert estimate("accuracy", counted).low is None
    assert estimate("f1.macro", counted).reason.startswith("the samples are weighted")


def test_krippendorffs_correction_is_by_a_number_of_samples_which_weights_are_not() -> None:
    assert estimate("krippendorff_alpha", matrix(WEIGHTS)).reason.startswith("the samples are weighted")


def test_areas_of_equal_weights_have_delongs_error() -> None:
    scores, positive = RANDOM.random(500).round(2), RANDOM.random(500) < 0.4

    plain, weighted = areas(positive, scores[None]), weighted_roc_area(scores, positive, np.full(500, 0.3))

    assert weighted is not None
    assert weighted.spread is not None
    assert weighted.value == pytest.approx(plain.values[0], abs=1e-12)
    assert weighted.spread.error == pytest.approx(math.sqrt(plain.covariance[0, 0]), abs=1e-12)
    unweighted = roc_area_spread(count_at_scores(scores, positive))
    assert unweighted is not None
    assert weighted.spread.freedom == pytest.approx(unweighted.freedom, rel=1e-9)


def test_the_error_of_a_weighted_area_is_that_of_all_pairs() -> None:
    scores, positive, weights = RANDOM.random(60).round(1), RANDOM.random(60) < 0.4, RANDOM.gamma(1.0, 1.0, 60)
    high, low = scores[positive], scores[~positive]
    own, other = weights[positive], weights[~positive]
    wins = (high[:, None] > low) + (high[:, None] == low) / 2
    area = own @ wins @ other / own.sum() / other.sum()
    variance = 0.0
    for shares, mine in ((wins @ other / other.sum(), own), (own @ wins / own.sum(), other)):
        off, n = (shares - area) ** 2, len(mine)
        kish = (mine @ off) * (mine**2).sum() / mine.sum()
        variance += n / (n - 1) * max((mine**2) @ off, kish) / mine.sum() ** 2

    found = weighted_roc_area(scores, positive, weights)

    assert found is not None
    assert found.spread is not None
    assert found.value == pytest.approx(area, abs=1e-12)
    assert found.spread.error == pytest.approx(math.sqrt(variance), abs=1e-12)
