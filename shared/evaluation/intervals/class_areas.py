"""Areas under the ROC curves of several classes on the same samples, and of their averages.

The classes share samples, so that their areas hang together. A sample changes the area of a class by what DeLong's
method (1988) says of its side, over the share of that side. Of the micro average, which counts every cell of the table
as one decision, a sample's cells change together.
"""

import math
from typing import NamedTuple

import numpy as np

from shared.evaluation.curves.area_spread import area_spread, share_moments
from shared.evaluation.distributions import student_critical
from shared.evaluation.inputs.label_codes import Codes
from shared.evaluation.inputs.probabilities import Scores
from shared.evaluation.intervals.areas import area_interval, shares_below
from shared.evaluation.intervals.delta import Spread
from shared.evaluation.intervals.logit import spread_interval
from shared.evaluation.types import Floats

_TWO = 2
# Less than rounding leaves of changes that cancel each other.
_NO_SPREAD = 1e-24


class AverageArea(NamedTuple):
    """An average of areas, and its interval; None of areas of 0 or 1 and of classes with fewer than two samples."""

    value: float
    interval: tuple[float, float] | None


def mean_square(values: Floats) -> float:
    """The mean of the squares of numbers (n,)."""
    # In one step, where those of NumPy's `mean` take longer than the squares of a few numbers.
    return float(values @ values) / len(values)


class MeanOfClasses:
    """The mean of areas of classes, put together of the intervals of these areas.

    The distances to the bounds are added up as standard errors are, with the correlations of the areas (Zou and Donner
    2008, MOVER): a class of few samples keeps the skew that its own interval has.
    """

    def __init__(self, samples: int) -> None:
        self._classes = 0
        self._value = self._centre = 0.0
        self._changes, self._down, self._up = (np.zeros(samples) for _ in range(3))
        self._all_known = True

    def add(self, value: float, centre: float, changes: Floats, interval: tuple[float, float] | None) -> None:
        """Add the area of a class, its interval around a centre, and by how much each sample changes it, (n,)."""
        self._classes += 1
        self._value += value
        self._centre += centre
        deviation = math.sqrt(mean_square(changes))
        if interval is None or not deviation:
            self._all_known = False
            return
        self._changes += changes
        self._down += (centre - interval[0]) / deviation * changes
        self._up += (interval[1] - centre) / deviation * changes

    def area(self) -> AverageArea:
        """The mean of all that were added; without an interval if any has none, or if what they vary by adds up to 0.

        So it is of the average precisions of two classes whose scores are all equal, which are the classes' shares.
        """
        value, centre = self._value / self._classes, self._centre / self._classes
        if not self._all_known or mean_square(self._changes) < _NO_SPREAD:
            return AverageArea(value, None)
        down, up = (math.sqrt(mean_square(side)) / self._classes for side in (self._down, self._up))
        return AverageArea(value, (min(centre - down, value), max(centre + up, value)))


def macro_area(probabilities: Scores, codes: Codes, alpha: float) -> AverageArea:
    """The mean of the areas of the classes that occur, of probabilities (n, k) and classes (n,)."""
    combined = MeanOfClasses(len(codes))
    for column in np.flatnonzero(np.bincount(codes, minlength=probabilities.shape[1])).tolist():
        is_own = codes == column
        is_rest = ~is_own
        own, rest = probabilities[is_own, column], probabilities[is_rest, column]
        won, kept = shares_below(own, rest), 1 - shares_below(rest, own)
        area = float(won.mean())
        changes = np.empty(len(codes))
        changes[is_own] = (won - area) / (len(own) / len(codes))
        changes[is_rest] = (kept - area) / (len(rest) / len(codes))
        combined.add(area, area, changes, _interval(area, (won, kept), alpha))
    return combined.area()


def _interval(area: float, sides: tuple[Floats, Floats], alpha: float) -> tuple[float, float] | None:
    """The interval of a class's area, of which each sample of either side wins such a share of its pairs."""
    sizes = len(sides[0]), len(sides[1])
    spread = area_spread(*(share_moments(1 - won) for won in sides))
    if spread is None:
        return None
    return area_interval(area, spread, sizes, alpha) if spread.error else None


def micro_area(probabilities: Scores, codes: Codes, alpha: float) -> AverageArea:
    """The area of every cell of the table as one decision."""
    n, k = probabilities.shape
    is_own = codes[:, np.newaxis] == np.arange(k)
    own, rest = probabilities[is_own], probabilities[~is_own]
    won = shares_below(own, rest)
    value = float(won.mean())
    by_rest = (1 - shares_below(rest, own)).reshape(n, k - 1).mean(axis=1)
    changes = won + by_rest - 2 * value
    squares = changes**2
    variance = float(squares.mean())
    if n < _TWO or not variance:
        return AverageArea(value, None)
    spread = Spread(np.sqrt(variance / (n - 1)), np.asarray((squares**2).mean() / variance**2), np.asarray(value))

    def critical(freedom: float) -> float:
        return student_critical(alpha, max(int(freedom), 1))

    return AverageArea(value, spread_interval(value, spread, n, critical))
