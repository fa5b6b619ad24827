"""What is wanted of a threshold, and how far each threshold goes."""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation import rates
from shared.evaluation.types import Floats

TargetMetric = Literal["precision", "recall", "specificity", "f1", "balanced_accuracy", "accuracy"]


class Costs(NamedTuple):
    """The cost of each false positive and of each false negative; right decisions cost nothing."""

    fp: float
    fn: float


class Goal(NamedTuple):
    """A metric, or costs, to make as good as can be; at least a value of it, at most so many positives, where set."""

    metric: TargetMetric | None = None
    at_least: float | None = None
    max_positives: int | None = None
    costs: Costs | None = None


class PointCounts(NamedTuple):
    """The four counts, or weights, when a score of the threshold or more is positive; infinity: no sample is."""

    threshold: float
    tp: float
    fp: float
    fn: float
    tn: float


def metric_values(
    metric: TargetMetric, tp: NDArray[Any], fp: NDArray[Any], positives: float, negatives: float
) -> Floats:
    """A metric at thresholds with these counts; NaN where it is undefined."""
    actual, tn = np.full(tp.shape, positives), negatives - fp
    if metric == "specificity":
        return rates.ratios(tn, np.full(tp.shape, negatives))
    if metric == "accuracy":
        return rates.ratios(tp + tn, np.full(tp.shape, positives + negatives))
    if metric == "balanced_accuracy":
        specificity = rates.ratios(tn, np.full(tp.shape, negatives))
        return (rates.ratios(tp, actual) + specificity) / 2
    formula = {"precision": rates.precision, "recall": rates.recall, "f1": rates.f1}[metric]
    return rates.ratios(*formula(tp, actual, tp + fp))


def objective(goal: Goal, tp: NDArray[Any], fp: NDArray[Any], positives: float, negatives: float) -> Floats:
    """What is made as large as can be among the thresholds that fulfil the goal.

    With a precision or specificity that is reached, and within a number of positives, the recall; with a recall that
    is reached, the specificity; otherwise the metric itself, or the costs with a minus.
    """
    if goal.costs is not None:
        return -(goal.costs.fp * fp + goal.costs.fn * (positives - tp)).astype(np.float64)
    if goal.metric is None or (goal.metric in {"precision", "specificity"} and goal.at_least is not None):
        return tp.astype(np.float64)
    if goal.metric == "recall" and goal.at_least is not None:
        return -fp.astype(np.float64)
    return metric_values(goal.metric, tp, fp, positives, negatives)
