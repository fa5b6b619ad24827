"""Categories are matched by their names; where a file numbers them otherwise than the project, the report says so."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from shared.imports.reading.objects import Category, Known
from shared.imports.report import CategoryCount
from tests.unit.shared.imports.containers import zipped
from tests.unit.shared.imports.test_formats import COCO, KNOWN, RESULTS, planned

TWO = Known(KNOWN.images, [Category("bus", 1), Category("car", 3), Category("car", 7)])
OTHERWISE = (
    "1 category has another number in this file than in those before, such as “car”, {} instead of 3 and 7: it was "
    "matched by its name"
)


def numbered(**numbers: int) -> dict[str, Any]:
    """The document of COCO with categories of these names and numbers."""
    document: dict[str, Any] = deepcopy(COCO)
    document["categories"] = [{"id": number, "name": name} for name, number in numbers.items()]
    document["annotations"][0]["category_id"] = numbers["car"]
    return document


def test_a_known_category_under_another_number_is_reported_with_both(tmp_path: Path) -> None:
    made = planned(tmp_path, numbered(car=4, bus=1, bicycle=2), known=TWO)

    assert made.report.categories == [
        CategoryCount("bicycle", 2, 0, is_new=True, earlier_numbers=[]),
        CategoryCount("bus", 1, 0, is_new=False, earlier_numbers=[1]),
        CategoryCount("car", 4, 1, is_new=False, earlier_numbers=[3, 7]),
    ]
    assert made.report.notices == [f"{OTHERWISE.format(4)}, and results may name it by each number that no other has."]


def test_predictions_whose_classes_are_numbered_otherwise_are_matched_by_name(tmp_path: Path) -> None:
    body = zipped({"street.txt": "0 .125 .4 .15 .4 .5\n", "data.yaml": "names: [car, bus]"})

    made = planned(tmp_path, body, known=TWO, role="predictions")

    assert made.report.notices == [f"{OTHERWISE.format(0)}."]


@pytest.mark.parametrize("body", [numbered(car=7, bus=1), numbered(car=3)])
def test_a_number_that_was_known_is_not_reported(tmp_path: Path, body: Any) -> None:
    assert planned(tmp_path, body, known=TWO).report.notices == []


def test_results_have_the_numbers_of_the_project(tmp_path: Path) -> None:
    made = planned(tmp_path, RESULTS, role="predictions")

    assert made.report.categories == [CategoryCount("car", 3, 1, is_new=False, earlier_numbers=[3])]
    assert made.report.notices == []
