"""Average precision of each class from ranked outcomes, by three rules of interpolation."""

from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from shared.evaluation.detection.matching.ranked_matching import sorted_again, surest_first
from shared.evaluation.types import Flags, Floats, Integers

# The mean of 101 points (COCO), of 11 points (VOC until 2009), or the area below the envelope (VOC from 2010 on).
Interpolation = Literal["101-point", "11-point", "area"]

_POINTS = {"101-point": np.linspace(0, 1, 101), "11-point": np.linspace(0, 1, 11)}


class Ranking(NamedTuple):
    """Candidates (n,) in any order, and how many objects (k,) of each class there are to find."""

    classes: Integers
    confidences: Floats
    is_right: Flags
    totals: Integers


def by_class(ranking: Ranking, interpolation: Interpolation) -> Floats:
    """The average precision (k,) of each class; 0 where there is nothing to find."""
    order = sorted_again(surest_first(ranking.confidences), ranking.classes)
    is_right = ranking.is_right[order]
    bounds = np.searchsorted(ranking.classes[order], np.arange(len(ranking.totals) + 1)).tolist()
    return np.array(
        [
            _of_one(is_right[start:stop], total, interpolation)
            for (start, stop), total in zip(pairwise(bounds), ranking.totals.tolist(), strict=True)
        ],
        float,
    )


def _of_one(is_right: Flags, total: int, interpolation: Interpolation) -> float:
    if not total or not len(is_right):
        return 0.0
    right = np.cumsum(is_right, dtype=float)
    recall, precision = right / total, right / np.arange(1, len(right) + 1)
    envelope = np.zeros(len(right) + 1)
    np.maximum.accumulate(precision[::-1], out=envelope[-2::-1])
    if interpolation == "area":
        steps = np.diff(recall, prepend=0.0)
        return float((steps * envelope[:-1]).sum())
    points = _POINTS[interpolation]
    return float(envelope[recall.searchsorted(points)].sum()) / len(points)
