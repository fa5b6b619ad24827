"""What a file states and this product does not keep is reported, and what it states twice is refused."""

from pathlib import Path
from typing import Any

import pytest

from shared.imports.errors import AnnotationsUnreadable
from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.containers import encoded, zipped
from tests.unit.shared.imports.test_formats import COCO, FROM_ZERO, KNOWN, RESULTS, objects, planned
from tests.unit.shared.imports.test_meanings import (
    DATUMARO,
    RECTANGLE,
    cvat_box,
    open_image,
    parts,
    studio,
    voc,
    yolo,
)
from tests.unit.shared.imports.test_members import datumaro, labelme
from tests.unit.shared.imports.test_refusals import changed, entry

LOOKS = "have as many numbers and begin with a box around their points, as lines of poses do"
LIKE_POSES = f"All 3 outlines {LOOKS}, which are not read: send poses as COCO keypoints."
OTHER_FORM = ": is their box stated in another form?"
UNKEPT = "1 object states {}, which is not kept."
REPORTED: list[tuple[Any, str]] = [
    (voc("<colour>red</colour>"), UNKEPT.format("colour")),
    (labelme(RECTANGLE) | {"flags": {"night": True}}, "1 image states flags, which are not kept."),
    (
        changed(bbox=[100, 50, 180, 90]),
        "1 object reaches out of its image by more than a pixel: is its box stated in another form?",
    ),
    (
        yolo("0 .5 .5 .2 .2 .45 .45 .55 .55 .5 .5\n" * 3),
        LIKE_POSES,
    ),
    (entry("images", camera=3), "Images state camera, which is not kept."),
    (entry("categories", sigmas=[0.1], part=1), "Categories state part and sigmas, which are not kept."),
    (entry("categories", frequency="often"), "Categories state frequency, which is not kept."),
    ({**COCO, "videos": []}, "The document states videos, which is not kept."),
    (voc("<confidence>0.5</confidence>"), UNKEPT.format("a confidence beside ground truth")),
    (labelme({**RECTANGLE, "colour": "red"}), UNKEPT.format("colour")),
    (
        changed(score=0.5),
        "1 annotation states a confidence beside ground truth, which is not kept.",
    ),
    (labelme({**RECTANGLE, "score": 0.5}), UNKEPT.format("a confidence beside ground truth")),
    (cvat_box('colour="red"'), UNKEPT.format("colour")),
    (studio(score=0.5), UNKEPT.format("a confidence beside ground truth")),
    (open_image("0", "0.5"), UNKEPT.format("a confidence beside ground truth")),
    (zipped({"a.json": encoded(COCO), "b/c.xml": voc("")}), "1 file of the archive was not read as coco: “b/c.xml”."),
    (
        zipped({"a.json": encoded(COCO), **{f"{n}.txt": "0" for n in range(5)}}),
        "5 files of the archive were not read as coco: “0.txt”, “1.txt”, “2.txt” and others.",
    ),
    (
        zipped({"street.txt": "DontCare -1 -1 -10 1 2 3 4 -1 -1 -1 -1 -1 -1 -1\ncar 0 0 0 1 2 3 4 1 1 1 1 1 1 1"}),
        "1 region is marked DontCare, in which KITTI counts no detection; it is left out.",
    ),
]


OUTLINE = "0 .1 .1 .9 .1 .9 .9 .1 .9 .05 .5\n"
POSE = "0 .5 .5 .2 .2 .45 .45 .9 .55 .55 .8 0 0 .1\n"


def test_predicted_poses_without_a_confidence_are_reported(tmp_path: Path) -> None:
    made = planned(tmp_path, yolo(POSE * 3), role="predictions", known=FROM_ZERO)

    assert made.report.notices == [LIKE_POSES]


@pytest.mark.parametrize("lines", [OUTLINE * 3, POSE.replace(" .1\n", "\n") * 2, "0 .5 .5 .2 .2 .5 .5 .5 .5\n" * 3])
def test_outlines_are_not_taken_for_poses(tmp_path: Path, lines: str) -> None:
    assert planned(tmp_path, yolo(lines), known=FROM_ZERO).report.notices == []


@pytest.mark.parametrize(("body", "notice"), REPORTED)
def test_what_is_not_kept_is_reported(tmp_path: Path, body: Any, notice: str) -> None:
    assert notice in planned(tmp_path, body).report.notices


@pytest.mark.parametrize(
    ("boxes", "notices"),
    [
        (
            [[100, 60, 180, 90], [120, 20, 150, 60], [1, 2, 30, 40]],
            ["2 objects reach out of their images by more than a tenth of their size" + OTHER_FORM],
        ),
        ([[0.1, 0.2, 0.3, 0.4]], ["The only box lies within the first pixel of its image"]),
        ([[0.1, 0.2, 0.3, 0.4], [0.5, 0.5, 0.5, 0.5]], ["All 2 boxes lie within the first pixel of their images"]),
        ([[0.1, 0.2, 0.3, 0.4], [10, 10, 20, 20], [190, 90, 15, 15]], []),
    ],
    ids=["corners", "a share", "shares", "a small box and one over the edge"],
)
def test_boxes_of_results_in_another_form_are_told(tmp_path: Path, boxes: Any, notices: list[str]) -> None:
    told = planned(tmp_path, [{**RESULTS[0], "bbox": box} for box in boxes], role="predictions", known=KNOWN)

    shares = ": are the numbers shares of a side? Write pixels."
    assert told.report.notices == [said if said.endswith("?") else said + shares for said in notices]


def test_shapes_of_one_prediction_with_two_scores_are_refused(tmp_path: Path) -> None:
    shapes = [{**RECTANGLE, "group_id": 1, "score": score} for score in (0.5, 0.9)]

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, labelme(*shapes), role="predictions")

    assert [fault.pointer for fault in refused.value.faults] == ["/shapes/1/score"]


TWO_SCORES: list[tuple[Any, str]] = [
    (voc("<confidence>.5</confidence><score>.9</score>"), "/file/object/0/score"),
    (
        cvat_box("", '<attribute name="score">.5</attribute><attribute name="confidence">.9</attribute>'),
        "/image/0/box/0/score",
    ),
    (
        b"ImageID,LabelName,Confidence,Score,XMin,XMax,YMin,YMax\nstreet,car,.9,.3,.05,.2,.2,.6\n",
        "/2/Score",
    ),
    (
        datumaro({**DATUMARO, "attributes": {"score": 0.3, "confidence": 0.9}}),
        "/items/0/annotations/0/attributes/score",
    ),
]


@pytest.mark.parametrize(("body", "pointer"), TWO_SCORES)
def test_two_confidences_of_one_prediction_are_refused(tmp_path: Path, body: Any, pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, body, role="predictions")

    places = {fault.pointer: fault.detail for fault in refused.value.faults}
    assert "states two confidences" in places[pointer]


def test_the_confidence_of_an_object_of_coco_is_none_of_ground_truth(tmp_path: Path) -> None:
    ((_, _, confidence, _),) = objects(planned(tmp_path, changed(score=0.5)))

    assert confidence is None


def test_results_of_coco_are_no_ground_truth(tmp_path: Path) -> None:
    with pytest.raises(AnnotationsUnreadable) as refused:
        planned(tmp_path, RESULTS)

    assert refused.value.detail == "COCO's results are predictions of a model; import them as those."


def test_a_file_of_label_studio_without_predictions_is_none_of_a_model(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, studio(), role="predictions")

    assert [fault.pointer for fault in refused.value.faults] == ["/0/predictions"]


def test_a_table_with_one_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationsUnreadable) as refused:
        planned(tmp_path, b"ImageID,LabelName,XMin,XMax,YMin,YMax,XMin\nstreet,car,.05,.2,.2,.6,.1\n")

    assert "the column XMin stands there twice" in refused.value.detail


def test_the_score_of_an_object_of_datumaro_may_stand_on_its_box(tmp_path: Path) -> None:
    made = planned(tmp_path, datumaro(*parts({"colour": "red"}, {"score": 0.5})), role="predictions")

    ((_, _, confidence, data),) = objects(made)
    assert (confidence, data["attributes"]) == (0.5, {"colour": "red"})


def test_what_datumaro_states_beside_its_members_is_an_attribute(tmp_path: Path) -> None:
    ((_, _, _, data),) = objects(planned(tmp_path, datumaro({**DATUMARO, "colour": "red"})))

    assert data["attributes"] == {"colour": "red"}
