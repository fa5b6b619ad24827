"""What a file says wrongly is refused with its place."""

from copy import deepcopy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.imports.errors import AnnotationFormatUnknown, AnnotationsUnreadable, ArchiveRefused, ImportTooLarge
from shared.imports.reading.objects import Category, Known, KnownImage
from shared.kit.errors import DomainError, InvalidInput
from tests.unit.shared.imports.test_formats import COCO, KNOWN, RESULTS, archive, planned


def changed(**members: Any) -> dict[str, Any]:
    """The document of COCO, whose annotation has other members."""
    document: dict[str, Any] = deepcopy(COCO)
    document["annotations"][0] |= members
    return document


def entry(where: str, **members: Any) -> dict[str, Any]:
    """The document of COCO, whose first entry has further members."""
    document: dict[str, Any] = deepcopy(COCO)
    document[where][0] |= members
    return document


def with_another(where: str, **members: Any) -> dict[str, Any]:
    """The document of COCO with one more entry like the first."""
    document: dict[str, Any] = deepcopy(COCO)
    document[where].append(document[where][0] | members)
    return document


FAULTS: list[tuple[Any, str, str]] = [
    (with_another("annotations"), "/annotations/1/id", "annotations.0 has the same id 1"),
    (with_another("images", file_name="b.jpg"), "/images/1/id", "another image has the id 5"),
    (with_another("images", id=6), "/images/1", "this is the image of /images/0 again"),
    (with_another("categories", name="bus"), "/categories/1/id", "another category has the id 3"),
    (with_another("categories", id=4), "/categories", "two categories have the same name"),
    (with_another("images", id=6, file_name="b.jpg", width=0), "/images/1/width", "from 1 to 65,535"),
    (with_another("images", id=6, file_name="b.jpg", height=10**9), "/images/1/height", "from 1 to 65,535"),
    (changed(image_id=9), "/annotations/0/image_id", "none of the images of this file has the id 9"),
    (changed(category_id=9), "/annotations/0/category_id", "none of the categories of this file has the id 9"),
    (changed(bbox=[201, 20, 30, 40]), "/annotations/0/bbox", "outside of the image of 200 x 100 pixels"),
    (changed(bbox=[10, 20, -30, 40]), "/annotations/0/bbox/2", "must be 0 or greater"),
    (changed(bbox=[10, 20, 30]), "/annotations/0/bbox", "expected a list of four numbers"),
    (changed(bbox=[10, 20, 30, 10**7]), "/annotations/0/bbox/3", "at most 1000000"),
    (changed(iscrowd=2), "/annotations/0/iscrowd", "expected 0 or 1"),
    (changed(area=-1), "/annotations/0/area", "0 or greater"),
    (changed(segmentation=[[1, 2, 3]]), "/annotations/0/segmentation", "expected"),
    (
        changed(segmentation={"size": [10, 10], "counts": [5, 95]}),
        "/annotations/0/segmentation",
        "the mask is (10, 10) pixels",
    ),
    (
        changed(segmentation={"size": [100, 200], "counts": [5, 5]}),
        "/annotations/0/segmentation/counts",
        "the run lengths cover 10 of the 20,000 pixels of the mask",
    ),
    (
        changed(segmentation={"size": [100, 200], "counts": "55"}),
        "/annotations/0/segmentation/counts",
        "the run lengths cover 10 of the 20,000 pixels of the mask",
    ),
    (
        changed(segmentation={"size": [100, 200], "counts": [5, 20_000]}),
        "/annotations/0/segmentation/counts",
        "cover more pixels than the 100 x 200",
    ),
    (changed(attributes={"rotation": 30}), "/annotations/0/attributes/rotation", "this turns the object"),
    (changed(rotation=30), "/annotations/0/rotation", "this turns the object"),
    (changed(angle=-0.5), "/annotations/0/angle", "this turns the object"),
    (changed(is_crowd=0), "/annotations/0/is_crowd", "says otherwise than iscrowd"),
    (changed(attributes={"IsCrowd": False}), "/annotations/0/attributes/IsCrowd", "says otherwise than iscrowd"),
    (entry("images", rotation=90), "/images/0/rotation", "turn the image before"),
    (entry("images", angle="0.5"), "/images/0/angle", "turn the image before"),
    (entry("images", orientation=6), "/images/0/orientation", "turn the image before"),
    (entry("images", ignore=1), "/images/0/ignore", "leave it out of the file"),
    (entry("images", deleted=True), "/images/0/deleted", "leave it out of the file"),
    (entry("categories", ignore=True), "/categories/0/ignore", "leave it out of the file"),
    (with_another("images", id="5", file_name="b.jpg"), "/images/1/id", "another image has the id 5"),
    (with_another("categories", id="3", name="bus"), "/categories/1/id", "another category has the id 3"),
    (with_another("annotations", id="1"), "/annotations/1/id", "annotations.0 has the same id"),
    (changed(image_id="5"), "/annotations/0/image_id", "none of the images of this file has the id '5'"),
    (changed(conf=0.5), "/annotations/0/conf", "COCO calls the confidence score"),
    (changed(score=0.5, confidence=0.6), "/annotations/0/score", "COCO calls the confidence score"),
    (changed(keypoints=[1, 2]), "/annotations/0/keypoints", "x, y and visibility"),
]


@pytest.mark.parametrize(("document", "pointer", "sentence"), FAULTS)
def test_a_fault_is_named_with_its_place(tmp_path: Path, document: Any, pointer: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, document)

    places = {fault.pointer: fault.detail for fault in refused.value.faults}
    place = next(place for place in places if place.startswith(pointer))
    assert sentence in places[place]


@pytest.mark.parametrize(
    ("changes", "pointer", "sentence"),
    [
        ({"image_id": 9}, "/0/image_id", "the project has no image 9; import the ground truth"),
        ({"category_id": 9}, "/0/category_id", "no category of the project has the number 9"),
        ({"score": 1.5}, "/0/score", "from 0 to 1"),
        ({"score": None}, "/0/score", "a prediction needs its score"),
        ({"image_id": [5]}, "/0/image_id", "expected the number or the name of an image"),
    ],
)
def test_a_result_that_fits_no_ground_truth_is_named(
    tmp_path: Path, changes: dict[str, Any], pointer: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, [RESULTS[0] | changes], role="predictions")

    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert sentence in refused.value.faults[0].detail


def test_a_number_that_means_two_images_is_refused(tmp_path: Path) -> None:
    known = Known([KnownImage(uuid4(), f"{name}.jpg", 200, 100, 5) for name in "ab"], [Category("car", 3)])

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, RESULTS, role="predictions", known=known)

    assert "2 images of the project are the number 5" in refused.value.faults[0].detail


def test_a_number_that_means_two_categories_is_refused_until_the_request_says_which(tmp_path: Path) -> None:
    known = Known(KNOWN.images, [Category("car", 3), Category("dog", 3)])

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, RESULTS, role="predictions", known=known)

    assert "the number 3 means “car” and “dog” in the project" in refused.value.faults[0].detail
    made = planned(tmp_path, RESULTS, role="predictions", known=known, names={"3": "dog"})
    assert [category.name for category in made.report.categories] == ["dog"]


# Label Studio's JSON-MIN.
SHORT_FORM = (
    b'[{"image": "/data/upload/1/street.jpg", "id": 1, "label": [{"x": 5, "y": 20, "width": 10, "height": 40, '
    b'"rotation": 0, "rectanglelabels": ["car"], "original_width": 200, "original_height": 100}], "annotator": 1, '
    b'"annotation_id": 1, "lead_time": 7.5}]'
)
MALFORMED: list[tuple[bytes, type[DomainError], str]] = [
    (b'{"images": [], "annotations": [{"bbox": [NaN]}]', AnnotationsUnreadable, "JSON has no NaN"),
    (b'{"images": [', AnnotationsUnreadable, "not complete JSON"),
    (
        b'{"images": [{"id": 1, "width": "a"}], "annotations": [], "categories": []}',
        AnnotationsUnreadable,
        "images.0.width",
    ),
    (
        b'<!DOCTYPE annotation [<!ENTITY a "b">]><annotation><size>&a;</size></annotation>',
        AnnotationsUnreadable,
        "declares a document type or entities",
    ),
    (b"<annotation><size></annotation>", AnnotationsUnreadable, "line 1: this is not XML"),
    (archive(a_dot_txt=b"0 .1 .1 .1 .1", b_dot_yaml=b"names: ["), AnnotationsUnreadable, "is not YAML"),
    (b"plain text", AnnotationFormatUnknown, "in none of the formats"),
    (SHORT_FORM, AnnotationFormatUnknown, "export its JSON"),
    (b"0 2 Car 0 0 -1.57 1 2 30 40 1 1 1 1 1 1 1\n", AnnotationFormatUnknown, "a text of objects for each image"),
    (
        archive(a_dot_txt=b"0 -1 DontCare -1 -1 -10 1 2 30 40 -1 -1 -1 -1 -1 -1 -1\n"),
        AnnotationFormatUnknown,
        "a text of objects for each image",
    ),
    (archive(**{"..__a_dot_json": b"{}"}), ArchiveRefused, "leads out of its folder"),
    (archive(__a_dot_json=b"{}"), ArchiveRefused, "leads out of its folder"),
    (archive(a_dot_json=b" " * 5_000_000), ArchiveRefused, "unpacks to more than"),
    (archive(a_dot_json=b'{"images"')[:-30], ArchiveRefused, "cut off or damaged"),
    (b'{"images": ' + b" " * 1_000_001, ImportTooLarge, "larger than 1,000,000 bytes"),
]


@pytest.mark.parametrize(("body", "error", "sentence"), MALFORMED)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    tmp_path: Path, body: bytes, error: type[DomainError], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        planned(tmp_path, body)

    assert sentence in refused.value.detail


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"0 1.5 0.4 0.15 0.4", "expected shares of the image, from 0 to 1"),
        (b"0 nan 0.4 0.15 0.4", "expected shares of the image, from 0 to 1"),
        (b"0 0.5 0.4 0.15 0.4 0.9", "a confidence is one of predictions"),
        (b"7 0.5 0.4 0.15 0.4", "class '7' has no name; send data.yaml"),
        (b"0 0.5 x 0.15 0.4", "expected a number, not 'x'"),
    ],
)
def test_a_line_of_yolo_that_is_wrong_is_named_by_file_and_line(tmp_path: Path, line: bytes, sentence: str) -> None:
    body = archive(street_dot_txt=b"0 0.5 0.5 0.1 0.1\n" + line, data_dot_yaml=b"names: {0: car}")

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, body, file_format="yolo")

    assert [fault.pointer for fault in refused.value.faults] == ["/street.txt/2"]
    assert sentence in refused.value.faults[0].detail


def test_a_file_of_two_faults_names_both(tmp_path: Path) -> None:
    document = changed(image_id=9)
    document["annotations"].append(COCO["annotations"][0] | {"id": 2, "category_id": 9})

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, document)

    assert [fault.pointer for fault in refused.value.faults] == [
        "/annotations/0/image_id",
        "/annotations/1/category_id",
    ]


def test_an_image_of_another_size_than_the_projects_is_refused(tmp_path: Path) -> None:
    document = deepcopy(COCO)
    document["images"][0]["width"] = 300

    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, document)

    assert "the file says 300 x 100 pixels (width x height)" in refused.value.faults[0].detail
