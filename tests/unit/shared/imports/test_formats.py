"""Every format is recognised by its content, and its objects are read as this product has them."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.analyses.annotations.formats import box_of
from shared.imports.planning import ImportLimits, ImportOptions, ImportPlan, plan
from shared.imports.reading.files import FileLimits
from shared.imports.reading.formats import FormatName
from shared.imports.reading.objects import Category, ImportRole, Known, KnownImage
from shared.kit.errors import InvalidInput
from shared.pictures.decoding import Picture, decode
from shared.pictures.limits import PictureLimits

LIMITS = ImportLimits(FileLimits(10**6, 10**7), 1000, 10**5)
KNOWN = Known([KnownImage(uuid4(), "street.jpg", 200, 100, 5)], [Category("car", 3)])

# YOLO's classes are numbered from 0.
FROM_ZERO = KNOWN._replace(categories=[Category("car", 0)])

COCO: dict[str, list[dict[str, Any]]] = {
    "images": [{"id": 5, "file_name": "street.jpg", "width": 200, "height": 100}],
    "categories": [{"id": 3, "name": "car"}],
    "annotations": [{"id": 1, "image_id": 5, "category_id": 3, "bbox": [10, 20, 30, 40], "iscrowd": 1, "area": 900}],
}
RESULTS: list[dict[str, Any]] = [{"image_id": 5, "category_id": 3, "bbox": [10, 20, 30, 40], "score": 0.5}]


def archive(**files: bytes) -> bytes:
    """A zip archive of these files; `__` stands for a slash and `_dot_` for a dot.

    It holds no time: archives are in the names of tests, which each test process has to find alike.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in files.items():
            timeless = zipfile.ZipInfo(name.replace("__", "/").replace("_dot_", "."))
            packed.writestr(timeless, body, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def planned(
    tmp_path: Path,
    body: Any,
    *,
    role: ImportRole = "ground_truth",
    known: Known = KNOWN,
    names: dict[str, str] | None = None,
    file_format: FormatName | None = None,
) -> ImportPlan:
    """What an import of these bytes, or of this JSON, writes."""
    path = tmp_path / "file"
    path.write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
    return plan(path, ImportOptions("file", file_format, role, names or {}), known, LIMITS, lambda _: None, examine)


def examine(body: bytes) -> Picture:
    """A picture as the child process decodes it."""
    return decode(body, PictureLimits(pixels=10**6, side=10**4, scan_pixels=10**8, parts=1000))


def objects(made: ImportPlan) -> list[tuple[str, str, float | None, Any]]:
    """Type, class, confidence and data of everything that is written."""
    return [
        (each.annotation_type, each.class_name, each.confidence, json.loads(each.data))
        for analysis in made.analyses
        for each in analysis.annotations
    ]


VOC = b"""<annotation><filename>street.jpg</filename><size><width>200</width><height>100</height></size>
<object><name>car</name><difficult>1</difficult>
<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>40</xmax><ymax>60</ymax></bndbox></object></annotation>"""

OUTLINED = VOC.replace(b"</object>", b"<polygon><x1>10</x1><y1>20</y1></polygon></object>")

BOX = {"format": "xywh", "bbox": [10, 20, 30, 40]}

FORMATS: dict[FormatName, tuple[ImportRole, Any, Any]] = {
    "coco": (
        "ground_truth",
        COCO,
        [("bounding_box", "car", None, {"iscrowd": 1, "area": 900, **BOX})],
    ),
    "coco_results": ("predictions", RESULTS, [("bounding_box", "car", 0.5, BOX)]),
    "voc": (
        "ground_truth",
        VOC,
        [("bounding_box", "car", None, {"format": "xyxy", "bbox": [10, 20, 40, 60], "difficult": 1})],
    ),
    "yolo": (
        "predictions",
        archive(labels__street_dot_txt=b"0 0.125 0.4 0.15 0.4 0.5\n", data_dot_yaml=b"names: [car]"),
        [("bounding_box", "car", 0.5, BOX)],
    ),
}


def test_an_outline_beside_a_box_of_voc_is_reported(tmp_path: Path) -> None:
    made = planned(tmp_path, OUTLINED)

    assert made.report.notices == ["1 object states polygon, which is not kept."]
    assert objects(made) == FORMATS["voc"][2]


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_of_each_format_is_recognised_and_read(tmp_path: Path, name: FormatName) -> None:
    role, body, expected = FORMATS[name]

    made = planned(tmp_path, body, role=role)

    assert made.report.format == name
    assert objects(made) == expected
    assert (made.new_images, [analysis.image_id for analysis in made.analyses]) == ([], [KNOWN.images[0].id])


def test_one_ground_truth_is_the_same_boxes_in_every_container(tmp_path: Path) -> None:
    document = {**COCO, "annotations": [{"id": 1, "image_id": 5, "category_id": 3, "bbox": [10, 20, 30, 40]}]}
    yolo = archive(labels__street_dot_txt=b"0 0.125 0.4 0.15 0.4\n", data_dot_yaml=b"names: [car]")

    made = [objects(planned(tmp_path, body)) for body in (document, archive(Annotations__a_dot_xml=VOC), yolo)]

    boxes = [box_of(data) for ((_, _, _, data),) in made]
    assert boxes == [pytest.approx((10, 20, 40, 60), abs=1e-9)] * 3
    assert {label for ((_, label, _, _),) in made} == {"car"}


def test_lvis_says_which_classes_were_looked_for_and_how_frequent_they_are(tmp_path: Path) -> None:
    categories = [{"id": 3, "name": "car", "frequency": "f"}, {"id": 4, "name": "bus", "frequency": "r"}]
    labels = {"neg_category_ids": [4], "not_exhaustive_category_ids": [3]}
    document = {**COCO, "images": [{**COCO["images"][0], **labels}], "categories": categories}
    unknown = {**document, "images": [{**COCO["images"][0], "neg_category_ids": [9]}]}

    made = planned(tmp_path, document)

    assert made.analyses[0].labels == {"verified_classes": ["bus"], "not_exhaustive_classes": ["car"]}
    assert [(category.name, category.frequency) for category in made.categories] == [
        ("car", "frequent"),
        ("bus", "rare"),
    ]
    assert made.report.notices == []
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, unknown)
    assert [fault.pointer for fault in refused.value.faults] == ["/images/0/neg_category_ids"]


def test_tables_of_open_images_say_which_classes_people_have_looked_for(tmp_path: Path) -> None:
    body = archive(
        boxes_dot_csv=b"ImageID,LabelName,XMin,XMax,YMin,YMax\nstreet,/m/01,0.1,0.2,0.1,0.2\n",
        labels_dot_csv=b"ImageID,Source,LabelName,Confidence\nstreet,v,/m/01,1\nstreet,v,/m/02,0\nstreet,m,/m/03,0.7\n",
        classes_dot_csv=b"/m/01,car\n/m/02,bus\n",
    )

    made = planned(tmp_path, body)

    assert made.report.format == "openimages"
    assert made.analyses[0].labels == {"verified_classes": ["car"], "absent_classes": ["bus"]}


DOTA = b"imagesource:GoogleEarth\ngsd:0.5\n10 20 40 20 40 60 10.5 60 car 1\n1 2 3 2 3 4 1 4 small vehicle 0\n"


def test_dotas_texts_are_read_with_and_without_confidences(tmp_path: Path) -> None:
    outline = {"format": "polygon", "points": [[10.0, 20.0], [40.0, 20.0], [40.0, 60.0], [10.5, 60.0]]}
    other = {"format": "polygon", "points": [[1.0, 2.0], [3.0, 2.0], [3.0, 4.0], [1.0, 4.0]]}

    truth = planned(tmp_path, archive(labelTxt__street_dot_txt=DOTA))
    results = archive(Task1_car_dot_txt=b"street 0.25 10 20 40 20 40 60 10.5 60\n")
    predictions = planned(tmp_path, results, role="predictions")

    assert (truth.report.format, predictions.report.format) == ("dota", "dota")
    assert objects(truth) == [
        ("segmentation", "car", None, {**outline, "difficult": 1}),
        ("segmentation", "small vehicle", None, other),
    ]
    assert objects(predictions) == [("segmentation", "car", 0.25, outline)]


@pytest.mark.parametrize(
    ("line", "role", "fault"),
    [
        (b"1 2 3 4 5 6 7 8 car 0\n1 2 3 4 5 6 7 8", "ground_truth", "labelTxt/street.txt.2: expected four corners"),
        (b"1 2 3 4 5 6 7 nan car 0", "ground_truth", "expected a number of pixels"),
        (b"1 2 3 4 5 6 7 8 car 0", "predictions", "a prediction needs its score"),
    ],
)
def test_lines_of_dota_that_say_something_else_are_refused(
    tmp_path: Path, line: bytes, role: ImportRole, fault: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, archive(labelTxt__street_dot_txt=line), role=role, file_format="dota")

    assert fault in refused.value.faults[0].detail
