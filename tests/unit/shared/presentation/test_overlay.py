import re
from uuid import UUID

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shared.analyses.annotations.formats import FormattedAnnotation
from shared.presentation.overlay import shapes
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


@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 1)))
def test_the_strokes_of_a_mask_paint_its_pixels_and_no_other(
    bitmap: "np.ndarray[tuple[int, int], np.dtype[np.uint8]]",
) -> None:
    height, width = bitmap.shape
    counts = mask_of(bitmap).counts.tolist()
    data = {"format": "rle", "rle": {"counts": counts, "size": [height, width]}}
    (shape,) = shapes([_annotation(1, "segmentation", "a", data)], ["a"])

    painted = np.zeros_like(bitmap)
    for column, row, length in re.findall(r"M(\d+) (\d+)v(\d+)", shape.runs or ""):
        painted[int(row) : int(row) + int(length), int(column)] += 1
    assert painted.tolist() == bitmap.tolist()


def test_a_mask_as_large_as_they_come_is_drawn_coarsely() -> None:
    side = 65_535
    data = {"format": "rle", "rle": {"counts": [0, side * side], "size": [side, side]}}

    (shape,) = shapes([_annotation(1, "segmentation", "a", data)], ["a"])

    assert shape.runs == "".join(f"M{column} 0v{side}" for column in range(0, side, 11))
    assert shape.thickness == 11


def test_scores_come_with_the_best_first_and_a_heat_map_by_its_name() -> None:
    scores = _annotation(1, "classification", "a", {"scores": {"dog": 0.2, "cat": 0.7}})
    heatmap = _annotation(2, "heatmap", "a", {"artifact_name": "heat.png"})
    first, second = shapes([scores, heatmap], ["a"])
    assert [score.class_name for score in first.scores] == ["cat", "dog"]
    assert second.artifact == "heat.png"


def test_many_masks_share_what_is_drawn() -> None:
    side = 600
    data = {"format": "rle", "rle": {"counts": [0, side * side], "size": [side, side]}}
    outline = {"format": "polygon", "points": [[number, number % 7] for number in range(6000)]}
    annotations = [
        *(_annotation(number, "segmentation", "a", data) for number in range(1, 800)),
        _annotation(800, "segmentation", "a", outline),
    ]

    *masks, polygon = shapes(annotations, ["a"])

    assert {(mask.runs or "").count("M") for mask in masks} == {200}
    assert {mask.thickness for mask in masks} == {3}
    assert (polygon.polygon or "").count("L") == 285
