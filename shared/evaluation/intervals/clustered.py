"""Intervals of shares among samples that come in groups: patients with several images, users with several mails.

Samples of one group are alike, so that there is less evidence than there are samples. The variance is that of a ratio
of sums over groups, by linearisation (Cochran 1977, chapter 6; with the factor G/(G − 1) it is the cluster-robust
variance of Liang and Zeger 1986). The interval is Wilson's with the number of independent samples that would have this
variance (Dean and Pagano 2015), and with the deviate of Student's t with G − 1 degrees of freedom.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.distributions import student_critical
from shared.evaluation.intervals.proportions import wilson_of_share

FEW_GROUPS = "there are fewer than two groups"
NO_SPREAD = "all groups have the same share, so that nothing shows how far it varies"
UNDEFINED = "there are no samples that it could be a share of"


class ClusteredEstimate(NamedTuple):
    """A share with its interval; `design_effect` is its variance over that of as many independent samples.

    `groups` are those that have part in it. Without an interval `reason` says why.
    """

    value: float | None
    groups: int
    low: float | None = None
    high: float | None = None
    standard_error: float | None = None
    design_effect: float | None = None
    reason: str | None = None


def clustered(
    parts: NDArray[Any], wholes: NDArray[Any], alpha: float, samples: NDArray[np.int64] | None = None
) -> ClusteredEstimate:
    """Estimate the sum of the parts over that of the wholes, given those of each group (G,).

    Of weighted samples these are sums of weights, and `samples` are the numbers of samples in the wholes. The variance
    over groups is that of a ratio of sums whatever they are sums of, so that the weights are in it.
    """
    has_part = wholes > 0
    number = int((wholes if samples is None else samples)[has_part].sum())
    parts, wholes = parts[has_part], wholes[has_part]
    groups, whole = len(wholes), math.fsum(wholes.tolist())
    if not groups:
        return ClusteredEstimate(None, 0, reason=UNDEFINED)
    share = math.fsum(parts.tolist()) / whole
    if groups == 1:
        return ClusteredEstimate(share, groups, reason=FEW_GROUPS)
    residuals = parts - share * wholes
    variance = groups / (groups - 1) * math.fsum((residuals * residuals).tolist()) / whole**2
    independent = share * (1 - share) / number
    # Less than rounding is the spread of groups that are all alike.
    if not independent or variance < 1e-12 * independent:
        return ClusteredEstimate(share, groups, reason=NO_SPREAD)
    critical = student_critical(alpha, groups - 1)
    low, high = wilson_of_share(share, share * (1 - share) / variance, critical)
    return ClusteredEstimate(share, groups, low, high, math.sqrt(variance), variance / independent)


def f1_of_jaccard(estimate: ClusteredEstimate) -> ClusteredEstimate:
    """With J, the share of hits among the samples of a class or predicted as it, F1 is 2J/(1 + J)."""
    value, low, high = (None if one is None else 2 * one / (1 + one) for one in (estimate.value, *estimate[2:4]))
    error = estimate.standard_error
    if error is not None and estimate.value is not None:
        error *= 2 / (1 + estimate.value) ** 2
    return estimate._replace(value=value, low=low, high=high, standard_error=error)
