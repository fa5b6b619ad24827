"""What programs write beside the objects in their usual exports is no reason to refuse them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.shared.imports.test_formats import FROM_ZERO, archive, objects, planned

BOX: dict[str, Any] = {"x": 5, "y": 20, "width": 15, "height": 40, "rotation": 0, "rectanglelabels": ["car"]}
REGION: dict[str, Any] = {
    "id": "a",
    "original_width": 200,
    "original_height": 100,
    "image_rotation": 0,
    "value": BOX,
    "from_name": "label",
    "to_name": "image",
    "type": "rectanglelabels",
    "origin": "manual",
}
RELATION = {"from_id": "a", "to_id": "a", "type": "relation", "direction": "right"}
CAPTION = {"id": "b", "value": {"text": ["red"]}, "from_name": "said", "to_name": "caption", "type": "textarea"}


@pytest.mark.parametrize(
    ("results", "kind"),
    [([REGION, RELATION], "relation"), ([REGION, CAPTION], "textarea"), ([CAPTION, REGION], "textarea")],
)
def test_what_is_said_beside_the_image_of_label_studio_is_reported(
    tmp_path: Path, results: list[dict[str, Any]], kind: str
) -> None:
    task = {"data": {"image": "/data/upload/1/street.jpg"}, "annotations": [{"result": results}]}

    made = planned(tmp_path, [task])

    assert objects(made) == [("bounding_box", "car", None, {"format": "xywh", "bbox": [10, 20, 30, 40]})]
    assert made.report.notices == [f"1 result is of the type {kind}, which is not kept."]


def test_yolo_of_label_studio_has_notes_that_look_like_coco(tmp_path: Path) -> None:
    names = ["car", *(f"class {number}" for number in range(100))]
    notes = {
        "categories": [{"id": number, "name": name} for number, name in enumerate(names)],
        "info": {"year": 2026, "version": "1.0", "contributor": "Label Studio"},
    }
    body = archive(
        labels__street_dot_txt=b"0 0.125 0.4 0.15 0.4\n",
        classes_dot_txt="\n".join(names).encode(),
        notes_dot_json=json.dumps(notes, indent=2).encode(),
    )

    made = planned(tmp_path, body, known=FROM_ZERO)

    assert objects(made) == [("bounding_box", "car", None, {"format": "xywh", "bbox": [10, 20, 30, 40]})]
    assert made.report.notices == ["1 file of the archive was not read as yolo: “notes.json”."]
