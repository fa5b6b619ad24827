"""Marks that programs write in forms of their own count as what they say; what was not labelled is no ground truth."""

from pathlib import Path
from typing import Any

import pytest

from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.containers import zipped
from tests.unit.shared.imports.test_formats import FROM_ZERO, objects, planned
from tests.unit.shared.imports.test_meanings import DATUMARO, RECTANGLE, cvat_box, studio, voc, yolo
from tests.unit.shared.imports.test_members import BOX, cvat, datumaro, labelme, region, tasks

OPEN_IMAGE = b"ImageID,LabelName,XMin,XMax,YMin,YMax,isgroupof\nstreet,car,0.05,0.2,0.2,0.6,1\n"


def stated(name: str, value: str) -> bytes:
    """An object of Pascal VOC with an attribute, as CVAT and datumaro write it."""
    return voc(f"<attributes><attribute><name>{name}</name><value>{value}</value></attribute></attributes>")


MARKED: list[tuple[Any, str]] = [
    (stated("is_crowd", "True"), "iscrowd"),
    (stated("ignored", "true"), "ignore"),
    (cvat_box("", '<attribute name="ignored">true</attribute>'), "ignore"),
    (cvat_box("", '<attribute name="Is_Difficult">true</attribute>'), "difficult"),
    (labelme({**RECTANGLE, "flags": {"ignored": True}}), "ignore"),
    (datumaro({**DATUMARO, "attributes": {"ignored": True}}), "ignore"),
    (OPEN_IMAGE, "iscrowd"),
    (studio(value={**BOX, "rectanglelabels": ["car"], "ignore": True}), "ignore"),
    (studio(meta={"difficult": True}), "difficult"),
]


@pytest.mark.parametrize(("body", "mark"), MARKED)
def test_a_mark_counts_in_the_form_of_its_program(tmp_path: Path, body: Any, mark: str) -> None:
    ((_, _, _, data),) = objects(planned(tmp_path, body))

    assert (data[mark], "attributes" in data) == (1, False)


def test_attributes_of_pascal_voc_are_kept(tmp_path: Path) -> None:
    made = planned(tmp_path, stated("colour", "red"))

    ((_, _, _, data),) = objects(made)
    assert (data["attributes"], made.report.notices) == ({"colour": "red"}, [])


def test_other_attributes_of_pascal_voc_are_reported(tmp_path: Path) -> None:
    made = planned(tmp_path, voc("<attributes>parked</attributes>"))

    assert made.report.notices == ["1 object states attributes, which is not kept."]


def test_a_turned_box_of_pascal_voc_is_that_of_cvat(tmp_path: Path) -> None:
    turned = [objects(planned(tmp_path, body)) for body in (stated("rotation", "30"), cvat_box('rotation="30"'))]
    upright = objects(planned(tmp_path, stated("rotation", "0.0")))

    assert turned[0] == turned[1]
    assert upright == objects(planned(tmp_path, voc("")))


def test_a_score_among_the_attributes_of_pascal_voc_is_that_of_a_prediction(tmp_path: Path) -> None:
    ((_, _, confidence, data),) = objects(planned(tmp_path, stated("score", "0.25"), role="predictions"))

    assert (confidence, "attributes" in data) == (0.25, False)


@pytest.mark.parametrize("members", ['score="0.25"', 'confidence="0.25"', 'score="0.250"'])
def test_a_score_that_cvat_states_of_a_box_is_that_of_a_prediction(tmp_path: Path, members: str) -> None:
    body = cvat_box(members, '<attribute name="score">0.25</attribute>' if members.endswith('0"') else "")

    made, truth = planned(tmp_path, body, role="predictions"), planned(tmp_path, body)

    ((_, _, confidence, data),) = objects(made)
    assert (confidence, "attributes" in data, made.report.notices) == (0.25, False, [])
    assert len(truth.report.notices) == 1


def test_two_scores_of_a_box_of_cvat_that_differ_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, cvat_box('score="0.5"', '<attribute name="score">0.25</attribute>'), role="predictions")

    assert [fault.pointer for fault in refused.value.faults] == ["/image/0/box/0/score"]


@pytest.mark.parametrize(
    ("member", "attribute"), [("<difficult>0</difficult>", "true"), ("<difficult>1</difficult>", "false")]
)
def test_a_mark_that_an_attribute_contradicts_is_refused(tmp_path: Path, member: str, attribute: str) -> None:
    said = f"<attributes><attribute><name>difficult</name><value>{attribute}</value></attribute></attributes>"

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, voc(member + said))

    assert [fault.pointer for fault in refused.value.faults] == ["/file/object/0/attributes/difficult"]


def test_two_names_of_one_mark_that_differ_are_refused(tmp_path: Path) -> None:
    said = '<attribute name="ignore">0</attribute><attribute name="ignored">1</attribute>'

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, cvat_box("", said))

    assert [fault.pointer for fault in refused.value.faults] == ["/image/0/box/0/attribute/ignored"]


def test_an_image_that_cvat_calls_deleted_is_refused(tmp_path: Path) -> None:
    body = cvat("").replace(b"<image ", b'<image deleted="1" ', 1)

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, body)

    assert [fault.pointer for fault in refused.value.faults] == ["/image/0/deleted"]


@pytest.mark.parametrize("results", [[], [{"result": [], "was_cancelled": True}]])
def test_a_task_that_nobody_labelled_is_no_ground_truth(tmp_path: Path, results: list[Any]) -> None:
    labelled = {"data": {"image": "street.jpg"}, "annotations": [{"result": []}]}
    skipped = {"data": {"image": "other.jpg"}, "annotations": results}

    made = planned(tmp_path, [labelled, skipped])

    assert (len(made.analyses), made.new_images) == (1, [])
    assert made.report.notices == ["1 task has no annotation, or a skipped one: its image gets no ground truth."]


def test_what_is_chosen_for_an_object_of_label_studio_is_no_label(tmp_path: Path) -> None:
    drawn = region("rectanglelabels", {**BOX, "rectanglelabels": ["car"]})
    chosen = region("choices", {**BOX, "choices": ["parked"]})

    made = planned(tmp_path, tasks([drawn, chosen]))

    assert [label for _, label, _, _ in objects(made)] == ["car"]
    assert made.report.notices == ["1 result is of the type choices, which is not kept."]


@pytest.mark.parametrize("kind", ["videorectangle", "vectorlabels", "bitmask"])
def test_what_label_studio_draws_and_is_not_read_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, tasks([region(kind, BOX)]))

    assert [fault.pointer for fault in refused.value.faults] == ["/0/annotations/0/result/0"]


def test_regions_without_objects_are_those_of_kitti_in_any_case(tmp_path: Path) -> None:
    line = "car 0 0 0 10 20 40 60 1 1 1 1 1 1 1\ndontcare -1 -1 -10 1 2 3 4 -1 -1 -1 -1 -1 -1 -1\n"

    assert [label for _, label, _, _ in objects(planned(tmp_path, zipped({"street.txt": line})))] == ["car"]


def test_a_class_of_yolo_may_have_a_decimal_point(tmp_path: Path) -> None:
    """numpy.savetxt writes all numbers of a line alike."""
    lines = ("0.000e+00 5.000e-01 5.000e-01 2.000e-01 2.000e-01\n", "0 .5 .5 .2 .2\n")

    made, plain = (objects(planned(tmp_path, yolo(line), known=FROM_ZERO)) for line in lines)

    assert made == plain


def test_an_image_may_be_named_with_its_extension_where_the_format_has_none(tmp_path: Path) -> None:
    """globox writes Open Images so."""
    bodies = (OPEN_IMAGE, OPEN_IMAGE.replace(b"street,", b"street.jpg,"))

    made, plain = (objects(planned(tmp_path, body)) for body in bodies)

    assert made == plain


def test_shapes_beside_a_path_are_labelmes(tmp_path: Path) -> None:
    """globox writes neither a version nor flags."""
    shape = {"label": "car", **RECTANGLE}
    document = {"imagePath": "street.jpg", "imageWidth": 200, "imageHeight": 100, "shapes": [shape]}

    assert planned(tmp_path, document).report.format == "labelme"


NULLS: list[tuple[Any, Any]] = [
    (labelme(RECTANGLE) | {"imageHeight": 100.0, "imageWidth": 200.0, "flags": None}, labelme(RECTANGLE)),
    (studio(original_width=200.0, original_height=100.0), studio()),
    ([task | {"predictions": None} for task in studio()], studio()),
    (datumaro({**DATUMARO, "attributes": None, "group": None, "label_id": 0.0}), datumaro(DATUMARO)),
]


@pytest.mark.parametrize(("body", "plain"), NULLS)
def test_whole_floats_and_nulls_are_read_in_other_formats_too(tmp_path: Path, body: Any, plain: Any) -> None:
    assert objects(planned(tmp_path, body)) == objects(planned(tmp_path, plain))
