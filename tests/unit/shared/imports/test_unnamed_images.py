"""Images of COCO that have a number and a size, and no file name: results by their numbers are results for them."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from shared.imports.planning import ImportPlan
from shared.imports.reading.objects import Category, Known
from shared.kit.errors import InvalidInput
from tests.pictures import picture
from tests.unit.shared.imports.containers import encoded, zipped
from tests.unit.shared.imports.test_formats import COCO, KNOWN, RESULTS, planned

EMPTY = Known([], [])
NAMED_BY_NUMBERS = "1 image has no file name in this file: it is new, and named by its number."


def unnamed(**members: Any) -> dict[str, Any]:
    """The document of COCO, whose image has an id and a size alone."""
    document: dict[str, Any] = deepcopy(COCO)
    document["images"] = [{"id": 5, "width": 200, "height": 100, **members}]
    document["annotations"][0]["image_id"] = document["images"][0]["id"]
    return document


def then(made: ImportPlan) -> Known:
    """What a project holds after the import of ground truth."""
    return Known([image._replace(has_truth=True) for image in made.new_images], [Category("car", 3)])


@pytest.mark.parametrize("members", [{}, {"file_name": None}, {"file_name": ""}])
def test_an_image_without_a_file_name_is_named_by_its_number(tmp_path: Path, members: dict[str, Any]) -> None:
    made = planned(tmp_path, unnamed(**members), known=EMPTY)

    assert [image[1:5] for image in made.new_images] == [("5", 200, 100, 5)]
    assert made.report.notices == [NAMED_BY_NUMBERS]


@pytest.mark.parametrize("image_id", [5, "5"], ids=["number", "text"])
def test_results_by_the_number_are_those_of_the_image(tmp_path: Path, image_id: Any) -> None:
    known = then(planned(tmp_path, unnamed(), known=EMPTY))

    made = planned(tmp_path, [RESULTS[0] | {"image_id": image_id}], role="predictions", known=known)

    assert [(each.image_id, len(each.annotations)) for each in made.analyses] == [(known.images[0].id, 1)]


def test_results_by_a_text_are_those_of_the_image_that_has_it_as_its_id(tmp_path: Path) -> None:
    known = then(planned(tmp_path, unnamed(id="front-5"), known=EMPTY))

    made = planned(tmp_path, [RESULTS[0] | {"image_id": "front-5"}], role="predictions", known=known)

    assert [(each.image_id, len(each.annotations)) for each in made.analyses] == [(known.images[0].id, 1)]


@pytest.mark.parametrize("where", ["images", "categories"])
def test_a_number_that_is_written_as_a_text_is_that_number(tmp_path: Path, where: str) -> None:
    document = unnamed(file_name="street.jpg")
    document[where][0]["id"] = str(document[where][0]["id"])
    document["annotations"][0] |= {"image_id": document["images"][0]["id"]}
    document["annotations"][0] |= {"category_id": document["categories"][0]["id"]}

    made = planned(tmp_path, document, known=EMPTY)

    assert ([image.number for image in made.new_images], [each.number for each in made.categories]) == ([5], [3])


def test_an_image_that_the_project_has_by_its_number_is_that_image(tmp_path: Path) -> None:
    made = planned(tmp_path, unnamed())

    assert (made.new_images, made.matched, made.report.notices) == ([], [KNOWN.images[0].id], [])


def test_a_picture_that_is_named_by_the_number_is_that_of_the_image(tmp_path: Path) -> None:
    body = zipped({"a.json": encoded(unnamed()), "images/5.png": picture(size=(200, 100))})

    made = planned(tmp_path, body, known=EMPTY)

    assert [image[1:5] for image in made.new_images] == [("5.png", 200, 100, 5)]
    assert [sent.member for sent in made.pictures.values()] == ["images/5.png"]


def test_an_image_without_a_name_and_a_size_is_refused_for_its_size(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, unnamed(height=None), known=EMPTY)

    assert [fault.pointer for fault in refused.value.faults] == ["/images/0/height"]
