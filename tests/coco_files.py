"""COCO's files, made of seeded random objects: crowds, stated areas, outlines, and sizes around the area classes."""

import json
import random
from typing import Any

CATEGORIES: list[dict[str, Any]] = [
    {"id": 3, "name": "person"},
    {"id": 7, "name": "traffic light"},
    {"id": 90, "name": "bus"},
]
WIDTH, HEIGHT = 640, 480


def ground_truth(images: int, seed: int = 1, objects: int = 7) -> dict[str, Any]:
    """A document of instances; the last image has no object."""
    choose = random.Random(seed)
    annotations: list[dict[str, Any]] = []
    for number in range(1, images):
        for _ in range(choose.randint(1, 2 * objects)):
            annotations.append(_instance(choose, len(annotations) + 1, number * 10))
    return {
        "images": [
            {"id": number * 10, "file_name": f"{number:012}.jpg", "width": WIDTH, "height": HEIGHT}
            for number in range(1, images + 1)
        ],
        "annotations": annotations,
        "categories": CATEGORIES,
    }


def results(truth: dict[str, Any], seed: int = 2) -> list[dict[str, Any]]:
    """Detections near most of the objects, some of them of another class, and some where nothing is."""
    choose = random.Random(seed)
    detections = []
    for annotation in truth["annotations"]:
        if choose.random() < 0.85:
            bbox = [round(value + choose.uniform(-4, 4), 2) for value in annotation["bbox"]]
            bbox[2:] = [max(1.0, side) for side in bbox[2:]]
            category = annotation["category_id"] if choose.random() < 0.9 else choose.choice(CATEGORIES)["id"]
            detections.append(_detection(annotation["image_id"], category, bbox, choose.random()))
        if choose.random() < 0.3:
            detections.append(_detection(annotation["image_id"], 3, _box(choose), choose.random() / 2))
    return detections


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def _instance(choose: random.Random, number: int, image: int) -> dict[str, Any]:
    left, top, width, height = _box(choose)
    outline = [left, top, left + width, top, left + width, top + height, left, top + height]
    return {
        "id": number,
        "image_id": image,
        "category_id": choose.choice(CATEGORIES)["id"],
        "bbox": [left, top, width, height],
        "segmentation": [outline],
        # Of the object, which fills its box by a part only.
        "area": round(width * height * choose.uniform(0.4, 1), 4),
        "iscrowd": int(choose.random() < 0.1),
    }


def _detection(image: int, category: int, bbox: list[float], score: float) -> dict[str, Any]:
    return {"image_id": image, "category_id": category, "bbox": bbox, "score": round(score, 3)}


def _box(choose: random.Random) -> list[float]:
    width, height = choose.choice([12, 31.5, 32, 60, 96, 97, 180]), choose.choice([12, 32, 33, 60, 96, 150])
    return [round(choose.uniform(0, WIDTH - width), 2), round(choose.uniform(0, HEIGHT - height), 2), width, height]
