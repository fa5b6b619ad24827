"""Oriented boxes come back from DOTA's and YOLO's files."""

from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.analyses.annotations.turned_boxes import around_centre
from shared.exports.writing.formats import ExportFormat
from tests.unit.shared.exports.objects import CONFIDENCES, Object
from tests.unit.shared.exports.test_round_trips import EVERYTHING, IMAGES, close, exported, imported

# YOLO's shares end at the edge of the image.
WITHIN = st.tuples(st.integers(10, 50), st.integers(10, 34), st.integers(2, 8), st.integers(2, 8))


@st.composite
def oriented(draw: st.DrawFn) -> Object:
    x, y, width, height = draw(WITHIN)
    points = around_centre(
        (x - width / 2, y - height / 2, width, height), draw(st.sampled_from([0, 10, 45.5, 90, 200]))
    )
    name = draw(st.sampled_from(["car", "traffic light", "ампула", "a: b"]))
    return ("segmentation", name, draw(CONFIDENCES), {"format": "polygon", "points": points})


@pytest.mark.parametrize("file_format", ["dota", "yolo_obb"])
@pytest.mark.parametrize("is_truth", [True, False])
@given(images=st.tuples(st.lists(oriented(), min_size=1, max_size=3), *[st.lists(oriented(), max_size=3)] * 2))
@settings(max_examples=20, deadline=None)
def test_oriented_boxes_come_back(file_format: ExportFormat, is_truth: bool, images: Sequence[list[Object]]) -> None:
    sent = [[(*one[:2], None if is_truth else one[2], one[3]) for one in objects] for objects in images]
    with TemporaryDirectory() as folder:
        path, report = exported(sent, file_format, Path(folder), is_truth=is_truth)
        found = imported(path, is_truth=is_truth)

    # DOTA's results name only images with an object, in the order of classes.
    expected = {image.filename: objects for image, objects in zip(IMAGES, sent, strict=True)}
    assert by_class(found) == close(by_class(expected))
    assert report["notices"] == []


def by_class(images: dict[str, list[Object]]) -> dict[str, list[Any]]:
    return {name: [list(one) for one in sorted(some, key=itemgetter(1))] for name, some in images.items() if some}


def test_boxes_are_written_as_their_corners_and_the_rest_is_reported(tmp_path: Path) -> None:
    path, report = exported(EVERYTHING, "dota", tmp_path)
    found = imported(path)

    outline = {"format": "polygon", "points": [[1.0, 2.0], [11.0, 2.0], [11.0, 22.0], [1.0, 22.0]], "difficult": 1}
    assert found["b.jpg"][0] == ("segmentation", "car", None, outline)
    assert {name: len(objects) for name, objects in found.items()} == {"b.jpg": 3, "a.jpg": 0, "c.jpg": 0}
    assert report["notices"] == [
        "1 group (iscrowd) is written as difficult, which only one detection may match.",
        "5 objects that are no boxes or outlines of four corners are left out.",
        "1 object states area, which is left out.",
        "1 object states attributes, which is left out.",
    ]
