from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.distributions import LEAST_P
from shared.evaluation.intervals.areas import CorrelatedAreas
from shared.evaluation.paired.area_testing import of_areas
from shared.evaluation.paired.discordance import Pairs, newcombe
from shared.evaluation.paired.hidden_losses import HiddenLosses
from shared.evaluation.paired.margins import MarginGrounds
from shared.evaluation.paired.replicate_testing import of_replicates
from shared.evaluation.paired.sample_basis import SampleBasis
from shared.evaluation.paired.testing import (
    ALIKE,
    COARSE,
    NO_DISCORDANT,
    TOO_FEW,
    UNVARIED,
    Question,
    of_pairs,
)

ASKED = Question(alpha=0.05, margin=0.02, sought=0.02)
# So many that no P-value is too low for them.
MANY = SampleBasis(500, 500, 1e6)
# A metric that no sample changes hides nothing.
HIDDEN = HiddenLosses(lambda hits, *_: hits, (np.zeros(1),) * 3, np.zeros((1, 1)), np.zeros((1, 1)), np.ones(1))
NOTHING = MarginGrounds(lambda: HIDDEN, lambda _: None)
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


def test_the_bootstraps_p_values_are_shares_of_replicates() -> None:
    drawn = np.array([-0.03, *np.linspace(0.001, 0.03, 98)])

    found = of_replicates(0.015, drawn, 500, ASKED, MANY, NOTHING)

    assert (found.p_value, found.p_above, found.smallest) == (2 * 2 / 100, 2 / 100, 1 / 100)
    assert found.interval == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist())


def test_a_margin_has_no_p_value_below_the_chance_that_nothing_of_a_loss_is_seen_and_the_rest_as_well_again() -> None:
    losses = HIDDEN._replace(before=(np.ones(1),) * 3, gone=np.ones((1, 1)), numbers=np.array([10.0]))
    drawn = np.array([*np.full(60, 0.025), *np.full(40, 0.035)])

    found = of_replicates(0.03, drawn, 500, ASKED, MANY, NOTHING._replace(losses=lambda: losses))

    # From 0.03 to a loss of the margin of 0.02 it is a share of 0.05 of ten samples.
    assert (found.p_above, found.p_below) == pytest.approx((0.95**10 * 0.4, 1.0), rel=1e-6)


def test_where_there_is_nothing_to_test_a_sentence_says_so() -> None:
    alike, few = Pairs(20, 0, 0, 5), Pairs(5, 1, 2, 1)

    assert (of_pairs(alike, ASKED).p_value, of_pairs(alike, ASKED).reason) == (None, NO_DISCORDANT)
    assert of_pairs(few, ASKED)[1:] == (*[None] * 8, TOO_FEW, 0.0)
    assert of_replicates(0.0, np.zeros(100), 50, ASKED, MANY, NOTHING).reason == ALIKE
    assert of_replicates(0.1, np.zeros(100), 9, ASKED, MANY, NOTHING).reason == TOO_FEW
    assert of_replicates(float("nan"), np.zeros(100), 50, ASKED, MANY, NOTHING).difference is None
    undefined = np.where(np.arange(100) < 5, np.nan, 0.1)
    assert of_replicates(0.1, undefined, 50, ASKED, MANY, NOTHING).p_value is None


@pytest.mark.parametrize("drawn", [np.full(99, -0.5), -0.5 + np.resize([-2.3e-16, 2.3e-16], 99), [-0.1, *[-0.5] * 98]])
def test_a_difference_of_nearly_every_replicate_is_shown_without_an_interval(drawn: Any) -> None:
    drawn = np.asarray(drawn)

    found = of_replicates(-0.5, drawn, 200, ASKED, MANY, NOTHING)

    tested = (found.difference, found.p_value, found.p_above, found.p_below, found.reason)
    assert tested == (-0.5, 0.02, 1.0, 0.01, UNVARIED)
    assert (found.interval, found.detectable, found.needed) == (None, None, None)
    assert not found.is_alike


def test_what_rounding_alone_makes_is_no_difference() -> None:
    few = np.where(np.arange(99) < 50, np.resize([-1.1e-16, 1.1e-16], 99), 0.02)

    assert of_replicates(0.0, np.resize([0.0, -6.3e-17], 99), 60, ASKED, MANY, NOTHING).reason == ALIKE
    without = np.where(np.arange(99) < 50, 0.0, 0.02)
    assert of_replicates(0.0, few, 500, ASKED, MANY, NOTHING) == of_replicates(0.0, without, 500, ASKED, MANY, NOTHING)


def test_a_level_below_every_p_value_of_the_replicates_tests_nothing() -> None:
    drawn = np.linspace(0.001, 0.03, 99)

    assert of_replicates(0.015, drawn, 500, ASKED._replace(alpha=0.0199), MANY, NOTHING) == (
        0.015,
        *[None] * 8,
        COARSE,
        0.01,
    )
    assert of_replicates(0.015, drawn, 500, ASKED._replace(alpha=0.02), MANY, NOTHING).p_value == 0.02


def test_no_p_value_is_0() -> None:
    by_either = np.array([[1e-9, 0.0], [0.0, 1e-9]])
    areas = CorrelatedAreas(np.array([0.5, 0.9]), by_either, by_either, (100_000, 100_000))
    apart = ASKED._replace(margin=0.999)

    found = of_areas(areas, apart), of_pairs(Pairs(0, 0, 5000, 0), apart), of_pairs(Pairs(9000, 0, 9000, 0), apart)

    assert [min(p for p in one[3:7] if p is not None) for one in found] == [LEAST_P] * 3


@pytest.mark.parametrize("sought", [5e-324, 1e-200, 1e-12])
def test_more_samples_than_anybody_counts_are_no_number(sought: float) -> None:
    asked = ASKED._replace(margin=sought, sought=sought)
    by_either = np.array([[5e-4, 1e-4], [1e-4, 4e-4]])
    areas = CorrelatedAreas(np.array([0.8, 0.82]), by_either, by_either, (200, 300))

    found = [
        of_pairs(PAIRS, asked),
        of_areas(areas, asked),
        of_replicates(0.1, np.linspace(0, 1, 99), 500, asked, MANY, NOTHING),
    ]

    assert [one.needed for one in found] == [None] * 3
