"""The interval of a mean average precision: images are drawn again, with their objects and their matches."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.boxes import Floats
from shared.evaluation.detection.object_table import Flags, Integers

# How often each image is in each sample (images, b); whole numbers.
Draws = NDArray[np.float32]

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
    """How often each image is in each sample (images, b), equal for equal arguments."""
    generator = np.random.default_rng(seed)
    times = np.empty((resamples, image_count), np.float32)
    for row in times:
        row[:] = np.bincount(generator.integers(0, image_count, image_count), minlength=image_count)
    return np.ascontiguousarray(times.T)


def means(judged: JudgedCandidates, times: Draws) -> Floats:
    """The mean over thresholds and classes (b,) of the 101-point average precision in each sample.

    Of the classes that have an object in the sample; NaN where none has.
    """
    sums, numbers = np.zeros(times.shape[1]), np.zeros(times.shape[1])
    for code in np.unique(judged.sought_classes).tolist():
        rows = np.flatnonzero(judged.classes == code)
        rows = rows[np.argsort(-judged.confidences[rows], kind="stable")]
        totals = times[judged.sought_images[judged.sought_classes == code]].sum(axis=0, dtype=float)
        sums += np.where(totals > 0, _of_class(judged, rows, times, np.maximum(totals, 1)), 0)
        numbers += totals > 0
    values: Floats = np.divide(sums, numbers, out=np.full(len(sums), np.nan), where=numbers > 0)
    return values


def interval(values: Floats) -> tuple[float, float] | None:
    """The middle 95 % of the values; None without any."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _of_class(judged: JudgedCandidates, rows: NDArray[np.intp], times: Draws, totals: Floats) -> Floats:
    weights = times[judged.images[rows]].astype(float)
    # Thresholds at which the same candidates count share their sums: mostly all of them.
    patterns, numbers = np.unique(judged.is_counted[:, rows], axis=0, return_inverse=True)
    values = np.zeros(len(totals))
    for number, is_counted in enumerate(patterns):
        is_right = judged.is_right[np.ix_(numbers.ravel() == number, rows)]
        values += _precisions(is_right, is_counted, weights, totals).sum(axis=0)
    return values / len(judged.is_right)


def _precisions(is_right: Flags, is_counted: Flags, weights: Floats, totals: Floats) -> Floats:
    """The mean of 101 points (t, b) of candidates with weights (n, b), from the least sure one on.

    Precision can only rise where a candidate is right. There the envelope rises for all recalls 0, 0.01, ... that are
    reached so far: a whole number of hundredths, as sums of shares would round.
    """
    # No product of matrices, whose threads would wait for each other on a busy machine.
    right, counted = np.stack([weights[row].sum(axis=0) for row in is_right]), weights[is_counted].sum(axis=0)
    envelope, values = np.zeros_like(right), np.zeros_like(right)
    rise, reached = np.empty_like(right), np.empty_like(right)
    for row, spans in zip(range(len(weights) - 1, -1, -1), _spans(is_right[:, ::-1]), strict=True):
        divisor = np.maximum(counted, 1) if spans else counted
        for span in spans:
            # In place, as the arrays of one candidate stay in the processor's cache.
            np.divide(right[span], divisor, out=rise[span])
            np.subtract(rise[span], envelope[span], out=rise[span])
            np.maximum(rise[span], 0, out=rise[span])
            envelope[span] += rise[span]
            np.multiply(right[span], 100, out=reached[span])
            np.divide(reached[span], totals, out=reached[span])
            np.floor(reached[span], out=reached[span])
            values[span] += np.multiply(rise[span], reached[span], out=rise[span])
            right[span] -= weights[row]
        if is_counted[row]:
            counted -= weights[row]
    # The recall 0 is reached by the surest one.
    means: Floats = (values + envelope) / 101
    return means


def _spans(flags: Flags) -> list[list[slice]]:
    """Where the flags (t, n) are set in each column: mostly at all thresholds up to one."""
    nothing = np.zeros((1, flags.shape[1]), np.int8)
    steps = np.diff(np.vstack([nothing, flags, nothing]), axis=0).T
    (columns, starts), (_, stops) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    spans: list[list[slice]] = [[] for _ in range(flags.shape[1])]
    for column, start, stop in zip(columns.tolist(), starts.tolist(), stops.tolist(), strict=True):
        spans[column].append(slice(start, stop))
    return spans
