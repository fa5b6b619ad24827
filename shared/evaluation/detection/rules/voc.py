"""PASCAL VOC's rules (Everingham et al. 2010, development kit of 2012).

A candidate has the object that it overlaps most, free or not; where that is a difficult one, it is neither right nor
wrong. Sides of boxes count their last pixel, so they are longer by one.
"""

from dataclasses import replace

import numpy as np

from shared.evaluation.detection.geometry import overlaps
from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.detection.matching.ranked_outcomes import Outcomes, Scene
from shared.evaluation.detection.precision.class_precision import Interpolation, Ranking, by_class
from shared.evaluation.types import Flags, Integers

THRESHOLD = 0.5

_LAST_PIXEL = np.array([0, 0, 1, 1])


def pairs_of(references: ObjectTable, candidates: ObjectTable, least: float) -> Overlaps:
    """The pairs of boxes of one image and any class that overlap by `least` (above 0) or more; no object is a group."""
    truth, found = (
        replace(table, xywh=table.xywh + _LAST_PIXEL, is_crowd=np.zeros(len(table), bool))
        for table in (references, candidates)
    )
    return overlaps.of_boxes(truth, found, least, within_class=False)


def outcomes(scene: Scene, threshold: float) -> Outcomes:
    """Judge every candidate; the pairs of the scene are those of `pairs_of`."""
    references, candidates = scene.references, scene.candidates
    pairs = scene.overlaps
    is_same = references.classes[pairs.references] == candidates.classes[pairs.candidates]
    best = most_overlapped(pairs.where(is_same & (pairs.iou >= threshold)), len(candidates))
    is_ignored = np.append(references.is_uncounted, False)[best]
    is_right = (best >= 0) & ~is_ignored & is_surest(best, candidates)
    partners = np.where(is_right | is_ignored, best, -1)
    return Outcomes(partners, is_right, ~is_right & ~is_ignored, np.zeros(len(candidates), bool))


def average_precisions(scene: Scene, found: Outcomes, interpolation: Interpolation) -> list[float | None]:
    """The average precision of each class; None where there is nothing to find."""
    is_sought = ~scene.references.is_uncounted
    totals = np.bincount(scene.references.classes[is_sought], minlength=scene.class_count)
    rows = np.flatnonzero(found.is_right | found.is_wrong)
    candidates = scene.candidates
    ranking = Ranking(candidates.classes[rows], candidates.confidences[rows], found.is_right[rows], totals)
    values = by_class(ranking, interpolation)
    return [float(value) if total else None for value, total in zip(values, totals, strict=True)]


def most_overlapped(pairs: Overlaps, candidate_count: int) -> Integers:
    """The reference (n,) that each candidate overlaps most, of equals the first, or -1."""
    best = np.full(candidate_count, -1, np.int64)
    order = np.lexsort((-pairs.references, pairs.iou))
    best[pairs.candidates[order]] = pairs.references[order]
    return best


def is_surest(best: Integers, candidates: ObjectTable) -> Flags:
    """Whether each candidate (n,) is the surest of those with its reference."""
    order = np.argsort(-candidates.confidences, kind="stable")
    _, firsts = np.unique(best[order], return_index=True)
    is_first = np.zeros(len(best), bool)
    is_first[order[firsts]] = True
    return is_first
