"""What recall and specificity make together has the bounds that Wilson's intervals of the two give it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from shared.evaluation.intervals.both_rates import OF_BOTH_RATES, BoundedRate

CRITICAL = 1.959963984540054

sides = st.tuples(st.integers(1, 60), st.integers(1, 60))


def bounds(metric: str, positives: tuple[int, int], negatives: tuple[int, int]) -> tuple[float, float]:
    """Of hits and misses, and of right and wrong negatives."""
    rates = [
        BoundedRate(np.array([right]), np.array([right + wrong]), CRITICAL) for right, wrong in (positives, negatives)
    ]
    low, high = OF_BOTH_RATES[metric](*rates)
    return float(low[0]), float(high[0])


def wilson(part: int, other: int) -> tuple[float, float, float]:
    low, high = proportion_confint(part, part + other, 0.05, "wilson")
    return part / (part + other), low, high


@settings(deadline=None)
@given(sides, sides)
def test_a_ratio_ends_where_the_difference_from_it_begins_to_hold_0(
    positives: tuple[int, int], negatives: tuple[int, int]
) -> None:
    for metric, own, others in (
        ("plr.class", positives, negatives[::-1]),
        ("nlr.class", positives[::-1], negatives),
    ):
        (above, low, high), (below, least, most) = wilson(*own), wilson(*others)

        found = bounds(metric, positives, negatives)

        # MOVER of above − ratio · below, which is 0 at either bound of the ratio.
        for ratio, from_above, from_below in (
            (found[0], above - low, most - below),
            (found[1], high - above, below - least),
        ):
            assert abs(above - ratio * below) == pytest.approx(math.hypot(from_above, ratio * from_below), rel=1e-6)
        assert found[0] <= above / below <= found[1]


@settings(deadline=None)
@given(sides, sides)
def test_odds_ratios_add_up_the_distances_of_both_log_odds(
    positives: tuple[int, int], negatives: tuple[int, int]
) -> None:
    logs = [[math.log(share / (1 - share)) for share in wilson(*side)] for side in (positives, negatives)]
    value = logs[0][0] + logs[1][0]
    low = value - math.hypot(*(value - low for value, low, _ in logs))
    high = value + math.hypot(*(high - value for value, _, high in logs))

    ratios = [math.exp(low), math.exp(high)]
    assert bounds("dor.class", positives, negatives) == pytest.approx(ratios, rel=1e-9)
    assert bounds("yule_q.class", positives, negatives) == pytest.approx([(r - 1) / (r + 1) for r in ratios], abs=1e-9)
    power = [math.sqrt(3) / math.pi * math.log10(ratio) for ratio in ratios]
    assert bounds("discriminant_power.class", positives, negatives) == pytest.approx(power, abs=1e-9)


def test_a_distance_adds_up_the_distances_of_the_squares() -> None:
    (misses, least, most), (alarms, fewest, many) = wilson(2, 8), wilson(30, 160)
    low = misses**2 + alarms**2 - math.hypot(misses**2 - least**2, alarms**2 - fewest**2)
    high = misses**2 + alarms**2 + math.hypot(most**2 - misses**2, many**2 - alarms**2)

    found = bounds("distance_index.class", (8, 2), (160, 30))

    assert found == pytest.approx([math.sqrt(low), math.sqrt(high)], abs=1e-9)
    similar = bounds("similarity_index.class", (8, 2), (160, 30))
    assert similar == pytest.approx([1 - found[1] / math.sqrt(2), 1 - found[0] / math.sqrt(2)], abs=1e-12)


def test_a_rate_of_nothing_leaves_no_bounds() -> None:
    assert all(math.isnan(bound) for bound in bounds("plr.class", (0, 0), (160, 30)))
