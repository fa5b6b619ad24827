"""The band around a ROC curve: how far its height at a false positive rate can be trusted."""

from typing import NamedTuple

import numpy as np

from shared.evaluation.curves.roc_and_pr import CurvePoints
from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.types import Floats


class RocBand(NamedTuple):
    """The bounds of the true positive rate at each point of a curve, in [0, 1]."""

    low: Floats
    high: Floats


def roc_band(curve: CurvePoints, positives: int, negatives: int, critical: float) -> RocBand:
    """Bound the height at the false positive rate of each point, by itself; a band for all at once is wider.

    The height varies with the positives, and the rate that its threshold has varies with the negatives. Wilson's
    interval of the rate gives a stretch of the curve, and the squares of the distances to its ends and to the bounds of
    Wilson's interval of the height are added up, as by MOVER (Zou and Donner 2008). It needs no density of the scores.
    """
    # Both kinds in one call, which takes as long as one of them for the few points of most curves.
    sizes = np.array([[positives], [negatives]])
    (low, lowest), (high, highest) = wilson(np.stack((curve.y, curve.x)) * sizes, sizes, critical)
    left, right = (np.interp(bound, curve.x, curve.y) for bound in (lowest, highest))
    down = np.hypot(curve.y - low, np.maximum(curve.y - left, 0.0))
    up = np.hypot(high - curve.y, np.maximum(right - curve.y, 0.0))
    return RocBand(np.maximum(curve.y - down, 0.0), np.minimum(curve.y + up, 1.0))
