"""A map of scores fitted on one part of the samples and judged on the other."""

import math
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.calibration.fitting import fit
from shared.evaluation.calibration.maps import CalibrationMap, CalibrationMethod, logits
from shared.evaluation.calibration.weighted_means import binned_means, mean_with_margin, triangular_factor, worth
from shared.evaluation.curves.ranking import Positive
from shared.evaluation.types import Floats

CalibrationMetric = Literal["log_loss", "brier", "ece"]

# More change no digit that is read, and would be sorted in the memory of an answer.
MAX_SAMPLES = 2_000_000
# Fewer of either kind in either part tell nothing of a map.
MIN_OF_KIND = 10
_ALPHA = 0.05
_REPLICATES = 2000
# Bisection of the multiples of the observed gaps, to more digits than the replicates have.
_LARGEST_MULTIPLE, _STEPS = 4.0, 30


class RecalibrationPlan(NamedTuple):
    """The method, the share of the samples that it is fitted on, the seed of the split, and the bins of the ECE."""

    method: CalibrationMethod
    fitted_share: float
    seed: int
    bins: int


class MeasuredValue(NamedTuple):
    """A value with its interval of 95 %."""

    value: float
    low: float
    high: float


class MetricChange(NamedTuple):
    """A metric of the judged samples before and after, and after minus before; None where it has no interval."""

    metric: CalibrationMetric
    before: MeasuredValue
    after: MeasuredValue
    change: MeasuredValue | None


class Recalibration(NamedTuple):
    """The map, the numbers of samples that it was fitted and judged on, and what it changed."""

    map: CalibrationMap
    fitted: int
    judged: int
    metrics: list[MetricChange]


class TooFewOfAKind(Exception):
    """One part has too few samples with or without the class; the message says how many there are."""


def recalibrate(
    scores: NDArray[Any], positive: Positive, plan: RecalibrationPlan, weights: Floats | None = None
) -> Recalibration:
    """Fit a map of scores in [0, 1], shape (n,), and judge it; raises TooFewOfAKind, NothingToFit.

    With weights (n,), all above 0, the fit is that of the weighted likelihood, and the losses are weighted means.
    """
    given = np.ones(len(scores)) if weights is None else weights
    fitted, judged = split(positive, plan.fitted_share, plan.seed)
    for name, rows in (("fitted", fitted), ("judged", judged)):
        fewest = min(worth(given[rows[side]]) for side in (positive[rows], ~positive[rows]))
        # Of equal weights rounding may leave a little less than their number.
        if round(fewest, 6) < MIN_OF_KIND:
            are = f"{fewest:,.0f} are" if weights is None else f"{fewest:,.2g}, by their weights, are"
            raise TooFewOfAKind(
                f"Of the {len(rows):,} samples to be {name} only {are} of one kind, with or without the class; at "
                f"least {MIN_OF_KIND} are needed."
            )
    found = fit(plan.method, scores[fitted], positive[fitted], None if weights is None else weights[fitted])
    labels, of_judged = positive[judged], given[judged]
    before, after = scores[judged], found.apply(scores[judged])
    metrics = [
        MetricChange("log_loss", *compared(_log_losses(before, labels), _log_losses(after, labels), of_judged)),
        MetricChange("brier", *compared(_squares(before, labels), _squares(after, labels), of_judged)),
    ]
    first, second = (calibration_error(part, labels, plan.bins, plan.seed, of_judged) for part in (before, after))
    metrics.append(MetricChange("ece", first, second, None))
    return Recalibration(found, len(fitted), len(judged), metrics)


def split(positive: Positive, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Two parts of the rows, each in order, with about as many positive samples for each negative one.

    Of more than MAX_SAMPLES samples so many are drawn. The same labels, share and seed give the same parts.
    """
    random, kept = np.random.default_rng(seed), min(1.0, MAX_SAMPLES / max(1, len(positive)))
    parts: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]] = ([], [])
    for kind in (positive, ~positive):
        rows = random.permutation(np.flatnonzero(kind))
        used = round(kept * len(rows))
        cut = round(share * used)
        parts[0].append(rows[:cut])
        parts[1].append(rows[cut:used])
    first, second = (np.sort(np.concatenate(part)) for part in parts)
    return first, second


def calibration_error(scores: NDArray[Any], positive: Positive, bins: int, seed: int, weights: Floats) -> MeasuredValue:
    """The ECE of bins of equal width, (low, high], with an interval that noise in the bins does not shift.

    Noise makes the gaps of well calibrated scores too large, and those of a bootstrap larger still. So the interval is
    of all multiples of the observed gaps under which an ECE as large as the observed one is neither too small nor too
    large a surprise; gaps are weighted means of samples, and normal with their covariance.
    """
    # An edge is the float that its decimal is read as, of the type of the scores.
    edges = (np.arange(bins + 1) / bins).astype(scores.dtype)
    at = np.maximum(np.searchsorted(edges, scores, "left") - 1, 0)
    gaps = scores.astype(np.float64) - positive
    sums, covariance = binned_means(at, gaps, weights, bins)
    error = float(np.abs(sums).sum())
    noise = np.random.default_rng(seed).normal(size=(_REPLICATES, bins)) @ triangular_factor(covariance).T

    def multiple(tail: float) -> float:
        """The multiple of the gaps under which so large a share of the replicated errors is below the observed one."""
        low, high = 0.0, _LARGEST_MULTIPLE
        for _ in range(_STEPS):
            middle = (low + high) / 2
            is_below = np.mean(np.abs(middle * sums + noise).sum(axis=1) < error) > tail
            low, high = (middle, high) if is_below else (low, middle)
        return low

    bounds = (multiple(share) * error for share in (1 - _ALPHA / 2, _ALPHA / 2))
    return MeasuredValue(error, *(min(1.0, bound) for bound in bounds))


def _log_losses(scores: NDArray[Any], positive: Positive) -> Floats:
    log_share, log_rest = logits(scores)
    return -np.where(positive, log_share, log_rest)


def _squares(scores: NDArray[Any], positive: Positive) -> Floats:
    return (scores.astype(np.float64) - positive) ** 2


def compared(before: Floats, after: Floats, weights: Floats) -> tuple[MeasuredValue, MeasuredValue, MeasuredValue]:
    """The mean losses before and after, and the mean of the differences, which the same samples make narrower."""
    change = _mean(after - before, weights, lowest=-math.inf)
    return _mean(before, weights), _mean(after, weights), change


def _mean(values: Floats, weights: Floats, *, lowest: float = 0.0) -> MeasuredValue:
    mean, half = mean_with_margin(values, weights, _ALPHA)
    return MeasuredValue(mean, max(lowest, mean - half), mean + half)
