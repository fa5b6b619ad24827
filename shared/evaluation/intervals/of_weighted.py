"""The metrics of weighted samples with their intervals, each by the weighted form of the catalogue's method."""

from collections.abc import Sequence

import numpy as np

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.both_rates import OF_BOTH_RATES, BoundedRate
from shared.evaluation.intervals.count_proportions import CLASS_PROPORTIONS, LINEAR_IN_ACCURACY, OVERALL_PROPORTIONS
from shared.evaluation.intervals.delta import ROUNDING, Spread
from shared.evaluation.intervals.of_matrix import (
    UNDEFINED,
    WEIGHTED,
    Confidence,
    Estimate,
    estimate_by_delta,
    f1_of_jaccard,
    lift_of_score,
    mean_of_recalls,
    of_accuracies,
    within_range,
)
from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.intervals.spreads_by_metric import ADDED_SAMPLES
from shared.evaluation.intervals.weighted import effective_counts, effective_proportion, outcome_sums, overall_sums
from shared.evaluation.intervals.weighted_delta import class_spreads, overall_spread, samples_worth
from shared.evaluation.metrics import CATALOGUE, Metric
from shared.evaluation.metrics.definition import IntervalMethod
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.metrics.undefined import why_undefined


def weighted_overall_estimates(
    result: MatrixResult, confidence: Confidence, metrics: Sequence[Metric]
) -> dict[str, Estimate]:
    """Metrics of the whole matrix, by their ids; without intervals where the matrix has no `squares`."""
    return {metric.id: _overall(metric, result, confidence) for metric in metrics}


def weighted_class_estimates(
    result: MatrixResult, confidence: Confidence, metrics: Sequence[Metric]
) -> dict[str, list[Estimate]]:
    """Metrics of the classes, by their ids: one for each class, in the order of the matrix."""
    return {metric.id: _by_class(metric, result, confidence) for metric in metrics}


def _overall(metric: Metric, result: MatrixResult, confidence: Confidence) -> Estimate:
    value: float | None = metric.read(result)
    if value is None:
        return Estimate(None, reason=why_undefined(metric, result).reason)
    if metric.interval is None:
        return Estimate(value, reason=metric.without_interval)
    # Krippendorff's correction is by the number of samples.
    if result.matrix.squares is None or metric.id == "krippendorff_alpha":
        return Estimate(value, reason=WEIGHTED)
    if metric.id in LINEAR_IN_ACCURACY or metric.interval == "wilson":
        return _share(metric, value, result, confidence)
    if metric.interval == "score":
        hits, actual = effective_proportion(outcome_sums(result.matrix), CLASS_PROPORTIONS["recall.class"])
        occurs = actual > 0
        low, high = mean_of_recalls(metric, hits[occurs], actual[occurs], confidence)
        return within_range(metric, value, low, high, "weighted-score")
    formula, matrix = count_formulas.OVERALL[metric.id], result.matrix
    does_vary = bool(overall_spread(formula, matrix).error > ROUNDING)
    spread = overall_spread(formula, matrix, ADDED_SAMPLES)
    return _by_delta(metric, value, spread, matrix, confidence, does_vary=does_vary)


def _share(metric: Metric, value: float, result: MatrixResult, confidence: Confidence) -> Estimate:
    """Of a share of all samples, or of what goes straight with the accuracy."""
    is_linear = metric.id in LINEAR_IN_ACCURACY
    of_right = OVERALL_PROPORTIONS["accuracy" if is_linear else metric.id]
    is_part = np.array([of_right(1, 1), of_right(0, 1)], bool)
    part, whole = effective_counts(overall_sums(result.matrix), is_part, np.array([True, True]))
    low, high = (float(bound[0]) for bound in wilson(part, whole, confidence.critical))
    if is_linear:
        low, high = of_accuracies(metric, len(result.hits), (low, high))
    return Estimate(value, low, high, "weighted-wilson")


def _by_class(metric: Metric, result: MatrixResult, confidence: Confidence) -> list[Estimate]:
    values: Sequence[float | None] = metric.read(result)
    if result.matrix.squares is None or not result.total:
        return [Estimate(value, reason=UNDEFINED if value is None else WEIGHTED) for value in values]
    sums = outcome_sums(result.matrix)
    if metric.interval == "wilson":
        bounds = wilson(*effective_proportion(sums, CLASS_PROPORTIONS[metric.id]), confidence.critical)
        found = [
            Estimate(None, reason=UNDEFINED) if value is None else Estimate(value, low, high, "weighted-wilson")
            for value, low, high in zip(values, *(bound.tolist() for bound in bounds), strict=True)
        ]
        return [*map(f1_of_jaccard, found)] if metric.id == "f1.class" else found
    if metric.interval in {"score", "mover"}:
        method: IntervalMethod = "weighted-score" if metric.interval == "score" else "weighted-mover"
        rates = [
            BoundedRate(*effective_proportion(sums, CLASS_PROPORTIONS[name]), confidence.critical)
            for name in ("recall.class", "specificity.class")
        ]
        ends = zip(*(bound.tolist() for bound in OF_BOTH_RATES[metric.id](*rates)), strict=True)
        return [within_range(metric, value, low, high, method) for value, (low, high) in zip(values, ends, strict=True)]
    if metric.id == "lift.class":
        return [*map(lift_of_score, values, _by_class(CATALOGUE["information_score.class"], result, confidence))]
    formula, matrix = count_formulas.BY_CLASS[metric.id], result.matrix
    with_spread = class_spreads(formula, matrix).error > ROUNDING
    spreads = map(Spread, *class_spreads(formula, matrix, ADDED_SAMPLES))
    return [
        _by_delta(metric, value, spread, matrix, confidence, does_vary=does_vary)
        for value, does_vary, spread in zip(values, with_spread.tolist(), spreads, strict=True)
    ]


def _by_delta(
    metric: Metric,
    value: float | None,
    spread: Spread,
    matrix: ConfusionMatrix,
    confidence: Confidence,
    *,
    does_vary: bool,
) -> Estimate:
    samples = samples_worth(matrix)
    return estimate_by_delta(metric, value, spread, samples, confidence, does_vary=does_vary, method="weighted-delta")
