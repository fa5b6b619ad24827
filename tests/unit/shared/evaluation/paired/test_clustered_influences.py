"""A difference of any metric is tested by what the groups of samples add to it."""

import math

import numpy as np
import pytest
from scipy import stats

from shared.evaluation.intervals.areas import areas, difference_spread
from shared.evaluation.intervals.count_formulas import OVERALL
from shared.evaluation.paired.clustered_influences import (
    GROUPS_MAY_HIDE,
    GroupInfluences,
    of_influences,
    sums_of_influences,
)
from shared.evaluation.paired.clustered_testing import GROUPS_TOO_UNEQUAL, TOO_FEW_GROUPS, of_groups, sums_of_groups
from shared.evaluation.paired.influences import CodedSamples, of_all_classes, of_areas
from shared.evaluation.paired.testing import ALIKE, DifferenceTest, Question

QUESTION = Question(0.05, 0.05, 0.01)


def answer(sums: GroupInfluences, difference: float = 0.02, differing: int = 40) -> DifferenceTest:
    return of_influences(difference, sums, differing, 1000, QUESTION, "clustered-student")


def even(added: list[float]) -> GroupInfluences:
    return GroupInfluences(np.array(added), np.full(len(added), 1 / len(added)))


def test_shares_of_right_samples_have_the_error_and_the_p_value_of_their_own_test() -> None:
    random = np.random.default_rng(3)
    groups = np.repeat(np.arange(40), random.integers(1, 20, 40))
    right, also = random.random((2, len(groups))) < random.random(40)[groups]
    gains = also.astype(float) - right

    sums = sums_of_influences(gains - gains.mean(), groups, np.ones(len(groups)), [np.ones(len(groups))])

    own = sums_of_groups((right, also), groups)
    assert sums.error == pytest.approx(own.error, rel=1e-12)
    expected = of_groups(own, len(groups), QUESTION).p_value
    assert answer(sums, float(gains.mean())).p_value == pytest.approx(expected, rel=1e-12)


def test_equal_groups_have_students_interval_and_p_values() -> None:
    random = np.random.default_rng(1)
    added = random.normal(size=30) / 1000
    added -= added.mean()
    sums = even(added.tolist())
    # What the group adds is its mean over the groups, so that this is the error of a mean.
    error = float(np.std(30 * added, ddof=1)) / math.sqrt(30)

    found = answer(sums)

    assert sums.error == pytest.approx(error, rel=1e-12)
    assert found.p_value == pytest.approx(2 * stats.t.sf(0.02 / error, 29), rel=1e-9)
    freedom = sums.differing_worth - 1
    half = stats.t.isf(0.025, freedom) * error
    assert found.interval == pytest.approx((0.02 - half, 0.02 + half), rel=1e-9)
    assert found.p_above == pytest.approx(stats.t.sf(0.07 / error, freedom), rel=1e-9)
    assert found.p_below == pytest.approx(stats.t.sf(0.03 / error, freedom), rel=1e-9)


def test_groups_of_one_sample_have_delongs_error_of_an_area() -> None:
    random = np.random.default_rng(2)
    is_positive = np.arange(300) < 90
    scores = random.normal(size=(2, 300)) + is_positive
    found = of_areas(is_positive, scores)

    sums = sums_of_influences(
        found.of_samples, np.arange(300), np.ones(300), [is_positive.astype(float), (~is_positive).astype(float)]
    )

    difference, spread = difference_spread(areas(is_positive, scores))
    assert found.difference == pytest.approx(difference, rel=1e-12)
    # Both divide by one less than a number of samples, of either side or of all.
    assert sums.error == pytest.approx(spread.error, rel=0.02)


def test_a_class_of_few_groups_decides_what_groups_are_worth_where_classes_count_alike() -> None:
    groups = np.repeat(np.arange(20), 50)
    truth = (groups < 3).astype(np.int64)
    random = np.random.default_rng(4)
    baseline, candidate = np.where(random.random((2, 1000)) < 0.2, 1 - truth, truth)
    ones = np.ones(1000)
    alike = ones / np.bincount(truth)[truth]
    found = of_all_classes(CodedSamples(truth, baseline, candidate, 2, ones), OVERALL["balanced_accuracy"])

    sums = sums_of_influences(found.of_samples, groups, ones, [ones, alike])

    assert sums.worth == pytest.approx(1 / (3 * (1 / 6) ** 2 + 17 * (1 / 34) ** 2))
    assert answer(even([0.0] * 9)).reason == TOO_FEW_GROUPS
    assert answer(GroupInfluences(np.zeros(20), np.array([0.9] + [0.1 / 19] * 19))).reason == GROUPS_TOO_UNEQUAL


def test_few_groups_that_differ_show_no_margin_and_no_small_p_value() -> None:
    sums = even([0.001, -0.001, 0.002, -0.002] + [0.0] * 16)

    found = answer(sums, 0.02, 4)

    assert found.p_value == 2 * 0.5**4
    hidden = stats.binom.cdf(4, 20, 0.05)
    assert [found.p_above, found.p_below] == pytest.approx([hidden, hidden], rel=1e-9)
    assert found.reason == GROUPS_MAY_HIDE
    assert found.interval is not None
    assert found.interval[0] <= 0 <= found.interval[1]


def test_two_that_say_the_same_are_alike_and_nothing_is_a_p_value() -> None:
    found = answer(even([0.0] * 20), 0.0, 0)

    assert (found.reason, found.p_value, found.interval) == (ALIKE, None, None)
    assert found.p_above == pytest.approx(0.95**20, rel=1e-12)
    assert answer(even([0.0] * 20), math.nan).difference is None
