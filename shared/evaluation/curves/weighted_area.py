"""The area under the ROC curve of weighted samples, and how far it and the average precision vary, from one sort.

A pair of a positive and a negative weighs the product of their weights. The error of the area is DeLong's (1988) with
the variance of weighted means, by linearisation, or that of Kish's effective number of samples, whichever is larger;
equal weights make it that of samples without weights.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.area_spread import (
    AreaSpread,
    SideVariance,
    spread_of_sides,
    variance_freedom,
)
from shared.evaluation.curves.weighted_precision import WeightsAtScores, sums_at
from shared.evaluation.types import Floats

_TWO = 2


class WeightedSides(NamedTuple):
    """The weights of the positives and of the negatives at each distinct score, the lowest first unless said."""

    positives: WeightsAtScores
    negatives: WeightsAtScores

    @property
    def worth(self) -> tuple[int, int]:
        """How many independent samples either side is worth (Kish 1965), one at least of any."""
        high, low = (max(round(side.effective), 1) if side.size else 0 for side in self)
        return high, low

    @property
    def falling(self) -> "WeightedSides":
        """The same in the opposite order, so that of the lowest first the highest score is first."""
        return WeightedSides(*(WeightsAtScores(own.weights[::-1], own.squares[::-1], own.size) for own in self))


def sides_at_scores(
    scores: NDArray[Any], is_positive: NDArray[np.bool_], weights: NDArray[Any]
) -> WeightedSides | None:
    """Add up the weights of both sides, each (n,); None where a side has no weight.

    Samples without weight are left out. Equal rows are added up in the order of their weights, so that the order of the
    rows makes no difference. Takes about 40 bytes a sample.
    """
    counted = weights > 0
    scores, is_positive, weights = scores[counted], is_positive[counted], weights[counted]
    order = np.lexsort((weights, is_positive, scores))
    scores, is_positive, weights = scores[order], is_positive[order], weights[order]
    if not len(scores):
        return None
    starts = np.flatnonzero(np.append(True, scores[1:] != scores[:-1]))
    high, low = (sums_at(np.where(side, weights, 0.0), starts) for side in (is_positive, ~is_positive))
    return WeightedSides(high, low) if high.size and low.size else None


def weighted_area(sides: WeightedSides) -> tuple[float, AreaSpread | None]:
    """The share of the weight of pairs in which the positive scores higher, equal scores half, and its spread.

    There is no spread where a side has fewer than two samples.
    """
    high, low = sides
    above, below = high.weights[::-1].cumsum()[::-1], low.weights.cumsum()
    # Of each score, the share of the negatives that its positives beat, and of the positives that beat its negatives.
    wins, losses = (below - low.weights / 2) / below[-1], (above - high.weights / 2) / above[0]
    area = float(high.weights @ wins) / float(above[0])
    return min(area, 1.0), _spread(area, (high, wins, float(above[0])), (low, losses, float(below[-1])))


def _spread(area: float, *sides: tuple[WeightsAtScores, Floats, float]) -> AreaSpread | None:
    if min(side.size for side, _, _ in sides) < _TWO:
        return None
    return spread_of_sides(*(_variance(area, *side) for side in sides))


def _variance(area: float, side: WeightsAtScores, shares: Floats, total: float) -> SideVariance:
    squares = (shares - area) ** 2
    heavy, mean_square = float(side.squares.sum()) / total, float(side.weights @ squares) / total
    own, of_all = float(side.squares @ squares), mean_square * heavy * total
    kurtosis = float(side.weights @ squares**2) / total / mean_square**2 if mean_square else 1.0
    of_mean = side.size / (side.size - 1) * max(own, of_all) / total**2
    effective = total / heavy
    return SideVariance(of_mean, variance_freedom(effective, kurtosis))
