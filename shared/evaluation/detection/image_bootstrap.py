"""The interval of a mean average precision: images are drawn again, with their objects and their matches."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.boxes import Floats
from shared.evaluation.detection.object_table import Flags, Integers

# How often each image is in each sample (b, images).
Draws = NDArray[np.int64]

# Draws whose sums are in memory together.
_AT_ONCE = 50

RESAMPLES = 1000
LEVEL = 0.95


class JudgedCandidates(NamedTuple):
    """Candidates (n,) with their images and classes, right or counted (t, n) at t thresholds, and what is sought."""

    images: Integers
    classes: Integers
    confidences: Floats
    is_right: Flags
    is_counted: Flags
    sought_images: Integers
    sought_classes: Integers
    class_count: int


def draws(image_count: int, resamples: int, seed: int) -> Draws:
    """How often each image is in each sample (b, images), equal for equal arguments."""
    generator = np.random.default_rng(seed)
    times: Draws = generator.multinomial(image_count, np.full(image_count, 1 / image_count), size=resamples)
    return times


def means(judged: JudgedCandidates, times: Draws) -> Floats:
    """The mean over thresholds and classes (b,) of the 101-point average precision in each sample.

    Of the classes that have an object in the sample; NaN where none has.
    """
    sums, numbers = np.zeros(len(times)), np.zeros(len(times))
    for code in np.unique(judged.sought_classes).tolist():
        rows = np.flatnonzero(judged.classes == code)
        rows = rows[np.argsort(-judged.confidences[rows], kind="stable")]
        sought = judged.sought_images[judged.sought_classes == code]
        for start in range(0, len(times), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            totals = times[some][:, sought].sum(axis=1)
            sums[some] += _of_class(judged, rows, times[some], totals)
            numbers[some] += totals > 0
    values: Floats = np.divide(sums, numbers, out=np.full(len(times), np.nan), where=numbers > 0)
    return values


def interval(values: Floats) -> tuple[float, float] | None:
    """The middle 95 % of the values; None without any."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _of_class(judged: JudgedCandidates, rows: NDArray[np.intp], times: Draws, totals: Integers) -> Floats:
    weights = times[:, judged.images[rows]]
    values = np.zeros(len(times))
    for is_right, is_counted in zip(judged.is_right[:, rows], judged.is_counted[:, rows], strict=True):
        found = np.flatnonzero(is_right)
        if len(found):
            counted = np.cumsum(weights * is_counted, axis=1)[:, found]
            values += _precision(np.cumsum(weights[:, found], axis=1), counted, totals)
    return values / len(judged.is_right)


def _precision(right: Integers, counted: Integers, totals: Integers) -> Floats:
    """The mean of 101 points (b,); precision can only rise where a candidate is right, so others are left out."""
    precision = right / np.maximum(counted, 1)
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    # How many of the recalls 0, 0.01, ... 1 are reached so far; whole numbers, as divisions would round.
    reached = right * 100 // np.maximum(totals, 1)[:, None] + 1
    steps = np.diff(reached, axis=1, prepend=0)
    value: Floats = np.where(totals > 0, (steps * envelope).sum(axis=1) / 101, 0.0)
    return value
