"""Intervals of shares among samples in groups, against statsmodels, scipy, a bootstrap of groups and simulation."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from shared.evaluation.distributions import student_critical
from shared.evaluation.intervals.clustered import clustered, f1_of_jaccard
from shared.evaluation.intervals.proportions import wilson


@pytest.mark.parametrize("freedom", [1, 2, 5, 29, 1000, 1_000_000])
@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.4])
def test_the_deviates_of_student_are_those_of_scipy(freedom: int, alpha: float) -> None:
    assert student_critical(alpha, freedom) == pytest.approx(stats.t.isf(alpha / 2, freedom), rel=1e-9)


def drawn(random: np.random.Generator, groups: int, spread: float, share: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Groups of different sizes, whose shares differ."""
    wholes = random.integers(1, 12, groups)
    shares = random.beta(share / spread, (1 - share) / spread, groups)
    return random.binomial(wholes, shares), wholes


@pytest.mark.parametrize("groups", [5, 40, 400])
def test_standard_errors_are_the_cluster_robust_ones_of_statsmodels(groups: int) -> None:
    parts, wholes = drawn(np.random.default_rng(8), groups, 0.3)
    right = np.concatenate([np.arange(whole) < part for part, whole in zip(parts, wholes, strict=True)]).astype(float)
    group = np.repeat(np.arange(groups), wholes)
    model = sm.OLS(right, np.ones(len(right))).fit(cov_type="cluster", cov_kwds={"groups": group})

    found = clustered(parts, wholes, 0.05)

    assert found.value == pytest.approx(float(model.params[0]), abs=1e-12)
    assert found.standard_error == pytest.approx(float(model.bse[0]), rel=1e-9)
    assert found.groups == groups


def test_f1_has_the_spread_of_a_bootstrap_of_groups() -> None:
    groups = 300
    random = np.random.default_rng(9)
    hits, wholes = drawn(random, groups, 0.3)

    found = f1_of_jaccard(clustered(hits, wholes, 0.05))

    chosen = random.integers(0, groups, (4000, groups))
    jaccard = hits[chosen].sum(axis=1) / wholes[chosen].sum(axis=1)
    values = 2 * jaccard / (1 + jaccard)
    assert found.standard_error == pytest.approx(values.std(), rel=0.06)
    assert [found.low, found.high] == pytest.approx(np.quantile(values, [0.025, 0.975]).tolist(), abs=0.006)


def test_groups_of_one_give_nearly_the_interval_of_wilson() -> None:
    parts, wholes = (np.random.default_rng(10).random(5000) < 0.7).astype(int), np.ones(5000, int)

    found = clustered(parts, wholes, 0.05)

    low, high = wilson([parts.sum()], [5000], 1.959963984540054)
    assert [found.low, found.high] == pytest.approx([float(low[0]), float(high[0])], abs=1e-5)
    assert found.design_effect == pytest.approx(1, abs=1e-3)


def test_copies_of_samples_add_no_evidence() -> None:
    parts, wholes = (np.random.default_rng(11).random(200) < 0.7).astype(int), np.ones(200, int)

    once, ten_times = clustered(parts, wholes, 0.05), clustered(parts * 10, wholes * 10, 0.05)

    assert ten_times[:5] == pytest.approx(once[:5])
    assert ten_times.design_effect == pytest.approx(10 * (once.design_effect or math.nan))


def test_what_has_no_spread_has_no_interval() -> None:
    cases = [([3, 3], [3, 3]), ([1, 2], [2, 4]), ([4], [5]), ([], []), ([0, 0], [0, 0])]
    found = [clustered(np.array(parts, int), np.array(wholes, int), 0.05) for parts, wholes in cases]

    assert [one.value for one in found] == [1.0, 0.5, 0.8, None, None]
    assert [one.low for one in found] == [None] * 5
    assert [one.reason for one in found] == [
        *["all groups have the same share, so that nothing shows how far it varies"] * 2,
        "there are fewer than two groups",
        *["there are no samples that it could be a share of"] * 2,
    ]


@pytest.mark.parametrize(("groups", "lowest"), [(200, 0.94), (30, 0.925)])
def test_intervals_hold_as_often_as_they_say_and_those_of_independent_samples_do_not(
    groups: int, lowest: float
) -> None:
    random, share, sets = np.random.default_rng(12), 0.85, 2000
    held = independent = 0
    for _ in range(sets):
        parts, wholes = drawn(random, groups, 0.5, share)
        found = clustered(parts, wholes, 0.05)
        held += found.low is not None and found.low <= share <= (found.high or 0)
        low, high = wilson([parts.sum()], [wholes.sum()], 1.96)
        independent += low[0] <= share <= high[0]

    assert lowest <= held / sets <= 0.965
    assert independent / sets < 0.75


def weighed(groups: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each sample is right, its group, and its weight."""
    random = np.random.default_rng(12)
    parts, wholes = drawn(random, groups, 0.3)
    right = np.concatenate([np.arange(whole) < part for part, whole in zip(parts, wholes, strict=True)])
    return right, np.repeat(np.arange(groups), wholes), random.integers(0, 5, int(wholes.sum()))


def test_standard_errors_of_weighted_samples_are_the_cluster_robust_ones_of_statsmodels() -> None:
    right, group, counts = weighed()
    weights = counts * 0.37
    parts, wholes = np.bincount(group, weights * right), np.bincount(group, weights)
    has_weight = weights > 0
    model = sm.WLS(right[has_weight].astype(float), np.ones(has_weight.sum()), weights=weights[has_weight]).fit(
        cov_type="cluster", cov_kwds={"groups": np.unique(group[has_weight], return_inverse=True)[1]}
    )

    found = clustered(parts, wholes, 0.05, np.bincount(group, has_weight).astype(int))

    # Statsmodels has the factor (n - 1) / (n - 1) beside G / (G - 1).
    assert found.value == pytest.approx(float(model.params[0]), abs=1e-12)
    assert found.standard_error == pytest.approx(float(model.bse[0]), rel=1e-9)


def test_whole_weights_have_the_clustered_interval_of_repeated_rows() -> None:
    right, group, weights = weighed()
    parts, wholes = np.bincount(group, weights * right), np.bincount(group, weights)
    repeated = np.repeat(group, weights)
    again = clustered(np.bincount(repeated, np.repeat(right, weights)), np.bincount(repeated), 0.05)

    found = clustered(parts, wholes, 0.05, np.bincount(group, weights > 0).astype(int))

    assert found[:5] == pytest.approx(again[:5], rel=1e-12)
    assert found.design_effect is not None
    assert again.design_effect is not None
    assert found.design_effect < again.design_effect
