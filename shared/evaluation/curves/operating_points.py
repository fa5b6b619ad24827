"""The best thresholds of a class by several criteria."""

from dataclasses import dataclass

import numpy as np

from shared.evaluation.curves.thresholds import ThresholdCounts
from shared.evaluation.rates import defined, f1, precision, ratio


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold and its rates; at infinity no sample is predicted positive, and precision is None."""

    threshold: float
    tpr: float
    fpr: float
    precision: float | None
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class BestThresholds:
    """The best threshold by each criterion; the highest, where several are equally good.

    `youden` has the largest TPR - FPR, `f1` the largest F1, `corner` is closest to FPR 0 and TPR 1, and `cost` has the
    lowest cost; None without a cost ratio.
    """

    youden: OperatingPoint
    f1: OperatingPoint
    corner: OperatingPoint
    cost: OperatingPoint | None


def best_thresholds(counts: ThresholdCounts, *, cost_ratio: float | None = None) -> BestThresholds:
    """Find the best thresholds among the scores; both kinds of samples must occur.

    `cost_ratio` is the cost of a false positive divided by that of a false negative. Only the costs can favour
    predicting no sample positive.
    """
    positives, negatives = counts.positives, counts.negatives
    tp, fp = counts.tp[1:], counts.fp[1:]
    # In units of pairs: exact in integers, so that equals are equal.
    youden = tp * negatives - fp * positives
    f1_parts, f1_wholes = f1(tp, positives, tp + fp)
    distance = (fp / negatives) ** 2 + ((positives - tp) / positives) ** 2
    cost = None if cost_ratio is None else cost_ratio * counts.fp + (positives - counts.tp)
    return BestThresholds(
        youden=operating_point(counts, 1 + int(np.argmax(youden))),
        f1=operating_point(counts, 1 + int(np.argmax(f1_parts / f1_wholes))),
        corner=operating_point(counts, 1 + int(np.argmin(distance))),
        cost=None if cost is None else operating_point(counts, int(np.argmin(cost))),
    )


def operating_point(counts: ThresholdCounts, position: int) -> OperatingPoint:
    """Compute the rates at the threshold at that position of the counts."""
    tp, fp = counts.tp[position].item(), counts.fp[position].item()
    positives = counts.positives
    sums = tp, positives, tp + fp
    recall = tp / positives
    return OperatingPoint(
        threshold=counts.thresholds[position].item(),
        tpr=recall,
        fpr=fp / counts.negatives,
        precision=defined(ratio(*precision(*sums))),
        recall=recall,
        f1=ratio(*f1(*sums)),
    )
