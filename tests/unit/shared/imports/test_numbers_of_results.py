"""Which image and category results mean by a number or a text that could be understood in two ways."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.imports.planning import ImportPlan
from shared.imports.reading.objects import Category, Known, KnownImage
from shared.kit.errors import InvalidInput
from tests.unit.shared.imports.test_formats import RESULTS, planned

NAMED, SEVENTH, TENTH = (
    KnownImage(uuid4(), name, 200, 100, number) for name, number in (("a.jpg", 1), ("0001.jpg", 7), ("12.jpg", 10))
)
NUMBERED = Known([NAMED, SEVENTH, TENTH], [Category("car", 3)])


def results(tmp_path: Path, *image_ids: Any, known: Known = NUMBERED) -> ImportPlan:
    detections = [{**RESULTS[0], "image_id": image_id} for image_id in image_ids]
    return planned(tmp_path, detections, role="predictions", known=known)


def images(made: ImportPlan) -> list[Any]:
    return [analysis.image_id for analysis in made.analyses if analysis.annotations]


def faults(tmp_path: Path, *image_ids: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        results(tmp_path, *image_ids)
    return {fault.pointer: fault.detail for fault in refused.value.faults}


def test_a_number_is_that_of_an_image_and_a_file_name_that_says_otherwise_is_reported(tmp_path: Path) -> None:
    made = results(tmp_path, 1, 7)

    assert images(made) == [NAMED.id, SEVENTH.id]
    assert made.report.notices == [
        "1 number of the file is that of one image and the file name of another: it was read as a number."
    ]


def test_numbers_that_are_file_names_only_are_read_as_such(tmp_path: Path) -> None:
    assert images(results(tmp_path, 12, "0001")) == [TENTH.id, SEVENTH.id]


def test_a_text_is_the_number_that_it_writes_where_no_file_has_its_name(tmp_path: Path) -> None:
    assert images(results(tmp_path, "7", "10")) == [SEVENTH.id, TENTH.id]


def test_a_text_that_is_a_number_and_a_file_name_of_two_images_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, "1") == {
        "/0/image_id": "0.image_id: '1' is the number of “a.jpg” and the name of “0001.jpg”; send numbers."
    }


def test_numbers_and_file_names_in_one_file_are_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, 7, 12) == {
        "/1/image_id": "1.image_id: 12 is the name of an image and no number, and others of this file are numbers; "
        "name all images in one way."
    }


@pytest.mark.parametrize("number", ["None", True])
def test_a_category_without_a_number_is_none_of_results(tmp_path: Path, number: Any) -> None:
    known = Known(NUMBERED.images, [Category("car")])

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, [{**RESULTS[0], "image_id": 1, "category_id": number}], role="predictions", known=known)

    assert [fault.pointer for fault in refused.value.faults] == ["/0/category_id"]
