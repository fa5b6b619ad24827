"""Which masks of two sides overlap, and by how much: those of many images at once.

Of a mask's runs, the pixels that another mask has before each bound tell how many are common: one search in the bounds
of all masks. In an image full of overlaps COCO's own comparison takes less, though masks are encoded for it first.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry import masks
from shared.evaluation.detection.geometry.masks import MaskSizesDiffer, TooManyRuns
from shared.evaluation.detection.geometry.objects import Objects, encode_masks, iou
from shared.evaluation.detection.geometry.overlaps import Overlaps, joined, pairs_of_equal
from shared.evaluation.types import Flags, Floats, Integers

Sides = Sequence[tuple[Objects, Objects]]

# Pairs, and runs, of images that are compared together; and runs that are searched for at once. The columns of so many
# runs stay in the processor's cache: with ten times as many, each takes half as long again.
_PAIRS_AT_ONCE, _RUNS_AT_ONCE = 1_000_000, 50_000

# Encoding a run for COCO's comparison takes as long as searching for so many.
_CROWDED = 4


class _Runs(NamedTuple):
    """The masks (n,) of one side in a row: where each has its first run, and the runs of all."""

    images: Integers
    classes: Integers
    boxes: Floats
    is_crowd: Flags
    heights: Integers
    counts: Integers
    starts: Integers
    stops: Integers

    def bounds(self, span: int) -> Floats:
        """Start and stop (r, 2) of all runs, those of a mask beyond those of the masks before it by `span` pixels."""
        shifts = np.repeat(np.arange(len(self.counts), dtype=float) * span, self.counts)
        found = np.empty((len(shifts), 2))
        np.add(self.starts, shifts, out=found[:, 0])
        np.add(self.stops, shifts, out=found[:, 1])
        return found

    def pixels(self) -> Floats:
        """How many pixels (r + 1,) all runs before one have, and at last all runs."""
        before = np.zeros(len(self.starts) + 1)
        np.cumsum(self.stops - self.starts, out=before[1:])
        return before


class MeasuredMasks(NamedTuple):
    """Pairs of masks that overlap, and the pixels of each reference (n,) and candidate (m,)."""

    overlaps: Overlaps
    reference_areas: Floats
    candidate_areas: Floats


class MasksNotMeasured(Exception):
    """The masks of the image at `position` have different sizes, or overlap too much: `reason`."""

    def __init__(self, position: int, reason: MaskSizesDiffer | TooManyRuns) -> None:
        super().__init__(position, reason)
        self.position, self.reason = position, reason


def of_masks(sides: Sides, least: float, *, within_class: bool) -> MeasuredMasks:
    """The pairs of masks that overlap by `least` (above 0) or more; of one class each, or of any.

    Raises MasksNotMeasured.
    """
    found, areas, firsts = list[Overlaps](), ([np.zeros(0)], [np.zeros(0)]), [0, 0]
    for first_image, some in _together(sides):
        try:
            pairs, *sizes = _of_some(some, least, within_class=within_class)
        except MasksNotMeasured as error:
            raise MasksNotMeasured(first_image + error.position, error.reason) from error.reason
        found.append(Overlaps(pairs.candidates + firsts[1], pairs.references + firsts[0], pairs.iou))
        for side, of_side in enumerate(sizes):
            areas[side].append(of_side)
            firsts[side] += len(of_side)
    return MeasuredMasks(joined(found), np.concatenate(areas[0]), np.concatenate(areas[1]))


def _together(sides: Sides) -> Iterator[tuple[int, Sides]]:
    """The images in their order, so many together as are compared at once, with the position of the first."""
    start, pair_count, run_count = 0, 0, 0
    for position, (reference, candidate) in enumerate(sides):
        pairs = len(reference) * len(candidate)
        runs = sum([len(mask.starts) for side in (reference, candidate) for mask in side.masks])
        if position > start and (pair_count + pairs > _PAIRS_AT_ONCE or run_count + runs > _RUNS_AT_ONCE):
            yield start, sides[start:position]
            start, pair_count, run_count = position, 0, 0
        pair_count += pairs
        run_count += runs
    yield start, sides[start:]


def _of_some(sides: Sides, least: float, *, within_class: bool) -> MeasuredMasks:
    _check_sizes(sides)
    references, candidates = (_runs([pair[number] for pair in sides]) for number in (0, 1))
    rows, columns = _touching(references, candidates, within_class=within_class)
    work = np.bincount(candidates.images[rows], candidates.counts[rows], len(sides))
    own = sum(np.bincount(side.images, side.counts, len(sides)) for side in (references, candidates))
    is_crowded = work > _CROWDED * own
    is_apart = ~is_crowded[candidates.images[rows]]
    found = _measured(references, candidates, rows[is_apart], columns[is_apart])
    pairs = found.overlaps.where(found.overlaps.iou >= least)
    if is_crowded.any():
        others = _of_crowded(sides, np.flatnonzero(is_crowded), least)
        if within_class:
            is_same = references.classes[others.references] == candidates.classes[others.candidates]
            others = others.where(is_same)
        both = joined([pairs, others])
        pairs = both.where(np.lexsort((both.references, both.candidates)))
    return found._replace(overlaps=pairs)


def _check_sizes(sides: Sides) -> None:
    for position, (reference, candidate) in enumerate(sides):
        if len(reference) and len(candidate):
            try:
                masks.check_sizes([*reference.masks, *candidate.masks])
            except MaskSizesDiffer as error:
                raise MasksNotMeasured(position, error) from error


def _runs(sides: Sequence[Objects]) -> _Runs:
    every = [mask for side in sides for mask in side.masks]
    nothing, no_runs = np.zeros(0, np.int64), [np.zeros(0, np.int64)]
    return _Runs(
        np.repeat(np.arange(len(sides)), [len(side) for side in sides]),
        np.concatenate([nothing, *(side.classes for side in sides)]),
        np.concatenate([np.zeros((0, 4)), *(side.boxes for side in sides)]),
        np.concatenate([np.zeros(0, bool), *(side.is_crowd for side in sides)]),
        np.array([mask.height for mask in every], np.int64),
        np.array([len(mask.starts) for mask in every], np.int64),
        np.concatenate(no_runs + [mask.starts for mask in every]),
        np.concatenate(no_runs + [mask.stops for mask in every]),
    )


def _touching(references: _Runs, candidates: _Runs, *, within_class: bool) -> tuple[Integers, Integers]:
    """Candidates and references of one image whose boxes have pixels in common."""
    keys = [side.images.copy() for side in (references, candidates)]
    if within_class:
        count = 1 + max(int(side.classes.max(initial=0)) for side in (references, candidates))
        keys = [key * count + side.classes for key, side in zip(keys, (references, candidates), strict=True)]
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for rows, columns in pairs_of_equal(*keys):
        first, second = candidates.boxes[rows], references.boxes[columns]
        common = np.minimum(first[:, 2:], second[:, 2:]) > np.maximum(first[:, :2], second[:, :2])
        touch = common[:, 0] & common[:, 1]
        found.append((rows[touch], columns[touch]))
    return np.concatenate([rows for rows, _ in found]), np.concatenate([columns for _, columns in found])


def _measured(references: _Runs, candidates: _Runs, rows: Integers, columns: Integers) -> MeasuredMasks:
    behind = references.pixels()
    common = _common_pixels(references, candidates, behind, (rows, columns))
    areas = _sums(behind, references.counts), _sums(candidates.pixels(), candidates.counts)
    own = areas[1][rows]
    # As COCO has it: over the candidate alone where the reference is a group.
    whole = np.where(references.is_crowd[columns], own, own + areas[0][columns] - common)
    shares = np.divide(common, whole, out=np.zeros(len(rows)), where=common > 0)
    return MeasuredMasks(Overlaps(rows, columns, shares), *areas)


def _common_pixels(references: _Runs, candidates: _Runs, behind: Floats, pairs: tuple[Integers, Integers]) -> Floats:
    """The number of pixels (p,) that candidates have in common with references, which have so many before each run."""
    rows, columns = pairs
    common = np.zeros(len(rows))
    span = 1 + max(int(side.stops.max(initial=0)) for side in (references, candidates))
    bounds, (starts, stops) = references.bounds(span).ravel(), candidates.bounds(span).T
    if not len(bounds):
        return common
    # Before the first and after the last pixel of a run, as many are behind; between them, one more with each.
    behind = np.column_stack([behind[:-1], behind[1:]]).ravel()
    left, right = (references.boxes[columns, side] * references.heights[columns] for side in (0, 2))
    # The runs of a candidate that reach into the columns of a reference.
    first = np.searchsorted(stops, rows * span + left, "right")
    # These columns may end behind the last pixel, where the next mask begins.
    stop = np.minimum(np.searchsorted(starts, rows * span + right, "left"), np.cumsum(candidates.counts)[rows])
    for some in _pieces(stop - first):
        counts = stop[some] - first[some]
        ends = np.cumsum(counts)
        runs = np.repeat(first[some] - ends + counts, counts) + np.arange(int(ends[-1]))
        shifts = np.repeat((columns[some] - rows[some]).astype(float) * span, counts)
        pixels = np.interp(stops[runs] + shifts, bounds, behind)
        pixels -= np.interp(starts[runs] + shifts, bounds, behind)
        common[some] = _sums(np.append(0.0, np.cumsum(pixels)), counts)
    return common


def _pieces(counts: Integers) -> Iterator[slice]:
    """The pairs in pieces of about so many runs as are searched for at once."""
    ends, start = np.cumsum(counts), 0
    while start < len(counts):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _RUNS_AT_ONCE, "right")))
        yield slice(start, stop)
        start = stop


def _of_crowded(sides: Sides, images: NDArray[np.intp], least: float) -> Overlaps:
    encode_masks([side for image in images.tolist() for side in sides[image]])
    references, candidates = (np.cumsum([0, *(len(pair[number]) for pair in sides)]) for number in (0, 1))
    found = list[Overlaps]()
    for image in images.tolist():
        reference, candidate = sides[image]
        try:
            overlaps = iou(reference, candidate, "masks").T
        except TooManyRuns as error:
            raise MasksNotMeasured(image, error) from error
        rows, columns = np.nonzero(overlaps >= least)
        found.append(Overlaps(rows + candidates[image], columns + references[image], overlaps[rows, columns]))
    return joined(found)


def _sums(before: Floats, counts: Integers) -> Floats:
    """The sums of pieces of so many values, from those before each; differences of whole numbers are exact."""
    ends = np.cumsum(counts)
    pieces: Floats = before[ends] - before[ends - counts]
    return pieces
