"""Matching, agreement and average precision, against counting by hand and pycocotools."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from shared.evaluation.detection.geometry import boxes, rle
from shared.evaluation.detection.geometry.objects import Geometry, Objects
from shared.evaluation.detection.matching.agreement import (
    Pair,
    Rates,
    agreement,
    agreement_of_labels,
    overall,
    per_class,
)
from shared.evaluation.detection.matching.pairs import match
from shared.evaluation.detection.precision.average_precision import NAMES, average_precision
from tests.bitmaps import mask_of

CLASSES = ["bus", "car", "person"]
BUS, CAR, PERSON = range(3)


def objects(*found: tuple[int, float, tuple[float, float, float, float]]) -> Objects:
    """Class, confidence, corners of each."""
    return Objects(
        np.array([one[0] for one in found], dtype=np.int64),
        np.array([one[1] for one in found], dtype=np.float64),
        np.array([one[2] for one in found], dtype=np.float64).reshape(-1, 4),
    )


NOTHING = objects()


def test_boxes_overlap_by_their_areas() -> None:
    left = boxes.to_xyxy([[0, 0, 10, 10], [5, 5, 0, 0]])
    right = boxes.to_xyxy([[5, 0, 10, 10], [0, 0, 10, 10], [20, 20, 1, 1]])

    assert boxes.iou(left, right).tolist() == [[pytest.approx(50 / 150), 1.0, 0.0], [0.0, 0.0, 0.0]]
    assert boxes.to_xywh(right).tolist() == [[5, 0, 10, 10], [0, 0, 10, 10], [20, 20, 1, 1]]


def test_the_surest_candidate_chooses_first_and_every_object_has_one_partner() -> None:
    reference = objects((CAR, 1, (0, 0, 10, 10)))
    candidate = objects((CAR, 0.6, (0, 0, 10, 10)), (CAR, 0.9, (0, 0, 10, 9)))

    found = match(reference, candidate, threshold=0.5)

    assert (found.of_reference.tolist(), found.of_candidate.tolist()) == ([1], [-1, 0])


def test_the_threshold_is_reached_by_what_equals_it() -> None:
    reference, candidate = objects((CAR, 1, (0, 0, 10, 10))), objects((CAR, 1, (0, 0, 10, 5)))

    assert match(reference, candidate, threshold=0.5).of_reference.tolist() == [0]
    assert match(reference, candidate, threshold=0.51).of_reference.tolist() == [-1]
    assert match(reference, reference, threshold=1).of_reference.tolist() == [0]


def test_a_partner_of_the_same_class_goes_before_a_better_one_of_another() -> None:
    reference = objects((BUS, 1, (0, 0, 10, 10)), (CAR, 1, (0, 0, 10, 9)))
    candidate = objects((CAR, 0.9, (0, 0, 10, 10)))

    assert match(reference, candidate, threshold=0.5).of_reference.tolist() == [-1, 0]


def pairs_by_hand() -> list[Pair]:
    first = (
        objects((PERSON, 1, (0, 0, 10, 10)), (CAR, 1, (20, 0, 40, 10)), (BUS, 1, (50, 0, 80, 20))),
        # The person, the car as a bus, something where nothing is, and the person again.
        objects(
            (PERSON, 0.9, (0, 0, 10, 10)),
            (BUS, 0.8, (20, 0, 40, 10)),
            (CAR, 0.7, (90, 90, 99, 99)),
            (PERSON, 0.3, (0, 0, 10, 9)),
        ),
    )
    second = (objects((CAR, 1, (0, 0, 10, 10))), objects((CAR, 0.5, (0, 0, 10, 8))))
    return [first, second, (NOTHING, NOTHING)]


def test_agreement_is_what_counting_by_hand_gives() -> None:
    found = agreement(pairs_by_hand(), CLASSES, threshold=0.5)

    assert found.counts.tolist() == [
        # bus, car, person, not seen by the candidate
        [0, 0, 0, 1],
        [1, 1, 0, 0],
        [0, 0, 1, 0],
        # not seen by the reference
        [0, 1, 1, 0],
    ]
    assert per_class(found) == {
        "bus": Rates(0, missed=1, extra=1, precision=0.0, recall=0.0, f1=0.0),
        "car": Rates(1, missed=1, extra=1, precision=0.5, recall=0.5, f1=0.5),
        "person": Rates(1, missed=0, extra=1, precision=0.5, recall=1.0, f1=2 / 3),
    }
    assert overall(found) == Rates(2, missed=2, extra=3, precision=0.4, recall=0.5, f1=4 / 9)
    assert found.matrix.classes == ("bus", "car", "person", "(none)")
    assert found.matrix.counts.tolist() == found.counts.tolist()


def test_a_matrix_without_unseen_objects_has_no_class_for_them_and_a_name_is_never_taken_twice() -> None:
    same = agreement([(objects((CAR, 1, (0, 0, 1, 1))),) * 2], CLASSES, threshold=0.5)
    missed = agreement([(objects((0, 1, (0, 0, 1, 1))), NOTHING)], ["(none)"], threshold=0.5)

    assert same.matrix.classes == ("bus", "car", "person")
    assert missed.matrix.classes == ("(none)", "((none))")


def test_undefined_rates_are_none() -> None:
    assert overall(agreement([], CLASSES, threshold=0.5)) == Rates(0, 0, 0, None, None, None)


def test_labels_agree_image_by_image() -> None:
    found = agreement_of_labels([(0, 0), (0, 1), (-1, 1), (1, -1), (-1, -1)], ["cat", "dog"])

    assert found.counts.tolist() == [[1, 1, 0], [0, 0, 1], [0, 1, 0]]


def scene(seed: int, image_count: int = 40) -> list[Pair]:
    """Images whose candidates are shaken copies of the references, some lost, some added, some misnamed."""
    rng = np.random.default_rng(seed)
    pairs = []
    for _ in range(image_count):
        n = int(rng.integers(0, 12))
        corner, size = rng.uniform(0, 200, (n, 2)).round(1), rng.uniform(4, 110, (n, 2)).round(1)
        classes = rng.integers(0, len(CLASSES), n)
        reference = Objects(classes, np.ones(n), np.hstack([corner, corner + size]))
        kept = rng.random(n) < 0.8
        shaken = reference.boxes[kept] + rng.normal(0, 4, (int(kept.sum()), 4)).round(1)
        shaken[:, 2:] = np.maximum(shaken[:, 2:], shaken[:, :2] + 1)
        named = np.where(rng.random(len(shaken)) < 0.9, classes[kept], rng.integers(0, len(CLASSES), len(shaken)))
        more = rng.uniform(0, 200, (int(rng.integers(0, 4)), 2)).round(1)
        extra = rng.integers(0, len(CLASSES), len(more))
        every = np.vstack([shaken, np.hstack([more, more + 30])])
        # No two confidences are equal: what is sorted first among equals is nobody's promise.
        pairs.append((reference, Objects(np.append(named, extra), rng.permutation(len(every)) / 97 + 0.01, every)))
    return pairs


def with_masks(pairs: list[Pair], height: int = 320, width: int = 330) -> list[Pair]:
    def drawn(side: Objects) -> Objects:
        found = []
        for left, top, right, bottom in np.clip(side.boxes, 0, 310).round().astype(int):
            bitmap = np.zeros((height, width), dtype=np.uint8)
            bitmap[top : bottom + 1, left : right + 1] = 1
            bitmap[top : top + 3, left : left + 3] = 0
            found.append(mask_of(bitmap))
        corners = np.array([mask.box for mask in found], dtype=np.float64).reshape(-1, 4)
        return Objects(side.classes, side.confidences, corners, found)

    return [(drawn(reference), drawn(candidate)) for reference, candidate in pairs]


def oracle(pairs: list[Pair], geometry: Geometry) -> Any:
    """What pycocotools says of the same data."""

    def entries(side: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for image_id, pair in enumerate(pairs, start=1):
            for position in range(len(pair[side])):
                left, top, right, bottom = pair[side].boxes[position].tolist()
                entry = {
                    "id": len(found) + 1,
                    "image_id": image_id,
                    "category_id": int(pair[side].classes[position]) + 1,
                    "bbox": [left, top, right - left, bottom - top],
                    "area": (right - left) * (bottom - top),
                    "score": float(pair[side].confidences[position]),
                    "iscrowd": 0,
                }
                if geometry == "masks":
                    mask = pair[side].masks[position]
                    counts = rle.compress(mask.counts.tolist())
                    segmentation = {"size": [mask.height, mask.width], "counts": counts}
                    entry |= {"segmentation": segmentation, "area": mask.area}
                    # Beside a mask, COCO would take the area of the box for that of a result.
                    del entry["bbox"]
                found.append(entry)
        return found

    truth = COCO()
    truth.dataset = {
        "info": {},
        "images": [{"id": number + 1, "height": 320, "width": 330} for number in range(len(pairs))],
        "categories": [{"id": code + 1, "name": name} for code, name in enumerate(CLASSES)],
        "annotations": entries(0),
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        evaluated = COCOeval(truth, truth.loadRes(entries(1)), {"boxes": "bbox", "masks": "segm"}[geometry])
        evaluated.evaluate()
        evaluated.accumulate()
        evaluated.summarize()
    return evaluated


@pytest.mark.parametrize("geometry", ["boxes", "masks"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_average_precision_is_pycocotools(seed: int, geometry: Geometry) -> None:
    pairs = scene(seed) if geometry == "boxes" else with_masks(scene(seed, image_count=12))
    expected = oracle(pairs, geometry)

    found = average_precision(pairs, CLASSES, geometry=geometry)

    stats = [None if value == -1 else pytest.approx(value, abs=1e-12) for value in expected.stats[: len(NAMES)]]
    assert list(found.summary.values()) == stats
    precision = expected.eval["precision"][:, :, :, 0, -1]
    assert list(found.per_class.values()) == pytest.approx([precision[:, :, code].mean() for code in range(3)])
    assert list(found.per_class_50.values()) == pytest.approx([precision[0, :, code].mean() for code in range(3)])


@pytest.mark.parametrize("seed", range(5))
def test_matches_within_classes_are_pycocotools(seed: int) -> None:
    pairs = scene(seed)
    expected = oracle(pairs, "boxes")
    matched = dict.fromkeys(range(3), 0)
    for image in expected.evalImgs:
        if image is not None and image["aRng"] == [0, 1e10]:
            matched[image["category_id"] - 1] += int((image["dtMatches"][0] > 0).sum())

    found = per_class(agreement(pairs, CLASSES, threshold=0.5))

    assert [rates.matched for rates in found.values()] == list(matched.values())


def test_average_precision_by_hand() -> None:
    """One of two cars is found, surely, and then something that is none: 51 of 101 recall levels at precision 1."""
    pairs = [
        (
            objects((CAR, 1, (0, 0, 10, 10)), (CAR, 1, (50, 50, 60, 60))),
            objects((CAR, 0.9, (0, 0, 10, 10)), (CAR, 0.5, (200, 200, 210, 210))),
        )
    ]

    found = average_precision(pairs, CLASSES)

    assert found.per_class == {"bus": None, "car": pytest.approx(51 / 101), "person": None}
    assert found.summary["map"] == pytest.approx(51 / 101)
    assert found.summary["map_large"] is None


@pytest.mark.parametrize("pairs", [[], [(NOTHING, NOTHING)], [(NOTHING, objects((CAR, 1, (0, 0, 1, 1))))]])
def test_without_truth_there_is_no_average_precision(pairs: list[Pair]) -> None:
    found = average_precision(pairs, CLASSES)

    assert set(found.summary.values()) == {None}
