"""One temperature for the probabilities of all classes together, fitted on one part of the samples, judged on another.

Guo, Pleiss, Sun and Weinberger 2017: the logarithms of the probabilities are divided by the temperature, and sum to 1
again. The most probable class stays the same, and with it the accuracy.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.calibration.fitting import NothingToFit
from shared.evaluation.calibration.recalibration import (
    MIN_OF_KIND,
    CalibrationMetric,
    MeasuredValue,
    MetricChange,
    TooFewOfAKind,
    calibration_error,
    compared,
)
from shared.evaluation.calibration.reliability import CLIPPED_AT
from shared.evaluation.calibration.weighted_means import worth
from shared.evaluation.types import Floats

_MAX_STEPS = 100
_PRECISION = 1e-15

SEPARATED = "The label is the most probable class of every sample to fit, so that no finite temperature fits best."
REVERSED = "The labels are the improbable classes more often than the probable ones: are the columns those of others?"
ONE_CLASS = "All samples are of one class, so that nothing shows how probable the others should be."
CONSTANT = "All classes are equally probable in every sample to fit, so that there is nothing to fit."


class TemperaturePlan(NamedTuple):
    """The share of the samples to fit on, the seed of the split, and the bins of the calibration error."""

    fitted_share: float
    seed: int
    bins: int


class FittedTemperature(NamedTuple):
    """The temperature, the numbers of samples that it was fitted and judged on, and what it changed."""

    temperature: float
    fitted: int
    judged: int
    metrics: list[MetricChange]


def fit_and_judge(
    labels: NDArray[np.int64], probabilities: Floats, plan: TemperaturePlan, weights: Floats | None = None
) -> FittedTemperature:
    """Fit a temperature to labels (n,) and probabilities (n, k); raises TooFewOfAKind, NothingToFit.

    The calibration error is that of the most probable class: its probability against how often it is the label. With
    weights (n,), all above 0, likelihood and losses are weighted.
    """
    if len(labels) and (labels == labels[0]).all():
        raise TooFewOfAKind(ONE_CLASS)
    given = np.ones(len(labels)) if weights is None else weights
    fitted, judged = split_by_class(labels, plan.fitted_share, plan.seed)
    for name, rows in (("fitted", fitted), ("judged", judged)):
        # Of equal weights rounding may leave a little less than their number.
        if round(worth(given[rows]), 6) < MIN_OF_KIND:
            are = f"{len(rows):,} samples" + ("" if weights is None else f", worth {worth(given[rows]):.2g},")
            raise TooFewOfAKind(f"There are {are} to be {name}; at least {MIN_OF_KIND} are needed.")
    temperature = fit_temperature(labels[fitted], probabilities[fitted], given[fitted])
    truth, before, of_judged = labels[judged], scaled(probabilities[judged], 1.0), given[judged]
    after = scaled(probabilities[judged], temperature)
    is_right = before.argmax(axis=1) == truth
    first, second = (
        calibration_error(part.max(axis=1), is_right, plan.bins, plan.seed, of_judged) for part in (before, after)
    )
    metrics = [*_losses(truth, before, after, of_judged), _error(first, second)]
    return FittedTemperature(temperature, len(fitted), len(judged), metrics)


def split_by_class(labels: NDArray[np.int64], share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Two parts of the rows, each in order, with about the same share of each class; the same seed gives the same."""
    random = np.random.default_rng(seed)
    parts: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]] = ([], [])
    for code in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == code))
        cut = round(share * len(rows))
        parts[0].append(rows[:cut])
        parts[1].append(rows[cut:])
    first, second = (np.sort(np.concatenate(part)) for part in parts)
    return first, second


def fit_temperature(labels: NDArray[np.int64], probabilities: Floats, weights: Floats) -> float:
    """The temperature of the least log loss, by Newton's method on its inverse; raises NothingToFit.

    `weights` (n,) are how much each sample counts.
    """
    logs = np.log(np.maximum(probabilities, CLIPPED_AT))
    logs -= logs.max(axis=1, keepdims=True)
    own = logs[np.arange(len(labels)), labels]
    if not logs.any():
        raise NothingToFit(CONSTANT)
    if not own.any():
        raise NothingToFit(SEPARATED)

    def loss(inverse: float) -> float:
        return float(weights @ (np.log(np.exp(inverse * logs).sum(axis=1)) - inverse * own))

    inverse = 0.0
    for _ in range(_MAX_STEPS):
        shares = np.exp(inverse * logs)
        shares /= shares.sum(axis=1, keepdims=True)
        means = (shares * logs).sum(axis=1)
        slope = float(weights @ (own - means))
        if not inverse and slope <= 0:
            # The loss is convex: where it does not fall from 0 on, its least is not beyond.
            raise NothingToFit(REVERSED)
        step = slope / float(weights @ (shares * (logs - means[:, None]) ** 2).sum(axis=1))
        before, size = loss(inverse), 1.0
        while size > _PRECISION and loss(inverse + size * step) > before:
            size /= 2
        inverse += size * step
        if slope * step < _PRECISION * weights.sum():
            return 1 / inverse
    raise NothingToFit(SEPARATED)


def scaled(probabilities: Floats, temperature: float) -> Floats:
    """The probabilities (n, k) at a temperature; each row sums to 1."""
    logs = np.log(np.maximum(probabilities, CLIPPED_AT)) / temperature
    found = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: Floats = found / found.sum(axis=1, keepdims=True)
    return shares


def _losses(labels: NDArray[np.int64], before: Floats, after: Floats, weights: Floats) -> list[MetricChange]:
    rows = np.arange(len(labels))
    log_losses = (-np.log(np.maximum(part[rows, labels], CLIPPED_AT)) for part in (before, after))
    squares = ((part**2).sum(axis=1) - 2 * part[rows, labels] + 1 for part in (before, after))
    kinds: tuple[tuple[CalibrationMetric, Iterator[Floats]], ...] = (("log_loss", log_losses), ("brier", squares))
    return [MetricChange(name, *compared(next(parts), next(parts), weights)) for name, parts in kinds]


def _error(before: MeasuredValue, after: MeasuredValue) -> MetricChange:
    return MetricChange("ece", before, after, None)
