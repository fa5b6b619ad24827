"""The interval of a mean average precision: images are drawn again, with their objects and their matches."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.boxes import Floats
from shared.evaluation.detection.object_table import Flags, Integers

# How often each image is in each sample (images, b).
Draws = NDArray[np.uint8]

RESAMPLES = 1000
LEVEL = 0.95

# Up to so many objects, single precision says exactly which hundredths of them are found; and up to so many candidates
# it counts them without rounding.
_MOST_IN_SINGLE, _MOST_COUNTED = 10_000, 4_000_000

_Numbers = NDArray[np.floating[Any]]
_Span = tuple[int, int]


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
    # An image is in a sample once on average: never 256 times.
    times = np.empty((resamples, image_count), np.uint8)
    for row in times:
        row[:] = np.bincount(generator.integers(0, image_count, image_count), minlength=image_count)
    return np.ascontiguousarray(times.T)


def means(judged: JudgedCandidates, times: Draws, *, is_exact: bool = False) -> Floats:
    """The mean over thresholds and classes (b,) of the 101-point average precision in each sample.

    Of the classes that have an object in the sample; NaN where none has.
    """
    return mean_of_classes(by_class(judged, times, is_exact=is_exact))


def mean_of_classes(values: Floats) -> Floats:
    """The mean (b,) of those classes (k, b) that have a value; NaN where none has."""
    numbers = (~np.isnan(values)).sum(axis=0)
    means: Floats = np.divide(np.nansum(values, axis=0), numbers, out=np.full(len(numbers), np.nan), where=numbers > 0)
    return means


def by_class(judged: JudgedCandidates, times: Draws, *, is_exact: bool = False) -> Floats:
    """The mean over thresholds (k, b) of the average precision of each class in each sample.

    NaN where it has no object there. To seven digits, unless it is to be exact, which takes twice as long.
    """
    values = np.full((judged.class_count, times.shape[1]), np.nan)
    order = np.lexsort((-judged.confidences, judged.classes))
    bounds = np.searchsorted(judged.classes[order], np.arange(judged.class_count + 1))
    for code in np.unique(judged.sought_classes).tolist():
        totals = times[judged.sought_images[judged.sought_classes == code]].sum(axis=0, dtype=float)
        rows = order[bounds[code] : bounds[code + 1]]
        is_single = not is_exact and totals.max() <= _MOST_IN_SINGLE and len(rows) <= _MOST_COUNTED
        drawn = times[judged.images[rows]]
        weights: _Numbers = drawn.astype(np.float32) if is_single else drawn.astype(np.float64)
        values[code] = np.where(totals > 0, _of_class(judged, rows, weights, np.maximum(totals, 1)), np.nan)
    return values


def interval(values: Floats) -> tuple[float, float] | None:
    """The middle 95 % of the values; None without any."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


class _Ranks(NamedTuple):
    """Of some thresholds in each sample (t, b): the right candidates from the surest to the one that is looked at.

    How many they are, how many hundredths of the objects that is, the largest precision from there on, and the sum over
    the recalls beyond; `scratch` holds nothing, `hundredths` what an object is worth.
    """

    right: _Numbers
    reached: _Numbers
    envelope: _Numbers
    values: _Numbers
    scratch: _Numbers
    hundredths: _Numbers

    def at(self, first: int, stop: int) -> "_Ranks":
        """Some of the thresholds, as views."""
        return _Ranks(*(column[first:stop] for column in self))

    def take(self, weights: _Numbers, counted: _Numbers) -> None:
        """Count the right candidate that is looked at, with its weights (b,), and look at the next surer one."""
        # In place, as these arrays stay in the processor's cache.
        np.divide(self.right, counted, out=self.scratch)
        # Where no candidate is drawn, the precision is no number, which counts as less than any.
        np.fmax(self.envelope, self.scratch, out=self.envelope)
        np.subtract(self.right, weights, out=self.right)
        np.multiply(self.right, self.hundredths, out=self.scratch)
        np.floor(self.scratch, out=self.scratch)
        # The recalls between the two have this precision.
        np.subtract(self.reached, self.scratch, out=self.reached)
        np.multiply(self.reached, self.envelope, out=self.reached)
        np.add(self.values, self.reached, out=self.values)
        np.copyto(self.reached, self.scratch)


def _of_class(judged: JudgedCandidates, rows: NDArray[np.intp], weights: _Numbers, totals: Floats) -> Floats:
    is_right, is_counted = judged.is_right[:, rows], judged.is_counted[:, rows]
    # Thresholds at which the same candidates count share their sums: mostly all of them.
    patterns: dict[bytes, list[int]] = {}
    for threshold, row in enumerate(is_counted):
        patterns.setdefault(row.tobytes(), []).append(threshold)
    values = np.zeros(len(totals))
    for thresholds in patterns.values():
        found = _precisions(is_right[thresholds], is_counted[thresholds[0]], weights, totals)
        values += found.sum(axis=0, dtype=float)
    return values / len(is_right)


def _precisions(is_right: Flags, is_counted: Flags, weights: _Numbers, totals: Floats) -> _Numbers:
    """The mean of 101 points (t, b) of candidates with weights (n, b), from the least sure one on."""
    spans = _spans(is_right)
    ranks = _ranks(len(is_right), spans, weights, totals)
    views = {span: ranks.at(*span) for some in spans for span in some}
    counted = weights[is_counted].sum(axis=0)
    with np.errstate(invalid="ignore"):
        for row in range(len(weights) - 1, -1, -1):
            for span in spans[row]:
                views[span].take(weights[row], counted)
            if is_counted[row]:
                np.subtract(counted, weights[row], out=counted)
    # The recall 0 is reached by the surest one.
    means: _Numbers = (ranks.values + ranks.envelope) / 101
    return means


def _ranks(threshold_count: int, spans: Sequence[Sequence[_Span]], weights: _Numbers, totals: Floats) -> _Ranks:
    rows_of: dict[_Span, list[int]] = {}
    for row, some in enumerate(spans):
        for span in some:
            rows_of.setdefault(span, []).append(row)
    right = np.zeros((threshold_count, len(totals)), weights.dtype)
    for (first, stop), rows in rows_of.items():
        right[first:stop] += weights[rows].sum(axis=0)
    # A little more, as a recall that is exactly reached must not round below itself.
    hundredths = np.broadcast_to(100 / totals * (1 + 4 * np.finfo(weights.dtype).eps), right.shape)
    hundredths = hundredths.astype(weights.dtype)
    envelope, values, scratch = (np.zeros_like(right) for _ in range(3))
    return _Ranks(right, np.floor(right * hundredths), envelope, values, scratch, hundredths)


def _spans(flags: Flags) -> list[list[_Span]]:
    """Where the flags (t, n) are set in each column, from where to where: mostly at all thresholds up to one."""
    nothing = np.zeros((1, flags.shape[1]), np.int8)
    steps = np.diff(np.vstack([nothing, flags, nothing]), axis=0).T
    (columns, starts), (_, stops) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    spans: list[list[_Span]] = [[] for _ in range(flags.shape[1])]
    for column, start, stop in zip(columns.tolist(), starts.tolist(), stops.tolist(), strict=True):
        spans[column].append((start, stop))
    return spans
