"""Average precision as COCO defines it, computed by faster-coco-eval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster

from shared.evaluation.detection.agreement import Pair
from shared.evaluation.detection.objects import Geometry, Objects

# COCO's twelve metrics, in its order; the sizes are areas of up to 32², of 32² to 96², and from 96² pixels on, so that
# an area of exactly 32² or 96² belongs to two of them.
NAMES = (
    "map", "map_50", "map_75", "map_small", "map_medium", "map_large",
    "mar_1", "mar_10", "mar_100", "mar_small", "mar_medium", "mar_large",
)  # fmt: skip

# The name of the rules by which the metrics are computed.
PROFILE = "coco"

# An area outside every class of sizes: so an ignored object neither has to be found nor counts as an error.
_IGNORED_AREA = -1.0

_ALL_SIZES, _MAX_DETECTIONS = 0, -1


@dataclass(frozen=True, slots=True)
class AveragePrecision:
    """COCO's metrics: `summary` by NAMES, `per_class` over the thresholds .50:.05:.95, `per_class_50` at .50.

    None where the reference holds no such object. At most 100 candidates of each class and image count, as in COCO.
    """

    summary: dict[str, float | None]
    per_class: dict[str, float | None]
    per_class_50: dict[str, float | None]


def average_precision(
    pairs: Sequence[Pair], classes: Sequence[str], *, geometry: Geometry = "boxes"
) -> AveragePrecision:
    """Evaluate pairs of (reference, candidate), one for each image; the reference is the truth.

    The k `classes` are named in the order of their codes in the pairs.
    """
    evaluation = _evaluate(pairs, len(classes), geometry)
    # Thresholds, recalls, classes, sizes, numbers of detections.
    precision = evaluation.eval["precision"][:, :, :, _ALL_SIZES, _MAX_DETECTIONS]
    return AveragePrecision(
        summary={name: _defined(value) for name, value in zip(NAMES, evaluation.stats[: len(NAMES)], strict=True)},
        per_class={name: _mean(precision[:, :, code]) for code, name in enumerate(classes)},
        per_class_50={name: _mean(precision[0, :, code]) for code, name in enumerate(classes)},
    )


def _evaluate(pairs: Sequence[Pair], class_count: int, geometry: Geometry) -> Any:
    images = [{"id": number, **_size(pair)} for number, pair in enumerate(pairs, start=1)]
    references, candidates = zip(*pairs, strict=True) if pairs else ((), ())
    truth = {
        "info": {},
        "images": images,
        # Its ids begin with 1: COCO's matching takes an object's id of 0 for "no object".
        "categories": [{"id": code + 1, "name": str(code)} for code in range(class_count)],
        "annotations": _entries(references, _truth_entries, geometry),
    }
    reference_set = COCO(truth)
    evaluation = COCOeval_faster(
        reference_set, reference_set.loadRes(_entries(candidates, _result_entries, geometry)), _IOU_TYPES[geometry]
    )
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation


_SHAPE_MEMBERS: dict[Geometry, str] = {"boxes": "bbox", "masks": "segmentation"}
_IOU_TYPES: dict[Geometry, str] = {"boxes": "bbox", "masks": "segm"}


def _size(pair: Pair) -> dict[str, int]:
    first_mask = next((mask for side in pair for mask in side.masks), None)
    return {"height": first_mask.height, "width": first_mask.width} if first_mask else {"height": 1, "width": 1}


def _entries(
    sides: Sequence[Objects], entries_of: Callable[[Objects, Geometry], list[dict[str, Any]]], geometry: Geometry
) -> list[dict[str, Any]]:
    entries = [
        {"image_id": image_id, **entry}
        for image_id, side in enumerate(sides, start=1)
        for entry in entries_of(side, geometry)
    ]
    for number, entry in enumerate(entries, start=1):
        entry["id"] = number
    return entries


def _truth_entries(side: Objects, geometry: Geometry) -> list[dict[str, Any]]:
    is_left_out = side.is_uncounted & ~side.is_crowd
    areas = np.where(is_left_out, _IGNORED_AREA, side.object_areas).tolist()
    shapes = side.run_lengths if geometry == "masks" else side.corner_and_size.tolist()
    name = _SHAPE_MEMBERS[geometry]
    columns = zip(side.classes.tolist(), areas, side.is_crowd.tolist(), shapes, strict=True)
    return [
        {"category_id": code + 1, "area": area, "iscrowd": int(is_crowd), name: shape}
        for code, area, is_crowd, shape in columns
    ]


def _result_entries(side: Objects, geometry: Geometry) -> list[dict[str, Any]]:
    # COCO measures what was detected; a box beside a mask would be measured in its stead.
    shapes = side.run_lengths if geometry == "masks" else side.corner_and_size.tolist()
    name = _SHAPE_MEMBERS[geometry]
    columns = zip(side.classes.tolist(), side.confidences.tolist(), shapes, strict=True)
    return [{"category_id": code + 1, "score": score, name: shape} for code, score, shape in columns]


def _mean(precision: Any) -> float | None:
    # COCO marks what is undefined with -1.
    defined = precision[precision > -1]
    return float(np.mean(defined)) if defined.size else None


def _defined(value: float) -> float | None:
    return float(value) if value > -1 else None
