"""A detection run of oriented boxes: what is compared, what is refused, and equality with upright boxes."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.analyses.annotations.turned_boxes import around_centre
from shared.analyses.records import AnnotationRecord
from shared.detection_runs.errors import BoxesNotOriented
from shared.detection_runs.figures import judging
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.results import DetectionFigures
from shared.detection_runs.scenes import objects_of_images
from shared.detection_runs.scenes.rules import rules_for
from shared.evaluation.detection.rules.profiles import DetectionSubject, ProfileName
from tests.annotation_columns import sides_of

IMAGE, TRUTH, FOUND = UUID(int=1), UUID(int=2), UUID(int=3)


def ship(degrees: float, confidence: float | None = None, *, width: int = 40, **said: Any) -> AnnotationRecord:
    """A box of 10 pixels' height in one place, turned around its centre."""
    points = around_centre((30, 50, width, 10), degrees)
    return record("segmentation", confidence, {"format": "polygon", "points": points, **said})


def record(kind: str, confidence: float | None, data: dict[str, Any]) -> AnnotationRecord:
    return AnnotationRecord(0, UUID(int=9), kind, "ship", confidence, msgspec.json.encode(data).decode())


def figures(
    truth: list[AnnotationRecord],
    found: list[AnnotationRecord],
    *,
    subject: DetectionSubject = "oriented_boxes",
    profile: ProfileName = "coco",
) -> DetectionFigures:
    options = DetectionOptions(subject=subject, profile=profile)
    sides = sides_of(
        Pairing([ImagePair(IMAGE, TRUTH, FOUND, 100, 100)], 0, 0, reference_is_truth=True),
        {TRUTH: truth, FOUND: found},
    )
    stored = objects_of_images.scene_of(sides, options, ["ship"])
    return judging.figures_of(stored, sides.pairing, options, ["ship"], [None], notices=[])


def test_a_turn_decides_whether_a_box_is_found() -> None:
    # Across each other they share a square of a hundred pixels of seven hundred.
    right, across = figures([ship(30)], [ship(30, 0.9)]), figures([ship(30)], [ship(120, 0.9)])

    assert [right.ap, right.metrics["map_50"], right.classes[0].sizes["small"]] == pytest.approx([1, 1, 1])
    assert (across.ap, [error.count for error in across.errors if error.type == "location"]) == (0, [1])
    assert figures([ship(30)], [ship(210, 0.9)], profile="dota").metrics == {"map_50": 1}


def test_boxes_that_are_not_turned_have_the_figures_of_boxes() -> None:
    truth = [record("bounding_box", None, {"format": "xywh", "bbox": [10, 10, 40, 20]}), ship(0), ship(90, width=20)]
    found = [
        record("bounding_box", 0.9, {"format": "xyxy", "bbox": [12, 11, 50, 30]}),
        ship(0, 0.8, width=30),
        ship(180, 0.7, width=20),
    ]

    oriented, upright = figures(truth, found), figures(truth, found, subject="boxes")

    assert oriented.metrics == upright.metrics
    assert oriented.errors == upright.errors


def test_ignored_objects_groups_and_areas_are_honoured() -> None:
    truth = [
        ship(30, difficult=1),
        record("bounding_box", None, {"format": "xywh", "bbox": [0, 0, 9, 9], "area": 5000}),
    ]
    found = figures(truth, [ship(30, 0.9), record("bounding_box", 0.8, {"format": "xywh", "bbox": [0, 0, 9, 9]})])

    assert [found.objects, found.ignored_objects, found.ap] == pytest.approx([1, 1, 1])
    assert [found.classes[0].sizes["medium"], found.classes[0].sizes["small"]] == pytest.approx([1, None])


@pytest.mark.parametrize(
    "data",
    [
        {"format": "polygon", "points": [[0, 0], [4, 0], [4, 4]]},
        {"format": "polygon", "points": [[0, 0], [4, 4], [4, 0], [0, 4]]},
        {"format": "polygon", "points": [[0, 0, 4, 0, 4, 4, 0, 4], [5, 5, 9, 5, 9, 9]]},
        {"format": "rle", "rle": {"size": [100, 100], "counts": [0, 5]}},
    ],
)
def test_other_outlines_are_refused_with_their_image(data: dict[str, Any]) -> None:
    with pytest.raises(BoxesNotOriented) as refused:
        figures([ship(0)], [record("segmentation", 0.5, data)])

    assert refused.value.detail.startswith(f"Image {IMAGE}: Oriented boxes are bounding boxes")


def test_matrices_of_other_programs_are_not_counted_on_oriented_boxes() -> None:
    assert rules_for(DetectionOptions(subject="oriented_boxes")) == ["coco", "dota"]
    assert rules_for(DetectionOptions(subject="oriented_boxes", profile="dota")) == ["dota", "coco"]
