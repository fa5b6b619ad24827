"""Which objects of two sides overlap in each image, and by how much: sparse, as most objects are far apart."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.types import Floats, Integers

# Pairs of boxes that are measured together: several arrays of them are in memory.
_AT_ONCE = 1_000_000


class Overlaps(NamedTuple):
    """Pairs of objects of one image: positions of candidate and reference, and how far they are the same place.

    Over the candidate alone where the reference is a group. Ordered by candidate, then reference.
    """

    candidates: Integers
    references: Integers
    iou: Floats

    def where(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> "Overlaps":
        """Those pairs that are marked, or at these positions."""
        # Marks would be counted for each column.
        rows = np.flatnonzero(kept) if kept.dtype == bool else kept
        return Overlaps(self.candidates[rows], self.references[rows], self.iou[rows])

    def among(self, kept: NDArray[np.intp], candidate_count: int) -> "Overlaps":
        """Those of some of all candidates, at their ascending positions, which are numbered anew."""
        position = np.full(candidate_count, -1)
        position[kept] = np.arange(len(kept))
        remaining = self.where(position[self.candidates] >= 0)
        return remaining._replace(candidates=position[remaining.candidates])


def of_boxes(references: ObjectTable, candidates: ObjectTable, least: float, *, within_class: bool) -> Overlaps:
    """The pairs of boxes that overlap by `least` (above 0) or more; of one class each, or of any."""
    keys = [table.images.copy() for table in (references, candidates)]
    if within_class:
        count = 1 + max((int(table.classes.max(initial=0)) for table in (references, candidates)), default=0)
        keys = [key * count + table.classes for key, table in zip(keys, (references, candidates), strict=True)]
    found = [_measured(references, candidates, pairs, least) for pairs in pairs_of_equal(*keys)]
    return joined(found)


def pairs_of_equal(reference_keys: Integers, candidate_keys: Integers) -> Iterator[tuple[Integers, Integers]]:
    """All pairs of equal keys, a bounded number at a time; a candidate's references are ascending."""
    order = np.argsort(reference_keys, kind="stable")
    ascending = reference_keys[order]
    first = np.searchsorted(ascending, candidate_keys, "left")
    counts = np.searchsorted(ascending, candidate_keys, "right") - first
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _AT_ONCE, "right")))
        some = counts[start:stop]
        candidates = np.repeat(np.arange(start, stop), some)
        within = np.arange(len(candidates)) - np.repeat(ends[start:stop] - some - before, some)
        yield candidates, order[np.repeat(first[start:stop], some) + within]
        start = stop


def _measured(
    references: ObjectTable, candidates: ObjectTable, pairs: tuple[Integers, Integers], least: float
) -> Overlaps:
    rows, columns = pairs
    # Most pairs lie apart along the first axis already.
    widths = _common(candidates.xywh[:, ::2], references.xywh[:, ::2], rows, columns)
    touch = np.flatnonzero(widths > 0)
    rows, columns, widths = rows[touch], columns[touch], widths[touch]
    heights = _common(candidates.xywh[:, 1::2], references.xywh[:, 1::2], rows, columns)
    touch = np.flatnonzero(heights > 0)
    rows, columns = rows[touch], columns[touch]
    found, truth, shared = candidates.xywh[rows], references.xywh[columns], widths[touch] * heights[touch]
    own = found[:, 2] * found[:, 3]
    whole = np.where(references.is_crowd[columns], own, own + truth[:, 2] * truth[:, 3] - shared)
    share = np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
    kept = share >= least
    return Overlaps(rows[kept], columns[kept], share[kept])


def _common(found: Floats, truth: Floats, rows: Integers, columns: Integers) -> Floats:
    """The length (p,) that pairs share along an axis, of starts and lengths (n, 2) and (m, 2); negative if apart."""
    # In the order of operations of pycocotools, so that what lies on a threshold lies there too.
    ends = [side[:, 1] + side[:, 0] for side in (found, truth)]
    starts = [side[:, 0].copy() for side in (found, truth)]
    common: Floats = np.minimum(ends[0][rows], ends[1][columns]) - np.maximum(starts[0][rows], starts[1][columns])
    return common


def joined(found: Sequence[Overlaps]) -> Overlaps:
    """The pairs of all parts in a row."""
    none = np.zeros(0, np.int64)
    return Overlaps(
        np.concatenate([none, *(one.candidates for one in found)]),
        np.concatenate([none, *(one.references for one in found)]),
        np.concatenate([np.zeros(0), *(one.iou for one in found)]),
    )
