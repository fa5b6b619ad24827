"""Areas under curves with their intervals of 95 %, of one class and of averages over classes."""

from dataclasses import dataclass

from shared.evaluation.curves.one_vs_rest import ClassifierCurves, CurveSummary, UndefinedCurve
from shared.evaluation.curves.precision_spread import PrecisionSpread
from shared.evaluation.inputs.label_codes import Codes
from shared.evaluation.inputs.probabilities import Scores
from shared.evaluation.intervals.areas import area_interval, average_precision_interval
from shared.evaluation.intervals.class_areas import AverageArea, macro_area, micro_area
from shared.evaluation.intervals.of_matrix import WEIGHTED, Confidence, Estimate
from shared.evaluation.metrics.definition import IntervalMethod

_NO_AVERAGE = "a class has fewer than two samples, or the scores show no spread"


@dataclass(frozen=True, slots=True)
class CurveEstimates:
    """The areas of each class, in the order of the columns, and the averages of the ROC areas."""

    roc_auc: tuple[Estimate, ...]
    average_precision: tuple[Estimate, ...]
    macro: Estimate
    micro: Estimate


def curve_estimates(
    probabilities: Scores, codes: Codes, measured: ClassifierCurves, *, is_weighted: bool
) -> CurveEstimates:
    """The areas of measured curves with their intervals; weighted samples have none."""
    each = [_class_estimates(curves, is_weighted=is_weighted) for curves in measured.per_class]
    roc_auc, precision = zip(*each, strict=True)
    if is_weighted:
        macro, micro = (Estimate(areas.roc, reason=WEIGHTED) for areas in (measured.macro.areas, measured.micro.areas))
        return CurveEstimates(roc_auc, precision, macro, micro)
    alpha = Confidence().alpha
    macro = _average(measured.macro.areas.roc, macro_area(probabilities, codes, alpha))
    micro = _average(measured.micro.areas.roc, micro_area(probabilities, codes, alpha))
    return CurveEstimates(roc_auc, precision, macro, micro)


def _average(value: float, found: AverageArea) -> Estimate:
    if found.interval is None:
        return Estimate(value, reason=_NO_AVERAGE)
    return Estimate(value, *found.interval, "delong")


def _class_estimates(curves: CurveSummary | UndefinedCurve, *, is_weighted: bool) -> tuple[Estimate, Estimate]:
    if isinstance(curves, UndefinedCurve):
        return Estimate(None, reason=curves.reason), Estimate(None, reason=curves.reason)
    if is_weighted:
        return Estimate(curves.areas.roc, reason=WEIGHTED), Estimate(curves.areas.average_precision, reason=WEIGHTED)
    return (
        area_estimate(curves.areas.roc, curves.roc_error, curves.sides),
        average_precision_estimate(curves.areas.average_precision, curves.precision_spread, curves.sides),
    )


def area_estimate(
    value: float | None, error: float | None, sides: tuple[int, int], method: IntervalMethod = "delong"
) -> Estimate:
    """An area under a ROC curve of so many positives and negatives with its interval of 95 %."""
    if value is None:
        return Estimate(None, reason="all samples are of the class, or none is")
    if error is None:
        return Estimate(value, reason="a side has fewer than two samples, or the run was read before errors were kept")
    bounds = area_interval(value, error, sides, Confidence().alpha) if error else None
    if bounds is None:
        return Estimate(
            value, reason="the scores show no spread, from which DeLong's method could tell how far it varies"
        )
    return Estimate(value, *bounds, method)


def average_precision_estimate(
    value: float | None, spread: PrecisionSpread | None, sides: tuple[int, int], *, is_weighted: bool = False
) -> Estimate:
    """An average precision of so many positives and negatives with its interval of 95 %."""
    if value is None:
        return Estimate(None, reason="no sample is of the class")
    if is_weighted:
        return Estimate(value, reason="an average precision of weighted samples has no interval")
    if spread is None:
        return Estimate(value, reason="fewer than two samples are of the class, or none is of another")
    bounds = average_precision_interval(value, spread, sides, Confidence().alpha)
    if bounds is None:
        return Estimate(value, reason="the scores show no spread, from which one could tell how far it varies")
    return Estimate(value, *bounds, "influence")
