"""The ten figures of keypoints, against pycocotools."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from shared.evaluation.detection.geometry import keypoints
from shared.evaluation.detection.geometry.keypoints import COCO_SIGMAS, Points
from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.precision.keypoint_precision import NAMES, keypoint_precision

PLACES = st.sampled_from([0.0, 3, 10, 40, 100])
SIGMAS = {3: (0.05, 0.1, 0.02), 17: COCO_SIGMAS}


def person(draw: Any, count: int) -> dict[str, Any]:
    x, y = draw(PLACES), draw(PLACES)
    points = [
        (x + draw(st.integers(0, 9)), y + draw(st.integers(0, 120)), draw(st.integers(0, 2))) for _ in range(count)
    ]
    return {"points": points}


@st.composite
def images(draw: Any, count: int) -> list[Any]:
    def truth() -> dict[str, Any]:
        area = draw(st.sampled_from([500.0, 32.0**2, 5000, 96.0**2, 20000]))
        box = [draw(PLACES), draw(PLACES), 30.0, 60.0]
        return person(draw, count) | {"area": area, "bbox": box, "iscrowd": draw(st.integers(0, 1))}

    def found(near: list[dict[str, Any]]) -> dict[str, Any]:
        score = {"score": draw(st.sampled_from([0.1, 0.5, 0.9]))}
        if near and draw(st.integers(0, 1)):
            shift = draw(st.integers(0, 6))
            return {"points": [(x + shift, y, 2) for x, y, _ in draw(st.sampled_from(near))["points"]]} | score
        return person(draw, count) | score

    drawn = []
    for _ in range(draw(st.integers(1, 3))):
        truths = [truth() for _ in range(draw(st.integers(0, 4)))]
        drawn.append((truths, [found(truths) for _ in range(draw(st.integers(0, 5)))]))
    return drawn


def oracle(drawn: list[Any], count: int) -> Any:
    def entries(side: int) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = []
        for image, sides in enumerate(drawn):
            for entry in sides[side]:
                flat = [value for point in entry["points"] for value in point]
                labelled = sum(point[2] > 0 for point in entry["points"])
                rest = {name: value for name, value in entry.items() if name != "points"}
                numbers = {"id": len(listed) + 1, "image_id": image, "category_id": 1, "num_keypoints": labelled}
                listed.append({**numbers, "keypoints": flat, **rest})
        return listed

    truth = COCO()
    shown = [{"id": number} for number in range(len(drawn))]
    truth.dataset = {"info": {}, "images": shown, "categories": [{"id": 1}], "annotations": entries(0)}
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        if entries(1):
            found = truth.loadRes(entries(1))
        else:
            found = COCO()
            found.dataset = {**truth.dataset, "annotations": []}
            found.createIndex()
        evaluated = COCOeval(truth, found, "keypoints")
        evaluated.params.kpt_oks_sigmas = np.array(SIGMAS[count])
        evaluated.evaluate()
        evaluated.accumulate()
        evaluated.summarize()
    return evaluated.stats


def table_of(drawn: list[Any], side: int, count: int) -> tuple[ObjectTable, Points]:
    rows = [(image, entry) for image, sides in enumerate(drawn) for entry in sides[side]]
    entries = [entry for _, entry in rows]
    sent = np.array([entry["points"] for entry in entries], float).reshape(-1, count, 3)
    points = Points(sent[:, :, :2], sent[:, :, 2] > 0)
    is_crowd = np.array([entry.get("iscrowd", 0) == 1 for entry in entries], bool)
    stated = np.array([entry.get("area", 0) for entry in entries], float)
    table = ObjectTable(
        np.array([image for image, _ in rows], np.int64),
        np.zeros(len(rows), np.int64),
        np.array([entry.get("score", 1) for entry in entries], float),
        np.array([entry.get("bbox", [0, 0, 0, 0]) for entry in entries], float).reshape(-1, 4),
        keypoints.areas(points) if side else stated,
        is_crowd,
        is_crowd if side else is_crowd | keypoints.uncounted(points),
    )
    return table, points


@pytest.mark.parametrize("count", [3, 17])
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_every_figure_of_keypoints_is_pycocotools(count: int, data: st.DataObject) -> None:
    drawn = data.draw(images(count))
    (references, truth), (candidates, found) = (table_of(drawn, side, count) for side in (0, 1))

    measured = keypoint_precision(references, candidates, (truth, found), np.array(SIGMAS[count]), ["person"])

    expected = [None if value == -1 else pytest.approx(value, abs=1e-9) for value in oracle(drawn, count)]
    assert measured.summary == dict(zip(NAMES, expected, strict=True))
    assert measured.per_class == {"person": expected[0]}
