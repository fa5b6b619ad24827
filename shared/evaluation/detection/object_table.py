"""The objects of many images as columns, so that what is done to all of them is done at once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.boxes import Floats
from shared.evaluation.detection.objects import Geometry, Objects

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


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


def of_references(sides: Sequence[Objects]) -> ObjectTable:
    """The ground truth of the images, one side for each; areas are the stated ones."""
    return _of(sides, [side.object_areas for side in sides])


def of_candidates(sides: Sequence[Objects], geometry: Geometry) -> ObjectTable:
    """What a model says of the images; COCO measures what was detected, whatever area is stated."""
    return _of(sides, [_measured(side, geometry) for side in sides])


def _measured(side: Objects, geometry: Geometry) -> Floats:
    if geometry == "masks":
        return np.array([mask.area for mask in side.masks], float)
    sizes = side.corner_and_size[:, 2:]
    area: Floats = sizes[:, 0] * sizes[:, 1]
    return area


def _of(sides: Sequence[Objects], areas: Sequence[Floats]) -> ObjectTable:
    lengths = [len(side) for side in sides]
    return ObjectTable(
        np.repeat(np.arange(len(sides)), lengths),
        np.concatenate([np.zeros(0, np.int64), *(side.classes for side in sides)]),
        np.concatenate([np.zeros(0), *(side.confidences for side in sides)]),
        np.concatenate([np.zeros((0, 4)), *(side.corner_and_size for side in sides)]),
        np.concatenate([np.zeros(0), *areas]),
        np.concatenate([np.zeros(0, bool), *(side.is_crowd for side in sides)]),
        np.concatenate([np.zeros(0, bool), *(side.is_uncounted for side in sides)]),
    )
