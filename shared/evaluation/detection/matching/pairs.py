"""Matching of the objects of two sides."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry.objects import Geometry, Objects, iou

# COCO takes a threshold of 1 for "equal up to rounding".
_LARGEST = 1 - 1e-10


class Matches(NamedTuple):
    """For each reference and each candidate object the position of its partner on the other side, or -1.

    `is_uncounted` (n,) are the references that need not be found, and `is_ignored` (m,) the candidates that were
    found in such a place: neither right nor wrong.
    """

    of_reference: NDArray[np.int64]
    of_candidate: NDArray[np.int64]
    is_uncounted: NDArray[np.bool_]
    is_ignored: NDArray[np.bool_]

    @property
    def only_reference(self) -> NDArray[np.intp]:
        """Positions of the references that were missed."""
        return np.flatnonzero((self.of_reference < 0) & ~self.is_uncounted)

    @property
    def only_candidate(self) -> NDArray[np.intp]:
        """Positions of the candidates that are wrong."""
        return np.flatnonzero((self.of_candidate < 0) & ~self.is_ignored)


def match(reference: Objects, candidate: Objects, *, threshold: float, geometry: Geometry = "boxes") -> Matches:
    """Pair objects whose intersection over union reaches the threshold, each with one other at most.

    First within each class: the candidates choose in the order of their confidence, each the free reference object that
    it overlaps most, and among equals the later one (as COCO matches). A candidate that finds none, but lies in a group
    or on an ignored object of its class, is ignored. Then the rest is paired regardless of class: the same object under
    two names. Raises MaskSizesDiffer, TooManyRuns.
    """
    is_uncounted = reference.is_uncounted
    matches = Matches(
        np.full(len(reference), -1), np.full(len(candidate), -1), is_uncounted, np.zeros(len(candidate), bool)
    )
    if not len(reference) or not len(candidate):
        return matches
    overlaps = iou(reference, candidate, geometry)
    is_same = reference.classes[:, None] == candidate.classes[None, :]
    order = np.argsort(-candidate.confidences, kind="stable")
    least = min(threshold, _LARGEST)
    counted = np.where(is_uncounted[:, None], -1.0, overlaps)
    _pair(matches, np.where(is_same, counted, -1.0), order, least)
    if is_uncounted.any():
        open_overlaps = np.where(is_same & is_uncounted[:, None], overlaps, -1.0)
        matches.is_ignored[_choices(open_overlaps, _open(matches, order), least, reference.is_crowd)[1]] = True
    _pair(matches, counted, order, least)
    return matches


def _open(matches: Matches, order: NDArray[np.intp]) -> NDArray[np.intp]:
    return order[(matches.of_candidate[order] < 0) & ~matches.is_ignored[order]]


def _pair(matches: Matches, overlaps: NDArray[np.float64], order: NDArray[np.intp], least: float) -> None:
    overlaps = np.where((matches.of_reference < 0)[:, None], overlaps, -1.0)
    rows, columns = _choices(overlaps, _open(matches, order), least, np.zeros(len(overlaps), bool))
    matches.of_reference[rows] = columns
    matches.of_candidate[columns] = rows


def _choices(
    overlaps: NDArray[np.float64], order: NDArray[np.intp], least: float, is_group: NDArray[np.bool_]
) -> tuple[list[int], list[int]]:
    """The references and candidates that find each other; many candidates may lie in one group."""
    is_free, rows, columns = np.ones(len(overlaps), bool), list[int](), list[int]()
    # Most pairs are far apart; a candidate without any overlap needs no choice.
    for candidate in order[(overlaps[:, order] >= least).any(axis=0)].tolist():
        offered = np.where(is_free, overlaps[:, candidate], -1.0)
        # The last of the largest.
        best = len(offered) - 1 - int(np.argmax(offered[::-1]))
        if offered[best] >= least:
            is_free[best] = is_group[best]
            rows.append(best)
            columns.append(candidate)
    return rows, columns
