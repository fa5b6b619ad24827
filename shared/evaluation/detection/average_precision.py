"""Average precision as COCO defines it, computed by faster-coco-eval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster

from shared.evaluation.detection import boxes, rle
from shared.evaluation.detection.agreement import Pair
from shared.evaluation.detection.objects import Geometry, Objects

# COCO's twelve metrics, in its order; the sizes are areas of under 32², of 32² to 96², and of over 96² pixels.
NAMES = (
    "map", "map_50", "map_75", "map_small", "map_medium", "map_large",
    "mar_1", "mar_10", "mar_100", "mar_small", "mar_medium", "mar_large",
)  # fmt: skip

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
        "annotations": _entries(references, geometry),
    }
    reference_set = COCO(truth)
    evaluation = COCOeval_faster(
        reference_set, reference_set.loadRes(_entries(candidates, geometry)), _IOU_TYPES[geometry]
    )
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation


_IOU_TYPES: dict[Geometry, str] = {"boxes": "bbox", "masks": "segm"}


def _size(pair: Pair) -> dict[str, int]:
    first_mask = next((mask for side in pair for mask in side.masks), None)
    return {"height": first_mask.height, "width": first_mask.width} if first_mask else {"height": 1, "width": 1}


def _entries(sides: Sequence[Objects], geometry: Geometry) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for image_id, side in enumerate(sides, start=1):
        for position in range(len(side)):
            corners = side.boxes[position : position + 1]
            entry = {
                "id": len(entries) + 1,
                "image_id": image_id,
                "category_id": int(side.classes[position]) + 1,
                "score": float(side.confidences[position]),
                "bbox": boxes.to_xywh(corners)[0].tolist(),
                "area": float(boxes.areas(corners)[0]),
                "iscrowd": 0,
            }
            if geometry == "masks":
                mask = side.masks[position]
                counts = rle.compress(mask.counts.tolist())
                entry |= {"area": mask.area, "segmentation": {"size": [mask.height, mask.width], "counts": counts}}
            entries.append(entry)
    return entries


def _mean(precision: Any) -> float | None:
    # COCO marks what is undefined with -1.
    defined = precision[precision > -1]
    return float(np.mean(defined)) if defined.size else None


def _defined(value: float) -> float | None:
    return float(value) if value > -1 else None
