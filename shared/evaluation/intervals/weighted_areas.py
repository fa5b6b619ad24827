"""Two areas under ROC curves of the same weighted samples, and the error of their difference.

DeLong's method (DeLong, DeLong and Clarke-Pearson 1988) with the weighted share of pairs that each sample wins. The
variance of the weighted means of these is that by linearisation, or that of Kish's effective number of samples (1965),
whichever is larger, as few heavy samples often show too little. With equal weights both are the same.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.area_spread import AreaSpread, SideVariance, spread_of_sides
from shared.evaluation.kish import kish_number
from shared.evaluation.types import Floats


class WeightedAreas(NamedTuple):
    """The areas of both, and the spread of the second one minus the first."""

    baseline: float
    candidate: float
    spread: AreaSpread


def weighted_areas(is_positive: NDArray[np.bool_], scores: NDArray[Any], weights: Floats) -> WeightedAreas:
    """Measure the areas; `scores` (2, n) of the n samples by both; two samples of each side at least with weight."""
    # In one order, so that the order of the samples changes no bit.
    order = np.lexsort((scores[1], scores[0], weights))[np.count_nonzero(weights == 0) :]
    is_positive, scores, weights = is_positive[order], scores[:, order], weights[order]
    high, low = weights[is_positive], weights[~is_positive]
    wins, losses = (
        np.array([_shares_below(row[own], row[~own], weights[~own]) for row in scores])
        for own in (is_positive, ~is_positive)
    )
    # Rounding may take a perfect order beyond 1.
    areas = np.minimum(wins @ high / high.sum(), 1.0)
    difference = areas[1] - areas[0]
    # A negative gains where less of the positives are below it.
    sides = (wins[1] - wins[0], high), (losses[0] - losses[1], low)
    spread = spread_of_sides(*(_variance(gains - difference, own) for gains, own in sides))
    return WeightedAreas(float(areas[0]), float(areas[1]), spread)


def _shares_below(scores: NDArray[Any], others: NDArray[Any], weights: Floats) -> Floats:
    """Of each score, the share of the weight of the others below it; equal ones count half."""
    order = np.lexsort((weights, others))
    ordered, sums = others[order], np.append(0.0, weights[order].cumsum())
    below, up_to = (sums[np.searchsorted(ordered, scores, side)] for side in ("left", "right"))
    shares: Floats = (below + up_to) / (2 * sums[-1])
    return shares


def _variance(off: Floats, weights: Floats) -> SideVariance:
    """The variance of the weighted mean of one side, known as well as that of as many samples as it is worth."""
    squares, total, n = weights**2, weights.sum(), len(weights)
    of_all = float(weights @ off**2) * float(squares.sum()) / total
    of_mean = float(n / (n - 1) * max(float(squares @ off**2), of_all) / total**2)
    return SideVariance(of_mean, max(kish_number(float(total), float(squares.sum())) - 1, 1.0))
