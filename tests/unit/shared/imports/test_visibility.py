"""What a file says of how visible keypoints are."""

from pathlib import Path
from typing import Any

import pytest

from shared.imports.reading.objects import Category, Known
from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.test_formats import KNOWN, RESULTS, objects, planned
from tests.unit.shared.imports.test_refusals import changed


def keypoints(points: list[float], **members: Any) -> dict[str, Any]:
    document = changed(keypoints=points, **members)
    document["categories"] = [{"id": 3, "name": "car", "keypoints": ["nose", "tail"]}]
    return document


def test_confidences_of_keypoints_are_no_visibilities(tmp_path: Path) -> None:
    known = Known(KNOWN.images, [Category("car", 3, ("nose", "tail"))])
    found = [{**RESULTS[0], "keypoints": [1, 2, 0.93, 3, 4, 1.0]}]

    ((_, _, _, data),) = objects(planned(tmp_path, found, role="predictions", known=known))

    assert data["keypoints"] == [
        {"name": "nose", "x": 1, "y": 2, "confidence": 0.93},
        {"name": "tail", "x": 3, "y": 4, "confidence": 1.0},
    ]


@pytest.mark.parametrize(
    ("points", "members", "pointer", "sentence"),
    [
        ([1, 2, 0.5, 3, 4, 1], {}, "keypoints", "expected 0, 1 or 2 as the visibility"),
        ([1, 2, 2, 3, 4, 2], {"num_keypoints": 0}, "num_keypoints", "says 0, and 2 of the keypoints are labelled"),
        ([0, 0, 0, 0, 0, 0], {"num_keypoints": 2}, "num_keypoints", "says 2, and 0 of the keypoints are labelled"),
    ],
)
def test_keypoints_of_ground_truth_that_say_two_things_are_refused(
    tmp_path: Path, points: list[float], members: dict[str, int], pointer: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, keypoints(points, **members))

    assert [fault.pointer for fault in refused.value.faults] == [f"/annotations/0/{pointer}"]
    assert sentence in refused.value.faults[0].detail
