"""The best thresholds are the best of all."""

import math
from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pycm import ROCCurve

from shared.evaluation.curves.operating_points import OperatingPoint, best_thresholds
from shared.evaluation.curves.thresholds import ThresholdCounts, count_at_scores

pairs = st.lists(st.tuples(st.integers(0, 12).map(lambda twelfths: twelfths / 12), st.booleans()), min_size=2)


def counts_of(samples: list[tuple[float, bool]]) -> ThresholdCounts:
    labels = [label for _, label in samples]
    labels[:2] = [True, False]
    return count_at_scores(np.array([score for score, _ in samples]), np.array(labels))


def best(counts: ThresholdCounts, goodness: Callable[[int, int], float], *, first: int = 1) -> float:
    places = range(first, len(counts.tp))
    values = [goodness(int(counts.tp[place]), int(counts.fp[place])) for place in places]
    return float(counts.thresholds[first + values.index(max(values))])


@given(pairs, st.sampled_from([0.125, 1.0, 8.0]))
def test_each_best_threshold_is_the_highest_of_the_best(samples: list[tuple[float, bool]], ratio: float) -> None:
    counts = counts_of(samples)
    p, n = int(counts.positives), int(counts.negatives)
    found = best_thresholds(counts, cost_ratio=ratio)
    assert found.youden.threshold == best(counts, lambda tp, fp: tp * n - fp * p)
    assert found.f1.threshold == best(counts, lambda tp, fp: 2 * tp / (2 * tp + fp + (p - tp)))
    assert found.corner.threshold == best(counts, lambda tp, fp: -((fp / n) ** 2 + ((p - tp) / p) ** 2))
    assert found.cost is not None
    assert found.cost.threshold == best(counts, lambda tp, fp: -(ratio * fp + p - tp), first=0)


def test_an_operating_point_tells_all_its_rates() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    found = best_thresholds(count_at_scores(scores, np.array([True, False, True, True, False, False])), cost_ratio=1)
    assert found.f1 == OperatingPoint(threshold=0.6, tpr=1.0, fpr=1 / 3, precision=0.75, recall=1.0, f1=6 / 7)
    assert found.youden == found.corner == found.cost == found.f1


def test_dear_false_alarms_call_nothing_positive_and_cheap_ones_everything() -> None:
    counts = count_at_scores(np.array([0.9, 0.6, 0.3]), np.array([False, True, False]))
    nothing = OperatingPoint(threshold=math.inf, tpr=0.0, fpr=0.0, precision=None, recall=0.0, f1=0.0)
    assert best_thresholds(counts, cost_ratio=10).cost == nothing
    everything_needed = best_thresholds(counts, cost_ratio=0.01).cost
    assert everything_needed == OperatingPoint(threshold=0.6, tpr=1.0, fpr=0.5, precision=0.5, recall=1.0, f1=2 / 3)
    assert best_thresholds(counts).cost is None


def test_the_threshold_closest_to_the_corner_is_pycms() -> None:
    actual, table = [1, 1, 2, 2], [[0.1, 0.9], [0.4, 0.6], [0.35, 0.65], [0.8, 0.2]]
    curve = ROCCurve(actual_vector=actual, probs=table, classes=[2, 1])
    expected = curve.optimal_thresholds()
    for column, label in enumerate([2, 1]):
        counts = count_at_scores(np.array(table)[:, column], np.array(actual) == label)
        distances = np.hypot(counts.fp / counts.negatives, (counts.positives - counts.tp) / counts.positives)
        # PyCM may name a score of the other class, which does what the next higher one of this class does.
        asked = [best_thresholds(counts).corner.threshold, expected[label]]
        ours, theirs = distances[len(distances) - 1 - np.searchsorted(counts.thresholds[::-1], asked)]
        assert ours == theirs


def test_weights_move_the_best_threshold() -> None:
    scores, positive = np.array([0.9, 0.7, 0.5, 0.3]), np.array([True, False, True, False])
    assert best_thresholds(count_at_scores(scores, positive)).youden.threshold == 0.9
    weights = np.array([0.1, 0.1, 5.0, 5.0])
    assert best_thresholds(count_at_scores(scores, positive, weights)).youden.threshold == 0.5
