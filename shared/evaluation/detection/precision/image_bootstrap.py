"""Intervals of mean average precisions: images are drawn again, with their objects and their matches."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.precision.drawn_precision import DrawnClass, mean_precisions
from shared.evaluation.distributions import critical_value
from shared.evaluation.types import Flags, Floats, Integers

# How often each image is in each sample (images, b).
Draws = NDArray[np.uint8]

RESAMPLES = 1000
LEVEL = 0.95

# Up to so many objects, single precision says exactly which hundredths of them are found; and up to so many candidates
# it counts them without rounding.
_MOST_IN_SINGLE, _MOST_COUNTED = 10_000, 4_000_000

# Fewer values have no spread.
_FEWEST_HALVES = 2

# Classes whose arrays stay in the processor's cache together, and numbers of one array of sums.
_CLASSES_AT_ONCE, _NUMBERS_AT_ONCE = 2, 8_000_000
# Fewer samples at once cost more in calls than in numbers.
_FEWEST_SAMPLES = 100


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


class _Answers(NamedTuple):
    """What is counted of the candidates of both, one row each, and the images that they are of."""

    rows: Floats
    images: Integers


def differing_images(first: JudgedCandidates, second: JudgedCandidates) -> int:
    """The number of images for which two detectors have other counted candidates, whose classes have the same codes.

    If neither is better, the candidates of each such image could as well be exchanged, so that no one-sided P-value of
    a difference is below 2^-d of *d* images (Fisher and Pitman's test, 1937).
    """
    sides = [_answers(one) for one in (first, second)]
    rows = np.concatenate([side.rows for side in sides])
    if not len(rows):
        return 0
    images = np.concatenate([side.images for side in sides])
    signs = np.repeat([1, -1], [len(side.rows) for side in sides])
    order = np.lexsort(rows.T)
    rows, images = rows[order], images[order]
    starts = np.flatnonzero(np.append(True, (rows[1:] != rows[:-1]).any(axis=1)))
    return len(np.unique(images[starts][np.add.reduceat(signs[order], starts) != 0]))


def _answers(judged: JudgedCandidates) -> _Answers:
    powers = 2.0 ** np.arange(len(judged.is_right))
    right, counted = powers @ judged.is_right, powers @ judged.is_counted
    own = counted > 0
    columns = [judged.images, judged.classes, judged.confidences, right, counted]
    return _Answers(np.column_stack([column[own].astype(float) for column in columns]), judged.images[own])


def draws(image_count: int, resamples: int, seed: int) -> Draws:
    """How often each image is in each sample (images, b), equal for equal arguments."""
    generator = np.random.default_rng(seed)
    # An image is in a sample once on average: never 256 times.
    times = np.empty((resamples, image_count), np.uint8)
    for row in times:
        row[:] = np.bincount(generator.integers(0, image_count, image_count), minlength=image_count)
    return np.ascontiguousarray(times.T)


def halves(image_count: int, resamples: int, seed: int) -> Draws:
    """All images, then half of them in each sample (images, 1 + b), none twice; equal for equal arguments."""
    generator = np.random.default_rng(seed)
    times = np.zeros((1 + resamples, image_count), np.uint8)
    times[0] = 1
    kept = image_count // 2
    for first in range(1, 1 + resamples, 2):
        order = generator.permutation(image_count)
        # Two halves that share no image: what one has too much of, the other has too little of.
        times[first, order[:kept]] = 1
        times[first + 1 : first + 2, order[image_count - kept :]] = 1
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
    rows = np.split(order, np.searchsorted(judged.classes[order], np.arange(1, judged.class_count)))
    sought = np.unique(judged.sought_classes)
    # Classes of a size have about as many runs.
    sought = sought[np.argsort([len(rows[code]) for code in sought.tolist()], kind="stable")]
    for start in range(0, len(sought), _CLASSES_AT_ONCE):
        codes = sought[start : start + _CLASSES_AT_ONCE].tolist()
        height = max(sum(len(rows[code]) for code in codes), 1)
        width = int(np.clip(_NUMBERS_AT_ONCE // height, _FEWEST_SAMPLES, max(times.shape[1], _FEWEST_SAMPLES)))
        for first in range(0, times.shape[1], width):
            samples = slice(first, first + width)
            drawn = [_drawn(judged, code, rows[code], times[:, samples]) for code in codes]
            values[codes, samples] = _of_classes(drawn, is_exact=is_exact)
    return values


def _drawn(judged: JudgedCandidates, code: int, rows: NDArray[np.intp], times: Draws) -> DrawnClass:
    totals = times[judged.sought_images[judged.sought_classes == code]].sum(axis=0, dtype=float)
    return DrawnClass(times[judged.images[rows]], judged.is_right[:, rows], judged.is_counted[:, rows], totals)


def _of_classes(drawn: Sequence[DrawnClass], *, is_exact: bool) -> Floats:
    most = max(float(one.totals.max(initial=0)) for one in drawn)
    is_single = not is_exact and most <= _MOST_IN_SINGLE and max(len(one.times) for one in drawn) <= _MOST_COUNTED
    found = mean_precisions(drawn, np.float32 if is_single else np.float64)
    return np.where([one.totals > 0 for one in drawn], found, np.nan)


def interval(values: Floats) -> tuple[float, float] | None:
    """The middle 95 % of the values; None without any."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def interval_of_halves(values: Floats, image_count: int) -> tuple[float, float] | None:
    """The normal interval of 95 % of the first of `values` (1 + b,), by those of halves; None without any.

    The average precision of few objects is too high on average, as each point of its curve takes the best precision
    behind it, and a sample drawn with replacement does not show by how much. Halves do: their mean lies as far above
    the value as the value above the truth, and they vary as much as it does: the jackknife that leaves out half of the
    images (Shao and Wu, 1989). The interval holds the value itself, and nothing beyond 0 and 1.
    """
    value, drawn = float(values[0]), values[1:][~np.isnan(values[1:])]
    if np.isnan(value) or len(drawn) < _FEWEST_HALVES:
        return None
    kept = image_count // 2
    ratio = kept / (image_count - kept)
    centre = value - ratio * (float(drawn.mean()) - value)
    margin = critical_value(1 - LEVEL) * float(np.sqrt(ratio) * drawn.std())
    return max(min(centre - margin, value), 0.0), min(max(centre + margin, value), 1.0)
