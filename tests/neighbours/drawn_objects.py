"""Made-up objects and detections in COCO's and LVIS' form, with all that evaluations usually get wrong.

Crowds, areas at exactly 32² and 96² and stated ones that are not those of the shape, equal confidences, 150 objects in
an image, images without objects or detections, and ids of 0. Shapes lie on whole pixels.
"""

from typing import Any, NamedTuple

import numpy as np
from pycocotools import mask as pycocotools_masks

SIDE = 300
NAMES = ["bus", "car", "person"]
CATEGORIES = dict(zip((0, 1, 7), NAMES, strict=True))
CROWDED, WITHOUT_OBJECTS, WITHOUT_DETECTIONS, IMAGES = 5, 3, 8, 12
KEYPOINTS = 17

_SIDES = (20, 31, 32, 33, 50, 96, 97, 110)
_AREAS = (500.0, 32.0**2, 5000.0, 96.0**2)


class Drawn(NamedTuple):
    """A document of ground truth, and results that name its images and categories by their ids."""

    truth: dict[str, Any]
    results: list[dict[str, Any]]


def boxes(seed: int, *, of_crowded: int = 150) -> Drawn:
    """Boxes of every kind."""
    random = np.random.default_rng(seed)
    objects, results = [], list[dict[str, Any]]()
    for image in range(IMAGES):
        own = [_object(random, image) for _ in range(_count(random, image, WITHOUT_OBJECTS, of_crowded))]
        objects += own
        if image != WITHOUT_DETECTIONS:
            results += [_detection(random, each) for each in own if random.random() < 0.85]
            results += [_detection(random, _object(random, image)) for _ in range(random.integers(0, 5))]
    return Drawn(_document(objects), results)


def plain_boxes(seed: int) -> Drawn:
    """Boxes without crowds and equal confidences, at most 100 of an image, which tidecv judges otherwise.

    Some detections are there twice.
    """
    truth, results = boxes(seed, of_crowded=40)
    results += results[::7]
    scores = np.random.default_rng(seed).permutation(len(results)) / len(results)
    truth["annotations"] = [{**each, "iscrowd": 0} for each in truth["annotations"]]
    return Drawn(truth, [{**each, "score": float(score)} for each, score in zip(results, scores, strict=True)])


def masks(seed: int) -> Drawn:
    """The same as masks, without boxes: their sizes follow boxes elsewhere."""
    truth, results = boxes(seed)
    for each in [*truth["annotations"], *results]:
        each["segmentation"] = _mask(each.pop("bbox"))
    for each in truth["annotations"]:
        # Some programs ask for it.
        each["bbox"] = pycocotools_masks.toBbox(each["segmentation"]).tolist()
    return Drawn(truth, results)


def keypoints(seed: int) -> Drawn:
    """Persons of 17 points around boxes, some of which have no labelled point."""
    random = np.random.default_rng(seed)
    truth, results = boxes(seed, of_crowded=30)
    places = {}
    for each in truth["annotations"]:
        each["category_id"], states = 7, random.integers(0, 3, KEYPOINTS)
        if random.random() < 0.1:
            states[:] = 0
        places[each["id"]] = _points(random, each["bbox"])
        each["keypoints"] = np.column_stack((places[each["id"]], states)).ravel().tolist()
        each["num_keypoints"] = int((states > 0).sum())
    near = {each["image_id"]: places[each["id"]] for each in truth["annotations"]}
    for each in results:
        each["category_id"], box = 7, each.pop("bbox")
        points = near.get(each["image_id"]) if random.random() < 0.7 else _points(random, box)
        shown = _points(random, box) if points is None else points + random.integers(-4, 5, points.shape)
        each["keypoints"] = np.column_stack((shown, np.full(KEYPOINTS, 2))).ravel().tolist()
    (person,) = (each for each in truth["categories"] if each["id"] == 7)
    person |= {"keypoints": [f"point {number}" for number in range(KEYPOINTS)], "skeleton": [[1, 2]]}
    return Drawn(truth, results)


def federated(seed: int) -> Drawn:
    """Boxes in LVIS' form: searched for some classes, and of some of these not every object is marked."""
    random = np.random.default_rng(seed)
    truth, results = boxes(seed, of_crowded=400)
    for each in truth["annotations"]:
        left, top, width, height = each["bbox"]
        right, bottom = left + width, top + height
        each["segmentation"] = [[left, top, right, top, right, bottom, left, bottom]]
        del each["iscrowd"]
    for each in truth["images"]:
        for name in ("neg_category_ids", "not_exhaustive_category_ids"):
            each[name] = [category for category in CATEGORIES if random.random() < 0.3]
    for each, frequency in zip(truth["categories"], "rcf", strict=True):
        each["frequency"] = frequency
    return Drawn(truth, results)


def _count(random: np.random.Generator, image: int, without: int, of_crowded: int) -> int:
    if image == without:
        return 0
    return of_crowded if image == CROWDED else int(random.integers(2, 9))


def _object(random: np.random.Generator, image: int) -> dict[str, Any]:
    width, height = (int(side) for side in random.choice(_SIDES, 2))
    if random.random() < 0.4:
        height = width
    box = [*(int(place) for place in random.integers(4, 180, 2)), width, height]
    category = 0 if image == CROWDED else int(random.choice(list(CATEGORIES)))
    area = float(width * height) if random.random() < 0.6 else float(random.choice(_AREAS))
    crowd = int(random.random() < 0.12)
    return {"image_id": image, "category_id": category, "bbox": box, "area": area, "iscrowd": crowd}


def _detection(random: np.random.Generator, near: dict[str, Any]) -> dict[str, Any]:
    left, top, width, height = near["bbox"]
    shift = random.integers(-4, 5, 2)
    box = [left + int(shift[0]), top + int(shift[1]), width, height]
    category = near["category_id"] if random.random() < 0.9 else int(random.choice(list(CATEGORIES)))
    score = float(random.integers(1, 20)) / 20
    return {"image_id": near["image_id"], "category_id": category, "bbox": box, "score": score}


def _document(objects: list[dict[str, Any]]) -> dict[str, Any]:
    images = [{"id": n, "file_name": f"{n}.jpg", "width": SIDE, "height": SIDE} for n in range(IMAGES)]
    categories = [{"id": number, "name": name} for number, name in CATEGORIES.items()]
    # pycocotools takes an object with the number 0 for none.
    annotations = [{"id": number, **each} for number, each in enumerate(objects, start=1)]
    return {"info": {}, "images": images, "categories": categories, "annotations": annotations}


def _mask(box: list[int]) -> dict[str, Any]:
    left, top, width, height = box
    bitmap = np.zeros((SIDE, SIDE), np.uint8, order="F")
    bitmap[top : top + height, left : left + width] = 1
    bitmap[top : top + height // 3, left : left + width // 3] = 0
    mask = pycocotools_masks.encode(bitmap)
    return {"size": [SIDE, SIDE], "counts": mask["counts"].decode()}


def _points(random: np.random.Generator, box: list[int]) -> Any:
    left, top, width, height = box
    return random.integers((left, top), (left + width, top + height), (KEYPOINTS, 2))
