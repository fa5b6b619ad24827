"""One ground truth is the same objects in every container."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analyses.annotations.formats import box_of
from shared.imports.reading.formats import FormatName
from shared.imports.reading.objects import Known, KnownImage
from tests.unit.shared.imports.containers import CONTAINERS, WITHOUT_IMAGES, Box, Picture
from tests.unit.shared.imports.test_formats import objects, planned

WIDTH, HEIGHT = 200, 100
SIDES = st.floats(1, 50).map(lambda value: round(value, 2))
BOXES = st.builds(Box, st.sampled_from(["car", "traffic_light"]), SIDES, SIDES, SIDES, SIDES)
PICTURES = st.lists(st.lists(BOXES, max_size=4), min_size=1, max_size=3).map(
    lambda sent: [Picture(f"street_{index}.jpg", WIDTH, HEIGHT, boxes) for index, boxes in enumerate(sent)]
)


@pytest.mark.parametrize("name", CONTAINERS)
@given(pictures=PICTURES)
def test_boxes_come_in_from_every_container_as_they_are(name: FormatName, pictures: list[Picture]) -> None:
    # What says nothing at all has no format of its own.
    is_named = name in {"kitti", "openimages"} and not any(picture.boxes for picture in pictures)
    images = [KnownImage(uuid4(), each.name, WIDTH, HEIGHT, None) for each in pictures]
    known = Known(images if name in WITHOUT_IMAGES else [], [])
    with TemporaryDirectory() as folder:
        made = planned(Path(folder), CONTAINERS[name](pictures), known=known, file_format=name if is_named else None)

    found = [(kind, label, confidence, _rounded(box_of(data))) for kind, label, confidence, data in objects(made)]
    expected = [
        ("bounding_box", box.label, None, _rounded((box.left, box.top, box.left + box.width, box.top + box.height)))
        for picture in pictures
        for box in picture.boxes
    ]
    assert made.report.format == name
    assert found == expected
    if name not in WITHOUT_IMAGES:
        assert [(image.filename, image.width, image.height) for image in made.new_images] == [
            (picture.name, WIDTH, HEIGHT) for picture in pictures
        ]


def _rounded(corners: Any) -> list[float]:
    return [round(value, 6) for value in corners]
