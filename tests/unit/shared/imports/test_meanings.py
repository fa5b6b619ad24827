"""What changes the meaning of an object is honoured or refused with its place in every format, and else reported."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from shared.imports.errors import AnnotationsUnreadable
from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.containers import zipped
from tests.unit.shared.imports.test_formats import objects, planned
from tests.unit.shared.imports.test_members import BOX, OPENIMAGES, cvat, datumaro, labelme, region, tasks
from tests.unit.shared.imports.test_refusals import changed

CORNERS = "<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>40</xmax><ymax>60</ymax></bndbox>"
RECTANGLE = {"points": [[10, 20], [40, 60]], "shape_type": "rectangle"}
STUDIO = "/0/annotations/0/result/0"
# JSON's whole numbers may have any length.
BEYOND_FLOATS = 10**400
DATUMARO = {"type": "bbox", "bbox": [10, 20, 30, 40]}


def voc(members: str, box: str = CORNERS) -> bytes:
    size = "<size><width>200</width><height>100</height></size>"
    shown = f"<filename>street.jpg</filename>{size}<object><name>car</name>{members}{box}</object>"
    return f"<annotation>{shown}</annotation>".encode()


def cvat_box(members: str = "", attributes: str = "") -> bytes:
    return cvat(f'<box label="car" xtl="10" ytl="20" xbr="40" ybr="60" {members}>{attributes}</box>')


def yolo(line: str, names: str = "names: {0: car}", others: Mapping[str, str] = MappingProxyType({})) -> bytes:
    return zipped({"street.txt": line, "data.yaml": names, **others})


def open_image(group: str, confidence: str = "1") -> bytes:
    return f"{OPENIMAGES}street,x,car,{confidence},0.05,0.2,0.2,0.6,0,{group}".encode()


def coco(**members: Any) -> dict[str, Any]:
    """The document of COCO, whose annotation says nothing of a group."""
    document = changed(**members)
    del document["annotations"][0]["iscrowd"]
    return document


def parts(polygon: dict[str, Any], box: dict[str, Any]) -> list[dict[str, Any]]:
    """An outline and a box of one object of Datumaro, each with attributes."""
    outline = {"type": "polygon", "points": [10, 20, 40, 20, 40, 60], "group": 7, "attributes": polygon}
    return [outline, {**DATUMARO, "group": 7, "attributes": box}]


def studio(**members: Any) -> Any:
    shape = region("rectanglelabels", {**BOX, "rectanglelabels": ["car"]})
    return tasks([{**shape, **members}])


HONOURED: list[tuple[Any, str]] = [
    (voc("<iscrowd>1</iscrowd>"), "iscrowd"),
    (voc("<ignore>true</ignore>"), "ignore"),
    (labelme({**RECTANGLE, "iscrowd": 1}), "iscrowd"),
    (labelme({**RECTANGLE, "ignore": True}), "ignore"),
    (cvat_box('iscrowd="1"'), "iscrowd"),
    (cvat_box("", '<attribute name="is_crowd">true</attribute>'), "iscrowd"),
    (cvat_box("", '<attribute name="difficult">1</attribute>'), "difficult"),
    (datumaro({**DATUMARO, "attributes": {"is_crowd": True}}), "iscrowd"),
    (datumaro({**DATUMARO, "attributes": {"ignore": "yes"}}), "ignore"),
    (datumaro({**DATUMARO, "iscrowd": 1}), "iscrowd"),
    (open_image("1"), "iscrowd"),
    (changed(ignore=1, iscrowd=0), "ignore"),
    (coco(is_crowd=1), "iscrowd"),
    (coco(attributes={"IsCrowd": "true", "colour": "red"}), "iscrowd"),
    (coco(attributes={"difficult": True}), "difficult"),
    (labelme({**RECTANGLE, "flags": {"difficult": True, "seen": False}}), "difficult"),
    (labelme({**RECTANGLE, "attributes": {"ignore": "1"}}), "ignore"),
    (labelme({**RECTANGLE, "group_id": 1}, {**RECTANGLE, "group_id": 1, "attributes": {"difficult": 1}}), "difficult"),
    (datumaro(*parts({}, {"is_crowd": True})), "iscrowd"),
    (
        b"ImageID,LabelName,Confidence,XMin,XMax,YMin,YMax,IsGroupOf,Difficult\nstreet,car,1,.05,.2,.2,.6,0,1\n",
        "difficult",
    ),
]


@pytest.mark.parametrize(("body", "member"), HONOURED)
def test_a_group_and_an_ignored_object_are_one_in_every_format(tmp_path: Path, body: Any, member: str) -> None:
    ((_, label, _, data),) = objects(planned(tmp_path, body))

    assert (label, data[member], data.get("attributes", {}).keys() & {"is_crowd", "difficult"}) == ("car", 1, set())


REFUSED: list[tuple[Any, str, str]] = [
    (voc("<rotation>30</rotation>"), "/file/object/0/rotation", "this turns the object"),
    (voc("", CORNERS.replace("</b", "<angle>3</angle></b")), "/file/object/0/bndbox/angle", "this turns the object"),
    (voc("<iscrowd>some</iscrowd>"), "/file/object/0/iscrowd", "expected 0 or 1"),
    (voc("", CORNERS + CORNERS), "/file/object/0/bndbox", "expected one of it"),
    (voc("<name>bus</name>"), "/file/object/0/name", "expected one of it"),
    (labelme({**RECTANGLE, "direction": 0.4}), "/shapes/0/direction", "this turns the object"),
    (cvat_box('outside="1"'), "/image/0/box/0/outside", "has left the image"),
    (
        cvat('<polygon label="car" points="1,2;30,2;30,40" rotation="30"/>'),
        "/image/0/polygon/0/rotation",
        "this turns the object",
    ),
    (
        datumaro({"type": "polygon", "points": [1, 2, 30, 2, 30, 40], "attributes": {"rotation": 30}}),
        "/items/0/annotations/0/attributes/rotation",
        "this turns the object",
    ),
    (studio(original_width=None), "/0/annotations/0/result/0", "hundredths need the size of the image"),
    (
        tasks(
            [
                region("rectanglelabels", {**BOX, "rectanglelabels": ["car"]}, original_width=200),
                region("rectanglelabels", {**BOX, "rectanglelabels": ["car"]}, original_width=400, id="b"),
            ]
        ),
        "/0/annotations/0/result/1",
        "different sizes",
    ),
    (
        tasks([region("rectanglelabels", {**BOX, "x": True, "rectanglelabels": ["car"]})]),
        "/0/annotations/0/result/0",
        "expected hundredths",
    ),
    (labelme({**RECTANGLE, "rotation": BEYOND_FLOATS}), "/shapes/0/rotation", "this turns the object"),
    (
        studio(original_width=BEYOND_FLOATS),
        "/0/annotations/0/result/0",
        "original_width and original_height are at most 65,535",
    ),
    (
        tasks([region("rectanglelabels", {**BOX, "x": BEYOND_FLOATS, "rectanglelabels": ["car"]})]),
        "/0/annotations/0/result/0",
        "expected hundredths",
    ),
    (
        tasks([region("rectanglelabels", {**BOX, "rotation": BEYOND_FLOATS, "rectanglelabels": ["car"]})]),
        "/0/annotations/0/result/0/value/rotation",
        "expected degrees",
    ),
    (open_image("True"), "/2/IsGroupOf", "expected 1, 0, or -1"),
    (yolo("0 .5 .5 .2 .2", "names: [null]"), "/street.txt/1", "class '0' has no name"),
    (
        cvat_box("", '<attribute name="rotation">30</attribute>'),
        "/image/0/box/0/attribute/rotation",
        "this turns the object",
    ),
    (labelme({**RECTANGLE, "attributes": {"angle": 0.5}}), "/shapes/0/attributes/angle", "this turns the object"),
    (voc("").replace(b"</filename>", b"</filename><rotation>90</rotation>"), "/file/rotation", "this turns the object"),
    (
        b"ImageID,LabelName,Confidence,XMin,XMax,YMin,YMax,Rotation\nstreet,car,1,.05,.2,.2,.6,30\n",
        "/2/Rotation",
        "this turns the object",
    ),
    (
        studio(to_name="left", value={**BOX, "x": 50, "width": 80, "rectanglelabels": ["car"]}),
        STUDIO,
        "0 to 100",
    ),
    (
        tasks([region("polygonlabels", {"points": [[5, 20], [20, 20], [120, 60]], "polygonlabels": ["car"]})]),
        f"{STUDIO}/value/points",
        "0 to 100",
    ),
    (studio(item_index=1), f"{STUDIO}/item_index", "of one image"),
    (
        tasks(
            [
                region("rectanglelabels", {**BOX, "rectanglelabels": ["car"]}, to_name=name, id=name)
                for name in ("left", "right")
            ]
        ),
        "/0/annotations/0/result/1/to_name",
        "of one image",
    ),
    (voc("").replace(b"</filename>", b"</filename><ignore>1</ignore>"), "/file/ignore", "leave it out of the file"),
    (labelme(RECTANGLE) | {"flags": {"ignore": True}}, "/flags/ignore", "leave it out of the file"),
    (
        datumaro({**DATUMARO, "attributes": {"outside": True}}),
        "/items/0/annotations/0/attributes/outside",
        "has left the image",
    ),
    (tasks([], side="predictions"), "/0/annotations", "the tasks have predictions only"),
    (changed(id=1.5), "/annotations/0/id", "expected a whole number, or a text"),
    (changed(id=True), "/annotations/0/id", "expected a whole number, or a text"),
]


@pytest.mark.parametrize(("body", "pointer", "sentence"), REFUSED)
def test_what_would_change_an_object_unread_is_refused_with_its_place(
    tmp_path: Path, body: Any, pointer: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, body)

    places = {fault.pointer: fault.detail for fault in refused.value.faults}
    assert sentence in places[pointer]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ("names: [car]\nkpt_shape: [2, 2]", "kpt_shape says that lines hold keypoints"),
        ("names: [car]\nnc: 3", "nc is 3, and the names are 1"),
        ("names: [car, car]", "two classes have the same name"),
        ("names: [bus]", "“classes.txt” and “data.yaml” name the classes differently"),
    ],
)
def test_names_of_yolo_that_do_not_fit_its_lines_are_refused(tmp_path: Path, names: str, sentence: str) -> None:
    with pytest.raises(AnnotationsUnreadable) as refused:
        planned(tmp_path, yolo("0 .5 .5 .2 .2 .1 .1 .2 .2", names, {"classes.txt": "car\n"}))

    assert sentence in refused.value.detail
