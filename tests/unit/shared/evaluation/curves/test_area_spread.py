"""How well the spread of an area is known: SciPy's moments of the shares of won pairs, however they are cut."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shared.evaluation.curves.area_spread import AreaSpread, ShareMoments, area_spread, share_moments, variance_freedom
from shared.evaluation.types import Floats

RANDOM = np.random.default_rng(5)
# What positives and negatives lose of their pairs.
LOST, YIELDED = RANDOM.beta(1, 5, 12), RANDOM.beta(2, 3, 40)


def freedom_of(shares: Floats) -> float:
    n, kurtosis = len(shares), float(stats.kurtosis(shares, fisher=False))
    return 2 * n / (kurtosis - (n - 3) / (n - 1))


def test_the_error_is_delongs_and_its_freedom_is_that_of_two_sums_of_squares() -> None:
    parts = [float(stats.sem(side)) ** 2 for side in (LOST, YIELDED)]

    found = area_spread(share_moments(LOST), share_moments(YIELDED))

    assert found is not None
    assert found.error == pytest.approx(math.sqrt(sum(parts)), abs=1e-12)
    uncertain = sum(part**2 / freedom_of(side) for part, side in zip(parts, (LOST, YIELDED), strict=True))
    assert found.freedom == pytest.approx(sum(parts) ** 2 / uncertain, rel=1e-9)


@given(st.lists(st.floats(0, 1), max_size=40), st.integers(0, 40))
def test_moments_of_two_parts_are_those_of_the_whole(shares: list[float], cut: int) -> None:
    whole, parts = np.array(shares), [np.array(part) for part in (shares[:cut], shares[cut:])]

    found = ShareMoments.together(*map(share_moments, parts))

    assert found == pytest.approx(share_moments(whole), abs=1e-12)
    if len(shares):
        expected = [((whole - whole.mean()) ** order).sum() for order in (2, 3, 4)]
        assert found[2:5] == pytest.approx(expected, abs=1e-12)


def test_a_share_that_occurs_often_counts_so_often() -> None:
    found = share_moments(np.array([0.25, 0.5, 1.0]), np.array([3, 0, 2]))

    assert found == pytest.approx(share_moments(np.array([0.25, 0.25, 0.25, 1.0, 1.0])), abs=1e-15)


def test_of_normal_numbers_the_freedom_is_one_less_than_there_are() -> None:
    # A kurtosis of 3 of twenty; of a hundred that are as far from the mean, all is known: (n − 1) n.
    assert variance_freedom(20, 3) == pytest.approx(19)
    assert variance_freedom(100, 1) == pytest.approx(9900)
    assert variance_freedom(1, 1) == 1


def test_one_sample_on_a_side_and_shares_that_are_all_equal() -> None:
    assert area_spread(share_moments(LOST[:1]), share_moments(YIELDED)) is None
    assert area_spread(share_moments(np.full(3, 0.5)), share_moments(np.full(9, 0.5))) == AreaSpread(0.0, 1.0)


def test_a_spread_that_was_kept_with_a_third_number_is_read_without_it() -> None:
    assert msgspec.json.decode(b"[0.01, 90.0, 0.004]", type=AreaSpread) == AreaSpread(0.01, 90.0)
    assert msgspec.json.encode(AreaSpread(0.01, 90.0)) == b"[0.01,90.0]"
