"""The net benefit of weighted samples against statsmodels' weighted least squares, repeated rows and equal weights."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.curves.ranked_scores import rank_probabilities, rank_weighted
from shared.evaluation.thresholds.net_benefit import NetBenefit, decision_curve

THRESHOLDS = np.array([0.01, 0.25, 0.5, 0.9, 0.999])
Z = 1.959963984540054


def drawn(size: int = 500) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(4)
    scores = np.round(random.random(size), 2)
    return scores, random.random(size) < scores**2, random.exponential(size=size)


def weighted(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> list[NetBenefit]:
    return decision_curve(rank_weighted([(scores, labels, weights)], is_margin=False), THRESHOLDS)


def test_the_net_benefit_is_the_weighted_mean_of_statsmodels_with_its_robust_error_or_a_larger_one() -> None:
    scores, labels, weights = drawn()
    worth = weights.sum() ** 2 / (weights**2).sum()

    for point in weighted(scores, labels, weights):
        benefits = np.where(labels, 1.0, -point.threshold / (1 - point.threshold))
        acted = np.where(scores >= point.threshold, benefits, 0.0)
        robust = sm.WLS(acted, np.ones(500), weights=weights).fit(cov_type="HC0")
        spread = np.average((acted - robust.params[0]) ** 2, weights=weights)
        error = np.sqrt(max(robust.bse[0] ** 2, spread / worth) * worth / (worth - 1))
        value = float(robust.params[0])
        assert point.net_benefit == pytest.approx(value, rel=1e-9, abs=1e-12)
        assert point.interval == pytest.approx((value - Z * error, value + Z * error), rel=1e-9, abs=1e-12)
        assert point.of_all == pytest.approx(np.average(benefits, weights=weights), rel=1e-9)
        gains = acted - benefits if np.average(benefits, weights=weights) > 0 else acted
        assert point.gain == pytest.approx(np.average(gains, weights=weights), rel=1e-9, abs=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_whole_weights_have_the_net_benefit_of_repeated_rows(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores, labels = random.random(60), random.random(60) < 0.5
    labels[:2] = True, False
    weights = random.integers(0, 4, 60)
    weights[:2] = 1
    repeated = decision_curve(
        rank_probabilities([(np.repeat(scores, weights), np.repeat(labels, weights))], int(weights.sum())), THRESHOLDS
    )

    found = weighted(scores, labels, weights.astype(float))

    for one, other in zip(found, repeated, strict=True):
        assert (one.net_benefit, one.of_all, one.gain) == pytest.approx(
            (other.net_benefit, other.of_all, other.gain), abs=1e-12
        )
        assert (one.interval is None) == (other.interval is None)
        if one.interval is None or other.interval is None:
            continue
        assert one.interval[1] - one.interval[0] >= (other.interval[1] - other.interval[0]) * (1 - 1e-9)


@pytest.mark.parametrize("weight", [0.25, 1.0, 7.0])
def test_equal_weights_have_the_intervals_of_samples_without(weight: float) -> None:
    scores, labels, _ = drawn(80)
    plain = decision_curve(rank_probabilities([(scores, labels)], 80), THRESHOLDS)

    found = weighted(scores, labels, np.full(80, weight))

    for one, other in zip(found, plain, strict=True):
        assert (one.interval is None) == (other.interval is None)
        if other.interval is not None:
            assert one.interval == pytest.approx(other.interval, rel=1e-9, abs=1e-12)
        assert (one.gain_interval is None) == (other.gain_interval is None)
        if other.gain_interval is not None:
            assert one.gain_interval == pytest.approx(other.gain_interval, rel=1e-9, abs=1e-12)
