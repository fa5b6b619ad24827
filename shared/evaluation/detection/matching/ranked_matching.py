"""COCO's matching of all images at once: every candidate chooses before those that are less sure."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.types import Flags, Floats, Integers

# COCO takes a threshold of 1 for "equal up to rounding".
LARGEST = 1 - 1e-10

Partners = NDArray[np.int64]
Positions = NDArray[np.intp]


def surest_first(confidences: Floats) -> Positions:
    """The order (n,) of candidates: the surest first, of equals the earlier one."""
    return np.argsort(-confidences, kind="stable")


def ranks(groups: Integers, confidences: Floats, by_confidence: Positions | None = None) -> Integers:
    """The place (n,) of each candidate in its group, from 0, in the order `by_confidence`, which is `surest_first`."""
    order = sorted_again(surest_first(confidences) if by_confidence is None else by_confidence, groups)
    ordered = groups[order]
    firsts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    sizes = np.diff(np.append(firsts, len(ordered)))
    places = np.empty(len(groups), np.int64)
    places[order] = np.arange(len(ordered)) - np.repeat(firsts, sizes)
    return places


def ranks_within(overlaps: Overlaps, groups: Integers, confidences: Floats) -> Integers:
    """The places (n,) of those candidates that have a pair, among these; 0 of all others."""
    places = np.zeros(len(groups), np.int64)
    some = np.unique(overlaps.candidates)
    places[some] = ranks(groups[some], confidences[some])
    return places


class Turns(NamedTuple):
    """Pairs in the order in which candidates choose, those of one ascending by overlap, with their places (p,)."""

    pairs: Overlaps
    places: Integers

    def where(self, kept: Flags) -> "Turns":
        """Those pairs that are marked."""
        return Turns(self.pairs.where(kept), self.places[kept])


def turns_of(overlaps: Overlaps, places: Integers) -> Turns:
    """Pairs in the order of `turn_order`, of candidates with places (n,)."""
    ordered = overlaps.where(turn_order(overlaps, places))
    return Turns(ordered, places[ordered.candidates])


def turn_order(overlaps: Overlaps, places: Integers) -> Positions:
    """The order (p,) of pairs by the place (n,) of their candidate, by candidate, overlap and reference."""
    order = np.argsort(overlaps.references, kind="stable")
    order = order[np.argsort(overlaps.iou[order], kind="stable")]
    for numbers in (overlaps.candidates, places[overlaps.candidates]):
        order = sorted_again(order, numbers)
    return order


def match_all(overlaps: Overlaps, places: Integers, thresholds: Floats, is_ignored: Flags, is_crowd: Flags) -> Partners:
    """Match, as `match_in_turns` does, candidates with places (n,), of whose groups no two share a reference."""
    kept = overlaps.where(overlaps.iou >= np.minimum(thresholds, LARGEST).min(initial=1))
    return match_in_turns(turns_of(kept, places), len(places), thresholds, is_ignored, is_crowd)


def match_in_turns(turns: Turns, count: int, thresholds: Floats, is_ignored: Flags, is_crowd: Flags) -> Partners:
    """The partner (a, t, n) of each of n candidates at t thresholds, or -1; `is_ignored` (a, m) differs by size.

    A candidate takes the free reference that it overlaps most, and of equals the later one; an ignored reference only
    where there is no other, and a group may be taken by many.
    """
    least = np.minimum(thresholds, LARGEST)
    partners = np.full((len(is_ignored), len(least), count), -1, np.int64)
    taken = np.zeros((len(is_ignored), len(least), is_ignored.shape[1]), bool)
    for candidates, references, shares in _by_place(turns.where(turns.pairs.iou >= least.min(initial=1))):
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


def _by_place(turns: Turns) -> Iterator[tuple[Integers, Integers, Floats]]:
    pairs, places = turns
    bounds = np.flatnonzero(np.append(True, places[1:] != places[:-1])[: len(places)])
    for start, stop in pairwise([*bounds.tolist(), len(places)]):
        yield pairs.candidates[start:stop], pairs.references[start:stop], pairs.iou[start:stop]


def sorted_again(order: Positions, numbers: Integers) -> Positions:
    """Sort an order by numbers from 0 on, equal ones as they are: 16 bits at a time, which NumPy counts."""
    rest = numbers[order]
    while len(rest):
        again = np.argsort((rest & 0xFFFF).astype(np.uint16), kind="stable")
        order, rest = order[again], rest[again] >> 16
        if not rest.any():
            break
    return order
