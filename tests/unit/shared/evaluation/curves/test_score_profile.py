"""The counts at a few thresholds and in bins of a score, beside plain comparisons of every score.

The scores are eighths, whose complements are exact.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.evaluation.curves.ranked_scores import RankedScores, rank_margins, rank_probabilities
from shared.evaluation.curves.score_profile import ChosenThreshold, ScoreProfile, profile

SCORES = st.lists(st.tuples(st.sampled_from([0.0, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0]), st.booleans()), max_size=60)


def ranked(samples: list[tuple[float, bool]], kind: str) -> RankedScores:
    scores = np.array([score for score, _ in samples], np.float64)
    labels = np.array([label for _, label in samples], np.bool_)
    if kind == "margins":
        return rank_margins([(scores, labels)])
    if kind == "complement":
        return rank_probabilities([(1 - scores, labels)], len(samples), is_complement=True)
    return rank_probabilities([(scores, labels)], len(samples))


def _sides(chosen: NDArray[np.bool_], labels: NDArray[np.bool_]) -> tuple[int, int]:
    return int(np.count_nonzero(chosen & labels)), int(np.count_nonzero(chosen & ~labels))


@pytest.mark.parametrize("kind", ["probabilities", "complement", "margins"])
@given(samples=SCORES, steps=st.integers(1, 12), bins=st.integers(1, 8))
def test_every_step_and_bin_counts_what_a_comparison_counts(
    kind: str, samples: list[tuple[float, bool]], steps: int, bins: int
) -> None:
    scores = np.array([score for score, _ in samples])
    labels = np.array([label for _, label in samples], np.bool_)

    found = profile(ranked(samples, kind), steps, bins, is_share=kind != "margins")

    assert [step.threshold for step in found.steps] == sorted({step.threshold for step in found.steps})
    assert len(found.steps) <= steps
    for step in found.steps:
        reached = scores >= step.threshold
        assert (step.tp, step.fp) == _sides(reached, labels)
    assert sum(one.positives + one.negatives for one in found.bins) == len(samples)
    for one in found.bins:
        inside = (scores >= one.low) & ((scores < one.high) | (one is found.bins[-1]))
        assert (one.positives, one.negatives) == _sides(inside, labels)


@pytest.mark.parametrize("kind", ["probabilities", "complement", "margins"])
@given(samples=SCORES, chosen=st.floats(-0.5, 1.5))
def test_the_chosen_threshold_is_a_step_that_counts_what_a_comparison_counts(
    kind: str, samples: list[tuple[float, bool]], chosen: float
) -> None:
    scores = np.array([score for score, _ in samples])
    labels = np.array([label for _, label in samples], np.bool_)

    found = profile(ranked(samples, kind), 2, 3, is_share=False, chosen=ChosenThreshold(chosen, chosen))

    thresholds = [step.threshold for step in found.steps]
    assert thresholds == sorted(set(thresholds))
    steps = {step.threshold: (step.tp, step.fp) for step in found.steps}
    assert not samples or steps[chosen] == _sides(scores >= chosen, labels)


def test_of_no_samples_there_is_nothing() -> None:
    assert profile(ranked([], "margins"), 5, 4, is_share=False) == ScoreProfile([], [])


def test_the_lowest_threshold_takes_all_and_a_single_score_fills_one_bin() -> None:
    found = profile(ranked([(3.0, True), (3.0, False)], "margins"), 5, 2, is_share=False)

    assert [tuple(step) for step in found.steps] == [(3.0, 1, 1)]
    assert [(one.positives, one.negatives) for one in found.bins] == [(0, 0), (1, 1)]
