"""Boxes that are turned, as other programs write them: read as the outlines of their corners."""

from pathlib import Path
from typing import Any

import pytest

from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.test_formats import objects, planned
from tests.unit.shared.imports.test_members import FLAT, TURNED_AROUND_CENTRE, datumaro, labelme

# Of a triangle with the sides 3, 4 and 5, so that its cosine is 0.8 and its sine 0.6.
RADIANS, DEGREES = 0.6435011087932844, 36.86989764584402

# The centre of a box of 10 x 5 pixels is (50, 40), its corners are 5 to the side and 2.5 up or down. Turned, (x, y) is
# (0.8 x - 0.6 y, 0.6 x + 0.8 y): the top left one (-4 + 1.5, -3 - 2).
BY_AN_ANGLE = [[47.5, 35.0], [55.5, 41.0], [52.5, 45.0], [44.5, 39.0]]
BOX_OF_IT = [45, 37.5, 10, 5]


def rolabelimg(*boxes: str, more: str = "") -> bytes:
    sent = "".join(
        f"<object><type>robndbox</type><name>car</name><pose>Unspecified</pose><difficult>0</difficult>{more}"
        f"<robndbox>{box}</robndbox></object>"
        for box in boxes
    )
    size = "<size><width>200</width><height>100</height><depth>3</depth></size>"
    return f'<annotation verified="no"><filename>street.jpg</filename>{size}{sent}</annotation>'.encode()


def turned(x: float, y: float, width: float, height: float, angle: float) -> str:
    return f"<cx>{x}</cx><cy>{y}</cy><w>{width}</w><h>{height}</h><angle>{angle}</angle>"


@pytest.mark.parametrize(
    "body",
    [
        rolabelimg(turned(50, 40, 10, 5, RADIANS)),
        datumaro({"type": "bbox", "bbox": BOX_OF_IT, "attributes": {"rotation": DEGREES}}),
    ],
)
def test_a_turned_box_is_the_outline_of_its_corners(tmp_path: Path, body: Any) -> None:
    [(kind, name, _, data)] = objects(planned(tmp_path, body))

    assert (kind, name, data.keys()) == ("segmentation", "car", {"format", "points"})
    assert data["format"] == "polygon"
    assert [value for point in data["points"] for value in point] == pytest.approx(
        [value for corner in BY_AN_ANGLE for value in corner], abs=1e-12
    )


@pytest.mark.parametrize(
    "body",
    [
        rolabelimg(turned(25, 40, 30, 40, 1.5707963267948966)),
        datumaro({"type": "bbox", "bbox": [10, 20, 30, 40], "attributes": {"rotation": 90}}),
    ],
)
def test_a_box_that_is_turned_by_a_quarter_has_upright_sides(tmp_path: Path, body: Any) -> None:
    outline = {"format": "polygon", "points": TURNED_AROUND_CENTRE}

    assert objects(planned(tmp_path, body)) == [("segmentation", "car", None, outline)]


@pytest.mark.parametrize(
    "body",
    [
        rolabelimg(turned(25, 40, 30, 40, 0)),
        datumaro({"type": "bbox", "bbox": [10, 20, 30, 40], "attributes": {"rotation": 0.0}}),
    ],
)
def test_a_box_that_is_turned_by_nothing_is_a_box(tmp_path: Path, body: Any) -> None:
    box = {"format": "xywh", "bbox": [10, 20, 30, 40]}

    assert objects(planned(tmp_path, body)) == [("bounding_box", "car", None, box)]


@pytest.mark.parametrize(
    ("body", "pointer", "sentence"),
    [
        (rolabelimg(turned(1, 2, 3, 4, 7)), "/file/object/0/rotation", "from -360 to 360"),
        (rolabelimg("<cx>1</cx>"), "/file/object/0/robndbox", "expected cx, cy, w, h, and angle"),
        (rolabelimg(turned(1, 2, 3, 4, float("nan"))), "/file/object/0/robndbox", "expected cx, cy, w, h, and angle"),
        (rolabelimg("<cx>x</cx>"), "/file/object/0/robndbox/cx", "expected a number"),
        (
            rolabelimg(turned(1, 2, 3, 4, 1), more="<bndbox/>"),
            "/file/object/0/robndbox",
            "either a turned box or an upright",
        ),
        (
            datumaro({"type": "bbox", "bbox": [1, 2, 3, 4], "attributes": {"rotation": "5"}}),
            "/items/0/annotations/0/rotation",
            "expected degrees",
        ),
        (
            datumaro(
                {"type": "bbox", "bbox": [1, 2, 3, 4], "group": 7, "attributes": {"rotation": 5}},
                {"type": "polygon", "points": FLAT, "group": 7},
            ),
            "/items/0/annotations/0/attributes/rotation",
            "beside another shape",
        ),
    ],
)
def test_a_turned_box_that_is_not_understood_is_refused(tmp_path: Path, body: Any, pointer: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, body)

    assert [fault.pointer for fault in refused.value.faults if sentence in fault.detail] == [pointer]


@pytest.mark.parametrize(
    "shape",
    [
        {"shape_type": "oriented_rectangle"},
        {"shape_type": "rotation", "direction": RADIANS},
        {"shape_type": "quadrilateral"},
    ],
    ids=lambda shape: shape["shape_type"],
)
def test_corners_that_labelme_and_x_anylabeling_write_are_an_outline(tmp_path: Path, shape: dict[str, Any]) -> None:
    made = planned(tmp_path, labelme({"points": BY_AN_ANGLE, **shape}))

    outline = {"format": "polygon", "points": BY_AN_ANGLE}
    assert (objects(made), made.report.notices) == ([("segmentation", "car", None, outline)], [])


@pytest.mark.parametrize(
    ("shape", "pointer", "detail"),
    [
        (
            {"shape_type": "oriented_rectangle", "points": BY_AN_ANGLE[:3]},
            "/shapes/0/shape_type",
            "shapes.0.shape_type: the oriented_rectangle is not compared; draw a polygon.",
        ),
        (
            {"shape_type": "quadrilateral", "points": BY_AN_ANGLE, "direction": 0.4},
            "/shapes/0/direction",
            "shapes.0.direction: this turns the object, which is not read here; export its corners.",
        ),
    ],
)
def test_a_shape_that_may_lie_elsewhere_than_its_corners_is_refused(
    tmp_path: Path, shape: dict[str, Any], pointer: str, detail: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        planned(tmp_path, labelme(shape))

    assert [(each.pointer, each.detail) for each in refusal.value.faults] == [(pointer, detail)]
