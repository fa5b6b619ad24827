"""The intervals of metrics of counts, of thousands of matrices at once.

By the same formulas as `shared.evaluation.intervals.of_matrix`, but that a slope is taken in each of the k² cells: a
test compares both. Metrics that go straight with another one are left out, as their intervals hold as often.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.both_rates import OF_BOTH_RATES, BoundedRate
from shared.evaluation.intervals.count_proportions import CLASS_PROPORTIONS, LINEAR_IN_ACCURACY, OVERALL_PROPORTIONS
from shared.evaluation.intervals.delta import ROUNDING, Spread, slopes_of
from shared.evaluation.intervals.effective import effective_interval
from shared.evaluation.intervals.of_matrix import Confidence
from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.intervals.score import MEANS_OF_RECALLS, sum_bounds
from shared.evaluation.intervals.spreads_by_metric import ADDED_SAMPLES
from shared.evaluation.metrics import CATALOGUE
from shared.evaluation.types import Floats

Bounds = tuple[Floats, Floats]

_STRAIGHT = {*LINEAR_IN_ACCURACY, "krippendorff_alpha", "lift.class"}
_OF_COUNTS = ("wilson", "score", "mover", "delta")
METRICS = [
    metric.id
    for metric in CATALOGUE.values()
    if metric.needs == "labels" and metric.interval in _OF_COUNTS and metric.id not in _STRAIGHT
]


def bounds_of_sets(counts: NDArray[np.int64], metrics: list[str] = METRICS) -> Iterator[tuple[str, Bounds]]:
    """The bounds of each metric in every matrix, of `counts` (S, k, k); NaN where there is none.

    Those of a class are of the last one.
    """
    confidence = Confidence()
    for name in metrics:
        metric = CATALOGUE[name]
        if metric.interval == "delta":
            yield name, _by_delta(name, counts, confidence)
        elif metric.averaging == "class":
            yield name, _of_class(name, counts, confidence.critical)
        elif metric.interval == "wilson":
            right, samples = np.trace(counts, axis1=1, axis2=2), counts.sum(axis=(1, 2))
            yield name, wilson(OVERALL_PROPORTIONS[name](right, samples), samples, confidence.critical)
        else:
            yield name, _of_recalls(name, counts, confidence.critical)


def _of_recalls(name: str, counts: NDArray[np.int64], critical: float) -> Bounds:
    """Of matrices in which all classes occur."""
    hits, actual, _ = _sides(counts)
    low, high = (bound / counts.shape[1] for bound in sum_bounds(hits.T, actual.T, critical))
    return (1 - high, 1 - low) if MEANS_OF_RECALLS[name] else (low, high)


def _of_class(name: str, counts: NDArray[np.int64], critical: float) -> Bounds:
    sums = (*(side[:, -1] for side in _sides(counts)), counts.sum(axis=(1, 2)))
    if CATALOGUE[name].interval == "wilson":
        part, whole = CLASS_PROPORTIONS[name](*sums)
        low, high = wilson(part, np.broadcast_to(whole, part.shape), critical)
        return (2 * low / (1 + low), 2 * high / (1 + high)) if name == "f1.class" else (low, high)
    rates = [BoundedRate(*CLASS_PROPORTIONS[rate](*sums), critical) for rate in ("recall.class", "specificity.class")]
    return OF_BOTH_RATES[name](*rates)


def _by_delta(name: str, counts: NDArray[np.int64], confidence: Confidence) -> Bounds:
    of_one = _class_spreads if CATALOGUE[name].averaging == "class" else _overall_spreads
    plain, further = (of_one(name, counts, added) for added in (0.0, ADDED_SAMPLES))
    limits, bounds = CATALOGUE[name].range, np.full((2, len(counts)), np.nan)
    assert limits is not None, "a metric with an interval is a number"
    for at in np.flatnonzero(plain.error > ROUNDING):
        spread, samples = Spread(*(part[at] for part in further)), float(counts[at].sum())
        found = effective_interval(float(plain.value[at]), spread, samples, confidence.student_critical, limits)
        bounds[:, at] = (np.nan, np.nan) if found is None else found
    return bounds[0], bounds[1]


def _overall_spreads(name: str, counts: NDArray[np.int64], added: float) -> Spread:
    cells, totals = _with_further(counts, added)
    formula, k = count_formulas.OVERALL[name], cells.shape[1]
    sides = _sides(cells)
    # A further axis for the class of which a share is moved.
    slopes = [
        slope.T[..., np.newaxis] if side == 1 else slope.T[:, np.newaxis]
        for side, slope in enumerate(_slopes_by_class(formula, sides))
    ]
    by_hits, by_actual, by_predicted = slopes
    gradient = by_hits * np.eye(k) + by_actual + by_predicted
    return _spread(cells, gradient, totals, formula(*sides))


def _slopes_by_class(formula: Any, sides: list[Floats]) -> Iterator[Floats]:
    """The derivatives by each of the three sides, (k, S)."""
    k, step = sides[0].shape[1], 1e-100
    for moved in range(len(sides)):
        values = [np.repeat(side[np.newaxis], k, axis=0).astype(complex) for side in sides]
        values[moved] += step * 1j * np.eye(k)[:, np.newaxis]
        yield np.imag(formula(*values)) / step


def _class_spreads(name: str, counts: NDArray[np.int64], added: float) -> Spread:
    hits, actual, predicted = (side[:, -1] for side in _sides(counts))
    rest = counts.sum(axis=(1, 2)) - actual - predicted + hits
    outcomes = np.array([[hits, actual - hits], [predicted - hits, rest]]).transpose(2, 0, 1)
    cells, totals = _with_further(outcomes, added)
    formula, of_class = count_formulas.BY_CLASS[name], [side[:, 0] for side in _sides(cells)]
    (by_hits,), (by_actual,), (by_predicted,) = slopes_of(lambda *sides: (formula(*sides),), of_class)
    nothing = np.zeros(len(counts))
    gradient = np.array([[by_hits + by_actual + by_predicted, by_actual], [by_predicted, nothing]]).transpose(2, 0, 1)
    return _spread(cells, gradient, totals, formula(*of_class))


def _sides(cells: NDArray[Any]) -> list[NDArray[Any]]:
    """Hits, samples and predictions of each class, (S, k)."""
    return [np.diagonal(cells, axis1=1, axis2=2), cells.sum(axis=2), cells.sum(axis=1)]


def _with_further(counts: NDArray[np.int64], added: float) -> tuple[Floats, Floats]:
    """The shares of the cells with further samples laid evenly over them, and how many samples these are."""
    cells = counts + added / counts[0].size
    totals = cells.sum(axis=(1, 2))
    return cells / totals[:, np.newaxis, np.newaxis], totals


def _spread(cells: Floats, gradient: Floats, totals: Floats, value: Floats) -> Spread:
    shares, slopes = (part.reshape(len(cells), -1) for part in (cells, gradient))
    slopes = np.where(shares > 0, slopes, 0.0)
    off = slopes - (shares * slopes).sum(axis=1, keepdims=True)
    variance, fourth = ((shares * off**power).sum(axis=1) for power in (2, 4))
    with np.errstate(invalid="ignore", divide="ignore"):
        return Spread(np.sqrt(variance / totals), fourth / variance**2, np.real(value))
