"""The spread of a weighted average precision: that without weights where they are equal, else near the bootstrap's."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from shared.evaluation.curves.precision_spread import PrecisionSpread, PrecisionSums
from shared.evaluation.curves.ranked_scores import rank_weighted
from shared.evaluation.curves.scored_curves import curves_of
from shared.evaluation.curves.thresholds import count_at_scores
from shared.evaluation.types import Floats

RANDOM = np.random.default_rng(4)
TRUTH = np.arange(400) < 120
SCORES = np.where(TRUTH, RANDOM.beta(3, 2, 400), RANDOM.beta(2, 3, 400)).round(2)
WEIGHTS = RANDOM.exponential(size=400)


def spread_of(
    scores: Floats, truth: np.ndarray[tuple[int], np.dtype[np.bool_]], weights: Floats
) -> PrecisionSpread | None:
    return curves_of(rank_weighted([(scores, truth, weights)], is_margin=False), 500).precision_spread


@pytest.mark.parametrize("unit", [1.0, 0.1, 250.0])
def test_equal_weights_have_the_spread_of_samples_without_weights(unit: float) -> None:
    sums = PrecisionSums(120, 280)
    sums.add(count_at_scores(SCORES, TRUTH))

    assert spread_of(SCORES, TRUTH, np.full(400, unit)) == pytest.approx(sums.spread(), rel=1e-9)


def test_the_error_is_that_of_drawing_rows_with_their_weights_anew() -> None:
    values = []
    for _ in range(400):
        rows = RANDOM.integers(0, 400, 400)
        values.append(average_precision_score(TRUTH[rows], SCORES[rows], sample_weight=WEIGHTS[rows]))

    found = spread_of(SCORES, TRUTH, WEIGHTS)

    assert found is not None
    assert 0.9 < found.error / np.std(values) < 1.25


def test_samples_without_weight_and_the_order_of_samples_change_nothing() -> None:
    mixed = RANDOM.permutation(400)
    with_none = np.append(SCORES, 0.5), np.append(TRUTH, True), np.append(WEIGHTS, 0.0)

    expected = spread_of(SCORES, TRUTH, WEIGHTS)

    assert spread_of(SCORES[mixed], TRUTH[mixed], WEIGHTS[mixed]) == expected
    assert spread_of(*with_none) == expected


def test_one_sample_with_weight_on_a_side_has_no_spread() -> None:
    assert (
        spread_of(np.array([0.9, 0.8, 0.2, 0.1]), np.array([True, True, False, False]), np.array([1.0, 0, 1, 1]))
        is None
    )
