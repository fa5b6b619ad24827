"""Areas under the precision-recall curves of several classes on the same samples, and of their averages.

A sample changes such an area by its own part, and by the precision at every lower score (its influence function). Of
the micro average, which counts every cell of the table as one decision, a sample's cells change together.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.area_spread import share_moments
from shared.evaluation.curves.precision_spread import (
    PrecisionSpread,
    changes_of,
    further_harm,
    spread_of_changes,
)
from shared.evaluation.inputs.label_codes import Codes
from shared.evaluation.inputs.probabilities import Scores
from shared.evaluation.intervals.areas import average_precision_interval
from shared.evaluation.intervals.class_areas import AverageArea, MeanOfClasses, mean_square
from shared.evaluation.types import Floats

_TWO = 2
# Fewer than the rounding of no spread.
_NO_SPREAD = 1e-24


class PrecisionChanges(NamedTuple):
    """An area, the centre of its interval, and by how much each sample changes it, (n,), and a negative above all."""

    value: float
    centre: float
    changes: Floats
    by_alarm_at_top: float


class AreasByClass(NamedTuple):
    """The areas of the classes that occur, by the column, and their mean."""

    per_class: dict[int, AverageArea]
    macro: AverageArea


@dataclass(frozen=True)
class RankedSamples:
    """Samples, some of them positive, in the order of their scores: what areas of the same samples have in common.

    `places` (n,) are those of the samples among the distinct scores, the highest first, and the counts are at each.
    """

    is_positive: NDArray[np.bool_]
    places: NDArray[np.int64]
    hits: Floats
    tp: Floats
    reached: Floats

    @cached_property
    def precision(self) -> Floats:
        """The precision at each score."""
        return self.tp / self.reached

    @cached_property
    def gained(self) -> Floats:
        """The recall that each score adds."""
        gained: Floats = self.hits / self.tp[-1]
        return gained

    @cached_property
    def steps(self) -> PrecisionChanges:
        """The average precision, the area by steps."""
        value = float(self.gained @ self.precision)
        return PrecisionChanges(value, value, *_changes(self, value, own=self.precision, weights=self.gained))


Measure = Callable[[RankedSamples], PrecisionChanges]


def rank(scores: Scores, is_positive: NDArray[np.bool_]) -> RankedSamples:
    """Rank samples by their scores (n,)."""
    distinct, places = np.unique(-scores, return_inverse=True)
    both = np.bincount(places)
    hits = np.bincount(places[is_positive], minlength=len(distinct)).astype(np.float64)
    return RankedSamples(is_positive, places, hits, hits.cumsum(), both.cumsum(dtype=np.float64))


def average_precision_changes(ranked: RankedSamples) -> PrecisionChanges:
    """The average precision of samples of which some are positive."""
    return ranked.steps


def pr_area_changes(ranked: RankedSamples) -> PrecisionChanges:
    """The area by trapezoids, which begins at the recall of the highest score."""
    gained, own = ranked.gained.copy(), np.zeros(len(ranked.tp))
    own[1:] = (ranked.precision[1:] + ranked.precision[:-1]) / 2
    left_out = float(gained[0])
    if ranked.reached[0] == 1:
        # What one sample leaves out, where the scores have no steps, is nothing among many.
        own[0] = ranked.precision[0]
    else:
        gained[0] = 0.0
    closed = float(gained @ own)
    # Every precision is an end of two trapezoids.
    weights = gained / 2
    weights[:-1] += gained[1:] / 2
    changes = _changes(ranked, closed, own=own, weights=weights)
    # What is left out below the first threshold would leave the interval of few samples too low.
    return PrecisionChanges(closed - left_out * float(own[0]), closed, *changes)


def careful_pr_area_changes(ranked: RankedSamples) -> PrecisionChanges:
    """The area by trapezoids, with the changes of the average precision where these spread more.

    Of scores without steps both measure the same, and of ten positives the trapezoids, which count half of a precision
    before a positive, seem to vary less than they do.
    """
    trapezoids = pr_area_changes(ranked)
    if _variance(ranked.steps.changes) > _variance(trapezoids.changes):
        return ranked.steps._replace(value=trapezoids.value, centre=trapezoids.centre)
    return trapezoids


def _variance(values: Floats) -> float:
    return mean_square(values - values.sum() / len(values))


def areas_by_class(
    probabilities: Scores, codes: Codes, measures: Sequence[Measure], alpha: float
) -> list[AreasByClass]:
    """The areas of the classes that occur, and their mean, by each measure; of probabilities (n, k) and classes (n,).

    One column at a time is ranked, for all the measures.
    """
    combined: list[tuple[dict[int, AverageArea], MeanOfClasses]] = [({}, MeanOfClasses(len(codes))) for _ in measures]
    for column in np.flatnonzero(np.bincount(codes, minlength=probabilities.shape[1])).tolist():
        ranked = rank(probabilities[:, column], codes == column)
        for measure, (per_class, mean) in zip(measures, combined, strict=True):
            found = measure(ranked)
            per_class[column] = own = _interval(found, ranked.is_positive, alpha)
            mean.add(found.value, found.centre, found.changes, own.interval)
    return [AreasByClass(per_class, mean.area()) for per_class, mean in combined]


def micro_areas(probabilities: Scores, codes: Codes, measures: Sequence[Measure], alpha: float) -> list[AverageArea]:
    """The area of every cell of the table as one decision, by each measure."""
    is_own = codes[:, np.newaxis] == np.arange(probabilities.shape[1])
    ranked = rank(probabilities.ravel(), is_own.ravel())
    return [_micro_area(measure(ranked), probabilities.shape, alpha) for measure in measures]


def _micro_area(cells: PrecisionChanges, shape: tuple[int, ...], alpha: float) -> AverageArea:
    samples = shape[0]
    variance = mean_square(cells.changes.reshape(shape).mean(axis=1))
    if samples < _TWO or variance < _NO_SPREAD:
        return AverageArea(cells.value, None)
    spread = PrecisionSpread(math.sqrt(variance / (samples - 1)), samples - 1, samples - 1, 0.0)
    return _around(cells, spread, alpha)


def _changes(ranked: RankedSamples, value: float, *, own: Floats, weights: Floats) -> tuple[Floats, float]:
    """The changes of Σ gained·own, in which the precision at each score has so much weight.

    Those by the samples, and that by a negative above all of them.
    """
    n, positives = len(ranked.places), ranked.tp[-1]
    misses = ranked.reached - ranked.tp
    # A sample counts at its own score and at every lower one.
    of_one = weights * n / ranked.reached**2
    by_hit, by_alarm = ((of_one * side)[::-1].cumsum()[::-1] for side in (misses, ranked.tp))
    at_score = n / positives * (own - value) + by_hit
    changes: Floats = np.where(ranked.is_positive, at_score[ranked.places], -by_alarm[ranked.places])
    return changes, -float(by_alarm[0])


def _interval(found: PrecisionChanges, is_positive: NDArray[np.bool_], alpha: float) -> AverageArea:
    by_positives, by_negatives = found.changes[is_positive], found.changes[~is_positive]
    if min(len(by_positives), len(by_negatives)) < _TWO or mean_square(found.changes) < _NO_SPREAD:
        return AverageArea(found.value, None)
    sides = [changes_of(share_moments(side)) for side in (by_positives, by_negatives)]
    further = further_harm(sides[1].mean, float(by_negatives.min()), found.by_alarm_at_top)
    return _around(found, spread_of_changes(sides[0], sides[1], further), alpha)


def _around(found: PrecisionChanges, spread: PrecisionSpread, alpha: float) -> AverageArea:
    bounds = average_precision_interval(found.centre, spread, alpha) if 0 < found.value < 1 else None
    return AverageArea(found.value, bounds and (min(bounds[0], found.value), max(bounds[1], found.value)))
