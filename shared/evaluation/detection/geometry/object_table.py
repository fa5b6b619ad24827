"""The objects of many images as columns, so that what is done to all of them is done at once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry import boxes
from shared.evaluation.detection.geometry.objects import Objects
from shared.evaluation.types import Flags, Floats, Integers

_NO_BOXES: Floats = np.zeros((0, 4))


@dataclass(frozen=True, eq=False)
class ObjectTable:
    """n objects, by image and in the order in which they were sent; each column has one entry for each of them.

    `images` are positions of images, `classes` codes, `xywh` (n, 4) corner and size in pixels, `areas` those by which
    objects are small or large. `is_crowd` marks groups, `is_uncounted` these and what need not be found.
    """

    images: Integers
    classes: Integers
    confidences: Floats
    xywh: Floats
    areas: Floats
    is_crowd: Flags
    is_uncounted: Flags

    def __len__(self) -> int:
        return len(self.images)

    def take(self, positions: NDArray[np.intp]) -> "ObjectTable":
        """The objects at these ascending positions."""
        return replace(self, **{field.name: getattr(self, field.name)[positions] for field in fields(self)})


def of_references(sides: Sequence[Objects], mask_areas: Floats | None = None) -> ObjectTable:
    """The ground truth of the images, one side for each; areas are the stated ones, or else those of masks or boxes."""
    is_stated = any(side.areas is not None for side in sides)
    if mask_areas is not None and not is_stated:
        return _of(sides, mask_areas)
    if is_stated or any(side.masks for side in sides):
        return _of(sides, _joined([side.object_areas for side in sides], np.zeros(0)))
    return _of(sides, boxes.areas(_joined([side.boxes for side in sides], _NO_BOXES)))


def of_candidates(sides: Sequence[Objects], areas: Floats | None = None) -> ObjectTable:
    """What a model says of the images, with these areas (n,), or those of its boxes as `measured` has them."""
    return measured(_of(sides, np.zeros(0))) if areas is None else _of(sides, areas)


def of_joined(joined: Objects, counts: Integers) -> ObjectTable:
    """The objects of many images in a row, so many of each; areas are the stated ones, or those of the boxes."""
    return ObjectTable(
        np.repeat(np.arange(len(counts)), counts),
        joined.classes,
        joined.confidences,
        joined.corner_and_size,
        joined.object_areas,
        joined.is_crowd,
        joined.is_uncounted,
    )


def measured(candidates: ObjectTable) -> ObjectTable:
    """What a model says in boxes; COCO measures what was detected, whatever area is stated."""
    return replace(candidates, areas=candidates.xywh[:, 2] * candidates.xywh[:, 3])


def _of(sides: Sequence[Objects], areas: Floats) -> ObjectTable:
    # A call for each of thousands of images costs more than what is computed.
    classes = [side.classes for side in sides]
    crowds = None if all(side.crowds is None for side in sides) else [side.is_crowd for side in sides]
    uncounted = None if all(side.ignored is None for side in sides) else [side.is_uncounted for side in sides]
    count = sum(map(len, classes))
    is_crowd = np.zeros(count, bool) if crowds is None else _joined(crowds, np.zeros(0, bool))
    xywh = [side.xywh for side in sides if side.xywh is not None]
    if xywh and len(xywh) < len(sides):
        xywh = [side.corner_and_size for side in sides]
    return ObjectTable(
        np.repeat(np.arange(len(sides)), [len(some) for some in classes]),
        _joined(classes, np.zeros(0, np.int64)),
        _joined([side.confidences for side in sides], np.zeros(0)),
        _joined(xywh, _NO_BOXES) if xywh else boxes.to_xywh(_joined([side.boxes for side in sides], _NO_BOXES)),
        areas,
        is_crowd,
        is_crowd if uncounted is None else _joined(uncounted, np.zeros(0, bool)),
    )


def _joined(columns: Sequence[NDArray[Any]], nothing: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([nothing, *columns])
