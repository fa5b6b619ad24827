"""Values that programs usually write where the format has another: what means the same is read as it."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.unit.shared.imports.test_formats import COCO, FORMATS, RESULTS, objects, planned

SAME_ENTRIES: list[tuple[str, dict[str, Any]]] = [
    # pandas writes whole numbers of a column with gaps so.
    ("images", {"id": 5.0}),
    ("images", {"width": 200.0, "height": 100.0}),
    ("images", {"width": None, "height": None}),
    ("images", {"neg_category_ids": None, "not_exhaustive_category_ids": None}),
    ("images", {"license": None, "flickr_url": None, "date_captured": None}),
    ("images", {"neg_category_ids": [3.0], "not_exhaustive_category_ids": []}),
    ("categories", {"id": 3.0}),
    ("categories", {"keypoints": ["nose", "tail"], "skeleton": [[1.0, 2.0]]}),
    ("categories", {"keypoints": None, "skeleton": None}),
    ("categories", {"isthing": None, "supercategory": None, "frequency": None}),
    ("annotations", {"id": 1.0, "image_id": 5.0, "category_id": 3.0}),
    ("annotations", {"iscrowd": 1.0}),
    ("annotations", {"segmentation": None, "keypoints": None, "num_keypoints": None, "attributes": None}),
    ("annotations", {"segmentation": [], "keypoints": [], "num_keypoints": 0}),
]


def changed(where: str, **members: Any) -> dict[str, Any]:
    """The document of COCO, whose first entry of a list has these members."""
    document: dict[str, Any] = deepcopy(COCO)
    document[where][0] |= members
    return document


@pytest.mark.parametrize(("where", "members"), SAME_ENTRIES)
def test_a_value_that_means_the_same_is_read_as_it(tmp_path: Path, where: str, members: dict[str, Any]) -> None:
    made = planned(tmp_path, changed(where, **members))

    assert (objects(made), made.report.notices) == (FORMATS["coco"][2], [])
    assert [(one.name, one.number) for one in made.categories] == [("car", 3)]
    assert made.categories[0].skeleton == (((1, 2),) if members.get("skeleton") else ())


def test_annotations_that_are_null_are_none(tmp_path: Path) -> None:
    made = planned(tmp_path, {**COCO, "annotations": None})

    assert (objects(made), len(made.analyses)) == ([], len(COCO["images"]))


def test_whole_numbers_of_results_may_be_written_with_a_decimal_point(tmp_path: Path) -> None:
    made = planned(tmp_path, [RESULTS[0] | {"image_id": 5.0, "category_id": 3.0}], role="predictions")

    assert objects(made) == FORMATS["coco_results"][2]


@pytest.mark.parametrize("word", ["landscape", "Portrait", "Horizontal (normal)", "top-left", "upright", "", None, 1])
def test_an_orientation_that_turns_nothing_is_none(tmp_path: Path, word: Any) -> None:
    made = planned(tmp_path, changed("images", orientation=word))

    assert objects(made) == FORMATS["coco"][2]
