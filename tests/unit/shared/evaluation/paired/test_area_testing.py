from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import norm

from shared.evaluation.intervals.areas import CorrelatedAreas, areas
from shared.evaluation.paired.area_testing import NO_SPREAD, TOO_FEW_ON_A_SIDE, of_areas, of_error
from shared.evaluation.paired.testing import ALIKE, TOO_FEW, Question

ASKED = Question(alpha=0.05, margin=0.02, sought=0.02)


def test_areas_are_tested_as_scipys_normal_distribution_says() -> None:
    # The second error is a tenth of the first, so that the P-values have some ninety digits before they end.
    for scale in (1.0, 0.1):
        covariance = np.array([[0.0009, 0.0004], [0.0004, 0.0008]]) * scale**2
        both, error = CorrelatedAreas(np.array([0.80, 0.86]), covariance), 0.03 * scale

        found = of_areas(both, (200, 300), ASKED)

        assert found.interval == pytest.approx(norm.interval(0.95, 0.06, error), rel=1e-9)
        assert found.p_value == pytest.approx(2 * norm.sf(0.06 / error), rel=1e-9, abs=0)
        margins = norm.sf(0.08 / error), norm.sf(-0.04 / error)
        assert (found.p_above, found.p_below) == pytest.approx(margins, rel=1e-9, abs=0)
        detectable = (norm.isf(0.025) + norm.isf(0.2)) * error
        assert found.detectable == pytest.approx(detectable, rel=1e-9)
        assert found.needed == int(np.ceil(500 * (detectable / 0.02) ** 2))


def test_a_class_of_fewer_than_ten_samples_is_not_tested() -> None:
    both = CorrelatedAreas(np.array([0.80, 0.86]), np.array([[0.0009, 0.0004], [0.0004, 0.0008]]))

    found = [of_areas(both, sides, ASKED) for sides in ((9, 500), (500, 9), (5, 4))]

    assert [one[1:] for one in found] == [(*[None] * 8, why, 0.0) for why in [TOO_FEW_ON_A_SIDE] * 2 + [TOO_FEW]]
    assert of_areas(both, (10, 500), ASKED).p_value is not None


@pytest.mark.parametrize(("turned", "sign"), [(False, 1), (True, -1)])
def test_a_perfect_order_is_shown_to_be_better_than_equal_scores(turned: bool, sign: int) -> None:
    is_positive = np.arange(60) < 15
    scores = np.array([np.zeros(60), is_positive.astype(float)])[:: -1 if turned else 1]

    found = of_areas(areas(is_positive, scores), (15, 45), ASKED)

    # Of 15 pairs without a common sample each is won by half more: at a mean of 0 no more than 2 in 3 pairs are.
    least = [float(((1 + limit) / Fraction(3, 2)) ** 15) for limit in (0, -Fraction(1, 50))]
    assert (found.difference, found.interval, found.method, found.reason) == (0.5 * sign, None, None, NO_SPREAD)
    assert found.p_value == pytest.approx(2 * least[0], rel=1e-12)
    assert (found.p_above, found.p_below)[:: -1 if turned else 1] == pytest.approx((least[1], 1.0), rel=1e-12)


def test_the_margin_of_two_equal_orders_is_asked_of_their_pairs() -> None:
    twice = CorrelatedAreas(np.array([0.8, 0.8]), np.full((2, 2), 0.0009))

    found = of_areas(twice, (20, 30), ASKED)

    assert (found.difference, found.p_value, found.interval, found.reason) == (0.0, None, None, ALIKE)
    assert (found.p_above, found.p_below) == pytest.approx((0.98**20, 0.98**20), rel=1e-12)


def test_a_difference_without_spread_that_single_pairs_need_not_have_is_not_tested() -> None:
    assert of_error((0.6, 0.1), 0.0, (20, 20), ASKED, "delong")[1:] == (*[None] * 8, NO_SPREAD, 0.0)


@pytest.mark.parametrize(("difference", "reason"), [(-0.5, NO_SPREAD), (-1.1e-16, ALIKE)])
def test_an_error_that_rounding_alone_makes_has_no_interval(difference: float, reason: str) -> None:
    found = of_error((1.0, difference), 1.1e-17, (100, 100), ASKED, "weighted-delong")

    assert (found.difference, found.interval, found.reason) == (difference, None, reason)


def test_equal_pairs_of_few_samples_find_no_difference_that_is_not_there() -> None:
    # The worst case: of the pairs as many are won by D as a mean of 0 allows, and all others are lost.
    for difference, pairs in ((0.5, 10), (1.0, 10)):
        p_value = of_error((0.0, difference), 0.0, (pairs, pairs), ASKED, "delong").p_value

        assert p_value == pytest.approx(2 * (1 / (1 + difference)) ** pairs, rel=1e-12)
