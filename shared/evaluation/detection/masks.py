"""Masks as runs: what a pixel costs is paid once per run, never once per pixel.

Pixels are numbered down the columns, as COCO numbers them: pixel (x, y) of an image of height h is x * h + y.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


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


def iou(left: Mask, right: Mask) -> float:
    """Intersection over union; 0 where both are empty. Raises MaskSizesDiffer."""
    if (left.height, left.width) != (right.height, right.width):
        raise MaskSizesDiffer
    common = _intersection(left, right)
    union = left.area + right.area - common
    return common / union if union else 0.0


def _intersection(left: Mask, right: Mask) -> int:
    if not len(left.starts) or not len(right.starts):
        return 0
    return int((_covered(right, left.stops) - _covered(right, left.starts)).sum())


def _covered(mask: Mask, positions: Integers) -> Integers:
    """The number of pixels of the mask before each position."""
    lengths = mask.stops - mask.starts
    before = np.concatenate([[0], np.cumsum(lengths)])
    run = np.searchsorted(mask.starts, positions, side="right")
    last = np.maximum(run - 1, 0)
    partly = np.clip(positions - mask.starts[last], 0, lengths[last])
    covered: Integers = np.where(run > 0, before[last] + partly, 0)
    return covered
