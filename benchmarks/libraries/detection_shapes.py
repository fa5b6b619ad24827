"""Masks and keypoints of 1,000 images beside hotcoco, faster-coco-eval and pycocotools.

`python -m benchmarks.libraries.detection_shapes`: processor seconds, the documents read and the masks made before. The
same made-up objects for all. hotcoco is measured where it is installed.
"""

import contextlib
import importlib.util
import io
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
from faster_coco_eval import COCO as FASTER_COCO
from faster_coco_eval import COCOeval_faster
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from benchmarks.libraries.made_up_objects import CLASSES, NAMES
from shared.evaluation.detection.geometry import masks, rle
from shared.evaluation.detection.geometry.keypoints import COCO_SIGMAS, Points, areas
from shared.evaluation.detection.geometry.masks import Mask
from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.geometry.objects import Objects
from shared.evaluation.detection.precision.average_precision import average_precision
from shared.evaluation.detection.precision.keypoint_precision import keypoint_precision

IMAGES, OF_IMAGE, HEIGHT, WIDTH = 1_000, 7, 480, 640
Subject = Literal["segm", "keypoints"]
Evaluate = Callable[[], float]


def ellipse(centre: Any, radii: Any) -> Mask:
    """The pixels of an ellipse: a run in each of its columns."""
    columns = np.arange(max(0, int(centre[0] - radii[0])), min(WIDTH, int(centre[0] + radii[0]) + 1))
    half = radii[1] * np.sqrt(np.clip(1 - ((columns - centre[0]) / radii[0]) ** 2, 0, None))
    tops, bottoms = (np.clip(centre[1] + sign * half, 0, HEIGHT).astype(np.int64) for sign in (-1, 1))
    return masks.of_runs(columns * HEIGHT + tops, columns * HEIGHT + bottoms, HEIGHT, WIDTH)


def masks_of(image_count: int, of_image: int, radius: float) -> list[tuple[Objects, Objects]]:
    """Ellipses of each image, and what a model makes of them."""
    random = np.random.default_rng(5)
    pairs = []
    for _ in range(image_count):
        centres = random.uniform((0, 0), (WIDTH, HEIGHT), (of_image, 2))
        radii, classes = random.uniform(0.3, 1, (of_image, 2)) * radius, random.integers(0, CLASSES, of_image)
        truth = [ellipse(*one) for one in zip(centres, radii, strict=True)]
        moved = [ellipse(centre + random.normal(0, 4, 2), size) for centre, size in zip(centres, radii, strict=True)]
        pairs.append((_objects(truth, classes, np.ones(of_image)), _objects(moved, classes, random.random(of_image))))
    return pairs


def _objects(some: Sequence[Mask], classes: Any, confidences: Any) -> Objects:
    boxes = np.array([mask.box for mask in some], float).reshape(-1, 4)
    return Objects(classes, confidences, boxes, some)


def our_masks(pairs: Sequence[tuple[Objects, Objects]]) -> Evaluate:
    """AP of masks."""
    return lambda: average_precision(pairs, NAMES, geometry="masks").summary["map"] or 0.0


def points_of(image_count: int, of_image: int) -> tuple[tuple[ObjectTable, ObjectTable], tuple[Points, Points]]:
    """Persons of 17 points in each image, and what a model makes of them."""
    random, count = np.random.default_rng(6), image_count * of_image
    places = random.uniform(0, 400, (count, 1, 2)) + random.uniform(0, 120, (count, 17, 2))
    is_labelled, nothing = random.random((count, 17)) < 0.8, np.zeros(count, bool)
    moved = places + random.normal(0, 1, places.shape) * random.uniform(0, 12, (count, 1, 1))
    sides = Points(places.round(2), is_labelled), Points(moved.round(2), np.ones((count, 17), bool))
    images, classes = np.repeat(np.arange(image_count), of_image), np.zeros(count, np.int64)
    tables = []
    for points, confidences in zip(sides, (np.ones(count), random.random(count)), strict=True):
        low, high = points.places.min(axis=1), points.places.max(axis=1)
        xywh = np.hstack([low, high - low])
        tables.append(ObjectTable(images, classes, confidences, xywh, areas(points), nothing, nothing))
    return (tables[0], tables[1]), sides


def our_keypoints(tables: tuple[ObjectTable, ObjectTable], points: tuple[Points, Points]) -> Evaluate:
    """AP of keypoints."""
    sigmas = np.array(COCO_SIGMAS)
    return lambda: keypoint_precision(*tables, points, sigmas, ["person"]).summary["map"] or 0.0


def mask_entries(pairs: Sequence[tuple[Objects, Objects]], side: int) -> list[dict[str, Any]]:
    """The masks of a side as COCO has them."""
    return [
        {
            "image_id": number + 1,
            "category_id": int(code) + 1,
            "score": float(confidence),
            "area": mask.area,
            "segmentation": {"size": [HEIGHT, WIDTH], "counts": rle.compress(mask.counts)},
        }
        for number, pair in enumerate(pairs)
        for code, confidence, mask in zip(pair[side].classes, pair[side].confidences, pair[side].masks, strict=True)
    ]


def point_entries(table: ObjectTable, points: Points) -> list[dict[str, Any]]:
    """The persons of a side as COCO has them."""
    triples = np.dstack([points.places, 2 * points.is_labelled])
    rows = zip(table.images, table.confidences, table.areas, table.xywh, triples, points.is_labelled, strict=True)
    return [
        {
            "image_id": int(image) + 1,
            "category_id": 1,
            "score": float(confidence),
            "area": float(area),
            "bbox": box.tolist(),
            "keypoints": triple.ravel().tolist(),
            "num_keypoints": int(labels.sum()),
        }
        for image, confidence, area, box, triple, labels in rows
    ]


def others(entries: tuple[list[dict[str, Any]], list[dict[str, Any]]], subject: Subject) -> dict[str, Evaluate]:
    """The other libraries, with what they read of the documents."""
    images = [{"id": number + 1, "height": HEIGHT, "width": WIDTH} for number in range(IMAGES)]
    categories = [{"id": code + 1, "name": name} for code, name in enumerate(NAMES)]
    truths = [{**entry, "id": number, "iscrowd": 0} for number, entry in enumerate(entries[0], 1)]
    document = {"info": {}, "images": images, "categories": categories, "annotations": truths}
    with TemporaryDirectory() as folder:
        paths = str(Path(folder) / "truth.json"), str(Path(folder) / "found.json")
        for path, content in zip(paths, (document, entries[1]), strict=True):
            Path(path).write_text(json.dumps(content))
        libraries: dict[str, tuple[Any, Any, str]] = {
            "pycocotools": (COCO, COCOeval, "loadRes"),
            "faster-coco-eval": (FASTER_COCO, COCOeval_faster, "loadRes"),
        }
        if importlib.util.find_spec("hotcoco"):
            hotcoco = importlib.import_module("hotcoco")
            libraries["hotcoco"] = hotcoco.COCO, hotcoco.COCOeval, "load_res"
        return {name: _of_coco(*library, paths, subject) for name, library in libraries.items()}


def _of_coco(coco: Any, evaluation: Any, load: str, paths: tuple[str, str], subject: Subject) -> Evaluate:
    with contextlib.redirect_stdout(io.StringIO()):
        reference = coco(paths[0])
        found = getattr(reference, load)(paths[1])

    def run() -> float:
        with contextlib.redirect_stdout(io.StringIO()):
            evaluated = evaluation(reference, found, subject)
            evaluated.evaluate()
            evaluated.accumulate()
            evaluated.summarize()
        return float(evaluated.stats[0])

    return run


def _print(name: str, evaluate: Evaluate) -> None:
    start = time.process_time()
    value = evaluate()
    print(f"{name:26} {time.process_time() - start:8.2f} s   {value:.9f}", flush=True)


def main() -> None:
    """Measure each row once; what a library keeps of an evaluation is not measured again."""
    pairs = masks_of(IMAGES, OF_IMAGE, 60)
    # What is made for the others must not be kept for ours.
    documents = mask_entries(pairs, 0), mask_entries(pairs, 1)
    _print("masks", our_masks(pairs))
    for name, evaluate in others(documents, "segm").items():
        _print(f"masks, {name}", evaluate)
    _print("800 masks on 800 others", our_masks(masks_of(1, 800, 300)))
    tables, points = points_of(IMAGES, OF_IMAGE)
    _print("keypoints", our_keypoints(tables, points))
    persons = point_entries(tables[0], points[0]), point_entries(tables[1], points[1])
    for name, evaluate in others(persons, "keypoints").items():
        _print(f"keypoints, {name}", evaluate)


if __name__ == "__main__":
    main()
