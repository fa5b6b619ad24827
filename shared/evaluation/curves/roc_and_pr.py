"""ROC and precision-recall curves and the areas below them, from the counts at every threshold."""

from dataclasses import dataclass

import numpy as np

from shared.evaluation.curves.thresholds import ThresholdCounts
from shared.evaluation.types import Floats


@dataclass(frozen=True, slots=True, eq=False)
class CurvePoints:
    """Points of a curve with the threshold of each, from the highest down; all of one shape, x never decreasing.

    x and y are false and true positive rate of a ROC curve, recall and precision of a precision-recall curve.
    """

    x: Floats
    y: Floats
    thresholds: Floats


def roc_curve(counts: ThresholdCounts) -> CurvePoints:
    """The ROC curve from (0, 0), whose threshold is infinity, to (1, 1); both kinds of samples must occur."""
    return CurvePoints(counts.fp / counts.negatives, counts.tp / counts.positives, counts.thresholds)


def pr_curve(counts: ThresholdCounts) -> CurvePoints:
    """The precision-recall curve at the scores; positive samples must occur.

    It begins at the highest score, as PyCM's does: scikit-learn's has one more point there, (0, 1), which is no
    threshold's.
    """
    return CurvePoints(counts.tp[1:] / counts.positives, _precision(counts), counts.thresholds[1:])


def _precision(counts: ThresholdCounts) -> Floats:
    predicted: Floats = np.add(counts.tp[1:], counts.fp[1:], dtype=np.float64)
    np.divide(counts.tp[1:], predicted, out=predicted)
    return predicted


def roc_area(counts: ThresholdCounts) -> float | None:
    """The area below the ROC curve; None if all samples are of one kind."""
    pairs = counts.positives * counts.negatives
    if not pairs:
        return None
    # Twice the area in units of pairs, exact in integers.
    return float((counts.alarms @ (counts.tp[1:] + counts.tp[:-1])).item() / (2 * pairs))


def pr_area(counts: ThresholdCounts) -> float | None:
    """The area below the precision-recall curve by trapezoids, as in PyCM's PRCurve; None without positives.

    It leaves out what lies left of the recall at the highest score, so that a perfect classifier with few scores can
    be far below 1, and it is too high between distant points; `average_precision` has neither fault.
    """
    return _by_trapezoids(pr_curve(counts)) if counts.positives else None


def _by_trapezoids(curve: CurvePoints) -> float:
    # As `numpy.trapezoid` has it, which takes three times as long for a few points.
    return float(((curve.x[1:] - curve.x[:-1]) * (curve.y[1:] + curve.y[:-1]) / 2).sum())


def average_precision(counts: ThresholdCounts) -> float | None:
    """The mean of the precision at each score, weighted by the recall it adds, as in scikit-learn.

    None without positives.
    """
    return _by_steps(counts, _precision(counts)) if counts.positives else None


def _by_steps(counts: ThresholdCounts, precision: Floats) -> float:
    return float(counts.hits @ precision / counts.positives)


def pr_areas(counts: ThresholdCounts) -> tuple[float, float]:
    """The area by trapezoids and the average precision of one curve; positive samples must occur."""
    curve = pr_curve(counts)
    return _by_trapezoids(curve), _by_steps(counts, curve.y)


def roc_corners(counts: ThresholdCounts) -> ThresholdCounts:
    """Keep only the points where the ROC curve bends, and its ends; the area stays the same.

    Counts are compared exactly, up to 3e9 samples.
    """
    rise, run = counts.hits, counts.alarms
    is_corner = np.ones(len(counts.tp), np.bool_)
    is_corner[1:-1] = rise[1:] * run[:-1] != rise[:-1] * run[1:]
    return counts.pick(np.flatnonzero(is_corner))


def pr_corners(counts: ThresholdCounts) -> ThresholdCounts:
    """Drop the points inside vertical and level stretches of the precision-recall curve.

    The area and the average precision stay the same. Counts are compared exactly, up to 3e9 samples.
    """
    tp, predicted = counts.tp[1:], counts.tp[1:] + counts.fp[1:]
    vertical, level = tp[1:] == tp[:-1], tp[1:] * predicted[:-1] == tp[:-1] * predicted[1:]
    is_corner = np.ones(len(counts.tp), np.bool_)
    is_corner[2:-1] = ~(vertical[1:] & vertical[:-1] | level[1:] & level[:-1])
    return counts.pick(np.flatnonzero(is_corner))
