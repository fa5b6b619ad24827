"""What a hierarchy of classes changes in a detection run of Open Images."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.analyses.records import AnnotationRecord
from shared.detection_runs.figures import judging
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes import class_expansion, objects_of_images
from shared.evaluation.detection.rules.profiles import PROFILES, judge
from shared.kit.errors import InvalidInput
from tests.annotation_columns import sides_of

IMAGE, TRUTH, FOUND = UUID(int=1), UUID(int=2), UUID(int=3)
ANIMALS = {
    "LabelName": "Entity",
    "Subcategory": [{"LabelName": "Animal", "Subcategory": [{"LabelName": "Dog"}, {"LabelName": "Cat"}]}],
}


def box(name: str, left: int, confidence: float | None = None) -> AnnotationRecord:
    data = msgspec.json.encode({"format": "xywh", "bbox": [left, 0, 10, 10]}).decode()
    return AnnotationRecord(0, UUID(int=9), "bounding_box", name, confidence, data)


def judged(
    found: list[AnnotationRecord], parameters: dict[str, Any], *, expand_candidates: bool = False
) -> dict[str, tuple[float | None, int]]:
    """Average precision and number of wrong candidates of each class; the truth is a dog and a lamp."""
    options = DetectionOptions(profile="openimages", class_hierarchy=ANIMALS, expand_candidates=expand_candidates)
    pairing = Pairing([ImagePair(IMAGE, TRUTH, FOUND, 100, 100)], 0, 0, reference_is_truth=True)
    sides = sides_of(pairing, {TRUTH: [box("Dog", 0), box("Lamp", 50)], FOUND: found}, {TRUTH: parameters})
    assert class_expansion.notices_of(sides, options) == [
        "1 class is not in the hierarchy, such as “Lamp”; nothing stands above it."
    ]
    sides = class_expansion.expanded(sides, options)
    classes = objects_of_images.class_names(sides)
    stored = objects_of_images.scene_of(sides, options, classes)
    figures = judging.figures_of(stored, pairing, options, classes, [None] * len(classes), notices=[])
    outcomes = judge(PROFILES["openimages"], stored.scene, 0.5, 100)
    wrong = [int((outcomes.is_wrong & (stored.scene.candidates.classes == code)).sum()) for code in range(len(classes))]
    return {one.name: (one.ap, count) for one, count in zip(figures.classes, wrong, strict=True)}


def test_an_object_is_one_of_the_classes_above_its_own_to_find() -> None:
    assert judged([box("Dog", 0, 0.9)], {}) == {"Animal": (0, 0), "Dog": (1, 0), "Lamp": (0, 0)}
    assert judged([box("Animal", 0, 0.9)], {}) == {"Animal": (1, 0), "Dog": (0, 0), "Lamp": (0, 0)}


def test_a_models_objects_are_repeated_where_that_is_asked_for() -> None:
    found = judged([box("Dog", 0, 0.9), box("Lamp", 50, 0.8)], {}, expand_candidates=True)

    assert found == {"Animal": (1, 0), "Dog": (1, 0), "Lamp": (1, 0)}


@pytest.mark.parametrize(
    ("labels", "wrong"),
    [
        ({}, 0),
        ({"absent_classes": ["Cat"]}, 1),
        # Where no animal is, no cat is; that there is one says nothing of cats.
        ({"absent_classes": ["Animal"]}, 1),
        ({"verified_classes": ["Animal"]}, 0),
    ],
    ids=str,
)
def test_an_absent_class_has_none_of_those_below_it(labels: dict[str, list[str]], wrong: int) -> None:
    assert judged([box("Cat", 70, 0.9)], labels)["Cat"] == (None, wrong)


def test_a_hierarchy_with_a_fault_is_refused_with_its_place() -> None:
    options = DetectionOptions(profile="openimages", class_hierarchy={"LabelName": "a", "Subcategory": [{}]})

    with pytest.raises(InvalidInput) as refused:
        class_expansion.hierarchy_of(options)

    assert [fault.pointer for fault in refused.value.faults] == ["/class_hierarchy/Subcategory/0/LabelName"]
