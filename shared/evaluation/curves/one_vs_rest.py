"""The curves of a classifier: each class against the rest, and their averages."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.area_spread import AreaSpread
from shared.evaluation.curves.operating_points import BestThresholds, best_thresholds
from shared.evaluation.curves.precision_spread import PrecisionSpread, PrecisionSums
from shared.evaluation.curves.roc_and_pr import (
    CurvePoints,
    pr_areas,
    pr_corners,
    pr_curve,
    roc_area,
    roc_corners,
    roc_curve,
)
from shared.evaluation.curves.scored_curves import roc_area_spread
from shared.evaluation.curves.thinning import ThinnedCurve, thin
from shared.evaluation.curves.thresholds import ThresholdCounts, count_at_scores
from shared.evaluation.curves.weighted_area import sides_at_scores, weighted_area
from shared.evaluation.curves.weighted_precision import weighted_precision_spread
from shared.evaluation.inputs.label_codes import Codes
from shared.evaluation.inputs.probabilities import Scores, Weights
from shared.evaluation.inputs.probability_errors import OneClassOnly
from shared.evaluation.types import Floats

NEVER_OCCURS = "No sample has this class."

# As fine as a plot can show. A ROC curve starts at (0, 0), and the mean of several where they leave the left side.
_GRID = np.linspace(0, 1, 1000)
_MACRO_X, _NO_THRESHOLDS = np.insert(_GRID, 0, 0.0), np.full(len(_GRID) + 1, np.nan)


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas below the ROC curve and, by trapezoids, below the precision-recall curve, and the average precision."""

    roc: float
    pr: float
    average_precision: float


@dataclass(frozen=True, slots=True)
class CurveSummary:
    """Areas, curves to draw and best thresholds of one class against the rest, or of all of them pooled.

    `sides` are the numbers of positives and negatives of a class, beside the spreads of its ROC area, by DeLong's
    method, and of its average precision; of weighted samples Kish's numbers. Both spreads are None of pooled classes,
    whose decisions are not independent, and of too few samples.
    """

    areas: Areas
    roc: ThinnedCurve
    pr: ThinnedCurve
    best: BestThresholds
    sides: tuple[int, int] = (0, 0)
    roc_spread: AreaSpread | None = None
    precision_spread: PrecisionSpread | None = None


@dataclass(frozen=True, slots=True)
class UndefinedCurve:
    """No curve, and the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class MacroAverage:
    """The plain mean over the classes that occur, whose positions are in `columns`.

    `roc` is the mean of their ROC curves at 1,000 equally spaced false positive rates; it has no thresholds (NaN), and
    its area can differ a little from the exact mean in `areas`.
    """

    areas: Areas
    roc: CurvePoints
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClassifierCurves:
    """The curves of each class, in the order of the columns, and the averages.

    `micro` counts every cell of the table as one decision: whether the sample has the class of the column.
    """

    per_class: tuple[CurveSummary | UndefinedCurve, ...]
    micro: CurveSummary
    macro: MacroAverage


def measure_curves(
    probabilities: Scores,
    codes: Codes,
    weights: Weights | None = None,
    *,
    scored: int | None = None,
    max_points: int = 1000,
    cost_ratio: float | None = None,
    vector: str = "actual_vector",
) -> ClassifierCurves:
    """Measure checked probabilities (n, k) against the columns (n,) of the actual classes, with weights (n,) if any.

    Every curve to draw has at most `max_points` points. `scored` is the position of the column that was sent
    if only one of two was. Raises `OneClassOnly`, which names `vector`.
    """
    present = np.bincount(codes, weights, probabilities.shape[1]) > 0
    if np.count_nonzero(present) < 2:  # noqa: PLR2004 - a class and a rest
        raise OneClassOnly(vector=vector)
    per_class: list[CurveSummary | UndefinedCurve] = []
    heights = np.zeros(len(_MACRO_X))
    for column, occurs in enumerate(present.tolist()):
        if not occurs:
            per_class.append(UndefinedCurve(NEVER_OCCURS))
            continue
        counts = count_class(probabilities, codes, column, weights, scored=scored)
        summary = _measure(counts, max_points, cost_ratio)
        if weights is None:
            per_class.append(_with_spreads(summary, counts))
        else:
            scores = probabilities[:, column] if scored is None or column == scored else -probabilities[:, scored]
            per_class.append(_with_weighted_spreads(summary, scores, codes == column, weights))
        full = roc_curve(counts)
        heights[1:] += np.interp(_GRID, full.x, full.y)
    micro = _measure(count_pooled(probabilities, codes, weights), max_points, cost_ratio)
    summaries = [curves for curves in per_class if isinstance(curves, CurveSummary)]
    macro = _macro(summaries, heights / len(summaries), tuple(np.flatnonzero(present).tolist()))
    return ClassifierCurves(tuple(per_class), micro, macro)


def count_class(
    probabilities: Scores, codes: Codes, column: int, weights: Weights | None = None, *, scored: int | None = None
) -> ThresholdCounts:
    """Count one class against the rest at every distinct probability in its column, or in the `scored` one."""
    if scored is not None and column != scored:
        return count_class(probabilities, codes, scored, weights).mirrored()
    return count_at_scores(probabilities[:, column], codes == column, weights)


def count_pooled(probabilities: Scores, codes: Codes, weights: Weights | None = None) -> ThresholdCounts:
    """Count all cells of the table at every distinct probability in it, as the micro average requires."""
    columns = probabilities.shape[1]
    positive = codes[:, np.newaxis] == np.arange(columns, dtype=codes.dtype)
    cell_weights = None if weights is None else np.repeat(weights, columns)
    return count_at_scores(probabilities.ravel(), positive.ravel(), cell_weights)


def _measure(counts: ThresholdCounts, max_points: int, cost_ratio: float | None) -> CurveSummary:
    roc = roc_area(counts)
    assert roc is not None
    return CurveSummary(
        Areas(roc, *pr_areas(counts)),
        thin(roc_curve(roc_corners(counts)), max_points, monotone=True),
        thin(pr_curve(pr_corners(counts)), max_points, monotone=False),
        best_thresholds(counts, cost_ratio=cost_ratio),
    )


def _with_spreads(summary: CurveSummary, counts: ThresholdCounts) -> CurveSummary:
    sides = int(counts.positives), int(counts.negatives)
    sums = PrecisionSums(*sides)
    sums.add(counts)
    return replace(summary, sides=sides, roc_spread=roc_area_spread(counts), precision_spread=sums.spread())


def _with_weighted_spreads(
    summary: CurveSummary, scores: Scores, is_own: NDArray[np.bool_], weights: Weights
) -> CurveSummary:
    sides = sides_at_scores(scores, is_own, weights)
    assert sides is not None, "the class occurs, and so do others"
    _, roc_spread = weighted_area(sides)
    return replace(
        summary,
        sides=sides.worth,
        roc_spread=roc_spread,
        precision_spread=weighted_precision_spread(*sides.falling),
    )


def _macro(summaries: list[CurveSummary], mean: Floats, columns: tuple[int, ...]) -> MacroAverage:
    def average(values: list[float]) -> float:
        return sum(values) / len(values)

    areas = [curves.areas for curves in summaries]
    return MacroAverage(
        Areas(
            roc=average([area.roc for area in areas]),
            pr=average([area.pr for area in areas]),
            average_precision=average([area.average_precision for area in areas]),
        ),
        CurvePoints(_MACRO_X, mean, _NO_THRESHOLDS),
        columns,
    )
