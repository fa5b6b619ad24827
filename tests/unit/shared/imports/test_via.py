"""The regions of the VGG Image Annotator: which attribute is the class, and which shapes are compared."""

from pathlib import Path
from typing import Any

import pytest

from shared.imports.reading.objects import ImportRole
from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.containers import Box, Picture, via_table
from tests.unit.shared.imports.test_formats import KNOWN, objects, planned

RECT = {"name": "rect", "x": 10, "y": 20, "width": 30, "height": 40}
BOX = {"format": "xywh", "bbox": [10, 20, 30, 40]}
TRIANGLE = {"name": "polygon", "all_points_x": [10, 40, 10], "all_points_y": [20, 20, 60]}


def document(*regions: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    """An export of annotations: regions, each a shape and what is said of it, of one image."""
    stated = [{"shape_attributes": shape, "region_attributes": said} for shape, said in regions]
    return {"street.jpg123": {"filename": "street.jpg", "size": 123, "regions": stated, "file_attributes": {}}}


def faults(tmp_path: Path, body: Any, role: ImportRole = "ground_truth") -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, body, role=role)
    return {str(fault.pointer): fault.detail for fault in refused.value.faults}


def test_a_table_has_the_regions_of_the_document_and_images_without_any(tmp_path: Path) -> None:
    pictures = [Picture("street.jpg", 200, 100, [Box("car", 10, 20, 30, 40)])]

    made = planned(tmp_path, via_table(pictures))
    empty = planned(tmp_path, via_table([Picture("street.jpg", 200, 100, [])]))

    assert (made.report.format, objects(made)) == ("via", [("bounding_box", "car", None, BOX)])
    assert (objects(empty), [one.image_id for one in empty.analyses]) == ([], [KNOWN.images[0].id])


def test_an_attribute_that_is_named_class_is_the_class_and_others_are_kept(tmp_path: Path) -> None:
    body = document(
        (RECT, {"colour": "red", "class": "car", "iscrowd": "0"}), (TRIANGLE, {"Class": "", "class": "bus"})
    )

    assert objects(planned(tmp_path, body)) == [
        ("bounding_box", "car", None, {**BOX, "attributes": {"colour": "red"}}),
        ("segmentation", "bus", None, {"format": "polygon", "points": [[10, 20], [40, 20], [10, 60]]}),
    ]


def test_version_1_numbers_the_regions_of_an_object(tmp_path: Path) -> None:
    body = document((RECT, {"kind": "car"}))
    body["street.jpg123"]["regions"] = {"0": body["street.jpg123"]["regions"][0]}

    assert objects(planned(tmp_path, body)) == [("bounding_box", "car", None, BOX)]


def test_predictions_have_a_score_among_the_attributes(tmp_path: Path) -> None:
    body = document((RECT, {"class": "car", "score": "0.5"}))
    without = document((RECT, {"class": "car"}))

    assert objects(planned(tmp_path, body, role="predictions")) == [("bounding_box", "car", 0.5, BOX)]
    assert "a prediction needs its score" in next(iter(faults(tmp_path, without, "predictions").values()))


REGIONS = "/street.jpg123/regions/0"


@pytest.mark.parametrize(
    ("body", "pointer", "sentence"),
    [
        (document((RECT, {"colour": "red", "size": "big"})), f"{REGIONS}/region_attributes", "keep one, or name it"),
        (document((RECT, {"class": "car", "label": "bus"})), f"{REGIONS}/region_attributes", "keep one, or name it"),
        (document((RECT, {})), f"{REGIONS}/region_attributes", "expected one attribute that is the class"),
        (
            document((RECT, {"class": {"car": True, "bus": True}})),
            f"{REGIONS}/region_attributes/class",
            "one word or choice",
        ),
        (
            document(({"name": "circle", "cx": 1, "cy": 2, "r": 3}, {"class": "car"})),
            f"{REGIONS}/shape_attributes",
            "circle",
        ),
        (document(({**TRIANGLE, "name": "polyline"}, {"class": "car"})), f"{REGIONS}/shape_attributes", "polyline"),
        (
            document(({**TRIANGLE, "all_points_x": [1, 2]}, {"class": "car"})),
            f"{REGIONS}/shape_attributes",
            "as many all_points_x as all_points_y",
        ),
        (document(({"name": "rect", "x": 1, "y": 2}, {"class": "car"})), f"{REGIONS}/bbox/2", "expected a number"),
    ],
)
def test_what_is_not_certain_or_not_compared_is_refused(tmp_path: Path, body: Any, pointer: str, sentence: str) -> None:
    assert sentence in faults(tmp_path, body)[pointer]
