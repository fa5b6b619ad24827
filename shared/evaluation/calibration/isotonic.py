"""The Brier score that the best monotone map of the scores would have."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.ranked_scores import RankedScores

# int64, or float64 where samples have weights.
Points = NDArray[Any]


def brier_of_isotonic(ranked: RankedScores) -> float:
    """The Brier score of the isotonic regression of the labels on the scores of n > 0 samples.

    Its blocks lie between the corners of the convex hull above the ROC curve (Fawcett and Niculescu-Mizil 2007), which
    whole numbers decide: exact up to 3e9 samples without weights.
    """
    corners = np.zeros((1, 2), np.int64 if ranked.weighted is None else np.float64)
    for stretch in ranked.stretches():
        # A corner of all points is one of those seen so far, whatever comes later.
        corners = hull(np.concatenate([corners, np.column_stack([stretch.fp, stretch.tp])[1:]]))
    negatives, positives = np.diff(corners, axis=0).T
    return float((positives * (negatives / (positives + negatives))).sum() / ranked.total)


def hull(points: Points) -> Points:
    """Keep the corners of the hull above points (m, 2) that rise in both coordinates; its ends stay."""
    while True:
        run, rise = np.diff(points, axis=0).T
        # A point on or below the line between its neighbours is no corner, whichever else goes.
        is_corner = np.ones(len(points), np.bool_)
        is_corner[1:-1] = rise[:-1] * run[1:] > rise[1:] * run[:-1]
        if is_corner.all():
            return points
        points = points[is_corner]
