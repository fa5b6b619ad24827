"""Outlines enclose the pixels of their masks and nothing else; keypoints are joined as the data set has it."""

import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from shared.presentation.images.object_drawings import of_text
from tests.bitmaps import mask_of

LEG, ARM = ("hip", "foot"), ("shoulder", "hand")


def points(**places: tuple[float, float, int]) -> list[dict[str, Any]]:
    return [{"name": name, "x": x, "y": y, "visibility": state} for name, (x, y, state) in places.items()]


def rings(path: str) -> list[list[tuple[int, int]]]:
    """The corners that an SVG path passes."""
    found = list[list[tuple[int, int]]]()
    for command, text in re.findall(r"([MhvlZ])([^MhvlZ]*)", path):
        numbers = [int(number) for number in text.split()]
        if command == "M":
            found.append([(numbers[0], numbers[1])])
            continue
        x, y = found[-1][-1]
        if command == "Z":
            continue
        dx, dy = {"h": (numbers[0], 0), "v": (0, numbers[0]), "l": tuple(numbers)}[command]
        found[-1].append((x + dx, y + dy))
    return found


def enclosed(path: str, height: int, width: int) -> NDArray[np.bool_]:
    """The pixels whose middles a path encloses an odd number of times: those with so many upright edges to the left."""
    inside = np.zeros((height, width), bool)
    for ring in rings(path):
        for (x, top), (_, bottom) in zip(ring, ring[1:] + ring[:1], strict=True):
            inside[min(top, bottom) : max(top, bottom), x:] ^= True
    return inside


@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 1)))
def test_an_outline_encloses_the_pixels_of_its_mask(bitmap: NDArray[np.uint8]) -> None:
    height, width = bitmap.shape
    rle = {"counts": mask_of(bitmap).counts.tolist(), "size": [height, width]}

    drawing = of_text(json.dumps({"format": "rle", "rle": rle}), (), 1)

    assert (drawing is None) == (not bitmap.any())
    assert np.array_equal(enclosed(drawing.path if drawing else "", height, width), bitmap)


def test_a_polygon_is_drawn_without_what_the_grain_hides() -> None:
    outline = [[0, 0], [2.1, 0.2], [4, 0], [8, 0], [8, 8.4], [0, 8]]
    parts = {"format": "polygon", "points": [[0, 0, 8, 0, 8, 6], [[10, 10], [10.1, 10], [10.1, 10.1]]]}

    fine, coarse = (of_text(json.dumps({"format": "polygon", "points": outline}), (), grain) for grain in (1, 4))

    assert fine is not None
    assert (fine.path, fine.grain) == ("M0 0h8v8h-8Z", 1)
    assert coarse is not None
    assert (coarse.path, coarse.grain) == ("M0 0h2v2h-2Z", 4)
    assert of_text(json.dumps(parts), (), 2) == ("M0 0h4v3Z", 2, ())
    assert of_text(json.dumps(parts), (), 50) is None
    assert of_text(json.dumps({"format": "polygon", "points": [[0, 0], [1e300, 0], [0, 1e300]]}), (), 1) is not None


@pytest.mark.parametrize("box", [{"format": "xywh", "bbox": [1, 2, 3, 4]}, {"format": "xyxy", "bbox": [1, 2, 3, 4]}])
def test_a_box_has_no_other_drawing(box: dict[str, Any]) -> None:
    assert of_text(json.dumps(box), (), 1) is None


def test_keypoints_are_joined_by_the_names_of_their_class_unless_they_state_it_themselves() -> None:
    body = points(hip=(0, 0, 2), foot=(0, 8, 1), shoulder=(4, 0, 2), hand=(9, 9, 0))

    named = of_text(json.dumps({"keypoints": body}), [LEG, ARM, ("hip", "wing")], 2)
    stated = of_text(json.dumps({"keypoints": body, "skeleton": [[1, 3], [3, 4]]}), [LEG], 1)

    assert named is not None
    # A point that is not labelled is neither drawn nor joined.
    assert named.path == "M0 0L0 4"
    assert [(point.name, point.x, point.y, point.is_hidden) for point in named.points] == [
        ("hip", 0, 0, False),
        ("foot", 0, 8, True),
        ("shoulder", 4, 0, False),
    ]
    assert stated is not None
    assert stated.path == "M0 0L4 0"


@pytest.mark.parametrize("skeleton", ["none", [[1]], [[0, 1]], [[1, 5]], [["hip", "foot"]], {"a": 1}, [[1, 2, 3]]])
def test_a_skeleton_that_names_no_pairs_of_points_is_that_of_the_class(skeleton: object) -> None:
    body = points(hip=(0, 0, 2), foot=(0, 8, 2))

    drawing = of_text(json.dumps({"keypoints": body, "skeleton": skeleton}), [LEG], 1)

    assert drawing is not None
    assert drawing.path == "M0 0L0 8"
