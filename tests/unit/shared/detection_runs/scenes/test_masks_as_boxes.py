"""Masks that are compared by their boxes, as pycocotools evaluates results of masks with `bbox`."""

import contextlib
import io
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import pytest
from pycocotools import mask as coco_masks
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.analyses.records import AnnotationRecord
from shared.detection_runs.figures import judging
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes import objects_of_images
from tests.annotation_columns import sides_of

SIDE, IMAGE, TRUTH, MODEL = 200, UUID(int=1), UUID(int=2), UUID(int=3)
# Radii about those at which a disk, or the box around it, is no longer small.
RADII = [10, 15, 17, 18, 20, 45]


def disk(x: int, y: int, radius: int) -> dict[str, Any]:
    rows, columns = np.ogrid[:SIDE, :SIDE]
    runs = coco_masks.encode(np.asfortranarray((rows - y) ** 2 + (columns - x) ** 2 <= radius**2, dtype=np.uint8))
    return {"size": [SIDE, SIDE], "counts": runs["counts"].decode()}


def annotation(position: int, confidence: float | None, data: dict[str, Any]) -> AnnotationRecord:
    kind = "segmentation" if "rle" in data else "bounding_box"
    return AnnotationRecord(position, UUID(int=position), kind, "a", confidence, msgspec.json.encode(data).decode())


def by_pycocotools(truth: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[float]:
    with contextlib.redirect_stdout(io.StringIO()):
        reference = COCO()
        objects = [
            {"id": number, "image_id": 1, "category_id": 1, "iscrowd": 0, **one} for number, one in enumerate(truth, 1)
        ]
        reference.dataset = {"images": [{"id": 1}], "categories": [{"id": 1}], "annotations": objects}
        reference.createIndex()
        evaluation = COCOeval(reference, reference.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    figures: list[float] = evaluation.stats.tolist()
    return figures


def test_a_mask_without_a_box_has_its_own_area() -> None:
    places = [(45, 45), (140, 40), (40, 140), (150, 150), (100, 90), (100, 100)]
    truth, found = list[dict[str, Any]](), list[dict[str, Any]]()
    for number, ((x, y), radius) in enumerate(zip(places, RADII, strict=True)):
        truth.append({"bbox": [x - radius, y - radius, 2 * radius, 2 * radius], "area": 4 * radius**2})
        masked = {"segmentation": disk(x, y, radius), "score": 0.9 - number / 10}
        found += [{"image_id": 1, "category_id": 1, **masked}]
        # One where nothing is.
        found += [{**found[-1], "segmentation": disk(199 - x, y, radius), "score": 0.95 - number / 10}]
    references = [annotation(at, None, {"format": "xywh", **one}) for at, one in enumerate(truth)]
    candidates = [
        annotation(at, one["score"], {"format": "rle", "rle": one["segmentation"]}) for at, one in enumerate(found)
    ]
    pairing = Pairing([ImagePair(IMAGE, TRUTH, MODEL, SIDE, SIDE)], 0, 0, reference_is_truth=True)
    sides, options = sides_of(pairing, {TRUTH: references, MODEL: candidates}), DetectionOptions()

    stored = objects_of_images.scene_of(sides, options, ["a"])
    figures = judging.figures_of(stored, pairing, options, ["a"], [None], notices=[])

    # pycocotools says -1 where no object is so large.
    made = [-1 if value is None else value for value in figures.metrics.values()]
    assert made == pytest.approx(by_pycocotools(truth, found), abs=1e-9)
