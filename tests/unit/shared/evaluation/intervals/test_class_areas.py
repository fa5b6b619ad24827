"""Averages of areas of several classes: scikit-learn's values, and the errors of leaving out single samples."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from shared.evaluation.inputs.label_codes import Codes
from shared.evaluation.intervals.class_areas import AverageArea, macro_area, micro_area
from shared.evaluation.rates import Floats

RANDOM = np.random.default_rng(8)
CODES = RANDOM.choice(3, 240, p=[0.5, 0.3, 0.2]).astype(np.uint8)
RAISED = np.exp(RANDOM.normal(size=(240, 3)) + 1.2 * np.eye(3)[CODES])
PROBABILITIES = (RAISED / RAISED.sum(axis=1, keepdims=True)).round(3)

Measure = Callable[[Floats, Codes, float], AverageArea]
AVERAGES: dict[str, Measure] = {"macro": macro_area, "micro": micro_area}


@pytest.mark.parametrize(("average", "measure"), AVERAGES.items(), ids=AVERAGES.keys())
def test_the_interval_is_that_of_the_jackknife(average: str, measure: Measure) -> None:
    def area(rows: NDArray[np.int64]) -> float:
        return float(roc_auc_score(np.eye(3)[CODES[rows]], PROBABILITIES[rows], average=average))

    value = area(np.arange(240))
    left_out = [area(np.delete(np.arange(240), at)) for at in range(240)]
    half = norm.ppf(0.975) * math.sqrt(239 * np.var(left_out)) / (value * (1 - value))

    found = measure(PROBABILITIES, CODES, 0.05)

    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.interval is not None
    expected = expit(logit(value) - half), expit(logit(value) + half)
    assert found.interval == pytest.approx(expected, abs=0.02 * (expected[1] - expected[0]))


def test_classes_of_one_sample_and_areas_of_one_have_no_interval() -> None:
    codes = np.array([0, 0, 1, 1, 2], np.uint8)

    assert macro_area(np.eye(3)[codes] * 0.7 + 0.1, codes, 0.05) == AverageArea(1.0, None)
    assert micro_area(np.eye(3)[codes] * 0.7 + 0.1, codes, 0.05) == AverageArea(1.0, None)
