"""The area under a ROC curve of scores, with the covariance of areas of several classifiers on the same samples.

DeLong's method (DeLong, DeLong and Clarke-Pearson 1988) by midranks (Sun and Xu 2014): n·log n steps for n samples.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.distributions import critical_value, normal_upper_tail
from shared.evaluation.rates import Floats


class CorrelatedAreas(NamedTuple):
    """The areas of m classifiers (m,) and their covariance (m, m)."""

    values: Floats
    covariance: Floats


def areas(is_positive: NDArray[np.bool_], scores: Floats) -> CorrelatedAreas:
    """Measure the areas; `scores` (m, n) of the n samples by each classifier; two samples of each side at least."""
    by_positive, by_negative = [], []
    for row in scores:
        positive, negative = row[is_positive], row[~is_positive]
        by_positive.append(_shares_below(positive, negative))
        by_negative.append(1 - _shares_below(negative, positive))
    placements = np.array(by_positive), np.array(by_negative)
    covariance = sum(np.atleast_2d(np.cov(side)) / side.shape[1] for side in placements)
    return CorrelatedAreas(placements[0].mean(axis=1), np.asarray(covariance))


def area_interval(area: float, error: float, alpha: float) -> tuple[float, float] | None:
    """The interval of an area on the logit scale, which stays within 0 and 1 (Pepe 2003); None at 0 and 1."""
    if not 0 < area < 1:
        return None
    centre, half = math.log(area / (1 - area)), critical_value(alpha) * error / (area * (1 - area))
    return 1 / (1 + math.exp(half - centre)), 1 / (1 + math.exp(-centre - half))


def difference_test(found: CorrelatedAreas) -> tuple[float, float, float]:
    """The second area minus the first, its standard error, and the two-sided P-value; 1 if the two never differ."""
    difference = float(found.values[1] - found.values[0])
    variance = float(found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1])
    error = math.sqrt(max(variance, 0.0))
    return difference, error, 2 * normal_upper_tail(abs(difference) / error) if error else 1.0


def _shares_below(scores: Floats, others: Floats) -> Floats:
    """Of each score, the share of the others below it; equal ones count half."""
    ordered = np.sort(others)
    ranks = np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right")
    return ranks / (2 * len(others))
