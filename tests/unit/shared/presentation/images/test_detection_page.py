"""How the average precision of a model moves from run to run."""

from typing import Any
from uuid import UUID

import pytest

from shared.detection_runs.records import DetectionRunRecord
from shared.kit import clock
from shared.presentation.images.detection_page import changes

NOBODY = UUID(int=1)


def run(model: str, ap: float | None, profile: str = "coco") -> DetectionRunRecord:
    options = {"profile": profile}
    row: tuple[Any, ...] = (
        NOBODY,
        1,
        NOBODY,
        NOBODY,
        "ready",
        "ready",
        1.0,
        None,
        model,
        None,
        None,
        [],
        None,
        options,
        ap,
        None,
        None,
        None,
        clock.now(),
    )
    return DetectionRunRecord(*row)


def test_a_run_is_compared_with_the_one_of_its_model_and_rules_before() -> None:
    newest_first = [
        run("yolo", 0.5),
        run("yolo", None),
        run("yolo", 0.75, "voc12"),
        run("detr", 0.25),
        run("yolo", 0.625),
        run("yolo", 0.5),
    ]

    assert changes(newest_first) == [-0.125, None, None, None, pytest.approx(0.125), None]
    assert changes([]) == []
