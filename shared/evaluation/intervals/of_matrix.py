"""The metrics of a confusion matrix with their intervals, each by the method that the catalogue names."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
from msgspec import Meta

from shared.evaluation.distributions import critical_value, student_critical
from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.both_rates import OF_BOTH_RATES, BoundedRate
from shared.evaluation.intervals.count_proportions import CLASS_PROPORTIONS, LINEAR_IN_ACCURACY, OVERALL_PROPORTIONS
from shared.evaluation.intervals.delta import ROUNDING, Spread, class_spreads
from shared.evaluation.intervals.effective import effective_interval
from shared.evaluation.intervals.proportions import clopper_pearson, wilson
from shared.evaluation.intervals.score import MEANS_OF_RECALLS, sum_bounds
from shared.evaluation.intervals.spreads_by_metric import ADDED_SAMPLES, OF_PI, Spreads, spreads_by_metric
from shared.evaluation.metrics import CATALOGUE, OVERALL, PER_CLASS, Metric
from shared.evaluation.metrics.definition import IntervalMethod
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.metrics.undefined import why_undefined

ProportionMethod = Literal["wilson", "clopper-pearson"]

WEIGHTED = "the samples are weighted, and a sum of weights is no number of samples"
NO_SPREAD = "the counts show no spread, from which the delta method could tell how far the metric varies"
UNDEFINED = "the metric is undefined"
NO_LOGARITHM = "the value is at an end of its range, from which no distance can be measured on a scale of logarithms"


@dataclass(frozen=True, slots=True)
class Confidence:
    """The level of intervals, and the method of those of a proportion; a one-sided one is read at one end only."""

    alpha: float = 0.05
    one_sided: bool = False
    proportions: ProportionMethod = "wilson"

    @property
    def critical(self) -> float:
        """The normal deviate of the level."""
        return critical_value(self.alpha, one_sided=self.one_sided)

    def student_critical(self, freedom: float) -> float:
        """The deviate of Student's t of the level, of whole degrees of freedom and of one at least."""
        return student_critical(self.alpha, max(int(freedom), 1), one_sided=self.one_sided)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric with its confidence interval.

    Without one, `low`, `high` and `method` are None, and `reason` says why.
    """

    value: Annotated[float | None, Meta(description="Value of the metric; null if undefined.")]
    low: Annotated[float | None, Meta(description="Lower bound of the interval; null where there is none.")] = None
    high: Annotated[float | None, Meta(description="Upper bound of the interval; null where there is none.")] = None
    method: Annotated[IntervalMethod | None, Meta(description="Method of the interval; null where there is none.")] = (
        None
    )
    reason: Annotated[str | None, Meta(description="Why there is no interval; null where there is one.")] = None


def overall_estimates(
    result: MatrixResult, confidence: Confidence, metrics: Sequence[Metric] = OVERALL.metrics
) -> dict[str, Estimate]:
    """Every number of the whole matrix, by the metric's id; what PyCM keeps otherwise than we do is left out."""
    values = [(metric, metric.read(result)) for metric in metrics if metric.range is not None and not metric.inherited]
    numbers = [(metric, value) for metric, value in values if not isinstance(value, tuple)]
    spreads = spreads_by_metric([metric for metric, value in numbers if value is not None], result)
    return {metric.id: _overall(metric, value, result, confidence, spreads) for metric, value in numbers}


def class_estimates(
    result: MatrixResult, confidence: Confidence, metrics: Sequence[Metric] = PER_CLASS.metrics
) -> dict[str, list[Estimate]]:
    """Every metric of the classes that has an interval, by its id: one for each class, in the order of the matrix."""
    return {metric.id: _by_class(metric, result, confidence) for metric in metrics if metric.interval}


def _overall(
    metric: Metric, value: float | None, result: MatrixResult, confidence: Confidence, spreads: Spreads
) -> Estimate:
    if value is None:
        return Estimate(None, reason=why_undefined(metric, result).reason)
    if metric.interval is None or result.matrix.is_weighted:
        return Estimate(value, reason=WEIGHTED if metric.interval else metric.without_interval)
    if metric.id in LINEAR_IN_ACCURACY:
        return _linear_in_accuracy(metric, value, result, confidence)
    if metric.interval == "wilson":
        total = int(result.total)
        part = OVERALL_PROPORTIONS[metric.id](int(sum(result.hits)), total)
        return replace(_proportion(part, total, confidence), value=value)
    if metric.interval == "score":
        return _mean_of_recalls(metric, value, result, confidence)
    return _by_delta(metric, value, result, confidence, spreads)


def _by_delta(metric: Metric, value: float, result: MatrixResult, confidence: Confidence, spreads: Spreads) -> Estimate:
    if metric.id in OF_PI:
        pi = CATALOGUE[OF_PI[metric.id]]
        return _alpha_of_pi(value, _by_delta(pi, pi.read(result), result, confidence, spreads), result.total)
    varies, spread = spreads[metric.id]
    return estimate_by_delta(metric, value, spread, result.total, confidence, does_vary=varies)


def _by_class(metric: Metric, result: MatrixResult, confidence: Confidence) -> list[Estimate]:
    values: Sequence[float | None] = metric.read(result)
    if result.matrix.is_weighted or not result.total:
        return [Estimate(value, reason=UNDEFINED if value is None else WEIGHTED) for value in values]
    if metric.interval == "wilson":
        part, whole = CLASS_PROPORTIONS[metric.id](*_sums(result))
        found = _proportions(values, part, np.broadcast_to(whole, part.shape), confidence)
        return list(map(f1_of_jaccard, found)) if metric.id == "f1.class" else found
    if metric.interval in {"score", "mover"}:
        rates = [
            BoundedRate(*CLASS_PROPORTIONS[name](*_sums(result)), confidence.critical)
            for name in ("recall.class", "specificity.class")
        ]
        bounds = zip(*(bound.tolist() for bound in OF_BOTH_RATES[metric.id](*rates)), strict=True)
        return [
            within_range(metric, value, low, high, metric.interval)
            for value, (low, high) in zip(values, bounds, strict=True)
        ]
    if metric.id == "lift.class":
        return [*map(lift_of_score, values, _by_class(CATALOGUE["information_score.class"], result, confidence))]
    formula, matrix = count_formulas.BY_CLASS[metric.id], result.matrix
    with_spread = class_spreads(formula, matrix).error > ROUNDING
    spreads = map(Spread, *class_spreads(formula, matrix, ADDED_SAMPLES))
    return [
        estimate_by_delta(metric, value, spread, result.total, confidence, does_vary=does_vary)
        for value, does_vary, spread in zip(values, with_spread.tolist(), spreads, strict=True)
    ]


def f1_of_jaccard(estimate: Estimate) -> Estimate:
    """The estimate of an F1 from one whose bounds are those of Jaccard's index J: F1 is 2J/(1 + J).

    J is the share of hits among the samples that are of the class or predicted as it.
    """
    if estimate.low is None or estimate.high is None:
        return estimate
    low, high = (2 * bound / (1 + bound) for bound in (estimate.low, estimate.high))
    return replace(estimate, low=low, high=high)


def lift_of_score(lift: float | None, score: Estimate) -> Estimate:
    """The estimate of a lift from that of the information score, its binary logarithm."""
    if lift is None or score.low is None or score.high is None:
        return Estimate(lift, reason=NO_LOGARITHM if lift == 0 else score.reason)
    return Estimate(lift, 2**score.low, 2**score.high, score.method)


def _alpha_of_pi(alpha: float, pi: Estimate, samples: float) -> Estimate:
    """The estimate of Krippendorff's alpha from that of Scott's pi, with which it goes straight."""
    if pi.low is None or pi.high is None:
        return replace(pi, value=alpha)
    low, high = (1 - (1 - 1 / (2 * samples)) * (1 - bound) for bound in (pi.low, pi.high))
    return Estimate(alpha, low, high, pi.method)


def _sums(result: MatrixResult) -> tuple[Any, Any, Any, float]:
    return np.array(result.hits), np.array(result.actual), np.array(result.predicted), result.total


def _mean_of_recalls(metric: Metric, value: float, result: MatrixResult, confidence: Confidence) -> Estimate:
    hits, actual, _, _ = _sums(result)
    occurs = actual > 0
    low, high = mean_of_recalls(metric, hits[occurs], actual[occurs], confidence)
    return within_range(metric, value, low, high, "score")


def mean_of_recalls(metric: Metric, hits: Any, actual: Any, confidence: Confidence) -> tuple[float, float]:
    """The bounds of the mean of the recalls of classes, or of its complement."""
    low, high = _mean_bounds(tuple(hits.tolist()), tuple(actual.tolist()), confidence.critical)
    return (1 - high, 1 - low) if MEANS_OF_RECALLS[metric.id] else (low, high)


# The same for all the metrics of a matrix that are means of recalls.
@lru_cache(maxsize=1)
def _mean_bounds(hits: tuple[float, ...], actual: tuple[float, ...], critical: float) -> tuple[float, float]:
    low, high = (float(bound) / len(hits) for bound in sum_bounds(hits, actual, critical))
    return low, high


def _proportions(values: Sequence[float | None], part: Any, whole: Any, confidence: Confidence) -> list[Estimate]:
    bounds: Iterable[tuple[float, float]]
    if confidence.proportions == "wilson":
        bounds = zip(*(bound.tolist() for bound in wilson(part, whole, confidence.critical)), strict=True)
    else:
        tail = confidence.alpha if confidence.one_sided else confidence.alpha / 2
        bounds = (
            clopper_pearson(int(k), int(n), tail) if n else (math.nan, math.nan)
            for k, n in zip(part, whole, strict=True)
        )
    return [
        Estimate(None, reason=UNDEFINED) if value is None else Estimate(value, low, high, confidence.proportions)
        for value, (low, high) in zip(values, bounds, strict=True)
    ]


# Many metrics of a matrix are the share of its hits or of its errors, or go straight with it.
@lru_cache(maxsize=2)
def _proportion(part: int, whole: int, confidence: Confidence) -> Estimate:
    return _proportions([part / whole], [part], [whole], confidence)[0]


def _linear_in_accuracy(metric: Metric, value: float, result: MatrixResult, confidence: Confidence) -> Estimate:
    of_accuracy = replace(_proportion(int(sum(result.hits)), int(result.total), confidence), value=value)
    assert of_accuracy.low is not None, "there are samples"
    assert of_accuracy.high is not None, "there are samples"
    low, high = of_accuracies(metric, len(result.hits), (of_accuracy.low, of_accuracy.high))
    return replace(of_accuracy, low=low, high=high)


def of_accuracies(metric: Metric, classes: int, accuracies: tuple[float, float]) -> tuple[float, float]:
    """The values of a metric that goes straight with the accuracy, at two of them, the lower value first."""
    at_none, at_all = LINEAR_IN_ACCURACY[metric.id](classes)
    assert metric.range is not None, "a metric with an interval is a number"
    # A single class leaves a mean no room below 1.
    low, high = sorted(max(metric.range[0], at_none + (at_all - at_none) * one) for one in accuracies)
    return low, high


def estimate_by_delta(
    metric: Metric,
    value: float | None,
    spread: Spread,
    samples: float,
    confidence: Confidence,
    *,
    does_vary: bool,
    method: IntervalMethod = "delta",
) -> Estimate:
    """A metric by the delta method; without an interval unless the counts themselves vary."""
    if value is None or not does_vary:
        return Estimate(value, reason=UNDEFINED if value is None else NO_SPREAD)
    assert metric.range is not None, "a metric with an interval is a number"
    bounds = effective_interval(value, spread, samples, confidence.student_critical, metric.range)
    return Estimate(value, reason=NO_SPREAD) if bounds is None else Estimate(value, *bounds, method)


def within_range(metric: Metric, value: float | None, low: float, high: float, method: IntervalMethod) -> Estimate:
    """A metric with these bounds, cut at the ends of its range; NaN where a logarithm has no value."""
    if value is None or math.isnan(low + high):
        return Estimate(value, reason=UNDEFINED if value is None else NO_LOGARITHM)
    assert metric.range is not None, "a metric with an interval is a number"
    lowest, highest = metric.range
    return Estimate(value, float(max(low, lowest)), float(min(high, highest)), method)
