"""The areas, points and thresholds of curves as plain values."""

import math
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import msgspec
import numpy as np

from shared.curves import CurveInputs
from shared.curves.kinds.curve import CurveType
from shared.evaluation.curves.one_vs_rest import (
    Areas,
    ClassifierCurves,
    CurveSummary,
    UndefinedCurve,
    count_class,
)
from shared.evaluation.curves.operating_points import BestThresholds, OperatingPoint
from shared.evaluation.curves.roc_and_pr import CurvePoints, pr_curve, roc_curve
from shared.evaluation.intervals.of_areas import CurveEstimates
from shared.evaluation.intervals.of_matrix import Confidence, Estimate
from shared.evaluation.intervals.roc_band import roc_band
from shared.evaluation.metrics.without_interval import CHOSEN_THRESHOLD

# A longer list is of no use to a reader; `threshold_count` says how many there are, and points.json has them all.
MAX_THRESHOLDS = 10_000

AXES = {"ROC": ("fpr", "tpr"), "PR": ("recall", "precision")}


def result(
    inputs: CurveInputs, measurements: ClassifierCurves, estimates: CurveEstimates, kind: CurveType
) -> dict[str, Any]:
    """The PyCM REST API's two fields, and the fields that it lacks.

    An undefined value is null, with its reason in `undefined`.
    """
    classes = dict(zip(map(str, inputs.classes), measurements.per_class, strict=True))
    summaries = {name: summary for name, summary in classes.items() if isinstance(summary, CurveSummary)}
    thresholds = np.unique(inputs.probabilities)
    # None of precision, nor of weighted samples.
    band_of = _band if kind == "ROC" and inputs.weights is None else _no_band
    return {
        "type": kind,
        "classes": list(inputs.classes),
        "thresholds": _thin_thresholds(thresholds),
        "threshold_count": len(thresholds),
        "auc_trp": {name: area(summaries[name].areas, kind) if name in summaries else None for name in classes},
        "average_precision": {
            name: summaries[name].areas.average_precision if name in summaries else None for name in classes
        },
        "estimates": _estimates(estimates, list(classes)) | _of_best(classes),
        "undefined": {name: entry.reason for name, entry in classes.items() if isinstance(entry, UndefinedCurve)},
        "micro": _average(measurements.micro.areas, kind) | {"curve": _curve_points(measurements.micro, kind)},
        "macro": _average(measurements.macro.areas, kind),
        "curves": {name: _curve_points(summary, kind) | band_of(summary) for name, summary in summaries.items()},
        "best_thresholds": {name: _best(summary.best) for name, summary in summaries.items()},
    }


def _estimates(estimates: CurveEstimates, names: list[str]) -> dict[str, Any]:
    """The areas of each kind by class, and beside them their averages."""
    kinds = {
        "roc_auc": estimates.roc_auc,
        "average_precision": estimates.average_precision,
        "pr_auc": estimates.pr_auc,
    }
    found: dict[str, Any] = {}
    for kind, areas in kinds.items():
        found[kind] = dict(zip(names, areas.per_class, strict=True))
        found |= {f"macro_{kind}": areas.macro, f"micro_{kind}": areas.micro}
    return found


def _of_best(classes: Mapping[str, CurveSummary | UndefinedCurve]) -> dict[str, dict[str, Estimate]]:
    """The values at the best thresholds, which have no interval, and why."""
    values: dict[str, Callable[[BestThresholds], float]] = {
        "best_f1": lambda best: best.f1.f1,
        "best_youden": lambda best: best.youden.tpr - best.youden.fpr,
    }
    return {
        kind: {
            name: Estimate(None, reason=entry.reason)
            if isinstance(entry, UndefinedCurve)
            else Estimate(value(entry.best), reason=CHOSEN_THRESHOLD)
            for name, entry in classes.items()
        }
        for kind, value in values.items()
    }


def write_points(file: BinaryIO, inputs: CurveInputs, kind: CurveType) -> None:
    """Write every point of the curve of every class that occurs as JSON: `{"type", "curves": {class: points}}`.

    One class is in memory at a time; of a hundred classes, all of them would take gigabytes.
    """
    separator = b""
    file.write(b'{"type":%s,"curves":{' % msgspec.json.encode(kind))
    for column in np.unique(inputs.codes).tolist():
        counts = count_class(inputs.probabilities, inputs.codes, column, inputs.weights, scored=inputs.scored)
        points = _points(roc_curve(counts) if kind == "ROC" else pr_curve(counts), kind)
        name = msgspec.json.encode(str(inputs.classes[column]))
        file.write(b"%s%s:%s" % (separator, name, msgspec.json.encode(points)))
        separator = b","
    file.write(b"}}")


def area(areas: Areas, kind: CurveType) -> float:
    """The trapezoidal area below the curves of that type."""
    return areas.roc if kind == "ROC" else areas.pr


def _average(areas: Areas, kind: CurveType) -> dict[str, Any]:
    return {"auc_trp": area(areas, kind), "average_precision": areas.average_precision}


def _curve_points(summary: CurveSummary, kind: CurveType) -> dict[str, Any]:
    drawing = summary.roc if kind == "ROC" else summary.pr
    return _points(drawing.curve, kind) | {"area_error": drawing.area_error}


def _no_band(_: CurveSummary) -> dict[str, Any]:
    return {}


def _band(summary: CurveSummary) -> dict[str, Any]:
    """The bounds of the true positive rate of a class at each point."""
    band = roc_band(summary.roc.curve, *summary.sides, Confidence().critical)
    return {"low": band.low.tolist(), "high": band.high.tolist()}


def _points(curve: CurvePoints, kind: CurveType) -> dict[str, Any]:
    x, y = AXES[kind]
    return {x: curve.x.tolist(), y: curve.y.tolist(), "thresholds": [_finite(t) for t in curve.thresholds.tolist()]}


def _best(best: BestThresholds) -> dict[str, Any]:
    points = {"youden": best.youden, "f1": best.f1, "corner": best.corner, "cost": best.cost}
    return {name: None if point is None else _point(point) for name, point in points.items()}


def _point(point: OperatingPoint) -> dict[str, float | None]:
    return {
        "threshold": _finite(point.threshold),
        "tpr": point.tpr,
        "fpr": point.fpr,
        "precision": point.precision,
        "recall": point.recall,
        "f1": point.f1,
    }


def _finite(threshold: float) -> float | None:
    # At the start of a ROC curve no sample is predicted positive: that threshold is infinite, which JSON cannot say.
    return threshold if math.isfinite(threshold) else None


def _thin_thresholds(thresholds: np.ndarray[Any, np.dtype[np.floating[Any]]]) -> list[float]:
    if len(thresholds) <= MAX_THRESHOLDS:
        return thresholds.tolist()  # type: ignore[no-any-return] # NumPy types no nesting
    positions = np.linspace(0, len(thresholds) - 1, MAX_THRESHOLDS).round().astype(np.intp)
    return thresholds[positions].tolist()  # type: ignore[no-any-return] # the same
