"""Maps equal those of scikit-learn and SciPy, are judged on other samples, and are refused where none is best."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import kurtosis, t
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from shared.evaluation.calibration.fitting import CONSTANT, REVERSED, SEPARATED, NothingToFit, fit
from shared.evaluation.calibration.maps import BetaMap, CalibrationMethod, IsotonicMap, TemperatureMap
from shared.evaluation.calibration.recalibration import (
    MeasuredValue,
    RecalibrationPlan,
    TooFewOfAKind,
    calibration_error,
    compared,
    recalibrate,
    split,
)
from shared.evaluation.calibration.reliability import reliability
from shared.evaluation.curves.ranked_scores import rank_probabilities

Sample = tuple[NDArray[Any], NDArray[np.bool_]]
METHODS: list[CalibrationMethod] = ["temperature", "isotonic", "beta"]


def overconfident(n: int, seed: int = 1, power: float = 2.0) -> Sample:
    """Scores whose odds are a power of the true ones, of three decimals so that some are equal."""
    rng = np.random.default_rng(seed)
    true = rng.beta(2, 3, n)
    scores = np.clip(np.round(1 / (1 + ((1 - true) / true) ** power), 3), 0.001, 0.999)
    return scores, rng.random(n) < true


def test_the_temperature_has_the_lowest_log_loss() -> None:
    scores, labels = overconfident(2000)

    found = fit("temperature", scores, labels)

    def loss(temperature: float) -> float:
        return float(log_loss(labels, TemperatureMap(temperature).apply(scores)))

    best = minimize_scalar(loss, bounds=(0.5, 5), method="bounded", options={"xatol": 1e-10})
    assert isinstance(found, TemperatureMap)
    assert found.temperature == pytest.approx(best.x, abs=1e-6)
    assert loss(found.temperature) <= best.fun + 1e-15
    assert found.apply(np.array([0.8]))[0] == pytest.approx(1 / (1 + 4 ** (-1 / found.temperature)), abs=1e-12)


def test_the_beta_map_is_scikit_learns_logistic_regression_on_both_logarithms() -> None:
    scores, labels = overconfident(2000)

    found = fit("beta", scores, labels)

    features = np.column_stack([np.log(scores), -np.log(1 - scores)])
    oracle = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(features, labels)
    assert isinstance(found, BetaMap)
    assert [*found] == pytest.approx([*oracle.coef_[0], oracle.intercept_[0]], abs=1e-5)
    assert found.apply(scores) == pytest.approx(oracle.predict_proba(features)[:, 1], abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_the_beta_map_is_the_best_that_never_falls(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.random(2000)
    # The odds turn back near an end, so that the best free fit has a factor below 0.
    a, b, c = (3, -0.8, 1) if seed % 2 else (-0.8, 3, -1)
    labels = rng.random(2000) < BetaMap(a, b, c).apply(scores)

    found = fit("beta", scores, labels)

    assert isinstance(found, BetaMap)
    assert min(found.a, found.b) == 0

    def loss(parameters: NDArray[Any]) -> float:
        return float(log_loss(labels, BetaMap(*parameters).apply(scores)))

    best = minimize(loss, [1, 1, 0], bounds=[(0, None), (0, None), (None, None)], tol=1e-12)
    assert loss(np.array(found)) <= best.fun + 1e-7


def test_the_isotonic_map_equals_that_of_scikit_learn() -> None:
    scores, labels = overconfident(2000)

    found = fit("isotonic", scores, labels)

    oracle = IsotonicRegression(out_of_bounds="clip").fit(scores, labels)
    everywhere = np.linspace(0, 1, 1001)
    assert isinstance(found, IsotonicMap)
    assert found.apply(everywhere) == pytest.approx(oracle.predict(everywhere), abs=1e-12)
    assert found.scores == pytest.approx(oracle.X_thresholds_, abs=0)


@pytest.mark.parametrize("method", METHODS)
def test_a_map_is_judged_on_the_samples_that_it_was_not_fitted_on(method: CalibrationMethod) -> None:
    scores, labels = overconfident(3000)

    found = recalibrate(scores, labels, RecalibrationPlan(method, 0.4, seed=7, bins=10))

    fitted, judged = split(labels, 0.4, 7)
    assert (found.fitted, found.judged) == (len(fitted), len(judged)) == (1200, 1800)
    mapped = fit(method, scores[fitted], labels[fitted]).apply(scores[judged])
    loss, brier, ece = found.metrics
    assert (loss.before.value, loss.after.value) == pytest.approx(
        (log_loss(labels[judged], scores[judged]), log_loss(labels[judged], mapped)), abs=1e-9
    )
    assert (brier.before.value, brier.after.value) == pytest.approx(
        (brier_score_loss(labels[judged], scores[judged]), brier_score_loss(labels[judged], mapped)), abs=1e-12
    )
    differences = (mapped - labels[judged]) ** 2 - (scores[judged] - labels[judged]) ** 2
    freedom = int(2 * 1800 / (kurtosis(differences, fisher=False) - 1))
    half = t.isf(0.025, freedom) * differences.std(ddof=1) / np.sqrt(1800)
    assert brier.change == pytest.approx(
        MeasuredValue(differences.mean(), differences.mean() - half, differences.mean() + half), abs=1e-12
    )
    assert brier.change is not None
    assert brier.change.high < 0
    assert ece.after.value < ece.before.low
    assert ece.change is None


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_ece_is_that_of_the_reliability_diagram(kind: type) -> None:
    scores, labels = overconfident(1000)

    found = calibration_error(scores.astype(kind), labels, 10, 0, np.ones(len(labels)))

    diagram = reliability(rank_probabilities([(scores.astype(kind), labels)], 1000), "equal_width", 10)
    assert found.value == pytest.approx(diagram.ece, abs=1e-12)


def test_the_interval_of_the_ece_of_calibrated_scores_begins_at_0() -> None:
    lows = [calibration_error(*overconfident(500, seed, power=1), 15, 0, np.ones(500)).low for seed in range(40)]

    # The ECE itself is never 0: its bins are full of noise.
    assert sum(low == 0 for low in lows) >= 37


def test_both_parts_have_the_same_share_of_the_class_and_no_row_twice() -> None:
    labels = np.random.default_rng(0).random(1000) < 0.05

    first, second = split(labels, 0.5, seed=3)

    assert sorted([*first, *second]) == [*range(1000)]
    assert abs(int(labels[first].sum()) - int(labels[second].sum())) <= 1
    assert [part.tolist() for part in split(labels, 0.5, seed=3)] == [first.tolist(), second.tolist()]
    assert split(labels, 0.5, seed=4)[0].tolist() != first.tolist()


def test_of_very_many_samples_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.evaluation.calibration.recalibration.MAX_SAMPLES", 100)

    first, second = split(np.arange(1000) < 200, 0.5, seed=0)

    assert (len(first), len(second), int((first < 200).sum())) == (50, 50, 10)


def test_samples_of_one_kind_are_refused() -> None:
    with pytest.raises(TooFewOfAKind, match="Of the 20 samples to be fitted only 0 are of one kind"):
        recalibrate(np.linspace(0, 1, 40), np.ones(40, np.bool_), RecalibrationPlan("beta", 0.5, 0, 10))


@pytest.mark.parametrize("method", ["temperature", "beta"])
@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (np.array([0.1, 0.2, 0.3, 0.7, 0.8, 0.9]), SEPARATED),
        (np.array([0.9, 0.6, 0.7, 0.2, 0.65, 0.1]), REVERSED),
        (np.full(6, 0.5), CONSTANT),
    ],
)
def test_scores_without_a_best_map_are_refused(method: CalibrationMethod, scores: NDArray[Any], reason: str) -> None:
    with pytest.raises(NothingToFit, match=reason[:40]):
        fit(method, scores, np.array([False, False, False, True, True, True]))


@pytest.mark.parametrize("rare", [(0.3, 6.0), (1.0, 20.0)])
def test_the_interval_of_a_mean_loss_holds_it_with_ten_samples_of_a_class(rare: tuple[float, float]) -> None:
    random, sets = np.random.default_rng(3), 600
    scores = np.clip(random.beta(*rare, 200_000), 1e-9, 1 - 1e-9)
    losses = -np.log(np.where(random.random(len(scores)) < scores, scores, 1 - scores))
    drawn = losses[random.integers(0, len(losses), (sets, 200))]

    found = [compared(one, one, np.ones(len(one)))[0] for one in drawn]

    # By the normal deviate 92 % of 1,500 sets; of 600 the share varies by 0.9 points.
    assert np.mean([one.low <= losses.mean() <= one.high for one in found]) >= 0.925
