"""The CSV of TensorFlow's object detection: sizes of images, scores of predictions, and what is wrong in it."""

from pathlib import Path

import pytest

from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.test_formats import objects, planned

HEADER = "filename,width,height,class,xmin,ymin,xmax,ymax"
LINE = "street.jpg,200,100,car,10,20,40,60"
BOX = {"format": "xyxy", "bbox": [10, 20, 40, 60]}


def test_predictions_have_a_score(tmp_path: Path) -> None:
    made = planned(tmp_path, f"{HEADER},score\n{LINE},0.5\n".encode(), role="predictions")

    assert (made.report.format, objects(made)) == ("tensorflow_csv", [("bounding_box", "car", 0.5, BOX)])


def test_marks_are_read_and_other_columns_reported(tmp_path: Path) -> None:
    made = planned(tmp_path, f"{HEADER},difficult,split\n{LINE},1,train\n".encode())

    assert objects(made) == [("bounding_box", "car", None, {**BOX, "difficult": 1})]
    assert made.report.notices == ["1 object states split, which is not kept."]


@pytest.mark.parametrize(
    ("body", "pointer", "sentence"),
    [
        (f"{HEADER}\n{LINE}\nstreet.jpg,100,100,car,1,2,3,4", "/3/width", "says another size of the image"),
        (f"{HEADER}\nstreet.jpg,wide,100,car,1,2,3,4", "/2/width", "the width and the height of the image in pixels"),
        (f"{HEADER}\nstreet.jpg,200,100,car,0.1,x,0.3,0.4", "/2/ymin", "expected a number"),
        (f"{HEADER}\nstreet.jpg,200,100,car,40,20,10,60", "/2/bbox/2", "must not be less"),
        (f"{HEADER},angle\n{LINE},30", "/2/angle", "this turns the object"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(tmp_path: Path, body: str, pointer: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, body.encode())

    assert sentence in {str(fault.pointer): fault.detail for fault in refused.value.faults}[pointer]
