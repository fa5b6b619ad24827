"""Averages of areas of several classes: scikit-learn's values, and the errors of leaving out single samples."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from shared.evaluation.curves.scored_curves import roc_area_spread
from shared.evaluation.curves.thresholds import count_at_scores
from shared.evaluation.intervals.areas import area_interval
from shared.evaluation.intervals.class_areas import AverageArea, macro_area, micro_area
from shared.evaluation.types import Floats

RANDOM = np.random.default_rng(8)
CODES = RANDOM.choice(3, 240, p=[0.5, 0.3, 0.2]).astype(np.uint8)
RAISED = np.exp(RANDOM.normal(size=(240, 3)) + 1.2 * np.eye(3)[CODES])
PROBABILITIES = (RAISED / RAISED.sum(axis=1, keepdims=True)).round(3)


def test_the_interval_of_the_micro_average_is_that_of_the_jackknife() -> None:
    def area(rows: NDArray[np.int64]) -> float:
        return float(roc_auc_score(np.eye(3)[CODES[rows]], PROBABILITIES[rows], average="micro"))

    value = area(np.arange(240))
    left_out = [area(np.delete(np.arange(240), at)) for at in range(240)]
    half = norm.ppf(0.975) * math.sqrt(239 * np.var(left_out)) / (value * (1 - value))

    found = micro_area(PROBABILITIES, CODES, 0.05)

    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.interval is not None
    expected = expit(logit(value) - half), expit(logit(value) + half)
    assert found.interval == pytest.approx(expected, abs=0.02 * (expected[1] - expected[0]))


def test_the_interval_of_the_macro_average_combines_those_of_the_classes_by_their_correlation() -> None:
    def each(rows: NDArray[np.int64]) -> Floats:
        return np.asarray(roc_auc_score(np.eye(3)[CODES[rows]], PROBABILITIES[rows], average=None))

    values = each(np.arange(240))
    together = np.corrcoef([each(np.delete(np.arange(240), at)) for at in range(240)], rowvar=False)
    bounds = []
    for column, value in enumerate(values.tolist()):
        is_own = np.equal(CODES, column)
        spread = roc_area_spread(count_at_scores(PROBABILITIES[:, column], is_own))
        assert spread is not None
        bounds.append(area_interval(value, spread, (int(is_own.sum()), int((~is_own).sum())), 0.05))
    low, high = np.array(bounds).T
    down, up = (math.sqrt(side @ together @ side) / 3 for side in (values - low, high - values))

    found = macro_area(PROBABILITIES, CODES, 0.05)

    assert found.value == pytest.approx(values.mean(), abs=1e-12)
    assert found.interval == pytest.approx((values.mean() - down, values.mean() + up), abs=0.01 * (up + down))


def test_classes_of_one_sample_and_areas_of_one_have_no_interval() -> None:
    codes = np.array([0, 0, 1, 1, 2], np.uint8)

    assert macro_area(np.eye(3)[codes] * 0.7 + 0.1, codes, 0.05) == AverageArea(1.0, None)
    assert micro_area(np.eye(3)[codes] * 0.7 + 0.1, codes, 0.05) == AverageArea(1.0, None)
