"""Manifests of SageMaker Ground Truth: the boxes of one labelling job, and the confidence of a model."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.imports.errors import AnnotationsUnreadable
from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.test_formats import objects, planned

BOX = {"format": "xywh", "bbox": [10, 20, 30, 40]}
METADATA = {
    "objects": [{"confidence": 0.5}],
    "class-map": {"0": "car"},
    "type": "groundtruth/object-detection",
    "human-annotated": "no",
    "job-name": "labeling-job/street",
}


def line(**members: Any) -> dict[str, Any]:
    """A line with one box of the job `street`."""
    boxes = [{"class_id": 0, "left": 10, "top": 20, "width": 30, "height": 40}]
    return {
        "source-ref": "s3://bucket/images/street.jpg",
        "street": {"image_size": [{"width": 200, "height": 100, "depth": 3}], "annotations": boxes},
        "street-metadata": METADATA,
        **members,
    }


def test_the_confidence_of_a_model_is_that_of_a_prediction(tmp_path: Path) -> None:
    made = planned(tmp_path, line(), role="predictions")
    truth = planned(tmp_path, line())

    assert (made.report.format, objects(made)) == ("sagemaker", [("bounding_box", "car", 0.5, BOX)])
    assert objects(truth) == [("bounding_box", "car", None, BOX)]
    assert truth.report.notices == ["1 object states a confidence beside ground truth, which is not kept."]


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"second": {}, "second-metadata": METADATA}, "those of 2 jobs"),
        ({"street-metadata": METADATA | {"type": "groundtruth/image-classification"}}, "none"),
    ],
)
def test_the_boxes_of_one_job_are_expected(tmp_path: Path, members: dict[str, Any], found: str) -> None:
    with pytest.raises(AnnotationsUnreadable, match=f"expected the boxes of one job at /1, and there are {found}"):
        planned(tmp_path, line(**members))


def test_a_line_whose_job_failed_has_no_boxes_and_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationsUnreadable, match=r"1\.street: Expected `object`, got `null`"):
        planned(tmp_path, line(street=None))


def test_a_number_that_the_class_map_lacks_is_refused_at_its_line(tmp_path: Path) -> None:
    unknown = line(**{"street-metadata": METADATA | {"class-map": {"1": "bus"}}})
    body = "\n".join((json.dumps(line(**{"source-ref": "s3://bucket/other.jpg"})), "", json.dumps(unknown)))

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, body.encode())

    faults = {str(fault.pointer): fault.detail for fault in refused.value.faults}
    assert "the class-map has no class 0" in faults["/3/street/annotations/0/class_id"]
