"""The 2 x 2 counts at every threshold."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.ranking import Keys, Positive, pack, pieces, unpack
from shared.evaluation.inputs.probabilities import Scores, Weights, complement

# int64, or float64 where samples have weights.
Counts = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdCounts:
    """True and false positives when a score of the threshold or more counts as positive.

    All have shape (m + 1,): infinity first, which no score reaches, then the m distinct scores from the highest down.
    The counts are int64, or float64 sums of weights; they end with all positives and all negatives.
    """

    thresholds: NDArray[np.float64]
    tp: Counts
    fp: Counts

    @property
    def positives(self) -> float:
        """The number of positive samples, or the sum of their weights."""
        total: float = self.tp[-1].item()
        return total

    @property
    def negatives(self) -> float:
        """The number of negative samples, or the sum of their weights."""
        total: float = self.fp[-1].item()
        return total

    def pick(self, places: NDArray[np.intp]) -> "ThresholdCounts":
        """The same counts at fewer thresholds, those at the places."""
        return ThresholdCounts(self.thresholds[places], self.tp[places], self.fp[places])

    def mirrored(self) -> "ThresholdCounts":
        """The counts of the rest against the class, whose scores are those of the class turned round.

        No sample is counted by 1 minus a score, in which close scores would become equal; only thresholds are so shown.
        """
        shown = np.concatenate([[np.inf], complement(self.thresholds[:0:-1])])
        tp, fp = ((counts[-1] - counts)[::-1] for counts in (self.fp, self.tp))
        return ThresholdCounts(shown, tp, fp)


def count_at_scores(scores: Scores, positive: Positive, weights: Weights | None = None) -> ThresholdCounts:
    """Count at each distinct score, by one sort; scores in [0, 1], labels and weights have shape (n,).

    A sample of weight 0 is not there.
    """
    if weights is None:
        keys = pack(scores, positive)
        keys.sort()
        return _count(keys)
    there = weights > 0
    scores, positive, weights = scores[there], positive[there], weights[there]
    keys = pack(scores, positive)
    order = np.argsort(keys)
    keys, weights = keys[order], weights[order]
    ends = np.flatnonzero(np.append((keys[1:] ^ keys[:-1]) > 1, True))
    label = (keys & 1).astype(np.bool_)
    tp, fp = (np.cumsum(np.where(side, weights, 0.0))[ends] for side in (label, ~label))
    return ThresholdCounts(np.insert(unpack(keys[ends]), 0, np.inf), np.insert(tp, 0, 0.0), np.insert(fp, 0, 0.0))


def _count(keys: Keys) -> ThresholdCounts:
    thresholds, tp, fp = np.empty(len(keys) + 1), *np.empty((2, len(keys) + 1), np.int64)
    thresholds[0], tp[0], fp[0] = np.inf, 0, 0
    filled, hits = 1, 0
    for start, part in pieces(keys):
        labels = (part & 1).astype(np.int64)
        labels[0] += hits
        sums, called = np.cumsum(labels), np.arange(start + 1, start + 1 + len(part))
        hits = int(sums[-1])
        last = np.ones(len(part), np.bool_)  # of its score; keys that differ in the label alone share one
        np.greater(part[1:] ^ part[:-1], 1, out=last[:-1])
        if not last.all():  # taking all costs as much as all the rest
            places = np.flatnonzero(last)
            part, sums, called = part[places], sums[places], called[places]  # noqa: PLW2901 - the same, thinned
        into = slice(filled, filled + len(part))
        thresholds[into], tp[into] = unpack(part), sums
        np.subtract(called, sums, out=fp[into])
        filled = into.stop
    counts = ThresholdCounts(thresholds[:filled], tp[:filled], fp[:filled])
    # A few distinct scores must not hold on to the room for many.
    return counts if 2 * filled > len(tp) else counts.pick(np.arange(filled))
