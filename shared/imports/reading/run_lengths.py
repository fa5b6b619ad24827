"""Masks of other programs as COCO's run lengths: column by column, beginning with background."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry import rle

# A mask or map of more is not unpacked: ten times a large photograph.
MAX_PIXELS = 250_000_000

_Integers = NDArray[np.int64]


def of_crop(counts: Sequence[int], crop: tuple[int, int, int, int], size: tuple[int, int]) -> dict[str, Any]:
    """Return the mask (height, width) of run lengths that go row by row through a crop: top, left, height, width."""
    top, left, height, width = crop
    ends = np.cumsum(np.asarray(counts, dtype=np.int64))
    is_inside = np.zeros(height * width + 1, dtype=np.int8)
    # Where the side changes; runs of no pixels change it twice.
    np.add.at(is_inside, ends[0::2], 1)
    np.add.at(is_inside, ends[1::2], -1)
    rows, columns = np.divmod(np.flatnonzero(np.cumsum(is_inside[:-1], dtype=np.int8)), width)
    positions = np.sort((left + columns) * size[0] + top + rows)
    breaks = np.flatnonzero(np.diff(positions) != 1)
    starts = positions[np.concatenate(([0], breaks + 1))] if len(positions) else positions
    ends = positions[np.concatenate((breaks, [-1]))] + 1 if len(positions) else positions
    return _mask(starts, ends, size)


def of_ids(ids: NDArray[Any], wanted: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield the mask of each wanted id in a map (height, width) of ids."""
    flat = ids.ravel(order="F")
    starts = np.concatenate(([0], np.flatnonzero(flat[1:] != flat[:-1]) + 1))
    ends = np.concatenate((starts[1:], [len(flat)]))
    values = flat[starts]
    order = np.argsort(values, kind="stable")
    for each in wanted:
        first, last = np.searchsorted(values, [each, each + 1], sorter=order)
        yield _mask(starts[order[first:last]], ends[order[first:last]], (ids.shape[0], ids.shape[1]))


def _mask(starts: _Integers, ends: _Integers, size: tuple[int, int]) -> dict[str, Any]:
    bounds = np.column_stack((starts, ends)).ravel()
    counts = np.diff(np.concatenate(([0], bounds, [size[0] * size[1]])))
    return {"size": list(size), "counts": rle.compress(counts)}
