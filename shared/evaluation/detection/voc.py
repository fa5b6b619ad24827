"""PASCAL VOC's rules (Everingham et al. 2010, development kit of 2012).

A candidate has the object that it overlaps most, free or not; where that is a difficult one, it is neither right nor
wrong. Sides of boxes count their last pixel, so they are longer by one.
"""

from dataclasses import replace

import numpy as np

from shared.evaluation.detection import overlaps
from shared.evaluation.detection.class_precision import Interpolation, Ranking, by_class
from shared.evaluation.detection.object_table import Flags, Integers, ObjectTable

THRESHOLD = 0.5

_LAST_PIXEL = np.array([0, 0, 1, 1])

INTERPOLATIONS: dict[str, Interpolation] = {"voc07": "11-point", "voc12": "area"}


def average_precisions(
    references: ObjectTable, candidates: ObjectTable, class_count: int, interpolation: Interpolation
) -> list[float | None]:
    """The average precision of each class; None where there is nothing to find."""
    is_sought = ~references.is_uncounted
    totals = np.bincount(references.classes[is_sought], minlength=class_count)
    best = _best(references, candidates)
    is_ignored = np.append(references.is_uncounted, False)[best]
    is_right = (best >= 0) & ~is_ignored & _is_first(best, candidates)
    kept = np.flatnonzero(~is_ignored)
    ranking = Ranking(candidates.classes[kept], candidates.confidences[kept], is_right[kept], totals)
    values = by_class(ranking, interpolation)
    return [float(value) if total else None for value, total in zip(values, totals, strict=True)]


def _best(references: ObjectTable, candidates: ObjectTable) -> Integers:
    """The reference that each candidate overlaps most, of equals the first, or -1."""
    # No object is a group here: overlaps are over the union.
    truth, found = (
        replace(table, xywh=table.xywh + _LAST_PIXEL, is_crowd=np.zeros(len(table), bool))
        for table in (references, candidates)
    )
    pairs = overlaps.of_boxes(truth, found, THRESHOLD, within_class=True)
    best = np.full(len(candidates), -1, np.int64)
    order = np.lexsort((-pairs.references, pairs.iou))
    best[pairs.candidates[order]] = pairs.references[order]
    return best


def _is_first(best: Integers, candidates: ObjectTable) -> Flags:
    """Whether each candidate is the surest of those with its reference."""
    order = np.argsort(-candidates.confidences, kind="stable")
    _, firsts = np.unique(best[order], return_index=True)
    is_first = np.zeros(len(best), bool)
    is_first[order[firsts]] = True
    return is_first
