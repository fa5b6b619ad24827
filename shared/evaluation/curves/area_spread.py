"""How far the area under a ROC curve varies, and how much is known of that.

Each sample has a share of pairs that it wins. How much these shares vary on either side gives the standard error
(DeLong, DeLong and Clarke-Pearson 1988). A variance is known as well as its degrees of freedom say: with a kurtosis of
κ those of n numbers are 2n/(κ − (n − 3)/(n − 1)) (O'Neill 2014), which is n − 1 of normal ones, and those of the sum of
both sides follow (Satterthwaite 1946).
"""

import math
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.evaluation.distributions import summed_freedom

_TWO = 2
# With so many degrees of freedom Student's 97.5 % quantile is 1.0006 times the normal one.
_PLENTY = 2_000


class AreaSpread(msgspec.Struct, frozen=True, array_like=True):
    """The standard error of an area, and the degrees of freedom of its square, one at least.

    Runs that were read in another version have a third number, which is passed over.
    """

    error: float
    freedom: float


class SideVariance(NamedTuple):
    """The variance of the mean share of one side, and its degrees of freedom."""

    of_mean: float
    freedom: float


class ShareMoments(NamedTuple):
    """Some shares by their number, their mean, and the sums of powers 2 to 4 of what they differ from it."""

    size: int = 0
    mean: float = 0.0
    squares: float = 0.0
    cubes: float = 0.0
    fourths: float = 0.0

    def together(self, other: "ShareMoments") -> "ShareMoments":
        """The moments of the shares of both (Pébay 2008)."""
        if not self.size or not other.size:
            return self if self.size else other
        a, b = self.size, other.size
        n, step = a + b, other.mean - self.mean
        return ShareMoments(
            n,
            self.mean + step * b / n,
            self.squares + other.squares + step**2 * a * b / n,
            self.cubes
            + other.cubes
            + step**3 * a * b * (a - b) / n**2
            + 3 * step * (a * other.squares - b * self.squares) / n,
            self.fourths
            + other.fourths
            + step**4 * a * b * (a * a - a * b + b * b) / n**3
            + 6 * step**2 * (a * a * other.squares + b * b * self.squares) / n**2
            + 4 * step * (a * other.cubes - b * self.cubes) / n,
        )

    @property
    def variance(self) -> SideVariance:
        """That of two shares of lost pairs or more."""
        if surely := sure_variance(self.size, self.mean, self.squares):
            return surely
        kurtosis = self.fourths * self.size / self.squares**2 if self.squares else 1.0
        of_mean = self.squares / (self.size - 1) / self.size
        return SideVariance(of_mean, variance_freedom(self.size, kurtosis))


def share_moments(shares: NDArray[Any], times: NDArray[Any] | None = None) -> ShareMoments:
    """The moments of shares (n,), each of them so many times if `times` says it."""
    counts = np.ones(len(shares)) if times is None else times.astype(np.float64)
    size = len(shares) if times is None else int(counts.sum())
    if not size:
        return ShareMoments()
    mean = float(counts @ shares) / size
    off = shares - mean
    squares = off * off
    weighted = squares if times is None else counts * squares
    return ShareMoments(size, mean, float(counts @ squares), float(weighted @ off), float(weighted @ squares))


def sure_variance(size: int, mean: float, squares: float) -> SideVariance | None:
    """The variance of shares whose kurtosis may be anything; None where it matters for the degrees of freedom.

    Shares are between 0 and 1: none is further from the mean than one of these, and so n·max(m, 1 − m)² / Σ(x − m)²
    bounds the kurtosis from above. What follows for the degrees of freedom, from below, is taken where it is plenty.
    """
    if size < _TWO or squares <= 0:
        return None
    freedom = variance_freedom(size, size * max(mean, 1 - mean) ** 2 / squares)
    if freedom < _PLENTY:
        return None
    return SideVariance(squares / (size - 1) / size, freedom)


def variance_freedom(size: float, kurtosis: float) -> float:
    """The degrees of freedom of the variance of so many numbers of a kurtosis; one at least."""
    if size <= 1:
        return 1.0
    return max(2 * size / (kurtosis - (size - 3) / (size - 1)), 1.0)


def area_spread(of_positives: ShareMoments, of_negatives: ShareMoments) -> AreaSpread | None:
    """The spread of an area from the shares of pairs that samples of either side lose.

    None with fewer than two samples on a side.
    """
    if min(of_positives.size, of_negatives.size) < _TWO:
        return None
    return spread_of_sides(of_positives.variance, of_negatives.variance)


def spread_of_sides(*sides: SideVariance) -> AreaSpread:
    """The spread of a sum of two means of different samples."""
    variance = sum(side.of_mean for side in sides)
    uncertain = sum(side.of_mean**2 / side.freedom for side in sides)
    return AreaSpread(math.sqrt(variance), summed_freedom(variance, uncertain))
