"""Maps and judgements of weighted samples against scikit-learn's sample_weight, scipy, statsmodels, repeated rows."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize_scalar
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from shared.evaluation.calibration.fitting import fit
from shared.evaluation.calibration.maps import BetaMap, CalibrationMethod, IsotonicMap, TemperatureMap
from shared.evaluation.calibration.multiclass import TemperaturePlan, fit_and_judge, fit_temperature, scaled
from shared.evaluation.calibration.recalibration import (
    RecalibrationPlan,
    TooFewOfAKind,
    calibration_error,
    recalibrate,
    split,
)
from shared.evaluation.calibration.weighted_means import binned_means, mean_with_margin, worth

METHODS: tuple[CalibrationMethod, ...] = ("temperature", "isotonic", "beta")


def drawn(n: int = 600, seed: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Overconfident scores, labels, and weights that are larger where the class is rare."""
    random = np.random.default_rng(seed)
    true = random.uniform(0.05, 0.95, n)
    labels = random.random(n) < true
    scores = true**2 / (true**2 + (1 - true) ** 2)
    return np.round(scores, 3), labels, random.exponential(size=n) * np.where(labels, 3, 1)


def test_maps_are_those_of_scikit_learn_with_sample_weight() -> None:
    scores, labels, weights = drawn()
    logs, rests = np.log(scores), np.log1p(-scores)
    plain = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-12, max_iter=10_000)
    plain.fit((logs - rests)[:, None], labels, sample_weight=weights)
    both = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000)
    both.fit(np.column_stack([logs, -rests]), labels, sample_weight=weights)
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores, labels, sample_weight=weights)

    temperature, rising, beta = (fit(method, scores, labels, weights) for method in METHODS)

    assert isinstance(temperature, TemperatureMap)
    assert temperature.temperature == pytest.approx(1 / plain.coef_[0, 0], rel=1e-5)
    assert isinstance(beta, BetaMap)
    assert beta == pytest.approx((*both.coef_[0], both.intercept_[0]), rel=1e-4, abs=1e-4)
    assert isinstance(rising, IsotonicMap)
    assert rising.apply(scores) == pytest.approx(isotonic.predict(scores), abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_whole_weights_have_the_map_of_repeated_rows(method: CalibrationMethod) -> None:
    scores, labels, _ = drawn()
    times = np.random.default_rng(5).integers(0, 4, len(scores))

    found = fit(method, scores, labels, times.astype(float))

    repeated = fit(method, np.repeat(scores, times), np.repeat(labels, times))
    assert found.apply(scores) == pytest.approx(repeated.apply(scores), abs=1e-9)


def test_the_temperature_of_all_classes_is_that_of_the_least_weighted_loss_by_scipy() -> None:
    random = np.random.default_rng(7)
    true = random.dirichlet(np.ones(4), 500)
    labels = np.array([random.choice(4, p=row) for row in true])
    stated, weights = scaled(true, 0.5), random.exponential(size=500)
    times = random.integers(0, 3, 500)

    def loss(temperature: float) -> float:
        return float(log_loss(labels, scaled(stated, temperature), sample_weight=weights))

    found = fit_temperature(labels, stated, weights)

    assert found == pytest.approx(minimize_scalar(loss, bounds=(0.1, 10), method="bounded").x, rel=1e-4)
    repeated = fit_temperature(np.repeat(labels, times), np.repeat(stated, times, axis=0), np.ones(times.sum()))
    has_weight = times > 0
    once = fit_temperature(labels[has_weight], stated[has_weight], times[has_weight].astype(float))
    assert once == pytest.approx(repeated, rel=1e-9)


def test_losses_of_the_judged_samples_are_weighted_means() -> None:
    scores, labels, weights = drawn()
    _, judged = split(labels, 0.5, 3)

    found = recalibrate(scores, labels, RecalibrationPlan("beta", 0.5, 3, 10), weights)

    of_log, of_brier, ece = found.metrics
    after = found.map.apply(scores)[judged]
    truth, own = labels[judged], weights[judged]
    for metric, measure in ((of_log, log_loss), (of_brier, brier_score_loss)):
        assert metric.before.value == pytest.approx(measure(truth, scores[judged], sample_weight=own))
        assert metric.after.value == pytest.approx(measure(truth, after, sample_weight=own))
        assert metric.change is not None
        assert metric.change.value == pytest.approx(metric.after.value - metric.before.value)
    bins = np.maximum(np.searchsorted(np.arange(11) / 10, scores[judged]) - 1, 0)
    gaps = np.bincount(bins, own * (scores[judged] - truth), 10) / own.sum()
    assert ece.before.value == pytest.approx(np.abs(gaps).sum())
    assert ece.after.value < ece.before.low


def test_the_error_of_a_mean_is_that_of_statsmodels_or_a_larger_one() -> None:
    random = np.random.default_rng(3)
    values, weights = random.exponential(size=300), random.exponential(size=300)
    for own in (weights, weights * values):
        robust = sm.WLS(values, np.ones(300), weights=own).fit(cov_type="HC0")
        spread = np.average((values - robust.params[0]) ** 2, weights=own)
        variance = max(robust.bse[0] ** 2, spread / worth(own)) * worth(own) / (worth(own) - 1)
        mean, margin = mean_with_margin(values, own, 0.05)
        assert mean == pytest.approx(float(robust.params[0]))
        assert 1.95 < margin / np.sqrt(variance) < 2.4


def test_the_covariance_of_bins_adds_up_to_the_variance_of_the_mean() -> None:
    random = np.random.default_rng(3)
    values, weights = random.normal(size=300), random.exponential(size=300)

    sums, covariance = binned_means(random.integers(0, 7, 300), values, weights, 7)

    mean = np.average(values, weights=weights)
    linearised = (weights**2 * (values - mean) ** 2).sum() / weights.sum() ** 2
    of_worth = np.average((values - mean) ** 2, weights=weights) / worth(weights)
    assert sums.sum() == pytest.approx(mean)
    assert covariance.sum() == pytest.approx(linearised) or covariance.sum() == pytest.approx(of_worth)
    assert np.linalg.eigvalsh(covariance).min() > -1e-12


@pytest.mark.parametrize("weight", [0.5, 3.0])
def test_equal_weights_change_nothing(weight: float) -> None:
    scores, labels, _ = drawn()
    plan = RecalibrationPlan("temperature", 0.5, 1, 10)
    stated, codes = np.column_stack([1 - scores, scores]), labels.astype(np.int64)
    of_all = TemperaturePlan(0.5, 1, 10)

    found, plain = (recalibrate(scores, labels, plan, own) for own in (np.full(600, weight), None))
    both, neither = (fit_and_judge(codes, stated, of_all, own) for own in (np.full(600, weight), None))

    assert found.map == pytest.approx(plain.map)
    assert both.temperature == pytest.approx(neither.temperature)
    for one, other in zip([*found.metrics, *both.metrics], [*plain.metrics, *neither.metrics], strict=True):
        assert one.before == pytest.approx(other.before, rel=1e-6)
        assert one.after == pytest.approx(other.after, rel=1e-6)


def test_a_few_heavy_samples_are_too_few() -> None:
    scores, labels, weights = drawn()
    weights[:2] = 1e6

    with pytest.raises(TooFewOfAKind, match="by their weights, are of one kind"):
        recalibrate(scores, labels, RecalibrationPlan("beta", 0.5, 3, 10), weights)


def test_the_interval_of_the_weighted_ece_of_calibrated_scores_begins_at_0() -> None:
    random = np.random.default_rng(1)
    lows = []
    for _ in range(30):
        scores = random.random(400)
        labels, weights = random.random(400) < scores, random.exponential(size=400)
        lows.append(calibration_error(scores, labels, 10, 0, weights).low)

    assert sum(low == 0 for low in lows) >= 27
