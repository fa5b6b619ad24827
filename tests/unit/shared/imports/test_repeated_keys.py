"""A key that stands twice in an object of JSON is refused: a decoder would keep one of its values."""

import json
from pathlib import Path

import pytest

from shared.imports.errors import AnnotationsUnreadable
from shared.imports.reading.objects import ImportRole
from tests.unit.shared.imports.test_formats import COCO, RESULTS, planned

OF_COCO, OF_RESULTS = json.dumps(COCO), json.dumps(RESULTS)
SEGMENTS = '"segments_info": [{"id": 1, "category_id": 3, "category_id": 4}]'
TASK = '{"data": {"image": "street.jpg"}, "data": {"image": "b.jpg"}, "annotations": []}'
LABELME = (
    '{"version": "5.0", "shapes": [], "shapes": [], "imagePath": "street.jpg", "imageWidth": 200, "imageHeight": 100}'
)
ITEMS = '{"info": {}, "categories": {"label": {"labels": [{"name": "car"}]}}, "items": [], "items": []}'
CASES = {
    "a box of COCO": (OF_COCO.replace('"bbox"', '"bbox": [1, 2, 3, 4], "bbox"'), "annotations.0", "bbox"),
    "a box of results": (OF_RESULTS.replace('"bbox"', '"bbox": [1, 2, 3, 4], "bbox"'), "0", "bbox"),
    "the name of a category": (OF_COCO.replace('"name"', '"name": "bus", "name"'), "categories.0", "name"),
    "the width of an image": (OF_COCO.replace('"width"', '"width": 300, "width"'), "images.0", "width"),
    "the list of annotations": (
        OF_COCO.replace('"annotations"', '"annotations": [], "annotations"'),
        "",
        "annotations",
    ),
    "a segment": (OF_COCO.replace('"iscrowd": 1', SEGMENTS), "annotations.0", "category_id"),
    "a task of Label Studio": (f"[{TASK}]", "0", "data"),
    "a document of LabelMe": (LABELME, "", "shapes"),
    "a document of Datumaro": (ITEMS, "", "items"),
}


@pytest.mark.parametrize(("body", "place", "key"), CASES.values(), ids=CASES.keys())
def test_a_repeated_key_is_refused_with_its_place(tmp_path: Path, body: str, place: str, key: str) -> None:
    role: ImportRole = "predictions" if body.startswith('[{"image_id"') else "ground_truth"

    with pytest.raises(AnnotationsUnreadable) as caught:
        planned(tmp_path, body.encode(), role=role)

    said = f"the key {key!r} stands twice in an object; write every key once."
    assert str(caught.value).endswith(f"”: {place + ': ' if place else ''}{said}")


def test_colons_in_texts_are_no_keys(tmp_path: Path) -> None:
    document = json.loads(OF_COCO)
    document["annotations"][0] |= {"note": 'a: b, "bbox": 1', "more": {"a": {"a": 1}, "b": [{"a": 2}]}}

    assert len(planned(tmp_path, document).analyses) == 1
