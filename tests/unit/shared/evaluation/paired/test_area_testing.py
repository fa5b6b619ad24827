from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import nct, norm, t

from shared.evaluation.curves.area_spread import AreaSpread
from shared.evaluation.intervals.areas import CorrelatedAreas, areas
from shared.evaluation.paired.area_testing import NO_SPREAD, TOO_FEW_ON_A_SIDE, of_areas, of_spread
from shared.evaluation.paired.testing import ALIKE, TOO_FEW, Question

ASKED = Question(alpha=0.05, margin=0.02, sought=0.02)
NONE = AreaSpread(0.0, 1.0)


def correlated(scale: float = 1.0, sides: tuple[int, int] = (200, 300)) -> CorrelatedAreas:
    """Two areas of which the difference has the variance 7e-4 by the positives and 2e-4 by the negatives."""
    by_positives = np.array([[0.0006, 0.0002], [0.0002, 0.0005]]) * scale**2
    by_negatives = np.array([[0.0003, 0.0002], [0.0002, 0.0003]]) * scale**2
    return CorrelatedAreas(np.array([0.80, 0.86]), by_positives, by_negatives, sides)


@pytest.mark.parametrize(
    ("scale", "sides"), [(1.0, (200, 300)), (0.1, (200, 300)), (1.0, (10, 190)), (0.3, (9**8, 99))]
)
def test_areas_are_tested_as_scipys_distribution_of_student_says(scale: float, sides: tuple[int, int]) -> None:
    # Of a tenth of the error the P-values have some forty digits before they end.
    error = 0.03 * scale
    freedom = 9e-4**2 / (7e-4**2 / (sides[0] - 1) + 2e-4**2 / (sides[1] - 1))

    found = of_areas(correlated(scale, sides), ASKED)

    assert found.method == "student-delong"
    assert found.interval == pytest.approx(t.interval(0.95, freedom, 0.06, error), rel=1e-9)
    assert found.p_value == pytest.approx(2 * t.sf(0.06 / error, freedom), rel=1e-9, abs=0)
    margins = t.sf(0.08 / error, freedom), t.sf(-0.04 / error, freedom)
    assert (found.p_above, found.p_below) == pytest.approx(margins, rel=1e-9, abs=0)
    detectable = (t.isf(0.025, freedom) + t.isf(0.2, freedom)) * error
    assert found.detectable == pytest.approx(detectable, rel=1e-9)
    assert found.needed == int(np.ceil(sum(sides) * (detectable / 0.02) ** 2))
    # Of Student's distribution around it, the share beyond the critical value is the power.
    assert nct.sf(t.isf(0.025, freedom), freedom, detectable / error) == pytest.approx(0.8, abs=0.003)


def test_of_thousands_of_samples_it_is_delongs_test() -> None:
    random = np.random.default_rng(2)
    is_positive = np.arange(20_000) < 6_000
    both = areas(is_positive, is_positive + random.normal(size=20_000) + random.normal(size=(2, 20_000)) / 2)
    difference, (variance, other, shared) = np.diff(both.values)[0], both.covariance[[0, 1, 0], [0, 1, 1]]
    error = np.sqrt(variance + other - 2 * shared)

    found = of_areas(both, ASKED)

    assert found.interval == pytest.approx(norm.interval(0.95, difference, error), abs=1e-3 * error)
    assert found.p_value == pytest.approx(2 * norm.sf(abs(difference) / error), abs=1e-3)


def test_a_class_of_fewer_than_ten_samples_is_not_tested() -> None:
    found = [of_areas(correlated(sides=sides), ASKED) for sides in ((9, 500), (500, 9), (5, 4))]

    assert [one[1:] for one in found] == [(*[None] * 8, why, 0.0) for why in [TOO_FEW_ON_A_SIDE] * 2 + [TOO_FEW]]
    assert of_areas(correlated(sides=(10, 500)), ASKED).p_value is not None


@pytest.mark.parametrize("positives", [10, 20])
def test_equally_good_scores_of_few_positives_are_rarely_found_to_differ(positives: int) -> None:
    random, shown = np.random.default_rng(4), 0
    is_positive = np.arange(400) < positives
    for _ in range(1_000):
        scores = is_positive + random.normal(size=400) + random.normal(size=(2, 400))
        shown += (of_areas(areas(is_positive, scores), ASKED).p_value or 1) <= ASKED.alpha

    # Of 1,000 at 0.05: more than 66 would be the chance of one in a hundred; the normal deviate shows 80 and 67.
    assert shown <= 66


@pytest.mark.parametrize(("turned", "sign"), [(False, 1), (True, -1)])
def test_a_perfect_order_is_shown_to_be_better_than_equal_scores(turned: bool, sign: int) -> None:
    is_positive = np.arange(60) < 15
    scores = np.array([np.zeros(60), is_positive.astype(float)])[:: -1 if turned else 1]

    found = of_areas(areas(is_positive, scores), ASKED)

    # Of 15 pairs without a common sample each is won by half more: at a mean of 0 no more than 2 in 3 pairs are.
    least = [float(((1 + limit) / Fraction(3, 2)) ** 15) for limit in (0, -Fraction(1, 50))]
    assert (found.difference, found.interval, found.method, found.reason) == (0.5 * sign, None, None, NO_SPREAD)
    assert found.p_value == pytest.approx(2 * least[0], rel=1e-12)
    assert (found.p_above, found.p_below)[:: -1 if turned else 1] == pytest.approx((least[1], 1.0), rel=1e-12)


def test_the_margin_of_two_equal_orders_is_asked_of_their_pairs() -> None:
    twice = CorrelatedAreas(np.array([0.8, 0.8]), np.full((2, 2), 0.0006), np.full((2, 2), 0.0003), (20, 30))

    found = of_areas(twice, ASKED)

    assert (found.difference, found.p_value, found.interval, found.reason) == (0.0, None, None, ALIKE)
    assert (found.p_above, found.p_below) == pytest.approx((0.98**20, 0.98**20), rel=1e-12)


def test_a_difference_without_spread_that_single_pairs_need_not_have_is_not_tested() -> None:
    assert of_spread((0.6, 0.1), NONE, (20, 20), 20, ASKED, "student-delong")[1:] == (*[None] * 8, NO_SPREAD, 0.0)


@pytest.mark.parametrize(("difference", "reason"), [(-0.5, NO_SPREAD), (-1.1e-16, ALIKE)])
def test_an_error_that_rounding_alone_makes_has_no_interval(difference: float, reason: str) -> None:
    found = of_spread((1.0, difference), AreaSpread(1.1e-17, 99.0), (100, 100), 100, ASKED, "weighted-delong")

    assert (found.difference, found.interval, found.reason) == (difference, None, reason)


def test_equal_pairs_of_few_samples_find_no_difference_that_is_not_there() -> None:
    # The worst case: of the pairs as many are won by D as a mean of 0 allows, and all others are lost.
    for difference, pairs in ((0.5, 10), (1.0, 10)):
        p_value = of_spread((0.0, difference), NONE, (pairs, pairs), pairs, ASKED, "student-delong").p_value

        assert p_value == pytest.approx(2 * (1 / (1 + difference)) ** pairs, rel=1e-12)
