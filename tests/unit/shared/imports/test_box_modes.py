"""Boxes of COCO's form are read as the mode that stands beside them says, as detectron2 writes it."""

from pathlib import Path
from typing import Any

import pytest

from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.test_formats import BOX, COCO, RESULTS, objects, planned

CORNERS = [10, 20, 40, 60]
OUTLINE = [[10, 20, 40, 20, 40, 60]]


@pytest.mark.parametrize(
    "members",
    [
        {"bbox_mode": 0, "bbox": CORNERS},
        {"bbox_mode": 0.0, "bbox": CORNERS},
        {"bbox_mode": "BoxMode.XYXY_ABS", "bbox": CORNERS},
        {"bbox_format": "xyxy", "bbox": CORNERS},
        {"bbox_mode": 1},
        {"bbox_mode": "XYWH_ABS"},
        {"box_format": "xywh"},
        {"bbox_mode": None},
    ],
)
def test_a_mode_of_corners_or_sides_is_read_as_what_it_says(tmp_path: Path, members: dict[str, Any]) -> None:
    results = planned(tmp_path, [RESULTS[0] | members], role="predictions")
    truth = planned(tmp_path, {**COCO, "annotations": [COCO["annotations"][0] | members]})

    assert objects(results) == [("bounding_box", "car", 0.5, BOX)]
    assert objects(truth) == [("bounding_box", "car", None, {"iscrowd": 1, "area": 900, **BOX})]
    assert (results.report.notices, truth.report.notices) == ([], [])


def test_the_stated_box_of_an_outline_is_read_by_its_mode(tmp_path: Path) -> None:
    outlined = RESULTS[0] | {"bbox_mode": 0, "bbox": CORNERS, "segmentation": OUTLINE}

    made = planned(tmp_path, [outlined], role="predictions")

    ((_, _, _, data),) = objects(made)
    assert data["bbox"] == [10, 20, 30, 40]


@pytest.mark.parametrize("mode", [2, 3, 4, "XYWHA_ABS", "cxcywh", True])
def test_any_other_mode_is_refused_with_its_place(tmp_path: Path, mode: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, [RESULTS[0] | {"bbox_mode": mode}], role="predictions")

    (fault,) = refused.value.faults
    assert fault.pointer == "/0/bbox_mode"
    said = f"the mode {str(mode).lower()!r} is not read; convert the boxes to XYWH_ABS with BoxMode.convert."
    assert fault.detail == f"0.bbox_mode: {said}"


@pytest.mark.parametrize("box", [[40, 60, 10, 20], ["10", 20, 40, 60], [10, 20, 40], None])
def test_corners_that_are_no_box_are_refused(tmp_path: Path, box: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, [RESULTS[0] | {"bbox_mode": 0, "bbox": box}], role="predictions")

    assert refused.value.faults[0].pointer.startswith("/0/bbox")
