"""A sum of independent proportions ends where the score test of the sum begins to reject it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize
from statsmodels.stats.proportion import proportion_confint

from shared.evaluation.intervals.both_rates import OF_BOTH_RATES, BoundedRate
from shared.evaluation.intervals.score import sum_bounds

CRITICAL = 1.959963984540054

counts = st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(any)


def likeliest(parts: np.ndarray, wholes: np.ndarray, total: float) -> np.ndarray:
    """The proportions of the highest likelihood among those of a sum, by a general optimiser."""
    found = minimize(
        lambda p: -float(parts @ np.log(p) + (wholes - parts) @ np.log1p(-p)),
        np.full(len(parts), total / len(parts)),
        bounds=[(1e-9, 1 - 1e-9)] * len(parts),
        constraints={"type": "eq", "fun": lambda p: float(p.sum() - total)},
        options={"ftol": 1e-14, "maxiter": 500},
    )
    return np.asarray(found.x)


def deviate_of(difference: float, one: tuple[int, int], other: tuple[int, int]) -> float:
    """How many errors the difference of two rates is above one, with the likeliest rates that differ by it.

    SciPy finds these; those of statsmodels 0.15.0, `score_test_proportions_2indep`, are not the likeliest.
    """

    def slope(q: float) -> float:
        return sum(hits / rate - misses / (1 - rate) for (hits, misses), rate in ((one, q + difference), (other, q)))

    edge = 1e-12
    q = brentq(slope, max(0.0, -difference) + edge, min(1.0, 1 - difference) - edge, xtol=1e-15)
    p = q + difference
    error = math.sqrt(p * (1 - p) / sum(one) + q * (1 - q) / sum(other))
    return float(one[0] / sum(one) - other[0] / sum(other) - difference) / error


@given(counts)
def test_of_one_proportion_it_is_wilsons(sides: tuple[int, int]) -> None:
    part, whole = sides[0], sum(sides)

    found = sum_bounds([part], [whole], CRITICAL)

    assert found == pytest.approx(proportion_confint(part, whole, 0.05, "wilson"), abs=1e-9)


@pytest.mark.parametrize(
    ("positives", "negatives"), [((5, 3), (9, 2)), ((30, 10), (55, 4)), ((1, 60), (60, 2)), ((57, 3), (950, 50))]
)
def test_youdens_index_ends_where_the_score_test_of_a_difference_begins_to_reject_it(
    positives: tuple[int, int], negatives: tuple[int, int]
) -> None:
    (hits, misses), (right, alarms) = positives, negatives
    rates = [BoundedRate(np.array([side[0]]), np.array([sum(side)]), CRITICAL) for side in (positives, negatives)]

    bounds = OF_BOTH_RATES["youden.class"](*rates)

    deviates = [deviate_of(float(bound[0]), (hits, misses), (alarms, right)) for bound in bounds]
    assert deviates == pytest.approx([CRITICAL, -CRITICAL], abs=1e-8)


@pytest.mark.parametrize(
    ("parts", "wholes"),
    [
        ([60, 58, 63], [66, 67, 67]),
        ([9, 150, 31, 4], [10, 160, 60, 8]),
        ([3, 90], [10, 100]),
        ([12.5, 70.2], [20, 80]),
        ([18, 10], [19, 10]),
    ],
)
def test_either_bound_is_as_many_errors_away_as_the_level_says(parts: list[float], wholes: list[float]) -> None:
    some, all_of = np.array(parts), np.array(wholes)

    for bound in sum_bounds(parts, wholes, CRITICAL):
        p = likeliest(some, all_of, bound)
        error = np.sqrt((p * (1 - p) / all_of).sum())
        assert abs((some / all_of).sum() - bound) / error == pytest.approx(CRITICAL, rel=1e-4)


def test_proportions_that_are_alike_have_the_interval_of_all_samples_together() -> None:
    low, high = sum_bounds([19] * 10, [20] * 10, CRITICAL)

    assert (low / 10, high / 10) == pytest.approx(proportion_confint(190, 200, 0.05, "wilson"), abs=1e-9)


def test_the_ends_of_the_range_are_exact() -> None:
    assert sum_bounds([0, 0], [10, 20], CRITICAL)[0] == 0.0
    assert sum_bounds([10, 20, 5], [10, 20, 5], CRITICAL)[1] == 3.0


def test_a_proportion_of_nothing_leaves_no_sum() -> None:
    low, high = sum_bounds([[3, 0], [4, 4]], [[9, 0], [9, 9]], CRITICAL)

    assert np.isfinite([low[0], high[0]]).all()
    assert np.isnan([low[1], high[1]]).all()


@pytest.mark.parametrize(("classes", "size"), [(5, 200), (10, 200), (20, 200), (20, 2000)])
def test_it_holds_the_mean_of_many_recalls_near_one(classes: int, size: int) -> None:
    random, recall = np.random.default_rng(20), 0.97
    wholes = random.multinomial(size, [1 / classes] * classes, 10_000).T
    parts = random.binomial(wholes, recall)

    low, high = sum_bounds(parts, wholes, CRITICAL)

    # Wilson's intervals put together by MOVER hold it in 86 to 91 % of these.
    assert 0.94 <= np.mean((low <= classes * recall) & (classes * recall <= high)) <= 0.97
