"""Made-up objects of a detector and of the truth, as ours, as COCO's documents, and as annotations."""

import json
from typing import Any
from uuid import UUID

import numpy as np

from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.analyses.annotations import columns
from shared.analyses.annotations.columns import AnnotationColumns
from shared.detection_runs.scenes.objects_of_images import ImageSides
from shared.evaluation.detection.geometry.objects import Objects

IMAGES, OF_IMAGE, CLASSES = 5_000, 7, 80
NAMES = [str(code) for code in range(CLASSES)]

Arrays = tuple[Any, Any, Any, Any]


def made_up(images: int, of_image: int, candidates_of_image: int) -> tuple[Arrays, Arrays]:
    """Image, class, box and confidence of the objects of both sides."""
    random = np.random.default_rng(3)
    count = images * of_image
    corners, sizes = random.uniform(0, 500, (count, 2)), random.lognormal(3.8, 0.8, (count, 2))
    truth = (
        np.repeat(np.arange(images), of_image),
        random.integers(0, CLASSES, count),
        np.hstack([corners, sizes]).round(2),
        np.ones(count),
    )
    rows = (np.arange(images * candidates_of_image) // candidates_of_image) * of_image
    rows += random.integers(0, of_image, len(rows))
    is_background = random.random(len(rows)) < 0.3
    boxes = truth[2][rows] + random.normal(0, 4, (len(rows), 4))
    boxes[:, :2] += 600 * is_background[:, None]
    boxes[:, 2:] = np.abs(boxes[:, 2:])
    classes = np.where(random.random(len(rows)) < 0.1, random.integers(0, CLASSES, len(rows)), truth[1][rows])
    return truth, (truth[0][rows], classes, boxes.round(2), random.random(len(rows)).round(6))


def sides_of(side: Arrays) -> list[Objects]:
    """The objects of each image."""
    bounds = np.searchsorted(side[0], np.arange(1, IMAGES))
    parts = [np.split(column, bounds) for column in side]
    return [
        Objects(classes, confidences, np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]]), xywh=xywh)
        for _, classes, xywh, confidences in zip(*parts, strict=True)
    ]


def documents(truth: Arrays, found: Arrays) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The same as COCO's documents."""

    def entries(side: Arrays) -> list[dict[str, Any]]:
        return [
            {"id": n, "image_id": image, "category_id": code, "bbox": box, "score": score, "area": box[2] * box[3]}
            for n, (image, code, box, score) in enumerate(zip(*(column.tolist() for column in side), strict=True), 1)
        ]

    shown = [{"id": number, "width": 1200, "height": 1200} for number in range(IMAGES)]
    categories = [{"id": code, "name": NAMES[code]} for code in range(CLASSES)]
    truths = [{**entry, "iscrowd": 0} for entry in entries(truth)]
    return {"info": {}, "images": shown, "categories": categories, "annotations": truths}, entries(found)


def records_of(truth: Arrays, found: Arrays) -> ImageSides:
    """The same as annotations from the database."""

    def read(side: Arrays) -> AnnotationColumns:
        rows: list[list[tuple[bytes, str, float | None, str]]] = [[] for _ in range(IMAGES)]
        for n, (image, code, box, score) in enumerate(zip(*(column.tolist() for column in side), strict=True)):
            rows[image].append((UUID(int=n).bytes, NAMES[code], score, json.dumps({"bbox": box, "format": "xywh"})))
        return columns.joined([columns.of_rows(some) for some in rows])

    pairs = [ImagePair(UUID(int=n), UUID(int=n + 1), UUID(int=n + 1 + IMAGES), 1200, 1200) for n in range(IMAGES)]
    return ImageSides(Pairing(pairs, 0, 0, reference_is_truth=True), read(truth), read(found))
