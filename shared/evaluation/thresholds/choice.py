"""The best threshold for a goal, out of all that there are."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.ranked_scores import RankedScores
from shared.evaluation.curves.thresholds import ThresholdCounts
from shared.evaluation.thresholds.goals import Goal, PointCounts, metric_values, objective


class Choice(NamedTuple):
    """The best threshold that fulfils the goal; where none does, the one that comes closest, if the metric exists."""

    is_reached: bool
    point: PointCounts | None


class _Best:
    """The largest value so far and the counts at its threshold; the first of equal ones, which is the highest."""

    def __init__(self) -> None:
        self.value = -np.inf
        self.point: tuple[float, float, float] | None = None

    def offer(self, values: NDArray[Any], allowed: NDArray[np.bool_], counts: ThresholdCounts) -> None:
        kept = np.where(allowed & ~np.isnan(values), values, -np.inf)
        at = int(np.argmax(kept))
        if kept[at] > self.value:
            self.value = float(kept[at])
            self.point = counts.thresholds[at].item(), counts.tp[at].item(), counts.fp[at].item()


def choose(ranked: RankedScores, goal: Goal) -> Choice:
    """Find the threshold among infinity and all distinct scores; of equally good ones the highest.

    Samples with equal scores are decided alike, so that only distinct scores are thresholds.
    """
    positives, negatives = ranked.positives, ranked.negatives
    reached, closest = _Best(), _Best()
    for counts in ranked.stretches():
        sides = counts.tp, counts.fp
        allowed = np.ones(len(counts.tp), np.bool_)
        if goal.max_positives is not None:
            allowed = counts.tp + counts.fp <= goal.max_positives
        fulfilled = allowed
        if goal.metric is not None and goal.at_least is not None:
            values = metric_values(goal.metric, *sides, positives, negatives)
            closest.offer(values, allowed, counts)
            fulfilled = allowed & (values >= goal.at_least)
        reached.offer(objective(goal, *sides, positives, negatives), fulfilled, counts)
    best = closest if reached.point is None else reached
    return Choice(reached.point is not None, None if best.point is None else point_of(ranked, *best.point))


def point_of(ranked: RankedScores, threshold: float, tp: float, fp: float) -> PointCounts:
    """The four counts at a threshold."""
    return PointCounts(threshold, tp, fp, ranked.positives - tp, ranked.negatives - fp)
