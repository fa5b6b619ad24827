"""Areas under the ROC curves of several classes on the same samples, and of their averages.

The classes share samples, so that their areas hang together. A sample changes the area of a class by what DeLong's
method (1988) says of its side, over the share of that side: the changes of a mean of areas are the means of the
changes, and of the micro average, which counts every cell of the table as one decision, a sample's cells change
together.
"""

from typing import NamedTuple

import numpy as np

from shared.evaluation.distributions import student_critical
from shared.evaluation.inputs.label_codes import Codes
from shared.evaluation.inputs.probabilities import Scores
from shared.evaluation.intervals.areas import shares_below
from shared.evaluation.intervals.delta import Spread
from shared.evaluation.intervals.logit import spread_interval
from shared.evaluation.rates import Floats

_TWO = 2


class AverageArea(NamedTuple):
    """An average of areas, and its interval; None of areas of 0 or 1 and of classes with fewer than two samples."""

    value: float
    interval: tuple[float, float] | None


def macro_area(probabilities: Scores, codes: Codes, alpha: float) -> AverageArea:
    """The mean of the areas of the classes that occur, of probabilities (n, k) and classes (n,)."""
    sizes = np.bincount(codes, minlength=probabilities.shape[1])
    present = np.flatnonzero(sizes).tolist()
    changes, value = np.zeros(len(codes)), 0.0
    for column in present:
        is_own = codes == column
        own, rest = probabilities[is_own, column], probabilities[~is_own, column]
        won = shares_below(own, rest)
        area = float(won.mean())
        value += area / len(present)
        changes[is_own] += (won - area) / (is_own.mean() * len(present))
        changes[~is_own] += (1 - shares_below(rest, own) - area) / ((~is_own).mean() * len(present))
    return _average(value, changes, alpha, fewest=int(sizes[present].min()))


def micro_area(probabilities: Scores, codes: Codes, alpha: float) -> AverageArea:
    """The area of every cell of the table as one decision."""
    n, k = probabilities.shape
    is_own = codes[:, np.newaxis] == np.arange(k)
    own, rest = probabilities[is_own], probabilities[~is_own]
    won = shares_below(own, rest)
    value = float(won.mean())
    by_rest = (1 - shares_below(rest, own)).reshape(n, k - 1).mean(axis=1)
    return _average(value, won + by_rest - 2 * value, alpha, fewest=n)


def _average(value: float, changes: Floats, alpha: float, *, fewest: int) -> AverageArea:
    n, squares = len(changes), changes**2
    variance = float(squares.mean())
    if fewest < _TWO or not variance:
        return AverageArea(value, None)
    spread = Spread(np.sqrt(variance / (n - 1)), np.asarray((squares**2).mean() / variance**2))

    def critical(freedom: float) -> float:
        return student_critical(alpha, max(int(freedom), 1))

    return AverageArea(value, spread_interval(value, spread, n, critical, (0.0, 1.0)))
