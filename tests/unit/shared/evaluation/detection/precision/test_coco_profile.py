"""All twelve metrics of the profile `coco`, against pycocotools on what evaluations usually get wrong."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from shared.evaluation.detection.geometry.masks import Mask
from shared.evaluation.detection.geometry.objects import Geometry, Objects
from shared.evaluation.detection.matching.pairs import match
from shared.evaluation.detection.precision.average_precision import NAMES, PROFILE, average_precision
from tests.bitmaps import mask_of

CLASSES = ["0", "car"]
HEIGHT, WIDTH = 130, 140

# Sides whose areas lie on the bounds of COCO's sizes, and beside them.
SIDES = st.sampled_from([4, 8, 31.9, 32, 32.1, 50, 96, 96.5, 120])
CORNERS = st.sampled_from([0, 0.1, 2, 5.3, 10])
# Few values, so that many are equal.
CONFIDENCES = st.sampled_from([0.1, 0.5, 0.5000001, 0.9])


@st.composite
def truths(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "code": draw(st.integers(0, 1)),
        "bbox": [draw(CORNERS), draw(CORNERS), draw(SIDES), draw(SIDES)],
        "area": draw(st.none() | st.sampled_from([0, 500, 32.0**2, 5000, 96.0**2, 1e5])),
        "crowd": draw(st.booleans()),
        "ignored": draw(st.booleans()),
    }


@st.composite
def results(draw: st.DrawFn) -> dict[str, Any]:
    bbox = [draw(CORNERS), draw(CORNERS), draw(SIDES), draw(SIDES)]
    return {"code": draw(st.integers(0, 1)), "bbox": bbox, "score": draw(CONFIDENCES)}


IMAGES = st.lists(st.tuples(st.lists(truths(), max_size=5), st.lists(results(), max_size=6)), min_size=1, max_size=4)

TRUTH = {"code": 0, "bbox": [0, 0, 32, 32], "area": None, "crowd": False, "ignored": False}
MANY = [{"code": 0, "bbox": [n % 9, 0, 32, 32], "score": 0.5 if n < 120 else 0.9} for n in range(150)]


class _HonoursIgnore(COCOeval):  # type: ignore[misc] # pycocotools has no types
    """COCO's evaluation as its rules are: its own preparation replaces `ignore` by `iscrowd`."""

    def _prepare(self) -> None:
        super()._prepare()
        for entries in self._gts.values():
            for entry in entries:
                entry["ignore"] = int(entry["ignored"] or entry["iscrowd"])


def mask(bbox: list[float]) -> Mask:
    left, top, width, height = (round(value) for value in bbox)
    bitmap = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    bitmap[top : top + height, left : left + width] = 1
    # Its area is not that of its box.
    bitmap[top : top + height // 2, left : left + width // 3] = 0
    return mask_of(bitmap)


def objects(entries: list[dict[str, Any]], geometry: Geometry) -> Objects:
    masks = [mask(entry["bbox"]) for entry in entries] if geometry == "masks" else []
    xywh = np.array([entry["bbox"] for entry in entries], float).reshape(-1, 4)
    corners = np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]])
    if masks:
        corners = np.array([each.box for each in masks], float).reshape(-1, 4)
    areas = [areas_of(entry, geometry) for entry in entries]
    return Objects(
        np.array([entry["code"] for entry in entries], np.int64),
        np.array([entry.get("score", 1) for entry in entries], float),
        corners,
        masks,
        xywh=xywh,
        areas=np.array(areas, float),
        crowds=np.array([entry.get("crowd", False) for entry in entries], bool),
        ignored=np.array([entry.get("ignored", False) for entry in entries], bool),
    )


def areas_of(entry: dict[str, Any], geometry: Geometry) -> float:
    if entry.get("area") is not None:
        return float(entry["area"])
    return float(mask(entry["bbox"]).area if geometry == "masks" else entry["bbox"][2] * entry["bbox"][3])


def oracle(images: list[Any], geometry: Geometry) -> Any:
    def entries(side: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for image_id, image in enumerate(images):
            for entry in image[side]:
                shape = shape_of(entry, geometry)
                stated = {"iscrowd": int(entry.get("crowd", 0)), "ignored": entry.get("ignored", False)}
                numbers = {"id": len(found) + 1, "image_id": image_id, "category_id": entry["code"]}
                score = {"score": entry["score"]} if side else {"area": areas_of(entry, geometry)}
                found.append({**numbers, **stated, **score, **shape})
        return found

    truth, found = COCO(), COCO()
    shown = [{"id": number, "height": HEIGHT, "width": WIDTH} for number in range(len(images))]
    truth.dataset = {"info": {}, "images": shown, "categories": [{"id": 0}, {"id": 1}], "annotations": entries(0)}
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        if entries(1):
            found = truth.loadRes(entries(1))
        else:
            found.dataset = {**truth.dataset, "annotations": []}
            found.createIndex()
        evaluated = _HonoursIgnore(truth, found, {"boxes": "bbox", "masks": "segm"}[geometry])
        evaluated.evaluate()
        evaluated.accumulate()
        evaluated.summarize()
    return evaluated


def shape_of(entry: dict[str, Any], geometry: Geometry) -> dict[str, Any]:
    if geometry == "boxes":
        return {"bbox": entry["bbox"]}
    (encoded,) = objects([entry], geometry).run_lengths
    return {"segmentation": encoded} | ({"bbox": entry["bbox"]} if entry.get("states_box") else {})


@pytest.mark.parametrize("geometry", ["boxes", "masks"])
@given(images=IMAGES)
@example(images=[([TRUTH, {**TRUTH, "bbox": [0, 0, 96, 96]}], MANY), ([], MANY[:3]), ([TRUTH], [])])
@example(images=[([{**TRUTH, "bbox": [0, 0, 120, 120], "crowd": True}, TRUTH], MANY[:20])])
@example(images=[([{**TRUTH, "ignored": True}, TRUTH], MANY[:2])])
@settings(max_examples=60, deadline=None)
def test_every_metric_is_pycocotools(geometry: Geometry, images: list[Any]) -> None:
    expected = oracle(images, geometry)
    pairs = [(objects(truth, geometry), objects(found, geometry)) for truth, found in images]

    measured = average_precision(pairs, CLASSES, geometry=geometry)

    stats = [None if value == -1 else pytest.approx(value, abs=1e-9) for value in expected.stats]
    assert PROFILE == "coco"
    assert dict(zip(NAMES, stats, strict=True)) == measured.summary
    precision = expected.eval["precision"][:, :, :, 0, -1]
    means = [None if (values := precision[:, :, code])[0, 0] == -1 else values.mean() for code in range(2)]
    assert list(measured.per_class.values()) == [
        None if mean is None else pytest.approx(mean, abs=1e-9) for mean in means
    ]


@pytest.mark.parametrize("geometry", ["boxes", "masks"])
@given(images=IMAGES)
@settings(max_examples=60, deadline=None)
def test_matches_and_what_is_ignored_are_pycocotools(geometry: Geometry, images: list[Any]) -> None:
    expected = [image for image in oracle(images, geometry).evalImgs if image is not None]
    all_sizes = [image for image in expected if image["aRng"] == [0, 1e10]]
    right = sum(int(((image["dtMatches"][0] > 0) & (image["dtIgnore"][0] == 0)).sum()) for image in all_sizes)
    neither = sum(int((image["dtIgnore"][0] > 0).sum()) for image in all_sizes)
    same = ignored = 0

    for truth, found in images:
        sides = objects(truth, geometry), objects(found, geometry)
        matches = match(*sides, threshold=0.5, geometry=geometry)
        rows = np.flatnonzero(matches.of_reference >= 0)
        same += int((sides[0].classes[rows] == sides[1].classes[matches.of_reference[rows]]).sum())
        ignored += int(matches.is_ignored.sum())

    assert (same, ignored) == (right, neither)


@pytest.mark.parametrize(("states_box", "of_pycocotools"), [(False, 0.5), (True, 1.0)])
def test_a_mask_is_as_large_as_its_pixels_also_beside_a_box(states_box: bool, of_pycocotools: float) -> None:
    # pycocotools takes the area of the box, and a wrong result that is not small is forgiven among small objects.
    found = [
        {"code": 0, "bbox": [left, 0, 34, 34], "score": score, "states_box": states_box}
        for left, score in ((0, 0.9), (60, 0.95))
    ]
    images = [([{**TRUTH, "bbox": [0, 0, 34, 34]}], found)]

    measured = average_precision(
        [(objects(truth, "masks"), objects(found, "masks")) for truth, found in images], CLASSES, geometry="masks"
    )

    assert oracle(images, "masks").stats[3] == pytest.approx(of_pycocotools)
    assert measured.summary[NAMES[3]] == pytest.approx(0.5)


def test_of_equal_overlaps_the_later_object_is_found_as_in_coco() -> None:
    truth = [{**TRUTH, "bbox": [0, top, 10, 10]} for top in (0, 2)]
    found = [{"code": 0, "bbox": [0, top, 10, 10], "score": 0.9 + top / 100} for top in (1, -3)]

    matches = match(objects(truth, "boxes"), objects(found, "boxes"), threshold=0.5)

    assert matches.of_reference.tolist() == [1, 0]
