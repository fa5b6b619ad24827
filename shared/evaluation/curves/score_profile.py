"""Where the scores of a class lie: the counts at few thresholds out of all, and how many of each kind fall in a bin."""

from typing import NamedTuple

import numpy as np

from shared.evaluation.curves.ranked_scores import RankedScores


class ThresholdStep(NamedTuple):
    """A threshold with the true and false positives where a score of it or more is positive."""

    threshold: float
    tp: float
    fp: float


class ScoreBin(NamedTuple):
    """The samples with a score from `low` up to `high`, which the last bin includes: of the class, and of the rest."""

    low: float
    high: float
    positives: float
    negatives: float


class ScoreProfile(NamedTuple):
    """Steps from the lowest threshold up, each a score that occurs; bins from the lowest up."""

    steps: list[ThresholdStep]
    bins: list[ScoreBin]


def profile(ranked: RankedScores, max_steps: int, bins: int, *, is_share: bool) -> ScoreProfile:
    """Count at up to `max_steps` scores, which lie evenly in the ranking, and in bins of equal width.

    The bins reach from 0 to 1 if the score is a share, and from the lowest to the highest score otherwise.
    """
    keys = ranked.keys
    if not len(keys):
        return ScoreProfile([], [])
    ranks = np.unique(np.linspace(0, len(keys) - 1, max_steps).round().astype(np.intp))
    # Samples with equal scores, which differ in the bit of the label at most, are decided alike.
    ends = np.unique(np.searchsorted(keys, keys[ranks] | keys.dtype.type(1), side="right"))
    highest, lowest = ranked.read(keys[[0, -1]]).tolist()
    edges = np.linspace(0.0, 1.0, bins + 1) if is_share else np.linspace(lowest, highest, bins + 1)
    reached = np.array([_reached(ranked, edge) for edge in edges[:-1].tolist()] + [0])
    found = np.unique(np.concatenate([ends, reached]))
    counts = [*zip(*(side.tolist() for side in ranked.counts_of_first(found)), strict=True)]
    of_first = dict(zip(found.tolist(), counts, strict=True))
    steps = [
        ThresholdStep(threshold, *of_first[end])
        for threshold, end in zip(ranked.read(keys[ends - 1]).tolist(), ends.tolist(), strict=True)
    ]
    counted = [of_first[at] for at in reached.tolist()]
    return ScoreProfile(
        steps[::-1],
        [
            ScoreBin(low, high, counted[i][0] - counted[i + 1][0], counted[i][1] - counted[i + 1][1])
            for i, (low, high) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        ],
    )


def _reached(ranked: RankedScores, edge: float) -> int:
    """The number of samples whose score is the edge or more, by halving: keys are read one at a time."""
    low, high = 0, len(ranked.keys)
    while low < high:
        middle = (low + high) // 2
        if ranked.read(ranked.keys[middle : middle + 1])[0] >= edge:
            low = middle + 1
        else:
            high = middle
    return low
