"""The smooth calibration error equals its definition, summed directly and solved by scipy."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq

from shared.evaluation.calibration.smooth_error import smooth_error

Numbers = NDArray[np.float64]


def measured(scores: Numbers, labels: Numbers) -> float:
    return smooth_error([(scores, labels - scores)], len(scores))


def directly(scores: Numbers, labels: Numbers) -> float:
    """The width at which the mean size of the residuals, smoothed by a reflected Gaussian, is the width itself."""
    # Reflected at both ends, the sum of a smooth curve is exact beyond all digits: 4,001 places give the same.
    places = np.linspace(0, 1, 1001)

    def size(width: float) -> Any:
        # An image that is nine widths away adds nothing that a float has.
        turns = math.ceil((1 + 9 * width) / 2)
        images = [image for turn in range(-turns, turns + 1) for image in (scores + 2 * turn, 2 * turn - scores)]
        kernels = sum(np.exp(-(((places[:, None] - image) / width) ** 2) / 2) for image in images)
        curve = np.abs(kernels @ (labels - scores)) / (len(scores) * width * np.sqrt(2 * np.pi))
        return np.trapezoid(curve, places)

    return float(brentq(lambda width: size(width) - width, 2e-3, 1))


def drawn(seed: int, n: int, digits: int) -> tuple[Numbers, Numbers]:
    random = np.random.default_rng(seed)
    scores = np.round(random.random(n), digits)
    return scores, (random.random(n) < scores**2).astype(float)


@pytest.mark.parametrize(("n", "digits"), [(60, 1), (60, 9), (400, 2), (1000, 9)])
def test_it_equals_the_definition(n: int, digits: int) -> None:
    scores, labels = drawn(7, n, digits)

    assert measured(scores, labels) == pytest.approx(directly(scores, labels), abs=1e-6)


def test_scores_of_zero_and_one_count_as_others_do() -> None:
    scores = np.repeat([1.0, 0.5], 500)
    labels = np.repeat([1.0, 0.0, 1.0, 0.0], [400, 100, 250, 250])

    assert measured(scores, labels) == pytest.approx(0.1, abs=1e-9)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_it_is_no_less_than_the_mean_residual_and_no_more_than_all_of_them(pairs: list[tuple[float, bool]]) -> None:
    scores, labels = np.array([pair[0] for pair in pairs]), np.array([float(pair[1]) for pair in pairs])

    residuals = labels - scores

    assert abs(residuals.mean()) - 1e-9 <= measured(scores, labels) <= np.abs(residuals).mean() + 1e-9


def test_parts_are_as_good_as_one() -> None:
    scores, labels = drawn(3, 300, 2)
    halves = [(scores[:100], (labels - scores)[:100]), (scores[100:], (labels - scores)[100:])]

    assert smooth_error(halves, 300) == pytest.approx(measured(scores, labels), abs=1e-12)


def test_calibrated_scores_have_none() -> None:
    assert measured(np.repeat(0.25, 4), np.array([1.0, 0, 0, 0])) == pytest.approx(0, abs=1e-12)
