"""The curves of ranked scores: areas from every threshold, and few enough points to draw."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.evaluation.curves.area_spread import AreaSpread, ShareMoments, area_spread, share_moments
from shared.evaluation.curves.precision_spread import PrecisionSpread, PrecisionSums
from shared.evaluation.curves.ranked_scores import RankedScores
from shared.evaluation.curves.roc_and_pr import CurvePoints, pr_corners, roc_corners
from shared.evaluation.curves.thinning import ThinnedCurve, thin
from shared.evaluation.curves.thresholds import ThresholdCounts
from shared.evaluation.curves.weighted_area import WeightedSides, weighted_area
from shared.evaluation.curves.weighted_precision import weighted_precision_spread, weights_at_scores

# Points kept of a stretch before all are thinned together: the error of the area stays far below that of the drawing.
_OF_STRETCH = 256


@dataclass(frozen=True, slots=True)
class ScoredCurves:
    """The curves of one class against the rest; None where a kind of samples that they need does not occur.

    `roc_auc_spread` is by DeLong's method (1988), None with fewer than two samples on a side.
    `precision_spread` is that of the average precision, None with fewer than two positives and without negatives.
    """

    positives: float
    negatives: float
    roc_auc: float | None
    roc_auc_spread: AreaSpread | None
    average_precision: float | None
    roc: ThinnedCurve | None
    pr: ThinnedCurve | None
    # Of weighted samples, of which the fields above have the weights: the numbers of both kinds.
    rows: tuple[int, int] | None = None
    precision_spread: PrecisionSpread | None = None
    # The numbers of both kinds, of weighted samples those of independent ones that they are worth (Kish 1965).
    sides: tuple[int, int] = (0, 0)


def curves_of(ranked: RankedScores, max_points: int) -> ScoredCurves:
    """Measure the curves; each has at most `max_points` points, and the areas are those of all scores.

    The average precision is scikit-learn's. The precision-recall curve begins at the highest score.
    """
    positives, negatives = ranked.positives, ranked.negatives
    twice_wins: float = 0
    precision = 0.0
    lost = [ShareMoments(), ShareMoments()]
    roc: list[ThinnedCurve] = []
    pr: list[ThinnedCurve] = []
    sums = None if ranked.weighted is not None else PrecisionSums(int(positives), int(negatives))
    for stretch in ranked.stretches() if positives else ():
        twice_wins += (stretch.alarms @ (stretch.tp[1:] + stretch.tp[:-1])).item()
        precision += float(stretch.hits @ (stretch.tp[1:] / (stretch.tp[1:] + stretch.fp[1:])))
        if sums is not None:
            sums.add(stretch)
        if negatives:
            lost = [*map(ShareMoments.together, lost, _lost_pairs(stretch, positives, negatives))]
            roc.append(thin(_roc(roc_corners(stretch), positives, negatives), _OF_STRETCH, monotone=True))
        pr.append(thin(_pr(stretch, positives), _OF_STRETCH, monotone=False))
    area = min(twice_wins / (2 * positives * negatives), 1.0) if positives and negatives else None
    weighted = _weighted_sides(ranked)
    spread, precision_spread = area_spread(*lost), None if sums is None else sums.spread()
    if weighted is not None:
        spread = None if area is None else weighted_area(weighted.falling)[1]
        precision_spread = weighted_precision_spread(*weighted)
    return ScoredCurves(
        positives,
        negatives,
        area,
        spread,
        min(precision / positives, 1.0) if positives else None,
        _joined(roc, max_points, monotone=True),
        _joined(pr, max_points, monotone=False),
        None if ranked.weighted is None else _rows(ranked),
        precision_spread,
        (int(positives), int(negatives)) if weighted is None else weighted.worth,
    )


def roc_area_spread(counts: ThresholdCounts) -> AreaSpread | None:
    """The spread of the area under the ROC curve of all counts, by DeLong's method; None as above."""
    return area_spread(*_lost_pairs(counts, counts.positives, counts.negatives))


def _lost_pairs(stretch: ThresholdCounts, positives: float, negatives: float) -> tuple[ShareMoments, ShareMoments]:
    """The moments of the shares of pairs that the positives, and the negatives, of a stretch lose."""
    hits, alarms = stretch.hits, stretch.alarms
    by_positives = (stretch.fp[:-1] + alarms / 2) / negatives
    by_negatives = 1 - (stretch.tp[:-1] + hits / 2) / positives
    return share_moments(by_positives, hits), share_moments(by_negatives, alarms)


def _weighted_sides(ranked: RankedScores) -> WeightedSides | None:
    """The weights at each score, the highest first."""
    if ranked.weighted is None or not len(ranked.keys):
        return None
    return WeightedSides(*weights_at_scores(ranked, ranked.weighted))


def _rows(ranked: RankedScores) -> tuple[int, int]:
    positives = int(np.count_nonzero(ranked.keys & ranked.keys.dtype.type(1)))
    return positives, len(ranked.keys) - positives


def _roc(counts: ThresholdCounts, positives: float, negatives: float) -> CurvePoints:
    return CurvePoints(counts.fp / negatives, counts.tp / positives, counts.thresholds)


def _pr(stretch: ThresholdCounts, positives: float) -> CurvePoints:
    counts = pr_corners(stretch)
    # No precision at infinity, where nothing is predicted positive.
    real = counts.pick(np.flatnonzero(np.isfinite(counts.thresholds)))
    return CurvePoints(real.tp / positives, real.tp / (real.tp + real.fp), real.thresholds)


def _joined(parts: Sequence[ThinnedCurve], max_points: int, *, monotone: bool) -> ThinnedCurve | None:
    if not parts:
        return None
    curves = [part.curve for part in parts]
    thresholds = np.concatenate([curve.thresholds for curve in curves])
    # A stretch begins with the point that ended the one before it.
    is_new = np.append(True, thresholds[1:] != thresholds[:-1])
    x, y = (np.concatenate([getattr(curve, axis) for curve in curves])[is_new] for axis in "xy")
    thinned = thin(CurvePoints(x, y, thresholds[is_new]), max_points, monotone=monotone)
    return ThinnedCurve(thinned.curve, thinned.area_error + sum(part.area_error for part in parts))
