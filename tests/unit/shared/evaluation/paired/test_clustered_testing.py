"""Differences of samples that come in groups are tested by groups."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from shared.evaluation.paired.clustered_testing import (
    GROUPS_TOO_UNEQUAL,
    TOO_FEW_GROUPS,
    GroupSums,
    of_groups,
    sums_of_groups,
)
from shared.evaluation.paired.discordance import Pairs
from shared.evaluation.paired.testing import NO_GROUP_DIFFERS, DifferenceTest, Question, of_pairs

QUESTION = Question(0.05, 0.05, 0.01)


def drawn(groups: int, size: int) -> tuple[tuple[Any, Any], Any]:
    random = np.random.default_rng(3)
    of_group = np.repeat(np.arange(groups), size)
    first = random.random(groups * size) < random.random(groups)[of_group]
    return (first, np.where(random.random(groups * size) < 0.3, ~first, first)), of_group


def test_equal_groups_have_the_cluster_robust_error_of_statsmodels_and_students_p_value() -> None:
    right, groups = drawn(30, 7)
    gains = right[1].astype(float) - right[0]
    oracle = sm.OLS(gains, np.ones(len(gains))).fit()
    robust = oracle.get_robustcov_results("cluster", groups=groups, use_correction=False, df_correction=False)

    found = of_groups(sums_of_groups(right, groups), len(groups), QUESTION)

    # Leaving out a group of G equal ones is the sandwich times G/(G − 1).
    error = robust.bse[0] * np.sqrt(30 / 29)
    assert sums_of_groups(right, groups).error == pytest.approx(error, rel=1e-12)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(gains.mean()) / error, 29), rel=1e-9)


def test_the_error_is_that_of_hand_made_fractions_of_unequal_groups() -> None:
    gains, wholes = [1, -1, 0, 3], [2, 1, 4, 5]
    left_out = [Fraction(sum(gains) - gain, sum(wholes) - whole) for gain, whole in zip(gains, wholes, strict=True)]
    centre = Fraction(sum(gains), sum(wholes))
    variance = Fraction(3, 4) * sum((one - centre) ** 2 for one in left_out)

    sums = GroupSums(np.array(gains, float), np.array(wholes, float), np.zeros(4))

    assert sums.error**2 == pytest.approx(float(variance), rel=1e-12)


def test_groups_of_one_sample_have_nearly_the_interval_of_samples() -> None:
    right, _ = drawn(400, 1)
    first, second = right
    pairs = Pairs(*(int(np.sum(one)) for one in (first & second, first & ~second, ~first & second, ~(first | second))))

    found, of_samples = of_groups(sums_of_groups(right, np.arange(400)), 400, QUESTION), of_pairs(pairs, QUESTION)

    assert found.difference == pytest.approx(of_samples.difference, abs=1e-15)
    assert found.interval == pytest.approx(of_samples.interval, abs=1e-3)
    assert found.p_value == pytest.approx(of_samples.p_value, rel=0.05)


def test_a_group_whose_samples_are_copies_counts_as_one() -> None:
    right, groups = drawn(60, 1)
    once = of_groups(sums_of_groups(right, groups), 60, QUESTION)

    copies = np.repeat(right[0], 9), np.repeat(right[1], 9)
    often = of_groups(sums_of_groups(copies, np.repeat(groups, 9)), 540, QUESTION)

    assert often.p_value == pytest.approx(once.p_value, rel=1e-9)
    assert often.interval == pytest.approx(once.interval, abs=2e-2)


def test_too_few_or_too_unequal_groups_have_a_reason_and_no_number() -> None:
    right, groups = drawn(9, 30)
    few = of_groups(sums_of_groups(right, groups), 270, QUESTION)
    right, groups = drawn(12, 30)
    sizes = np.where(groups == 0, 300.0, 1.0)
    unequal = of_groups(sums_of_groups(right, groups, sizes), 360, QUESTION)

    for found, reason in ((few, TOO_FEW_GROUPS), (unequal, GROUPS_TOO_UNEQUAL)):
        assert found == DifferenceTest(found.difference, reason=reason)


def test_few_groups_that_differ_show_no_more_than_an_exchange_of_groups_can() -> None:
    first, groups = np.zeros(200, bool), np.arange(200)
    second = groups < 4

    found = of_groups(sums_of_groups((first, second), groups), 200, QUESTION)

    assert found.p_value == 2 * 0.5**4


def test_where_no_group_differs_groups_count_as_samples_for_the_margin() -> None:
    right = np.ones(1000, bool)

    found = of_groups(sums_of_groups((right, right), np.repeat(np.arange(20), 50)), 1000, QUESTION)

    assert (found.p_value, found.reason) == (None, NO_GROUP_DIFFERS)
    # Twenty patients hide a loss of 5 % among them with a chance of 0.95^20 = 36 %.
    assert found.p_above is not None
    assert found.p_above > 0.1
