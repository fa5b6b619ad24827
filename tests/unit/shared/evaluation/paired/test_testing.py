from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from shared.evaluation.intervals.areas import CorrelatedAreas
from shared.evaluation.paired.discordance import Pairs, newcombe
from shared.evaluation.paired.testing import (
    ALIKE,
    COARSE,
    NO_DISCORDANT,
    NO_SPREAD,
    TOO_FEW,
    UNVARIED,
    Question,
    of_areas,
    of_error,
    of_pairs,
    of_replicates,
)

ASKED = Question(alpha=0.05, margin=0.02, sought=0.02)
PAIRS = Pairs(both=402, baseline_only=12, candidate_only=17, neither=69)

counts = st.integers(0, 500)


@given(st.builds(Pairs, counts, counts, counts, counts).filter(lambda found: found.total >= 10))
def test_the_p_values_of_a_margin_are_the_levels_whose_intervals_end_at_it(pairs: Pairs) -> None:
    found = of_pairs(pairs, ASKED)

    assert found.p_above is not None
    assert found.p_below is not None
    if 1e-12 < found.p_above < 0.5:
        assert newcombe(pairs, 2 * found.p_above)[0] == pytest.approx(-0.02, abs=1e-9)
    if 1e-12 < found.p_below < 0.5:
        assert newcombe(pairs, 2 * found.p_below)[1] == pytest.approx(0.02, abs=1e-9)
    assert (found.p_above > 0.5) == (pairs.difference < -0.02) or pairs.difference == -0.02


def test_turning_the_sides_turns_the_difference_and_keeps_the_p_value() -> None:
    turned = of_pairs(Pairs(402, 17, 12, 69), ASKED)
    found = of_pairs(PAIRS, ASKED)

    assert found.difference == 0.01
    assert found.p_value == turned.p_value
    assert (found.p_above, found.p_below) == pytest.approx((turned.p_below, turned.p_above), rel=1e-9, abs=0)
    assert (found.needed, found.method) == (1136, "newcombe")


def test_areas_are_tested_as_scipys_normal_distribution_says() -> None:
    # The second error is a tenth of the first, so that the P-values have some ninety digits before they end.
    for scale in (1.0, 0.1):
        covariance = np.array([[0.0009, 0.0004], [0.0004, 0.0008]]) * scale**2
        areas, error = CorrelatedAreas(np.array([0.80, 0.86]), covariance), 0.03 * scale

        found = of_areas(areas, 500, ASKED)

        assert found.interval == pytest.approx(norm.interval(0.95, 0.06, error), rel=1e-9)
        assert found.p_value == pytest.approx(2 * norm.sf(0.06 / error), rel=1e-9, abs=0)
        margins = norm.sf(0.08 / error), norm.sf(-0.04 / error)
        assert (found.p_above, found.p_below) == pytest.approx(margins, rel=1e-9, abs=0)
        detectable = (norm.isf(0.025) + norm.isf(0.2)) * error
        assert found.detectable == pytest.approx(detectable, rel=1e-9)
        assert found.needed == int(np.ceil(500 * (detectable / 0.02) ** 2))


def test_the_bootstraps_p_values_are_shares_of_replicates() -> None:
    drawn = np.array([-0.03, *np.linspace(0.001, 0.03, 98)])

    found = of_replicates(0.015, drawn, 500, ASKED)

    assert (found.p_value, found.p_above, found.smallest) == (2 * 2 / 100, 2 / 100, 1 / 100)
    assert found.interval == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist())


def test_where_there_is_nothing_to_test_a_sentence_says_so() -> None:
    alike, few = Pairs(20, 0, 0, 5), Pairs(5, 1, 2, 1)
    twice = CorrelatedAreas(np.array([0.8, 0.8]), np.full((2, 2), 0.0009))

    assert (of_pairs(alike, ASKED).p_value, of_pairs(alike, ASKED).reason) == (None, NO_DISCORDANT)
    assert of_pairs(few, ASKED)[1:] == (*[None] * 8, TOO_FEW, 0.0)
    assert (of_areas(twice, 50, ASKED).p_value, of_areas(twice, 50, ASKED).reason) == (None, ALIKE)
    assert of_replicates(0.0, np.zeros(100), 50, ASKED).reason == ALIKE
    assert of_replicates(0.1, np.zeros(100), 9, ASKED).reason == TOO_FEW
    assert of_replicates(float("nan"), np.zeros(100), 50, ASKED).difference is None
    undefined = np.where(np.arange(100) < 5, np.nan, 0.1)
    assert of_replicates(0.1, undefined, 50, ASKED).p_value is None


@pytest.mark.parametrize("drawn", [np.full(99, -0.5), -0.5 + np.resize([-2.3e-16, 2.3e-16], 99), [-0.1, *[-0.5] * 98]])
def test_a_difference_of_nearly_every_replicate_is_shown_without_an_interval(drawn: Any) -> None:
    drawn = np.asarray(drawn)

    found = of_replicates(-0.5, drawn, 200, ASKED)

    tested = (found.difference, found.p_value, found.p_above, found.p_below, found.reason)
    assert tested == (-0.5, 0.02, 1.0, 0.01, UNVARIED)
    assert (found.interval, found.detectable, found.needed) == (None, None, None)
    assert (found.is_alike, found.is_certain) == (False, False)


def test_what_rounding_alone_makes_is_no_difference() -> None:
    few = np.where(np.arange(99) < 50, np.resize([-1.1e-16, 1.1e-16], 99), 0.02)

    assert of_replicates(0.0, np.resize([0.0, -6.3e-17], 99), 60, ASKED).reason == ALIKE
    without = np.where(np.arange(99) < 50, 0.0, 0.02)
    assert of_replicates(0.0, few, 500, ASKED) == of_replicates(0.0, without, 500, ASKED)


def test_two_areas_without_spread_may_differ_and_are_not_tested() -> None:
    found = of_areas(CorrelatedAreas(np.array([0.5, 1.0]), np.zeros((2, 2))), 200, ASKED)

    assert (found.difference, found.p_value, found.reason, found.is_alike) == (0.5, None, NO_SPREAD, False)


@pytest.mark.parametrize(("difference", "reason"), [(-0.5, NO_SPREAD), (-1.1e-16, ALIKE)])
def test_an_error_that_rounding_alone_makes_tests_nothing(difference: float, reason: str) -> None:
    assert of_error(difference, 1.1e-17, 200, ASKED, "weighted-delong") == (difference, *[None] * 8, reason, 0.0)


def test_a_level_below_every_p_value_of_the_replicates_tests_nothing() -> None:
    drawn = np.linspace(0.001, 0.03, 99)

    assert of_replicates(0.015, drawn, 500, ASKED._replace(alpha=0.0199)) == (0.015, *[None] * 8, COARSE, 0.01)
    assert of_replicates(0.015, drawn, 500, ASKED._replace(alpha=0.02)).p_value == 0.02


@pytest.mark.parametrize("sought", [5e-324, 1e-200, 1e-12])
def test_more_samples_than_anybody_counts_are_no_number(sought: float) -> None:
    asked = ASKED._replace(margin=sought, sought=sought)
    areas = CorrelatedAreas(np.array([0.8, 0.82]), np.array([[9e-4, 1e-4], [1e-4, 9e-4]]))

    found = [of_pairs(PAIRS, asked), of_areas(areas, 500, asked), of_replicates(0.1, np.linspace(0, 1, 99), 500, asked)]

    assert [one.needed for one in found] == [None] * 3
