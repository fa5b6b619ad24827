import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from shared.evaluation.distributions import critical_value
from shared.evaluation.intervals.proportions import clopper_pearson, wilson


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    whole = draw(st.one_of(st.integers(1, 30), st.integers(1, 2_000_000)))
    return draw(st.integers(0, whole)), whole


@given(counts(), st.floats(0.001, 0.5))
def test_both_intervals_are_those_of_statsmodels(count: tuple[int, int], alpha: float) -> None:
    score = [float(bound) for bound in wilson(*count, critical_value(alpha))]
    exact = clopper_pearson(*count, alpha / 2)

    assert score == pytest.approx(proportion_confint(*count, alpha, "wilson"), abs=1e-12)
    assert exact == pytest.approx(proportion_confint(*count, alpha, "beta"), rel=1e-9, abs=1e-12)
    assert 0 <= score[0] <= count[0] / count[1] <= score[1] <= 1


def test_the_interval_of_the_accuracy_of_a_known_set() -> None:
    found = np.array(wilson([419, 2457], [500, 3467], critical_value(0.05))).T

    assert found == pytest.approx(np.array([[0.8031477342, 0.8676982116], [0.6933330153, 0.7235687698]]), abs=1e-9)


def test_there_is_no_interval_of_no_samples() -> None:
    assert all(math.isnan(bound) for bound in wilson(0, 0, 1.96))
