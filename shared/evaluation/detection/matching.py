"""Matching of the objects of two sides."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.objects import Geometry, Objects, iou

# COCO takes a threshold of 1 for "equal up to rounding".
_LARGEST = 1 - 1e-10


class Matches(NamedTuple):
    """For each reference and each candidate object the position of its partner on the other side, or -1."""

    of_reference: NDArray[np.int64]
    of_candidate: NDArray[np.int64]


def match(reference: Objects, candidate: Objects, *, threshold: float, geometry: Geometry = "boxes") -> Matches:
    """Pair objects whose intersection over union reaches the threshold, each with one other at most.

    First within each class: the candidates choose in the order of their confidence, each the free reference object that
    it overlaps most (as COCO matches). Then the rest is paired in the same way regardless of class: the same object
    under two names. Among equals the earlier one wins. Raises MaskSizesDiffer.
    """
    matches = Matches(np.full(len(reference), -1), np.full(len(candidate), -1))
    if len(reference) and len(candidate):
        overlaps = iou(reference, candidate, geometry)
        same = reference.classes[:, None] == candidate.classes[None, :]
        order = np.argsort(-candidate.confidences, kind="stable")
        least = min(threshold, _LARGEST)
        _choose(matches, np.where(same, overlaps, -1.0), order, least)
        _choose(matches, overlaps, order, least)
    return matches


def _choose(matches: Matches, overlaps: NDArray[np.float64], order: NDArray[np.int64], least: float) -> None:
    free = matches.of_reference < 0
    # Most pairs are far apart; a candidate without any overlap needs no choice.
    for candidate in order[(overlaps[:, order] >= least).any(axis=0)]:
        if matches.of_candidate[candidate] >= 0:
            continue
        offered = np.where(free, overlaps[:, candidate], -1.0)
        best = int(np.argmax(offered))
        if offered[best] >= least:
            free[best] = False
            matches.of_reference[best] = candidate
            matches.of_candidate[candidate] = best
