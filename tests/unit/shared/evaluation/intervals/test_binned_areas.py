"""Areas of scores in bins are those of the scores themselves, within the bound that is told."""

import numpy as np
import pytest

from shared.evaluation.intervals import binned_areas as binned
from shared.evaluation.intervals.areas import areas, difference_spread
from shared.evaluation.intervals.binned_areas import binned_areas


def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(9)
    is_positive = random.random(n) < 0.2
    common = is_positive + random.normal(size=n)
    return is_positive, common + random.normal(size=(2, n)) * np.array([[0.5], [0.7]])


def test_the_areas_differ_from_the_exact_ones_by_less_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binned, "_CHUNK", 7_000)
    is_positive, scores = drawn(40_000)

    found, exact = binned_areas(is_positive, scores), areas(is_positive, scores)

    assert (np.abs(found.areas.values - exact.values) <= found.bounds).all()
    assert (found.bounds < 3e-4).all()
    assert found.areas.covariance == pytest.approx(exact.covariance, rel=1e-3)
    (difference, spread), (exact_difference, exact_spread) = map(difference_spread, (found.areas, exact))
    assert (difference, spread.error) == pytest.approx((exact_difference, exact_spread.error), rel=2e-2)
    assert spread.freedom == pytest.approx(exact_spread.freedom, rel=2e-2)


def test_scores_of_few_values_have_the_exact_areas() -> None:
    is_positive, scores = drawn(5_000)
    rounded = np.clip(np.round(scores * 2) / 2, -1, 2)

    found, exact = binned_areas(is_positive, rounded), areas(is_positive, rounded)

    assert found.areas.values == pytest.approx(exact.values, abs=1e-12)
    assert found.areas.covariance == pytest.approx(exact.covariance, abs=1e-12)


def test_scores_that_are_all_equal_have_an_area_of_one_half_and_no_spread() -> None:
    found = binned_areas(np.arange(10) < 5, np.full((2, 10), 0.3))

    assert found.areas.values.tolist() == [0.5, 0.5]
    assert found.areas.covariance.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert found.bounds.tolist() == [0.5, 0.5]
