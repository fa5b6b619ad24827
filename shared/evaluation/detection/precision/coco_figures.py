"""COCO's precision and recall, of every class, size and threshold, from matches."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.detection.matching.ranked_matching import Partners, match_all, ranks
from shared.evaluation.types import Flags, Floats, Integers

THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)

# Areas in square pixels; an area of exactly 32² or 96² belongs to two of them.
SIZES: Mapping[str, tuple[float, float]] = {
    "all": (0, 1e5**2),
    "small": (0, 32**2),
    "medium": (32**2, 96**2),
    "large": (96**2, 1e5**2),
}


class Figures(NamedTuple):
    """Precision at 101 recalls (t, 101, k, a) and largest recall (t, k, a, m); -1 where a class has no such object.

    By t thresholds, k classes, a sizes and m largest numbers of detections; the precision is that of the last of these.
    """

    precision: Floats
    recall: Floats


def figures(
    references: ObjectTable,
    candidates: ObjectTable,
    overlaps: Overlaps,
    class_count: int,
    *,
    thresholds: Floats = THRESHOLDS,
    sizes: Mapping[str, tuple[float, float]] = SIZES,
    max_detections: tuple[int, ...] = (1, 10, 100),
    is_excused: Flags | None = None,
) -> Figures:
    """Evaluate all candidates; the overlaps are those within one class at least.

    Candidates that are excused (n,) are no errors where they find nothing.
    """
    excused = np.zeros(len(candidates), bool) if is_excused is None else is_excused
    places = ranks(candidates.images * class_count + candidates.classes, candidates.confidences)
    kept = np.flatnonzero(places < max_detections[-1])
    if len(kept) < len(candidates):
        overlaps, candidates, places, excused = (
            overlaps.among(kept, len(candidates)),
            candidates.take(kept),
            places[kept],
            excused[kept],
        )
    is_same = references.classes[overlaps.references] == candidates.classes[overlaps.candidates]
    bounds = np.array(list(sizes.values()), float)
    is_ignored = references.is_uncounted | _outside(references.areas, bounds)
    matches = _Matches(
        match_all(overlaps.where(is_same), places, thresholds, is_ignored, references.is_crowd),
        is_ignored,
        _outside(candidates.areas, bounds) | excused,
        places,
    )
    return _accumulated(references, candidates, matches, class_count, max_detections)


class _Matches(NamedTuple):
    partners: Partners
    is_ignored: Flags
    is_excused: Flags
    places: Integers


def _outside(areas: Floats, bounds: Floats) -> Flags:
    outside: Flags = (areas < bounds[:, :1]) | (areas > bounds[:, 1:])
    return outside


def _accumulated(
    references: ObjectTable,
    candidates: ObjectTable,
    matches: _Matches,
    class_count: int,
    max_detections: tuple[int, ...],
) -> Figures:
    size_count, level_count, _ = matches.partners.shape
    precision = np.full((level_count, len(RECALLS), class_count, size_count), -1.0)
    recall = np.full((level_count, class_count, size_count, len(max_detections)), -1.0)
    rows = _by_class(candidates.classes, candidates.confidences, class_count)
    counted = np.stack([np.bincount(references.classes[~row], minlength=class_count) for row in matches.is_ignored])
    ends = np.cumsum([len(some) for some in rows])
    outcomes = _outcomes(matches, np.concatenate(rows))
    for code in np.flatnonzero(counted.any(axis=0)).tolist():
        sizes = np.flatnonzero(counted[:, code])
        totals = counted[sizes, code]
        own = slice(ends[code] - len(rows[code]), ends[code])
        is_right, is_wrong = (flags[sizes, :, own] for flags in outcomes)
        for number, most in enumerate(max_detections):
            found = is_right & (matches.places[rows[code]] < most)
            recall[:, code, sizes, number] = (found.sum(axis=2) / totals[:, None]).T
        precision[:, :, code, sizes] = np.moveaxis(_interpolated(is_right, is_wrong, totals), 0, -1)
    return Figures(precision, recall)


def _by_class(classes: Integers, confidences: Floats, class_count: int) -> list[NDArray[np.intp]]:
    """The candidates of each class, the surest first, of equals the earlier one."""
    order = np.lexsort((-confidences, classes))
    return np.split(order, np.searchsorted(classes[order], np.arange(1, class_count)))


def _outcomes(matches: _Matches, rows: NDArray[np.intp]) -> tuple[Flags, Flags]:
    """Whether each candidate is right, and whether it is wrong (a, t, n); one that is ignored is neither."""
    is_right, is_wrong = (np.empty((*matches.partners.shape[:2], len(rows)), bool) for _ in range(2))
    for size, own in enumerate(matches.partners):
        partners = own[:, rows]
        has_partner = partners >= 0
        # The last stands for no partner.
        is_ignored = np.append(matches.is_ignored[size], False)[partners]
        is_ignored |= ~has_partner & matches.is_excused[size, rows]
        np.logical_and(has_partner, ~is_ignored, out=is_right[size])
        np.logical_or(has_partner, is_ignored, out=is_wrong[size])
    return is_right, np.logical_not(is_wrong, out=is_wrong)


def _interpolated(is_right: Flags, is_wrong: Flags, totals: Integers) -> Floats:
    """Precision (a, t, 101) at each recall: the largest at that recall or a greater one, 0 where none reaches it.

    Of candidates (a, t, n), the surest first, and so many objects (a,) of each size.
    """
    right, precision = (np.cumsum(flags, axis=-1, dtype=float) for flags in (is_right, is_wrong))
    # In place, as these arrays are most of all work; the sum is COCO's, in its order.
    np.add(right, precision, out=precision)
    precision += np.spacing(1)
    np.divide(right, precision, out=precision)
    envelope = np.zeros((*precision.shape[:2], precision.shape[2] + 1))
    np.maximum.accumulate(precision[..., ::-1], axis=-1, out=envelope[..., :-1][..., ::-1])
    values: Floats = np.take_along_axis(envelope, _reached(is_right, totals), axis=-1)
    return values


def _reached(is_right: Flags, totals: Integers) -> NDArray[np.intp]:
    """The first candidate (a, t, 101) down to which each recall is reached; n where none does."""
    # How many of the objects must be found for each recall.
    needed = np.stack([np.searchsorted(np.arange(total + 1) / total, RECALLS) for total in totals.tolist()])[:, None]
    found = is_right.sum(axis=-1)
    right_ones = np.append(np.nonzero(is_right)[-1], 0)
    before = (np.cumsum(found) - found.ravel()).reshape(found.shape)
    is_reached = needed <= found[..., None]
    places = np.where(
        is_reached, right_ones[np.where(is_reached, before[..., None] + needed - 1, 0)], is_right.shape[2]
    )
    # The recall 0 is reached by the surest candidate, right or not.
    return np.where(needed == 0, 0, places)


def mean_of_defined(values: Floats) -> float | None:
    """The mean of the figures that are defined; None where none is."""
    defined = values[values > -1]
    return float(np.mean(defined)) if defined.size else None
