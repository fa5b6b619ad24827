from typing import Any
from uuid import UUID

import msgspec
import pytest

from shared.analyses.annotations.formats import FormattedAnnotation, Size
from shared.presentation.images import overlay_matching
from shared.presentation.images.overlay import shapes
from shared.presentation.images.overlay_matching import ModelShapes, match_shapes

SIZE = Size(100, 300)


def _side(*found: tuple[str, str, Any], first: int) -> ModelShapes:
    annotations = [
        FormattedAnnotation(UUID(int=first + number), kind, name, 0.9, msgspec.Raw(msgspec.json.encode(data)))
        for number, (kind, name, data) in enumerate(found)
    ]
    return ModelShapes(annotations, shapes(annotations, sorted({name for _, name, _ in found})))


def _box(name: str, x: float) -> tuple[str, str, Any]:
    return "bounding_box", name, {"format": "xywh", "bbox": [x, 0, 10, 10]}


def _polygon(name: str, *points: tuple[float, float]) -> tuple[str, str, Any]:
    return "segmentation", name, {"format": "polygon", "points": [list(point) for point in points]}


def _column(name: str, x: int, size: Size = SIZE) -> tuple[str, str, Any]:
    counts = [x * size.height, 10 * size.height, (size.width - x - 10) * size.height]
    return "segmentation", name, {"format": "rle", "rle": {"counts": counts, "size": [size.height, size.width]}}


def _told(first: ModelShapes, second: ModelShapes) -> tuple[list[str | None], list[str | None]]:
    left, right = match_shapes(first, second, SIZE)
    return [one.agreement for one in left], [one.agreement for one in right]


def test_two_models_agree_on_the_same_object_of_the_same_class() -> None:
    first = _side(_box("cat", 0), _box("dog", 50), _box("cat", 200), first=1)
    second = _side(_box("cat", 1), _box("fox", 50), first=11)

    assert _told(first, second) == (["agreed", "renamed", "alone"], ["agreed", "renamed"])
    left, right = match_shapes(first, second, SIZE)
    assert [(one.partner, one.other_name) for one in left] == [
        (right[0].id, "cat"),
        (right[1].id, "fox"),
        (None, None),
    ]
    assert right[1].partner == left[1].id
    assert _told(first, _side(first=11)) == (["alone"] * 3, [])


def test_masks_agree_by_their_pixels_and_not_by_the_boxes_around_them() -> None:
    upper = _polygon("leaf", (0, 0), (100, 0), (0, 100))
    lower = _polygon("leaf", (100, 0), (100, 100), (0, 100))

    assert _told(_side(upper, first=1), _side(lower, first=11)) == (["alone"], ["alone"])
    assert _told(_side(upper, first=1), _side(upper, first=11)) == (["agreed"], ["agreed"])


def test_a_polygon_and_run_lengths_are_the_same_mask() -> None:
    polygon = _polygon("road", (20, 0), (30, 0), (30, 100), (20, 100))
    assert _told(_side(polygon, first=1), _side(_column("road", 20), first=11)) == (["agreed"], ["agreed"])


def test_a_box_of_one_model_is_found_in_the_masks_of_the_other() -> None:
    box = "bounding_box", "road", {"format": "xyxy", "bbox": [20, 0, 30, 100]}
    assert _told(_side(box, first=1), _side(_column("street", 20), first=11)) == (["renamed"], ["renamed"])


def test_masks_that_fit_no_image_together_are_compared_by_the_boxes_around_them() -> None:
    first, second = _side(_column("road", 20), first=1), _side(_column("road", 20, Size(100, 50)), first=11)
    assert _told(first, second) == (["agreed"], ["agreed"])


def test_an_outline_that_nobody_could_draw_costs_no_page() -> None:
    far = _polygon("road", (0, 0), (1e9, 0), (1e9, 1e9))
    assert _told(_side(far, first=1), _side(far, first=11)) == (["agreed"], ["agreed"])


def test_very_many_masks_are_compared_by_the_boxes_around_them(monkeypatch: pytest.MonkeyPatch) -> None:
    upper = _polygon("leaf", (0, 0), (100, 0), (0, 100))
    lower = _polygon("leaf", (100, 0), (100, 100), (0, 100))
    monkeypatch.setattr(overlay_matching, "MAX_PAIRS_OF_MASKS", 0)
    assert _told(_side(upper, first=1), _side(lower, first=11)) == (["agreed"], ["agreed"])


def test_of_classifications_the_class_counts_and_keypoints_are_not_compared() -> None:
    cat = "classification", "cat", {"scores": {"cat": 0.9}}
    dog = "classification", "dog", {"scores": {"dog": 0.9}}
    points = "keypoint", "cat", {"keypoints": [{"name": "nose", "x": 1, "y": 1}]}

    assert _told(_side(cat, points, first=1), _side(cat, first=11)) == (["agreed", None], ["agreed"])
    assert _told(_side(cat, first=1), _side(dog, first=11)) == (["renamed"], ["renamed"])
    assert _told(_side(cat, first=1), _side(points, first=11)) == (["alone"], [None])
