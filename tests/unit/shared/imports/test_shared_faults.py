"""What many objects of a file have wrong in the same way is said once, with their number and the first of them."""

from pathlib import Path
from typing import Any

import pytest

from shared.imports.errors import AnnotationsInvalid
from tests.unit.shared.imports.containers import zipped
from tests.unit.shared.imports.test_formats import COCO, RESULTS, planned

MANY = 500
UNKNOWN = "no category of the project has the number {}; import the ground truth first, or send `categories`"


def faults(tmp_path: Path, body: Any, **options: Any) -> list[tuple[str, str]]:
    """The places and sentences of a refusal."""
    with pytest.raises(AnnotationsInvalid) as refused:
        planned(tmp_path, body, **options)
    return [(fault.pointer, fault.detail) for fault in refused.value.faults]


def test_results_of_unknown_categories_are_one_sentence_for_each_category(tmp_path: Path) -> None:
    numbers = [3, *([9] * MANY), 10]
    detections = [RESULTS[0] | {"category_id": number} for number in numbers]

    assert faults(tmp_path, detections, role="predictions") == [
        (
            "/1/category_id",
            f"1.category_id: {UNKNOWN.format(9)} (the first of 500 such objects).",
        ),
        (
            "/501/category_id",
            f"501.category_id: {UNKNOWN.format(10)}.",
        ),
    ]


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        ("category_id", "none of the categories of this file has the id 9 (the first of 500 such objects)."),
        ("image_id", "none of the images of this file has the id 9 (the first of 500 such objects)."),
    ],
)
def test_objects_of_an_unknown_image_or_category_are_one_sentence(tmp_path: Path, member: str, sentence: str) -> None:
    objects = [COCO["annotations"][0] | {"id": number, member: 9} for number in range(MANY)]

    assert faults(tmp_path, {**COCO, "annotations": objects}) == [
        (f"/annotations/0/{member}", f"annotations.0.{member}: {sentence}")
    ]


def test_predictions_without_scores_are_one_sentence(tmp_path: Path) -> None:
    objects = [COCO["annotations"][0] | {"id": number} for number in range(MANY)]
    sentence = "a prediction needs its score, from 0 to 1 (the first of 500 such objects)."

    assert faults(tmp_path, {**COCO, "annotations": objects}, role="predictions") == [
        ("/annotations/0/score", f"annotations.0.score: {sentence}")
    ]


def test_lines_of_a_class_without_a_name_are_one_sentence(tmp_path: Path) -> None:
    body = zipped({"street.txt": "7 .5 .5 .1 .1\n" * 3, "data.yaml": "names: [car]"})

    assert faults(tmp_path, body) == [
        (
            "/street.txt/1",
            "street.txt.1: class '7' has no name; send data.yaml or `categories` (the first of 3 such objects).",
        )
    ]


def test_a_file_with_too_many_faults_is_not_read_to_its_end(tmp_path: Path) -> None:
    detections = [RESULTS[0] | {"category_id": 100 + number % 150} for number in range(MANY)]

    listed = faults(tmp_path, detections, role="predictions")

    assert len(listed) == 100
    assert all(detail.endswith("send `categories`.") for _, detail in listed)


def test_a_refusal_of_several_faults_says_that_nothing_was_imported(tmp_path: Path) -> None:
    with pytest.raises(AnnotationsInvalid) as refused:
        planned(tmp_path, [RESULTS[0] | {"category_id": number} for number in (8, 9)], role="predictions")

    detail = "The file has faults, so nothing of it was imported; mend them and send it again."
    assert refused.value.problem().detail == detail
