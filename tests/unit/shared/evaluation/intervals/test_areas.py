import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import norm, t, ttest_ind
from sklearn.metrics import roc_auc_score

from shared.evaluation.curves.area_spread import AreaSpread, area_spread, share_moments
from shared.evaluation.curves.precision_spread import PrecisionSpread
from shared.evaluation.intervals.areas import (
    area_interval,
    areas,
    average_precision_interval,
    difference_spread,
)

samples = st.tuples(st.integers(2, 30), st.integers(2, 30), st.integers(0, 2**32 - 1))


def drawn(sizes: tuple[int, int, int]) -> tuple[Any, Any]:
    positives, negatives, seed = sizes
    # Few different scores, so that there are many ties.
    scores = np.random.default_rng(seed).integers(0, 6, (2, positives + negatives)).astype(float)
    return np.arange(positives + negatives) < positives, scores


@settings(deadline=None)
@given(samples)
def test_areas_are_scikit_learns_and_their_covariance_that_of_the_definition(sizes: tuple[int, int, int]) -> None:
    is_positive, scores = drawn(sizes)
    first, second = scores[:, is_positive, None], scores[:, None, ~is_positive]
    wins = (first > second) + (first == second) / 2
    by_positive, by_negative = np.cov(wins.mean(axis=2)), np.cov(wins.mean(axis=1))

    found = areas(is_positive, scores)

    assert found.values == pytest.approx([roc_auc_score(is_positive, row) for row in scores], abs=1e-12)
    expected = by_positive / is_positive.sum() + by_negative / (~is_positive).sum()
    assert found.covariance == pytest.approx(expected, abs=1e-12)


@given(samples)
def test_scores_of_32_bits_have_the_areas_of_the_same_numbers_of_64(sizes: tuple[int, int, int]) -> None:
    is_positive, scores = drawn(sizes)
    short = (scores / 7).astype(np.float32)

    found, expected = areas(is_positive, short), areas(is_positive, short.astype(np.float64))

    assert (found.values.tolist(), found.covariance.tolist()) == (
        expected.values.tolist(),
        expected.covariance.tolist(),
    )


@settings(deadline=None)
@given(samples)
def test_the_difference_of_two_areas_has_the_error_and_the_degrees_of_freedom_of_welchs_test(
    sizes: tuple[int, int, int],
) -> None:
    is_positive, scores = drawn(sizes)
    first, second = scores[:, is_positive, None], scores[:, None, ~is_positive]
    gains = np.diff((first > second) + (first == second) / 2, axis=0)[0]
    by_positive, by_negative = gains.mean(axis=1), gains.mean(axis=0)

    difference, spread = difference_spread(areas(is_positive, scores))

    assert difference == pytest.approx(gains.mean(), abs=1e-12)
    variances = [side.var(ddof=1) / len(side) for side in (by_positive, by_negative)]
    assert spread.error**2 == pytest.approx(sum(variances), abs=1e-12)
    # SciPy warns of a side on which all gain the same.
    if min(variances) > 1e-9:
        welch = ttest_ind(by_positive, by_negative, equal_var=False)
        assert spread.freedom == pytest.approx(welch.df, rel=1e-6)


def test_the_same_scores_twice_show_no_difference() -> None:
    is_positive, scores = drawn((20, 30, 1))

    assert difference_spread(areas(is_positive, scores[[0, 0]])) == (0.0, AreaSpread(0.0, 1.0))


def test_the_interval_on_the_logit_scale_is_the_known_one() -> None:
    # The scores of `two_class_example` in R's modeldata: 258 and 242 samples. Of so many, moderation and what was not
    # drawn change the third digit alone; of a million on a side, nothing is left of them.
    area, spread = 0.9393138574, AreaSpread(0.009718922722, 1e9)
    assert area_interval(area, spread, (258, 242), 0.05) == pytest.approx((0.9159265413, 0.9557906727), abs=3e-4)
    assert area_interval(area, spread, (10**8, 10**8), 0.05) == pytest.approx((0.9172279399, 0.9557906727), abs=1e-8)
    assert [area_interval(end, AreaSpread(0.0, 1.0), (258, 242), 0.05) for end in (0.0, 1.0)] == [None, None]


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.floats(0, 0.2), st.floats(1, 1000), st.integers(2, 400), st.integers(2, 400))
def test_a_variance_is_moderated_and_half_a_sample_that_was_not_drawn_may_lose_all_of_its_pairs(
    area: float, error: float, freedom: float, positives: int, negatives: int
) -> None:
    # Samples that win all of their pairs or none.
    largest = area * (1 - area) / positives + area * (1 - area) / negatives
    fewest = min(positives, negatives)
    variance = np.average([error**2, largest], weights=[fewest - 1, 1 / 3])
    half = t.isf(0.025, freedom) * np.sqrt(variance) / (area * (1 - area))
    normal = area - expit(logit(area) - norm.isf(0.025) * error / (area * (1 - area)))
    not_drawn = sum(max(size - 10, 0) / size**3 for size in (positives, negatives)) / 2

    found = area_interval(area, AreaSpread(error, freedom), (positives, negatives), 0.05)

    low = min(expit(logit(area) - half), area - math.hypot(normal, norm.isf(0.025) * math.sqrt(not_drawn)))
    assert found == pytest.approx([max(low, 0.0), expit(logit(area) + half)], rel=1e-9, abs=1e-12)


def test_a_model_with_long_tails_that_lost_little_may_lose_more() -> None:
    # The positives of a set that misses the area of 0.973 of its scores: few are far on the wrong side.
    random = np.random.default_rng(10)
    scores = np.concatenate([random.laplace(4, 1, 95), random.laplace(size=1905)])
    shares = [(scores[:95, None] < scores[95:]).mean(axis=axis) for axis in (1, 0)]
    spread = area_spread(*map(share_moments, shares))
    assert spread is not None
    area = 1 - float(shares[0].mean())

    without = expit(logit(area) - norm.isf(0.025) * spread.error / (area * (1 - area)))
    found = area_interval(area, spread, (95, 1905), 0.05)

    assert found is not None
    assert found[0] < 1 - math.exp(-4) * 6 / 4 < without


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.floats(1e-4, 0.2), *[st.floats(1, 1000)] * 2, st.floats(0, 0.4))
def test_an_average_precision_has_its_interval_on_the_scale_of_log_minus_log(
    value: float, error: float, freedom: float, lower_freedom: float, further: float
) -> None:
    up, seen = (t.isf(0.025, known) * error for known in (freedom, lower_freedom))
    down = max(seen, norm.isf(0.025) * np.sqrt(error**2 + further**2))

    found = average_precision_interval(value, PrecisionSpread(error, freedom, lower_freedom, further), 0.05)

    expected = [np.exp(-np.exp(np.log(-np.log(value)) + by / abs(value * np.log(value)))) for by in (down, -up)]
    assert found == pytest.approx(expected, abs=1e-9)


def test_an_average_precision_that_is_known_or_not_at_all_has_an_interval() -> None:
    # All positives alike, so that the doubt about the variance is rounding alone; and a value next to 1.
    known = average_precision_interval(0.5, PrecisionSpread(0.1, 1e80, 1e80, 0.0), 0.05)
    unknown = average_precision_interval(1 - 1e-12, PrecisionSpread(0.1, 1.0, 1.0, 0.0), 0.05)

    half = norm.isf(0.025) * 0.1 / (0.5 * np.log(2))
    assert known == pytest.approx([0.5 ** np.exp(half), 0.5 ** np.exp(-half)], abs=1e-9)
    assert unknown == (0.0, 1.0)


def test_one_classifier_has_a_variance_too() -> None:
    is_positive = np.array([True, True, False, False])

    found = areas(is_positive, np.array([[0.9, 0.4, 0.6, 0.1]]))

    # Placements 1 and 1/2 of the positives, 1/2 and 1 of the negatives: each side has a variance of 1/8.
    assert (found.values.tolist(), found.covariance.tolist()) == ([0.75], [[0.125]])
