"""A map of scores fitted on one part of the samples and judged on the other."""

import math
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.calibration.fitting import fit
from shared.evaluation.calibration.maps import CalibrationMap, CalibrationMethod, logits
from shared.evaluation.curves.ranking import Positive
from shared.evaluation.distributions import student_critical
from shared.evaluation.rates import Floats

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


def recalibrate(scores: NDArray[Any], positive: Positive, plan: RecalibrationPlan) -> Recalibration:
    """Fit a map of scores in [0, 1], shape (n,), and judge it; raises TooFewOfAKind, NothingToFit."""
    fitted, judged = split(positive, plan.fitted_share, plan.seed)
    for name, rows in (("fitted", fitted), ("judged", judged)):
        fewest = min(int(positive[rows].sum()), int((~positive[rows]).sum()))
        if fewest < MIN_OF_KIND:
            raise TooFewOfAKind(
                f"Of the {len(rows):,} samples to be {name} only {fewest:,} are of one kind, with or without the "
                f"class; at least {MIN_OF_KIND} are needed."
            )
    found = fit(plan.method, scores[fitted], positive[fitted])
    labels = positive[judged]
    before, after = scores[judged], found.apply(scores[judged])
    metrics = [
        MetricChange("log_loss", *compared(_log_losses(before, labels), _log_losses(after, labels))),
        MetricChange("brier", *compared(_squares(before, labels), _squares(after, labels))),
    ]
    first, second = (calibration_error(part, labels, plan.bins, plan.seed) for part in (before, after))
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


def calibration_error(scores: NDArray[Any], positive: Positive, bins: int, seed: int) -> MeasuredValue:
    """The ECE of bins of equal width, (low, high], with an interval that noise in the bins does not shift.

    Noise makes the gaps of well calibrated scores too large, and those of a bootstrap larger still. So the interval is
    of all multiples of the observed gaps under which an ECE as large as the observed one is neither too small nor too
    large a surprise; gaps are means of samples, and normal with their covariance.
    """
    # An edge is the float that its decimal is read as, of the type of the scores.
    edges = (np.arange(bins + 1) / bins).astype(scores.dtype)
    at = np.maximum(np.searchsorted(edges, scores, "left") - 1, 0)
    gaps = scores.astype(np.float64) - positive
    sums, squares = (np.bincount(at, weights, bins) / len(scores) for weights in (gaps, gaps**2))
    error = float(np.abs(sums).sum())
    covariance = (np.diag(squares) - np.outer(sums, sums)) / len(scores)
    noise = np.random.default_rng(seed).multivariate_normal(np.zeros(bins), covariance, _REPLICATES)

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


def compared(before: Floats, after: Floats) -> tuple[MeasuredValue, MeasuredValue, MeasuredValue]:
    """The mean losses before and after, and the mean of the differences, which the same samples make narrower."""
    return _mean(before), _mean(after), _mean(after - before, lowest=-math.inf)


def _mean(values: Floats, *, lowest: float = 0.0) -> MeasuredValue:
    """A mean with its interval, by Student's t with Satterthwaite's degrees of freedom of the variance.

    Of few samples of a class a handful of large losses makes up the variance, which is uncertain then itself.
    """
    n, mean = len(values), float(values.mean())
    squares = np.square(values - mean)
    variance = float(squares.sum()) / (n - 1)
    kurtosis = float(np.square(squares).mean() / squares.mean() ** 2) if variance else 1.0
    freedom = 2 * n / (kurtosis - 1) if kurtosis - 1 > 1 / n else n * n
    half = student_critical(_ALPHA, max(int(freedom), 1)) * math.sqrt(variance / n)
    return MeasuredValue(mean, max(lowest, mean - half), mean + half)
