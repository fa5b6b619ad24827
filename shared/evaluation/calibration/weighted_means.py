"""Means of losses and gaps of weighted samples, with their variance.

A weighted mean is a ratio of two sums over samples, with the variance Σ w²(v − m)² / (Σ w)² by linearisation (Cochran
1977, chapter 6). Where a few heavy samples decide it, this is too small more often than not; so it is at least that of
as many independent samples as the weights are worth (Kish 1965). Equal weights have the variance of a plain mean.
"""

import math

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.distributions import student_critical
from shared.evaluation.kish import kish_number
from shared.evaluation.types import Floats

# Of a variance, what rounding leaves of nothing.
_ROUNDING = 1e-12


def worth(weights: Floats) -> float:
    """As many samples of equal weight as these are worth; 0 of none."""
    return kish_number(weights.sum(), np.square(weights).sum())


def mean_with_margin(values: Floats, weights: Floats, alpha: float) -> tuple[float, float]:
    """A mean and half its interval, by Student's t with Satterthwaite's degrees of freedom of the variance.

    Of few samples of a class a handful of large losses makes up the variance, which is uncertain then itself. Values
    and weights have shape (n,), and are worth more than one sample.
    """
    total, n = float(weights.sum()), worth(weights)
    shares = weights / total
    mean = float(shares @ values)
    squares = np.square(values - mean)
    spread = float(shares @ squares)
    variance = max(spread / n, float(np.square(shares) @ squares)) * n / (n - 1)
    kurtosis = float(shares @ np.square(squares) / spread**2) if spread else 1.0
    freedom = 2 * n / (kurtosis - 1) if kurtosis - 1 > 1 / n else n * n
    return mean, student_critical(alpha, max(int(freedom), 1)) * math.sqrt(variance)


def binned_means(at: NDArray[np.int64], values: Floats, weights: Floats, bins: int) -> tuple[Floats, Floats]:
    """The sum of the weighted values of each bin over the weight of all samples, and the covariance of these sums.

    `at` (n,) are the bins of the samples.
    """
    shares = weights / weights.sum()
    sums: Floats = np.bincount(at, shares * values, bins).astype(np.float64)
    squared = np.square(shares)
    mixed = np.outer(np.bincount(at, squared * values, bins), sums)
    outer = np.outer(sums, sums)
    linearised = np.diag(np.bincount(at, squared * values**2, bins)) - mixed - mixed.T + outer * float(squared.sum())
    of_worth = (np.diag(np.bincount(at, shares * values**2, bins)) - outer) / worth(weights)
    return sums, of_worth if np.trace(of_worth) >= np.trace(linearised) else linearised


def triangular_factor(covariance: Floats) -> Floats:
    """The lower triangular factor of a covariance (b, b), which times its transpose is the covariance.

    Cholesky's, with a column of zeros where a sum varies by nothing that those before it do not. It is the only one,
    whereas the signs of singular vectors depend on the library that finds them, and with them what noise is drawn.
    """
    factor: Floats = np.zeros_like(covariance)
    for at, variance in enumerate(np.diag(covariance)):
        own = variance - float(factor[at, :at] @ factor[at, :at])
        if own > _ROUNDING * variance:
            factor[at:, at] = (covariance[at:, at] - factor[at:, :at] @ factor[at, :at]) / math.sqrt(own)
    return factor
