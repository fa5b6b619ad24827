"""The objects of one image, as values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, Literal

import numpy as np
from faster_coco_eval.core import mask as coco_masks
from numpy.typing import NDArray

from shared.evaluation.detection.geometry import boxes, masks, rle
from shared.evaluation.detection.geometry.masks import Mask
from shared.evaluation.types import Floats

# Runs of masks that are encoded together: the arrays of these stay in the processor's cache.
_RUNS_AT_ONCE = 20_000

# The shapes by which two objects are compared.
Geometry = Literal["boxes", "masks"]


@dataclass(frozen=True, eq=False)
class Objects:
    """n objects of one image, in the order of the input.

    `classes` (n,) are codes of the classes, `confidences` (n,) are 1 where unknown, `boxes` (n, 4) are corners;
    `masks` has n of them where masks are compared, with the boxes around them, and otherwise none. `xywh` (n, 4) are
    the boxes as corner and size where they were sent so, `areas` (n,) the areas by which COCO calls objects small or
    large, `crowds` (n,) mark groups of objects and `ignored` (n,) those that neither have to be found nor count as
    errors; where they are None they follow from the boxes or masks, and no object is marked.
    """

    classes: NDArray[np.int64]
    confidences: Floats
    boxes: Floats
    masks: Sequence[Mask] = ()
    xywh: Floats | None = None
    areas: Floats | None = None
    crowds: NDArray[np.bool_] | None = None
    ignored: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def corner_and_size(self) -> Floats:
        """The boxes (n, 4) as corner and size."""
        return boxes.to_xywh(self.boxes) if self.xywh is None else self.xywh

    @property
    def object_areas(self) -> Floats:
        """The areas (n,): the stated ones, or those of the masks, or those of the boxes."""
        if self.areas is not None:
            return self.areas
        return np.array([mask.area for mask in self.masks], float) if self.masks else boxes.areas(self.boxes)

    @property
    def is_crowd(self) -> NDArray[np.bool_]:
        """Which objects (n,) are groups."""
        return np.zeros(len(self), bool) if self.crowds is None else self.crowds

    @property
    def is_uncounted(self) -> NDArray[np.bool_]:
        """Which objects (n,) neither have to be found nor count as errors: groups, and ignored ones."""
        return self.is_crowd if self.ignored is None else self.is_crowd | self.ignored

    @cached_property
    def run_lengths(self) -> list[dict[str, Any]]:
        """The masks as COCO's compressed run lengths, with their sizes."""
        return _encoded(self.masks)

    def take(self, positions: NDArray[np.intp]) -> "Objects":
        """The objects at these positions."""
        return replace(
            self,
            classes=self.classes[positions],
            confidences=self.confidences[positions],
            boxes=self.boxes[positions],
            masks=[self.masks[position] for position in positions] if self.masks else (),
            xywh=None if self.xywh is None else self.xywh[positions],
            areas=None if self.areas is None else self.areas[positions],
            crowds=None if self.crowds is None else self.crowds[positions],
            ignored=None if self.ignored is None else self.ignored[positions],
        )


def encode_masks(sides: Sequence[Objects]) -> None:
    """Make the run lengths of many sides, as many masks at once as take little memory: a side alone takes longer."""
    waiting, run_count = list[Objects](), 0
    for side in sides:
        waiting.append(side)
        run_count += sum(len(mask.starts) for mask in side.masks)
        if run_count > _RUNS_AT_ONCE:
            _encode(waiting)
            waiting, run_count = [], 0
    _encode(waiting)


def _encode(sides: Sequence[Objects]) -> None:
    texts = iter(_encoded([mask for side in sides for mask in side.masks]))
    for side in sides:
        # Where `cached_property` looks for them.
        vars(side)["run_lengths"] = list(islice(texts, len(side.masks)))


def _encoded(some: Sequence[Mask]) -> list[dict[str, Any]]:
    texts = rle.compress_joined(*masks.joined_counts(some))
    return [{"size": [mask.height, mask.width], "counts": text} for mask, text in zip(some, texts, strict=True)]


def iou(reference: Objects, candidate: Objects, geometry: Geometry) -> Floats:
    """Intersection over union (n, m), and over the candidate alone where the reference is a group.

    Raises MaskSizesDiffer, TooManyRuns.
    """
    if geometry == "boxes":
        by_box = boxes.iou(reference.boxes, candidate.boxes)
        crowds = np.flatnonzero(reference.is_crowd)
        if len(crowds):
            by_box[crowds] = boxes.share_inside(reference.boxes[crowds], candidate.boxes)
        return by_box
    true_runs, found_runs = ([len(mask.starts) for mask in side.masks] for side in (reference, candidate))
    masks.check_sizes([*reference.masks, *candidate.masks])
    if not len(reference) or not len(candidate):
        return np.zeros((len(reference), len(candidate)))
    if sum(found_runs) * len(reference) + sum(true_runs) * len(candidate) > masks.MAX_RUNS_COMPARED:
        # Where the boxes are apart, so are the masks.
        touch = boxes.iou(reference.boxes, candidate.boxes) > 0
        masks.check_work(np.concatenate([touch.sum(axis=0) * found_runs, touch.sum(axis=1) * true_runs]))
    crowd_flags = reference.is_crowd.astype(int).tolist()
    overlaps = coco_masks.iou(candidate.run_lengths, reference.run_lengths, crowd_flags)
    # Two empty masks have no union.
    by_mask: Floats = np.nan_to_num(np.asarray(overlaps, dtype=np.float64)).T
    return by_mask
