"""The 2 x 2 counts at every threshold."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.exact_sums import running_sums
from shared.evaluation.curves.ranking import Keys, Positive, pack, pieces, unpack
from shared.evaluation.inputs.probabilities import Scores, Weights, complement

# int64, or float64 where samples have weights.


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdCounts:
    """True and false positives when a score of the threshold or more counts as positive.

    All have shape (m + 1,): infinity first, which no score reaches, then the m distinct scores from the highest down.
    The counts are int64, or float64 sums of weights; they end with all positives and all negatives. `rows` are the
    numbers of weighted samples that reach the threshold, where somebody asks for them.
    """

    thresholds: NDArray[np.float64]
    tp: NDArray[Any]
    fp: NDArray[Any]
    rows: NDArray[np.int64] | None = None

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

    @property
    def hits(self) -> NDArray[Any]:
        """The positive samples at each score, (m,)."""
        # A curve of few scores asks for them many times: `numpy.diff` takes five times as long.
        hits: NDArray[Any] = self.tp[1:] - self.tp[:-1]
        return hits

    @property
    def alarms(self) -> NDArray[Any]:
        """The negative samples at each score, (m,)."""
        alarms: NDArray[Any] = self.fp[1:] - self.fp[:-1]
        return alarms

    def pick(self, positions: NDArray[np.intp]) -> "ThresholdCounts":
        """The same counts at the thresholds at these positions."""
        return ThresholdCounts(self.thresholds[positions], self.tp[positions], self.fp[positions])

    def mirrored(self) -> "ThresholdCounts":
        """The counts of the rest against the class, whose scores are 1 minus those of the class.

        Samples are not counted by 1 minus a score, which would make close scores equal; only thresholds are inverted.
        """
        thresholds = np.concatenate([[np.inf], complement(self.thresholds[:0:-1])])
        tp, fp = ((counts[-1] - counts)[::-1] for counts in (self.fp, self.tp))
        return ThresholdCounts(thresholds, tp, fp)


def count_at_scores(scores: Scores, positive: Positive, weights: Weights | None = None) -> ThresholdCounts:
    """Count at each distinct score, by one sort; scores in [0, 1], labels and weights have shape (n,).

    Samples of weight 0 are left out.
    """
    if weights is None:
        keys = pack(scores, positive)
        keys.sort()
        return _count(keys)
    has_weight = weights > 0
    scores, positive, weights = scores[has_weight], positive[has_weight], weights[has_weight]
    keys = pack(scores, positive)
    order = np.argsort(keys)
    keys, weights = keys[order], weights[order]
    ends = np.flatnonzero(np.append((keys[1:] ^ keys[:-1]) > 1, True))
    label = (keys & 1).astype(np.bool_)
    tp, fp = (running_sums(np.where(side, weights, 0.0))[ends] for side in (label, ~label))
    return ThresholdCounts(np.insert(unpack(keys[ends]), 0, np.inf), np.insert(tp, 0, 0.0), np.insert(fp, 0, 0.0))


def _count(keys: Keys) -> ThresholdCounts:
    thresholds, tp, fp = np.empty(len(keys) + 1), *np.empty((2, len(keys) + 1), np.int64)
    thresholds[0], tp[0], fp[0] = np.inf, 0, 0
    filled, hits = 1, 0
    for start, piece in pieces(keys):
        labels = (piece & 1).astype(np.int64)
        labels[0] += hits
        sums, predicted = np.cumsum(labels), np.arange(start + 1, start + 1 + len(piece))
        hits = int(sums[-1])
        last = np.ones(len(piece), np.bool_)  # of its score; keys that differ in the label alone share one
        np.greater(piece[1:] ^ piece[:-1], 1, out=last[:-1])
        if not last.all():  # taking all costs as much as all the rest
            ends = np.flatnonzero(last)
            piece, sums, predicted = piece[ends], sums[ends], predicted[ends]  # noqa: PLW2901 - the same, thinned
        into = slice(filled, filled + len(piece))
        thresholds[into], tp[into] = unpack(piece), sums
        np.subtract(predicted, sums, out=fp[into])
        filled = into.stop
    counts = ThresholdCounts(thresholds[:filled], tp[:filled], fp[:filled])
    # A few distinct scores must not keep the memory allocated for many.
    return counts if 2 * filled > len(tp) else counts.pick(np.arange(filled))
