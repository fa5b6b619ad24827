"""Reliability of the probabilities of one class: bins, calibration errors, Brier score and log loss."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.calibration.isotonic import brier_of_isotonic
from shared.evaluation.calibration.smooth_error import Residuals, smooth_error
from shared.evaluation.curves.ranked_scores import RankedScores
from shared.evaluation.distributions import binomial_range

Binning = Literal["equal_width", "equal_mass"]

# The smallest step of a float64 from 1; scikit-learn clips there too.
CLIPPED_AT = float(np.finfo(np.float64).eps)

_SINGLE = 4  # bytes of a float32

# The probability beyond either end of a consistency bar.
_TAIL = 0.025


class ReliabilityBin(NamedTuple):
    """The samples of a bin: their lowest, highest and mean score, their number, and how many have the class.

    Of weighted samples these are sums of weights, and `rows` is the number of samples.
    """

    lowest: float
    highest: float
    mean_score: float
    samples: float
    positives: float
    rows: int | None = None

    @property
    def gap(self) -> float:
        """The mean score less the share of the class: above 0 the scores are too high."""
        return self.mean_score - self.positives / self.samples

    @property
    def expected(self) -> tuple[float, float] | None:
        """The range in which the share lies with a probability of at least 95 % if the scores are right.

        A consistency bar (Bröcker and Smith 2007), exact for one score. Of different scores the number of positive
        samples varies less than the binomial one of their mean (Hoeffding 1956). None of weighted samples, of which a
        sum of weights is no binomial number.
        """
        if self.rows is not None:
            return None
        low, high = binomial_range(_TAIL, int(self.samples), min(max(self.mean_score, 0.0), 1.0))
        return low / self.samples, high / self.samples


class Reliability(NamedTuple):
    """The bins that have samples, from the lowest, and what all scores say; n > 0 samples.

    `ece` is the mean of the absolute gaps, weighted by the samples of the bins, and `mce` the largest one; the smooth
    error needs no bins.
    `brier` is `miscalibration - discrimination + uncertainty` (Dimitriadis, Gneiting and Jordan 2021). `log_loss` is in
    nats, of scores cut to [CLIPPED_AT, 1 - CLIPPED_AT]; `clipped` samples were cut.
    """

    bins: list[ReliabilityBin]
    ece: float
    mce: float
    smooth_error: float
    brier: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    log_loss: float
    clipped: int


class _Scored(NamedTuple):
    """Distinct scores, from the highest down, with their numbers of positive and negative samples, and those before."""

    scores: NDArray[np.float64]
    positives: NDArray[Any]
    negatives: NDArray[Any]
    before: NDArray[Any]
    # The numbers of weighted samples.
    rows: NDArray[np.int64]


def reliability(ranked: RankedScores, binning: Binning, bins: int) -> Reliability:
    """Measure ranked probabilities of n > 0 samples.

    Bins of equal width are (low, high], the first with 0. Of equal mass, a score goes where the middle of its rank
    falls, so that equal scores share a bin, and the order of the samples makes no difference.
    """
    n = ranked.total
    sums = np.zeros((4, bins))
    lows, highs = np.full(bins, np.inf), np.full(bins, -np.inf)
    brier, log_loss, clipped = 0.0, 0.0, 0
    for part in _parts(ranked):
        counts = part.positives + part.negatives
        at = _bins_by_width(part.scores, bins, ranked) if binning == "equal_width" else _bins_by_mass(part, bins, n)
        weights = counts, part.positives, counts * part.scores, part.rows
        sums += np.stack([np.bincount(at, each, bins) for each in weights])
        np.minimum.at(lows, at, part.scores)
        np.maximum.at(highs, at, part.scores)
        brier += float(part.positives @ (1 - part.scores) ** 2 + part.negatives @ part.scores**2)
        cut = np.clip(part.scores, CLIPPED_AT, 1 - CLIPPED_AT)
        clipped += int(part.rows[cut != part.scores].sum())
        log_loss -= float(part.positives @ np.log(cut) + part.negatives @ np.log1p(-cut))
    found = [
        _bin(float(lows[at]), float(highs[at]), *sums[:, at].tolist(), is_weighted=ranked.weighted is not None)
        for at in np.flatnonzero(sums[0]).tolist()
    ]
    gaps = [abs(one.gap) for one in found]
    recalibrated, share = brier_of_isotonic(ranked), ranked.positives / n
    return Reliability(
        found,
        sum(one.samples * gap for one, gap in zip(found, gaps, strict=True)) / n,
        max(gaps),
        smooth_error(_residuals(ranked), n),
        brier / n,
        brier / n - recalibrated,
        share * (1 - share) - recalibrated,
        share * (1 - share),
        log_loss / n,
        clipped,
    )


def _bin(
    low: float, high: float, samples: float, positives: float, sum_of_scores: float, rows: float, *, is_weighted: bool
) -> ReliabilityBin:
    mean = sum_of_scores / samples
    if is_weighted:
        return ReliabilityBin(low, high, mean, samples, positives, int(rows))
    return ReliabilityBin(low, high, mean, int(samples), int(positives))


def _parts(ranked: RankedScores) -> Iterator[_Scored]:
    for stretch in ranked.stretches():
        before = stretch.tp[:-1] + stretch.fp[:-1]
        positives, negatives = np.diff(stretch.tp), np.diff(stretch.fp)
        rows = positives + negatives if stretch.rows is None else np.diff(stretch.rows)
        yield _Scored(stretch.thresholds[1:], positives, negatives, before, rows)


def _residuals(ranked: RankedScores) -> Iterator[Residuals]:
    for part in _parts(ranked):
        yield part.scores, part.positives - (part.positives + part.negatives) * part.scores


def _bins_by_width(scores: NDArray[np.float64], bins: int, ranked: RankedScores) -> NDArray[np.intp]:
    # Divided one by one, an edge is the float that its decimal is read as: 0.07 belongs to the bin that ends there.
    edges: NDArray[Any] = np.arange(bins + 1) / bins
    if ranked.keys.itemsize == _SINGLE:
        edges = edges.astype(np.float32)
    return np.maximum(np.searchsorted(edges.astype(np.float64), scores, "left") - 1, 0)


def _bins_by_mass(part: _Scored, bins: int, n: float) -> NDArray[np.int64]:
    twice_middle = 2 * part.before + part.positives + part.negatives
    # From the highest score down; in whole numbers, so that no rounding moves a score.
    at = bins - 1 - twice_middle * bins // (2 * n)
    # Of weights, rounding may take the lowest score past the last bin.
    bounded: NDArray[np.int64] = np.maximum(at, 0).astype(np.int64)
    return bounded
