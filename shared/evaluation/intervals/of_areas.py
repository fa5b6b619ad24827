"""Areas under curves with their intervals of 95 %, of one class and of averages over classes."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.evaluation.curves.area_spread import AreaSpread
from shared.evaluation.curves.one_vs_rest import Areas, ClassifierCurves, CurveSummary, UndefinedCurve
from shared.evaluation.curves.precision_spread import PrecisionSpread
from shared.evaluation.inputs.label_codes import Codes
from shared.evaluation.inputs.probabilities import Scores
from shared.evaluation.intervals import class_areas, class_precisions
from shared.evaluation.intervals.areas import area_interval, average_precision_interval
from shared.evaluation.intervals.class_areas import AverageArea
from shared.evaluation.intervals.class_precisions import average_precision_changes, careful_pr_area_changes
from shared.evaluation.intervals.of_matrix import WEIGHTED, Confidence, Estimate
from shared.evaluation.metrics.definition import IntervalMethod

_NO_AREA = "a class has fewer than two samples, or the scores show no spread"


@dataclass(frozen=True, slots=True)
class AreaEstimates:
    """Areas of one kind: of each class, in the order of the columns, and their averages."""

    per_class: tuple[Estimate, ...]
    macro: Estimate
    micro: Estimate


@dataclass(frozen=True, slots=True)
class CurveEstimates:
    """The areas under ROC curves and under precision-recall curves, the latter by steps and by trapezoids."""

    roc_auc: AreaEstimates
    average_precision: AreaEstimates
    pr_auc: AreaEstimates


def curve_estimates(
    probabilities: Scores, codes: Codes, measured: ClassifierCurves, *, is_weighted: bool
) -> CurveEstimates:
    """The areas of measured curves with their intervals; averages and trapezoids of weighted samples have none."""
    if is_weighted:
        return _of_weighted(measured)
    alpha = Confidence().alpha
    table = probabilities, codes
    of_precisions = (*table, (average_precision_changes, careful_pr_area_changes), alpha)
    of_steps, of_trapezoids = class_precisions.areas_by_class(*of_precisions)
    micro_of_steps, micro_of_trapezoids = class_precisions.micro_areas(*of_precisions)
    return CurveEstimates(
        AreaEstimates(
            _each(measured, lambda _, curves: area_estimate(curves.areas.roc, curves.roc_spread, curves.sides)),
            _area(class_areas.macro_area(*table, alpha), "moderated-delong", measured.macro.areas.roc),
            _area(class_areas.micro_area(*table, alpha), "moderated-delong", measured.micro.areas.roc),
        ),
        AreaEstimates(
            _each(
                measured,
                lambda _, curves: average_precision_estimate(curves.areas.average_precision, curves.precision_spread),
            ),
            _area(of_steps.macro, "influence", measured.macro.areas.average_precision),
            _area(micro_of_steps, "influence", measured.micro.areas.average_precision),
        ),
        AreaEstimates(
            _each(
                measured,
                lambda column, curves: _area(of_trapezoids.per_class[column], "influence", curves.areas.pr),
            ),
            _area(of_trapezoids.macro, "influence", measured.macro.areas.pr),
            _area(micro_of_trapezoids, "influence", measured.micro.areas.pr),
        ),
    )


def _each(measured: ClassifierCurves, estimate: Callable[[int, CurveSummary], Estimate]) -> tuple[Estimate, ...]:
    return tuple(
        Estimate(None, reason=curves.reason) if isinstance(curves, UndefinedCurve) else estimate(column, curves)
        for column, curves in enumerate(measured.per_class)
    )


def _of_weighted(measured: ClassifierCurves) -> CurveEstimates:
    by_delong = _each(
        measured, lambda _, found: area_estimate(found.areas.roc, found.roc_spread, found.sides, "weighted-delong")
    )
    by_influence = _each(
        measured,
        lambda _, found: average_precision_estimate(
            found.areas.average_precision, found.precision_spread, "weighted-influence"
        ),
    )
    return CurveEstimates(
        replace(_without_intervals(measured, lambda areas: areas.roc), per_class=by_delong),
        replace(_without_intervals(measured, lambda areas: areas.average_precision), per_class=by_influence),
        _without_intervals(measured, lambda areas: areas.pr),
    )


def _without_intervals(measured: ClassifierCurves, area: Callable[[Areas], float]) -> AreaEstimates:
    macro, micro = (Estimate(area(of.areas), reason=WEIGHTED) for of in (measured.macro, measured.micro))
    each = _each(measured, lambda _, curves: Estimate(area(curves.areas), reason=WEIGHTED))
    return AreaEstimates(each, macro, micro)


def _area(found: AverageArea, method: IntervalMethod, value: float) -> Estimate:
    """The area as the curves have it, with the interval that was found."""
    if found.interval is None:
        return Estimate(value, reason=_NO_AREA)
    return Estimate(value, *found.interval, method)


def area_estimate(
    value: float | None, spread: AreaSpread | None, sides: tuple[int, int], method: IntervalMethod = "moderated-delong"
) -> Estimate:
    """An area under a ROC curve of so many positives and negatives with its interval of 95 %."""
    if value is None:
        return Estimate(None, reason="all samples are of the class, or none is")
    if spread is None:
        return Estimate(value, reason="a side has fewer than two samples, or the run was read before spreads were kept")
    bounds = area_interval(value, spread, sides, Confidence().alpha) if spread.error else None
    if bounds is None:
        return Estimate(
            value, reason="the scores show no spread, from which DeLong's method could tell how far it varies"
        )
    return Estimate(value, *bounds, method)


def average_precision_estimate(
    value: float | None, spread: PrecisionSpread | None, method: IntervalMethod = "influence"
) -> Estimate:
    """An average precision with its interval of 95 %."""
    if value is None:
        return Estimate(None, reason="no sample is of the class")
    if spread is None:
        return Estimate(value, reason="fewer than two samples are of the class, or too few of the others")
    bounds = average_precision_interval(value, spread, Confidence().alpha)
    if bounds is None:
        return Estimate(value, reason="the scores show no spread, from which one could tell how far it varies")
    return Estimate(value, *bounds, method)
