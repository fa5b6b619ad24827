"""The objects of one image, as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection import boxes, masks
from shared.evaluation.detection.masks import Mask

# The shapes by which two objects are compared.
Geometry = Literal["boxes", "masks"]


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """n objects of one image, in the order of the input.

    `classes` (n,) are codes of the classes, `confidences` (n,) are 1 where unknown, `boxes` (n, 4) are
    corners; `masks` has n of them where masks are compared, and otherwise none.
    """

    classes: NDArray[np.int64]
    confidences: NDArray[np.float64]
    boxes: NDArray[np.float64]
    masks: Sequence[Mask] = ()

    def __len__(self) -> int:
        return len(self.classes)


def iou(left: Objects, right: Objects, geometry: Geometry) -> NDArray[np.float64]:
    """Intersection over union (n, m); raises MaskSizesDiffer."""
    by_box = boxes.iou(left.boxes, right.boxes)
    if geometry == "boxes":
        return by_box
    by_mask = np.zeros_like(by_box)
    # Where the boxes are apart, so are the masks.
    for row, column in zip(*np.nonzero(by_box), strict=True):
        by_mask[row, column] = masks.iou(left.masks[row], right.masks[column])
    return by_mask
