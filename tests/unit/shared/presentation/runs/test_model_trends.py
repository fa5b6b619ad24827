"""A project's models stand with their newest figure and the line of all."""

import pytest

from shared.presentation.runs.model_trends import trends
from tests.unit.shared.presentation.images.test_detection_page import run


def test_models_are_told_apart_by_their_rules_and_the_best_comes_first() -> None:
    newest_first = [
        run("yolo", 0.5),
        run("yolo", None),
        run("yolo", 0.75, "voc12"),
        run("detr", 0.625),
        run("yolo", 0.25),
    ]

    found = trends(newest_first)

    assert [(one.newest.model_name, one.newest.asked.profile, one.ap, one.change, one.runs) for one in found] == [
        ("detr", "coco", 0.625, None, 1),
        ("yolo", "coco", 0.5, pytest.approx(0.25), 2),
        ("yolo", "voc12", 0.75, None, 1),
    ]
    assert [one.path for one in found] == [None, "M0 18L120 12", None]
    assert trends([]) == []
