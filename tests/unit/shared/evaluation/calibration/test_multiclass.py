"""One temperature for all classes, against scipy, the temperature of two classes, and what made the data."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from shared.evaluation.calibration.fitting import NothingToFit, fit
from shared.evaluation.calibration.maps import TemperatureMap
from shared.evaluation.calibration.multiclass import (
    TemperaturePlan,
    fit_and_judge,
    fit_temperature,
    scaled,
    split_by_class,
)
from shared.evaluation.calibration.recalibration import TooFewOfAKind


def drawn(n: int, k: int, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Labels from true probabilities, and the probabilities of a model that is too sure by a temperature."""
    random = np.random.default_rng(21)
    stated = random.dirichlet([0.3] * k, n)
    true = scaled(stated, temperature)
    labels = (random.random(n)[:, None] > true.cumsum(axis=1)).sum(axis=1)
    return np.minimum(labels, k - 1), stated


@pytest.mark.parametrize(("k", "temperature"), [(2, 0.6), (3, 1.0), (5, 2.5), (20, 4.0)])
def test_the_temperature_is_that_of_the_least_loss_by_scipy(k: int, temperature: float) -> None:
    labels, stated = drawn(3000, k, temperature)

    found = fit_temperature(labels, stated, np.ones(len(labels)))

    best = minimize_scalar(
        lambda log: log_loss(labels, scaled(stated, float(np.exp(log))), labels=range(k)),
        bounds=(-3, 3),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert found == pytest.approx(np.exp(best.x), rel=1e-5)
    assert found == pytest.approx(temperature, rel=0.15)


def test_of_two_classes_it_is_the_temperature_of_the_class() -> None:
    labels, stated = drawn(2000, 2, 1.7)

    binary = fit("temperature", stated[:, 1], labels == 1)

    assert isinstance(binary, TemperatureMap)
    assert fit_temperature(labels, stated, np.ones(len(labels))) == pytest.approx(binary.temperature, rel=1e-9)


def test_other_samples_judge_and_the_most_probable_class_stays() -> None:
    labels, stated = drawn(6000, 4, 2.0)
    plan = TemperaturePlan(0.5, 3, 15)

    found = fit_and_judge(labels, stated, plan)

    fitted, judged = split_by_class(labels, 0.5, 3)
    assert sorted([*fitted, *judged]) == list(range(6000))
    for code in range(4):
        assert abs(int((labels[fitted] == code).sum()) - int((labels[judged] == code).sum())) <= 1
    after = scaled(stated[judged], found.temperature)
    loss, brier, ece = found.metrics
    assert found.temperature == pytest.approx(fit_temperature(labels[fitted], stated[fitted], np.ones(len(fitted))))
    assert loss.before.value == pytest.approx(log_loss(labels[judged], stated[judged], labels=range(4)))
    assert loss.after.value == pytest.approx(log_loss(labels[judged], after, labels=range(4)))
    assert brier.after.value == pytest.approx(((after - np.eye(4)[labels[judged]]) ** 2).sum(axis=1).mean())
    assert loss.change is not None
    assert loss.change.high < 0
    assert (after.argmax(axis=1) == stated[judged].argmax(axis=1)).all()
    assert ece.after.value < ece.before.value / 2
    assert (found.fitted, found.judged) == (len(fitted), len(judged))


def test_what_has_no_best_temperature_is_said_so() -> None:
    labels, stated = drawn(500, 3, 1.0)
    sure = np.eye(3)[labels] * 0.9 + 0.1 / 3

    for case, sentence in (
        ((stated.argmax(axis=1), stated), "no finite temperature"),
        ((labels, sure), "no finite temperature"),
        ((stated.argmin(axis=1), stated), "improbable classes more often"),
        ((labels, np.full((500, 3), 1 / 3)), "nothing to fit"),
    ):
        with pytest.raises(NothingToFit, match=sentence):
            fit_temperature(case[0], case[1], np.ones(len(case[0])))
    with pytest.raises(TooFewOfAKind, match="at least 10 are needed"):
        fit_and_judge(labels[:12], stated[:12], TemperaturePlan(0.5, 0, 10))


def test_probabilities_of_nought_and_one_have_a_temperature() -> None:
    labels, stated = drawn(1000, 3, 1.0)
    hard = np.eye(3)[stated.argmax(axis=1)]

    found = fit_temperature(labels, hard, np.ones(len(labels)))

    right = (labels == stated.argmax(axis=1)).mean()
    assert scaled(hard, found).max(axis=1).mean() == pytest.approx(right, abs=1e-6)
