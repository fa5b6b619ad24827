"""COCO's matching of all images at once: every candidate chooses before those that are less sure."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.boxes import Floats
from shared.evaluation.detection.object_table import Flags, Integers
from shared.evaluation.detection.overlaps import Overlaps

# COCO takes a threshold of 1 for "equal up to rounding".
LARGEST = 1 - 1e-10

Partners = NDArray[np.int64]


def ranks(groups: Integers, confidences: Floats) -> Integers:
    """The place (n,) of each candidate in its group, from 0: the surest first, of equals the earlier one."""
    order = np.lexsort((-confidences, groups))
    ordered = groups[order]
    firsts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    sizes = np.diff(np.append(firsts, len(ordered)))
    places = np.empty(len(groups), np.int64)
    places[order] = np.arange(len(ordered)) - np.repeat(firsts, sizes)
    return places


def match_all(overlaps: Overlaps, places: Integers, thresholds: Floats, is_ignored: Flags, is_crowd: Flags) -> Partners:
    """The partner (a, t, n) of each of n candidates at t thresholds, or -1; `is_ignored` (a, m) differs by size.

    A candidate takes the free reference that it overlaps most, and of equals the later one; an ignored reference only
    where there is no other, and a group may be taken by many. Groups of candidates with places must share no reference.
    """
    least = np.minimum(thresholds, LARGEST)
    partners = np.full((len(is_ignored), len(least), len(places)), -1, np.int64)
    taken = np.zeros((len(is_ignored), len(least), is_ignored.shape[1]), bool)
    for candidates, references, shares in _by_place(overlaps.where(overlaps.iou >= least.min(initial=1)), places):
        is_open = (shares >= least[:, None]) & (~taken[:, :, references] | is_crowd[references])
        # The pairs of a candidate ascend by overlap, then by reference: the last open one is its choice.
        value = np.arange(1, len(candidates) + 1) + len(candidates) * ~is_ignored[:, None, references]
        firsts = np.flatnonzero(np.append(True, candidates[1:] != candidates[:-1]))
        best = np.maximum.reduceat(np.where(is_open, value, 0), firsts, axis=2)
        sizes, levels, groups = np.nonzero(best)
        chosen = references[(best[sizes, levels, groups] - 1) % len(candidates)]
        partners[sizes, levels, candidates[firsts[groups]]] = chosen
        taken[sizes, levels, chosen] = True
    return partners


def _by_place(overlaps: Overlaps, places: Integers) -> Iterator[tuple[Integers, Integers, Floats]]:
    turns = places[overlaps.candidates]
    order = np.lexsort((overlaps.references, overlaps.iou, overlaps.candidates, turns))
    turns = turns[order]
    bounds = np.flatnonzero(np.append(True, turns[1:] != turns[:-1])[: len(turns)])
    for start, stop in pairwise([*bounds.tolist(), len(turns)]):
        some = order[start:stop]
        yield overlaps.candidates[some], overlaps.references[some], overlaps.iou[some]
