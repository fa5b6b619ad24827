"""The chosen threshold is the best of all that there are, as trying each of them shows."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from shared.evaluation.curves.ranked_scores import RankedScores, rank_probabilities
from shared.evaluation.thresholds.choice import choose
from shared.evaluation.thresholds.goals import Costs, Goal

SCORES = np.array([0.9, 0.8, 0.8, 0.6, 0.4, 0.3, 0.1])
LABELS = np.array([True, True, False, True, False, True, False])


def ranked(scores: Any = SCORES, labels: Any = LABELS) -> RankedScores:
    return rank_probabilities([(scores, labels)], len(scores))


@pytest.mark.parametrize(
    ("goal", "threshold", "counts"),
    [
        # Of the thresholds with that precision the one with the highest recall.
        (Goal("precision", 0.75), 0.6, (3, 1, 1, 2)),
        (Goal("precision", 1.0), 0.9, (1, 0, 3, 3)),
        # Of those with that recall the one with the fewest false positives.
        (Goal("recall", 0.75), 0.6, (3, 1, 1, 2)),
        (Goal("recall", 1.0), 0.3, (4, 2, 0, 1)),
        (Goal("specificity", 0.6), 0.6, (3, 1, 1, 2)),
        (Goal("f1"), 0.3, (4, 2, 0, 1)),
        # Equal scores are decided alike: three positives cannot be had of the two that share 0.8 and the first.
        (Goal(max_positives=2), 0.9, (1, 0, 3, 3)),
        (Goal(max_positives=0), np.inf, (0, 0, 4, 3)),
        (Goal(costs=Costs(10, 1)), 0.9, (1, 0, 3, 3)),
        (Goal(costs=Costs(1, 10)), 0.3, (4, 2, 0, 1)),
        (Goal(costs=Costs(1, 0)), np.inf, (0, 0, 4, 3)),
        (Goal("precision", 0.6, max_positives=3), 0.8, (2, 1, 2, 2)),
    ],
)
def test_a_goal_is_reached_at_its_threshold(goal: Goal, threshold: float, counts: tuple[int, ...]) -> None:
    assert choose(ranked(), goal) == (True, (threshold, *counts))


def test_what_cannot_be_reached_is_answered_with_the_closest() -> None:
    labels = ~LABELS

    assert choose(ranked(labels=labels), Goal("precision", 0.9)) == (False, (0.1, 3, 4, 0, 0))
    assert choose(ranked(), Goal("recall", 0.9, max_positives=3)) == (False, (0.8, 2, 1, 2, 2))


def test_a_metric_that_is_undefined_everywhere_has_no_threshold() -> None:
    none = np.zeros(7, bool)

    assert choose(ranked(labels=none), Goal("recall", 0.9)) == (False, None)
    assert choose(ranked(labels=~none), Goal("specificity", 0.9)) == (False, None)


sixteenths = st.integers(0, 16).map(lambda number: number / 16)
ORACLES: dict[str, Any] = {
    "precision": lambda labels, predicted: metrics.precision_score(labels, predicted, zero_division=np.nan),
    "recall": metrics.recall_score,
    "specificity": lambda labels, predicted: metrics.recall_score(~labels, ~predicted),
    "f1": metrics.f1_score,
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
}
FREE = {"precision": "recall", "specificity": "recall", "recall": "specificity"}


@given(
    st.lists(st.tuples(sixteenths, st.booleans()), min_size=2, max_size=40),
    st.sampled_from(sorted(ORACLES)),
    st.sampled_from([0.25, 0.5, 0.8, 0.95]),
)
def test_no_threshold_is_better_than_the_chosen_one(
    pairs: list[tuple[float, bool]], metric: Any, at_least: float
) -> None:
    scores, labels = np.array([score for score, _ in pairs]), np.array([label for _, label in pairs])
    labels[:2] = True, False
    best = FREE.get(metric, metric)

    choice = choose(ranked(scores, labels), Goal(metric, at_least))

    candidates = [scores >= threshold for threshold in [np.inf, *np.unique(scores)]]
    reached = [predicted for predicted in candidates if ORACLES[metric](labels, predicted) >= at_least]
    assert choice.is_reached == bool(reached)
    assert choice.point is not None
    chosen = scores >= choice.point.threshold
    ranked_by, tried = (best, reached) if reached else (metric, candidates)
    largest = np.nanmax([ORACLES[ranked_by](labels, predicted) for predicted in tried])
    assert ORACLES[ranked_by](labels, chosen) == pytest.approx(largest, abs=1e-12)
    tn, fp, fn, tp = metrics.confusion_matrix(labels, chosen).ravel().tolist()
    assert choice.point[1:] == (tp, fp, fn, tn)
