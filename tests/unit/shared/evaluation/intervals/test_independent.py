"""The difference of two metrics of different samples, beside statsmodels and its own mirror image."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from shared.evaluation.distributions import critical_value
from shared.evaluation.intervals.independent import MetricBounds, difference
from shared.evaluation.intervals.proportions import wilson


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    whole = draw(st.integers(1, 5000))
    return draw(st.integers(0, whole)), whole


def _share(part: int, whole: int) -> MetricBounds:
    low, high = wilson(part, whole, critical_value(0.05))
    return MetricBounds(part / whole, float(low), float(high))


@given(counts(), counts())
def test_of_two_wilson_intervals_it_is_newcombes(one: tuple[int, int], other: tuple[int, int]) -> None:
    found = difference(_share(*one), _share(*other))

    expected = confint_proportions_2indep(*one, *other, method="newcomb", compare="diff", alpha=0.05)
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)
    assert found.value == pytest.approx(one[0] / one[1] - other[0] / other[1])


@given(counts(), counts())
def test_it_holds_the_difference_and_turns_with_the_sides(one: tuple[int, int], other: tuple[int, int]) -> None:
    there, back = difference(_share(*one), _share(*other)), difference(_share(*other), _share(*one))

    assert there.low <= there.value <= there.high
    assert (back.low, back.value, back.high) == pytest.approx((-there.high, -there.value, -there.low))
