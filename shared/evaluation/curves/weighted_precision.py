"""How far the average precision of weighted samples varies.

As without weights (`precision_spread`), with each sample's change times its weight (linearisation, Cochran 1977), or
with Kish's effective number of samples (1965), whichever says that it varies more, as few heavy samples often show too
little.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.area_spread import variance_freedom
from shared.evaluation.curves.precision_spread import PrecisionSpread, further_harm
from shared.evaluation.curves.ranked_scores import RankedScores, WeightsReached
from shared.evaluation.distributions import summed_freedom
from shared.evaluation.kish import kish_number
from shared.evaluation.types import Floats

_TWO = 2


class WeightsAtScores(NamedTuple):
    """Of one side, the sums of the weights and of their squares at each score in its order, and how many samples."""

    weights: Floats
    squares: Floats
    size: int

    @property
    def effective(self) -> float:
        """Kish's number of independent samples."""
        return kish_number(self.weights.sum(), self.squares.sum())


def weights_at_scores(ranked: RankedScores, reached: WeightsReached) -> tuple[WeightsAtScores, WeightsAtScores]:
    """Those of the positive and of the negative samples, the highest score first; there is a sample at least."""
    starts = np.flatnonzero(np.append(True, ranked.keys[1:] ^ ranked.keys[:-1] > 1))
    high, low = (sums_at(np.diff(sums, prepend=0.0), starts) for sums in reached)
    return high, low


def sums_at(weights: Floats, starts: NDArray[np.int64]) -> WeightsAtScores:
    """Add up weights (n,), which are 0 of the samples of the other side; `starts` are the rows where a score begins."""
    return WeightsAtScores(
        np.add.reduceat(weights, starts), np.add.reduceat(weights**2, starts), int(np.count_nonzero(weights))
    )


def weighted_precision_spread(positives: WeightsAtScores, negatives: WeightsAtScores) -> PrecisionSpread | None:
    """The spread of an average precision of weighted samples; None with fewer than two samples on a side."""
    if min(positives.size, negatives.size) < _TWO:
        return None
    tp, reached = np.cumsum(positives.weights), np.cumsum(positives.weights + negatives.weights)
    total, own = float(reached[-1]), float(tp[-1])
    gained, precision = positives.weights / own, tp / reached
    by_hit, by_alarm = (np.cumsum((gained * side * total / reached**2)[::-1])[::-1] for side in (reached - tp, tp))
    changes = total / own * (precision - float(gained @ precision)) + by_hit, -by_alarm
    known, doubted, variance = 0.0, 0.0, 0.0
    for side, change in zip((positives, negatives), changes, strict=True):
        part, mean = _within(side, change)
        known += part.variance**2 / max(side.effective - 1, 1.0)
        doubted += part.variance**2 / variance_freedom(side.effective, part.kurtosis)
        variance += part.variance + float(side.squares.sum()) * mean**2
    further = _further(negatives, -by_alarm)
    return PrecisionSpread(
        math.sqrt(variance) / total, summed_freedom(variance, known), summed_freedom(variance, doubted), further / total
    )


class _Within(NamedTuple):
    """How far the sum of the changes of a side varies, and their kurtosis."""

    variance: float
    kurtosis: float


def _within(side: WeightsAtScores, change: Floats) -> tuple[_Within, float]:
    """How far the changes of a side vary around their mean, and this mean."""
    total, squares = float(side.weights.sum()), float(side.squares.sum())
    mean = float(side.weights @ change) / total
    off = (change - mean) ** 2
    of_all = float(side.weights @ off) / total
    variance = max(float(side.squares @ off), of_all * squares) * side.size / (side.size - 1)
    return _Within(variance, float(side.weights @ off**2) / total / of_all**2 if of_all else 1.0), mean


def _further(negatives: WeightsAtScores, change: Floats) -> float:
    """What one negative more adds to the error, as in `further_harm`, of a weight as the others have."""
    mean = float(negatives.weights @ change) / float(negatives.weights.sum())
    worst = float(change[np.flatnonzero(negatives.weights)[0]])
    return further_harm(mean, worst, float(change[0])) * math.sqrt(float(negatives.squares.sum()) / negatives.size)
