"""Masks as runs: what a pixel costs is paid once per run, never once per pixel.

Pixels are numbered down the columns, as COCO numbers them: pixel (x, y) of an image of height h is x * h + y.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.evaluation.types import Integers

_NO_RUNS: Integers = np.zeros(0, np.int64)

# Runs of both masks of all pairs that one comparison of two sides may look at: five seconds' work.
MAX_RUNS_COMPARED = 2_000_000_000


class TooManyRuns(Exception):
    """The masks overlap so much, and are so intricate, that comparing them pair by pair takes too long."""


class MaskSizesDiffer(Exception):
    """Masks of different sizes have no common pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """The pixels of an object: runs [start, stop), ascending, not empty and apart from each other."""

    height: int
    width: int
    starts: Integers
    stops: Integers

    @property
    def area(self) -> int:
        """The number of pixels."""
        return int((self.stops - self.starts).sum())

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The smallest box around the pixels, as corners; all 0 for an empty mask."""
        if not len(self.starts):
            return 0, 0, 0, 0
        first, last = self.starts // self.height, (self.stops - 1) // self.height
        # A run that goes on in the next column touches both the bottom and the top.
        wraps = first != last
        top = np.where(wraps, 0, self.starts % self.height)
        bottom = np.where(wraps, self.height - 1, (self.stops - 1) % self.height)
        return int(first.min()), int(top.min()), int(last.max()) + 1, int(bottom.max()) + 1

    @property
    def counts(self) -> Integers:
        """COCO's run lengths: background and object in turn, beginning with background, height * width in all."""
        bounds = np.column_stack([self.starts, self.stops]).ravel()
        counts = np.diff(bounds, prepend=0)
        rest = self.height * self.width - (int(bounds[-1]) if len(bounds) else 0)
        return np.append(counts, rest) if rest or not len(counts) else counts


def joined_counts(masks: Sequence[Mask]) -> tuple[Integers, Integers]:
    """The `counts` of all masks in a row, and how many each has."""
    runs = np.array([len(mask.starts) for mask in masks], np.int64)
    pixels = np.array([mask.height * mask.width for mask in masks], np.int64)
    # Each mask has its bounds, and its pixels where the last run ends.
    ends = np.cumsum(2 * runs + 1)
    values = np.empty(ends[-1] if len(ends) else 0, np.int64)
    is_bound = np.ones(len(values), bool)
    is_bound[ends - 1] = False
    bounds = np.empty((int(runs.sum()), 2), np.int64)
    for side, column in enumerate(("starts", "stops")):
        np.concatenate([_NO_RUNS, *(getattr(mask, column) for mask in masks)], out=bounds[:, side])
    values[is_bound], values[ends - 1] = bounds.ravel(), pixels
    counts = np.diff(values, prepend=0)
    firsts = ends - 2 * runs - 1
    counts[firsts] = values[firsts]
    # Nothing is said of a rest of no pixels, but of an empty mask.
    is_said = np.ones(len(counts), bool)
    is_said[ends - 1] = (counts[ends - 1] > 0) | (runs == 0)
    return counts[is_said], 2 * runs + is_said[ends - 1]


def of_counts(counts: Any, height: int, width: int) -> Mask:
    """The mask that COCO's run lengths describe; what they leave out at the end is background."""
    ends = np.cumsum(np.asarray(counts, dtype=np.int64))
    stops = ends[1::2]
    return of_runs(ends[0::2][: len(stops)], stops, height, width)


def of_runs(starts: Integers, stops: Integers, height: int, width: int) -> Mask:
    """The mask of ascending runs, of which some may be empty or touch."""
    filled = stops > starts
    starts, stops = starts[filled], stops[filled]
    # Where one run begins at the end of another there is no bound at all.
    apart = starts[1:] != stops[:-1]
    return Mask(
        height, width, starts[np.append(True, apart)[: len(starts)]], stops[np.append(apart, True)[: len(stops)]]
    )


def union(masks: Sequence[Mask]) -> Mask:
    """The pixels that any of one or more masks of one size has."""
    first, *others = masks
    if not others:
        return first
    bounds = np.concatenate([bound for mask in masks for bound in (mask.starts, mask.stops)])
    steps = np.concatenate([sign for mask in masks for sign in (_ones(mask), -_ones(mask))])
    # Where runs touch, one begins before the other ends.
    order = np.lexsort((-steps, bounds))
    depth = np.cumsum(steps[order])
    begins = (depth == 1) & (steps[order] == 1)
    return of_runs(bounds[order][begins], bounds[order][depth == 0], first.height, first.width)


def _ones(mask: Mask) -> Integers:
    return np.ones_like(mask.starts)


def check_sizes(masks: Sequence[Mask]) -> None:
    """Raise MaskSizesDiffer unless all masks have one size."""
    if any(mask.height != masks[0].height or mask.width != masks[0].width for mask in masks):
        raise MaskSizesDiffer


def check_work(run_counts: Integers) -> None:
    """Raise TooManyRuns for masks that are to be compared; the numbers of their runs, once for each comparison."""
    if int(run_counts.sum()) > MAX_RUNS_COMPARED:
        raise TooManyRuns
