import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from shared.evaluation.intervals.areas import areas, difference_spread
from shared.evaluation.intervals.weighted_areas import weighted_areas
from shared.evaluation.types import Floats

RANDOM = np.random.default_rng(1)
POSITIVE = RANDOM.random(300) < 0.3
# Rounded, so that many are equal.
SCORES = (POSITIVE + RANDOM.normal(size=(2, 300))).round(1)
WEIGHTS = np.where(np.arange(300) % 5, RANDOM.exponential(size=300), 0.0)


def test_areas_are_those_of_scikit_learn_with_sample_weight() -> None:
    found = weighted_areas(POSITIVE, SCORES, WEIGHTS)

    expected = [roc_auc_score(POSITIVE, row, sample_weight=WEIGHTS) for row in SCORES]
    assert (found.baseline, found.candidate) == pytest.approx(tuple(expected), abs=1e-12)


def test_equal_weights_have_the_error_and_the_degrees_of_freedom_of_none() -> None:
    found = weighted_areas(POSITIVE, SCORES, np.full(300, 0.1))

    difference, spread = difference_spread(areas(POSITIVE, SCORES))
    assert found.candidate - found.baseline == pytest.approx(difference)
    assert (found.spread.error, found.spread.freedom) == pytest.approx((spread.error, spread.freedom))


def test_the_error_is_about_that_of_samples_drawn_anew() -> None:
    weights = WEIGHTS + 0.1
    found = weighted_areas(POSITIVE, SCORES, weights)

    # A sample that is drawn twice has twice its weight.
    drawn = weights * RANDOM.multinomial(300, np.full(300, 1 / 300), size=2000)
    differences = np.subtract(*[_areas_of_pairs(row, drawn) for row in SCORES])
    assert 0.9 < found.spread.error / np.std(differences) < 1.1


def test_areas_of_pairs_are_those_of_scikit_learn() -> None:
    expected = [roc_auc_score(POSITIVE, row, sample_weight=WEIGHTS) for row in SCORES]

    assert [_areas_of_pairs(row, WEIGHTS) for row in SCORES] == pytest.approx(expected, abs=1e-12)


def _areas_of_pairs(scores: Floats, weights: Floats) -> Floats:
    """The area for each row of weights: the share of pairs that are ordered well, of which those of ties are half."""
    above = np.sign(scores[POSITIVE, None] - scores[~POSITIVE]) / 2 + 0.5
    of_positive, of_negative = weights[..., POSITIVE], weights[..., ~POSITIVE]
    well_ordered: Floats = ((of_positive @ above) * of_negative).sum(axis=-1)
    areas: Floats = well_ordered / (of_positive.sum(axis=-1) * of_negative.sum(axis=-1))
    return areas


def test_two_equal_classifiers_have_no_error() -> None:
    assert weighted_areas(POSITIVE, SCORES[[0, 0]], WEIGHTS).spread.error == 0


def test_a_perfect_order_has_no_area_beyond_1() -> None:
    # With these weights the sum of the shares is rounded up.
    is_positive, weights = np.arange(20) % 2 == 0, np.random.default_rng(8).exponential(size=20)

    assert weighted_areas(is_positive, np.array([is_positive, ~is_positive], float), weights)[:2] == (1.0, 0.0)
