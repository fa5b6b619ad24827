"""Detections in a form that says too little are refused with what to write instead."""

from pathlib import Path
from typing import Any

import pytest

from shared.imports.errors import AnnotationFormatUnknown
from tests.unit.shared.imports.test_formats import archive, planned

NO_IMAGE = (
    "which names no image; write COCO's results with image_id, category_id, bbox [x, y, width, height] and score."
)

FORMS: list[tuple[Any, str]] = [
    (
        [
            {
                "file_name": "street.jpg",
                "image_id": 5,
                "height": 100,
                "width": 200,
                "annotations": [{"bbox": [10, 20, 40, 60], "bbox_mode": 0, "category_id": 0}],
            }
        ],
        "These look like detectron2's dataset dicts; write COCO's JSON with its convert_to_coco_json.",
    ),
    (
        [{"score": 0.5, "label": "car", "box": {"xmin": 10, "ymin": 20, "xmax": 40, "ymax": 60}}],
        f"This looks like the answer of transformers' pipeline, {NO_IMAGE}",
    ),
    (
        [{"boxes": [[10, 20, 40, 60]], "labels": [3], "scores": [0.5]}],
        f"This looks like the boxes of torchvision, [x1, y1, x2, y2], {NO_IMAGE}",
    ),
    (
        {"labels": [0], "scores": [0.5], "bboxes": [[10, 20, 40, 60]]},
        "This looks like MMDetection's answer; set outfile_prefix of CocoMetric, and send its bbox.json.",
    ),
    (
        [{"name": "car", "class": 0, "confidence": 0.5, "box": {"x1": 10, "y1": 20, "x2": 40, "y2": 60}}],
        "This looks like Ultralytics' to_json(), which names no image; send predictions.json of val(save_json=True).",
    ),
    (
        archive(instances__data_dot_pkl=b"\x80\x02."),
        "This is a pickle, which is never opened; send COCO's results, as coco_instances_results.json of detectron2.",
    ),
    (
        archive(comp4_det_test_car_dot_txt=b"000005 0.5 11 21 40 60\n"),
        "These are Pascal VOC's results, whose pixels are counted from 1; write COCO's results, with boxes from 0.",
    ),
]


@pytest.mark.parametrize(("body", "advice"), FORMS)
def test_a_form_that_says_too_little_is_refused_with_what_to_write(tmp_path: Path, body: Any, advice: str) -> None:
    with pytest.raises(AnnotationFormatUnknown) as refused:
        planned(tmp_path, body, role="predictions")

    assert str(refused.value) == advice
