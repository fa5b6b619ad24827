"""Where the scores of a class lie: the counts at few thresholds out of all, and how many of each kind fall in a bin."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.ranked_scores import RankedScores


class ThresholdStep(NamedTuple):
    """A threshold with the true and false positives where a score of it or more is positive."""

    threshold: float
    tp: float
    fp: float


class ChosenThreshold(NamedTuple):
    """A threshold as it was written, and as scores are compared with it: of 32 bits where they are."""

    written: float
    compared: float


class ScoreBin(NamedTuple):
    """The samples with a score from `low` up to `high`, which the last bin includes: of the class, and of the rest."""

    low: float
    high: float
    positives: float
    negatives: float


class ScoreProfile(NamedTuple):
    """Steps from the lowest threshold up, each a score that occurs or the one that was chosen; bins likewise."""

    steps: list[ThresholdStep]
    bins: list[ScoreBin]


def profile(
    ranked: RankedScores, max_steps: int, bins: int, *, is_share: bool, chosen: ChosenThreshold | None = None
) -> ScoreProfile:
    """Count at up to `max_steps` scores, which lie evenly in the ranking, at the chosen one, and in equally wide bins.

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
    reached = np.append(_reached(ranked, edges[:-1]), 0)
    at_chosen = _reached(ranked, np.array([] if chosen is None else [chosen.compared]))
    found = np.unique(np.concatenate([ends, reached, at_chosen]))
    counts = [*zip(*(side.tolist() for side in ranked.counts_of_first(found)), strict=True)]
    of_first = dict(zip(found.tolist(), counts, strict=True))
    thresholds = dict(zip(ends.tolist(), ranked.read(keys[ends - 1]).tolist(), strict=True))
    if chosen is not None:
        thresholds[at_chosen.item()] = chosen.written
    steps = [ThresholdStep(threshold, *of_first[end]) for end, threshold in sorted(thresholds.items(), reverse=True)]
    counted = [of_first[at] for at in reached.tolist()]
    return ScoreProfile(
        steps,
        [
            ScoreBin(low, high, counted[i][0] - counted[i + 1][0], counted[i][1] - counted[i + 1][1])
            for i, (low, high) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        ],
    )


def _reached(ranked: RankedScores, edges: NDArray[np.float64]) -> NDArray[np.intp]:
    """The number of samples whose score is each edge or more, by halving: few keys are read."""
    low, high = np.zeros((2, len(edges)), np.intp)
    high += len(ranked.keys)
    while (low < high).any():
        middle = (low + high) // 2
        # Where all samples reach the edge, there is no key behind them: the last is read again, and changes nothing.
        is_higher = ranked.read(ranked.keys[np.minimum(middle, len(ranked.keys) - 1)]) >= edges
        low = np.where(is_higher & (low < high), middle + 1, low)
        high = np.where(is_higher, high, middle)
    return low
