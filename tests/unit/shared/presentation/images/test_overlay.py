import re
from uuid import UUID

import msgspec
import numpy as np

from shared.analyses.annotations.formats import FormattedAnnotation
from shared.presentation.images.overlay import shapes
from tests.bitmaps import mask_of


def _annotation(number: int, kind: str, class_name: str, data: object) -> FormattedAnnotation:
    return FormattedAnnotation(UUID(int=number), kind, class_name, 0.5, msgspec.Raw(msgspec.json.encode(data)))


def test_a_box_is_the_same_in_both_formats() -> None:
    first = _annotation(1, "bounding_box", "a", {"bbox": [10, 20, 30, 40], "format": "xywh"})
    second = _annotation(2, "bounding_box", "a", {"bbox": [10, 20, 40, 60], "format": "xyxy"})
    assert [shape.box for shape in shapes([first, second], ["a"])] == [(10, 20, 30, 40)] * 2


def test_a_polygon_is_a_closed_path() -> None:
    one = _annotation(1, "segmentation", "a", {"format": "polygon", "points": [[0, 0], [4.5, 0], [4, 3]]})
    (shape,) = shapes([one], ["a"])
    assert shape.polygon == "M0 0L4.5 0L4 3Z"


def test_every_part_of_a_polygon_is_drawn_and_a_group_is_called_so() -> None:
    parts = [[0, 0, 4.5, 0, 4, 3], [[9, 9], [8, 9], [8, 8]]]
    one = _annotation(1, "segmentation", "a", {"format": "polygon", "points": parts, "iscrowd": 1})
    other = _annotation(2, "bounding_box", "a", {"format": "xywh", "bbox": [1, 2, 3, 4], "difficult": True})

    group, ignored = shapes([one, other], ["a"])

    assert (group.polygon, group.note) == ("M0 0L4.5 0L4 3ZM9 9L8 9L8 8Z", "group")
    assert ignored.note == "ignored"


def test_points_that_are_not_labelled_are_not_drawn() -> None:
    points = [{"name": str(state), "x": state, "y": 2, "visibility": state} for state in (0, 1, 2)]
    one = _annotation(1, "keypoint", "a", {"keypoints": [*points, {"name": "none", "x": 3, "y": 2}]})

    (shape,) = shapes([one], ["a"])

    assert [(point.name, point.is_hidden) for point in shape.points] == [("1", True), ("2", False), ("none", False)]


def test_a_mask_is_an_outline_of_its_pixels() -> None:
    data = {"format": "rle", "rle": {"counts": [8, 2, 4, 2, 8], "size": [6, 4]}}
    side = 65_535
    largest = {"format": "rle", "rle": {"counts": [0, side * side], "size": [side, side]}}
    empty = {"format": "rle", "rle": {"counts": [24], "size": [6, 4]}}

    drawn = shapes([_annotation(n, "segmentation", "a", one) for n, one in enumerate((data, largest, empty))], ["a"])

    assert [shape.polygon for shape in drawn] == ["M1 2v2h2v-2Z", f"M0 0v{side}h{side}v-{side}Z", ""]
    assert [shape.runs for shape in drawn] == [None] * 3


def test_the_strokes_of_an_intricate_mask_paint_its_pixels_and_no_other() -> None:
    bitmap = np.zeros((43, 83), np.uint8)
    bitmap[::2] = 1
    height, width = bitmap.shape
    counts = mask_of(bitmap).counts.tolist()
    data = {"format": "rle", "rle": {"counts": counts, "size": [height, width]}}
    (shape,) = shapes([_annotation(1, "segmentation", "a", data)], ["a"])

    painted = np.zeros_like(bitmap)
    for column, row, length in re.findall(r"M(\d+) (\d+)v(\d+)", shape.runs or ""):
        painted[int(row) : int(row) + int(length), int(column)] += 1
    assert painted.tolist() == bitmap.tolist()


def test_scores_come_with_the_best_first_and_a_heat_map_by_its_name() -> None:
    scores = _annotation(1, "classification", "a", {"scores": {"dog": 0.2, "cat": 0.7}})
    heatmap = _annotation(2, "heatmap", "a", {"artifact_name": "heat.png"})
    first, second = shapes([scores, heatmap], ["a"])
    assert [score.class_name for score in first.scores] == ["cat", "dog"]
    assert second.artifact == "heat.png"


def test_many_masks_share_what_is_drawn() -> None:
    data = {"format": "rle", "rle": {"counts": [0] + [1] * 3600, "size": [60, 60]}}
    outline = {"format": "polygon", "points": [[number, number % 7] for number in range(6000)]}
    annotations = [
        *(_annotation(number, "segmentation", "a", data) for number in range(1, 800)),
        _annotation(800, "segmentation", "a", outline),
    ]

    *masks, polygon = shapes(annotations, ["a"])

    # Every seventh column, of 30 pixels each.
    assert {(mask.runs or "").count("M") for mask in masks} == {9 * 30}
    assert {mask.thickness for mask in masks} == {7}
    assert (polygon.polygon or "").count("L") == 285
