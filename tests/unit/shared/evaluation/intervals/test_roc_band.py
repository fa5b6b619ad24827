"""The band around a ROC curve holds its height as often as it says, and is what its definition says."""

import math

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from shared.evaluation.curves.roc_and_pr import CurvePoints
from shared.evaluation.intervals.roc_band import roc_band

CRITICAL = float(norm.isf(0.025))


def curve_of(positive: np.ndarray, negative: np.ndarray) -> CurvePoints:
    scores = np.concatenate([positive, negative])
    order = np.argsort(-scores)
    is_positive = (np.arange(len(scores)) < len(positive))[order]
    hits, alarms = np.cumsum(is_positive), np.cumsum(~is_positive)
    return CurvePoints(
        np.append(0, alarms) / len(negative), np.append(0, hits) / len(positive), np.append(np.inf, scores[order])
    )


def test_the_band_adds_up_what_the_positives_and_what_the_negatives_leave_open() -> None:
    # A straight line from (0, 0.2) to (1, 1), so that a rate of x has the height 0.2 + 0.8x.
    curve = CurvePoints(np.array([0.0, 0.25, 1.0]), np.array([0.2, 0.4, 1.0]), np.array([0.9, 0.5, 0.1]))
    low, high = proportion_confint(8, 20, 0.05, "wilson")
    left, right = proportion_confint(10, 40, 0.05, "wilson")

    found = roc_band(curve, 20, 40, CRITICAL)

    assert found.low[1] == pytest.approx(0.4 - math.hypot(0.4 - low, 0.8 * (0.25 - left)), abs=1e-12)
    assert found.high[1] == pytest.approx(0.4 + math.hypot(high - 0.4, 0.8 * (right - 0.25)), abs=1e-12)
    assert found.high[-1] == 1.0


@pytest.mark.parametrize(("positives", "negatives"), [(10, 190), (100, 100), (95, 1905)])
def test_the_band_holds_the_height_at_a_rate_so_often(positives: int, negatives: int) -> None:
    random, rates, sets = np.random.default_rng(20), np.array([0.1, 0.2, 0.5]), 300
    heights = norm.sf(norm.isf(rates) - 1)
    held = np.zeros(len(rates))
    for _ in range(sets):
        curve = curve_of(random.normal(1, 1, positives), random.normal(size=negatives))
        low, high = roc_band(curve, positives, negatives, CRITICAL)
        held += (np.interp(rates, curve.x, low) <= heights) & (heights <= np.interp(rates, curve.x, high))

    assert ((held / sets >= 0.91) & (held / sets <= 1.0)).all()


def test_the_bounds_lie_within_0_and_1_on_either_side_of_the_curve() -> None:
    perfect = curve_of(np.array([3.0, 4.0]), np.array([1.0, 2.0]))
    reversed_scores = curve_of(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    for curve in (perfect, reversed_scores):
        low, high = roc_band(curve, 2, 2, CRITICAL)

        assert ((low >= 0) & (low <= curve.y) & (curve.y <= high) & (high <= 1)).all()
