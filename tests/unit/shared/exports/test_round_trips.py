"""What is exported and imported again are the same objects, as far as the format can say them."""

import contextlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools.coco import COCO

from shared.analyses.numbered_categories import NumberedCategory
from shared.exports.errors import FileNamesCollide
from shared.exports.writing.formats import ExportFormat, write
from shared.exports.writing.source import ExportedImage, ExportedObject, ExportSource
from shared.imports.planning import ImportLimits, ImportOptions, plan
from shared.imports.reading.files import FileLimits
from shared.imports.reading.objects import Category, Known, KnownImage
from shared.kit.storage.files import File
from tests.unit.shared.exports.objects import (
    CLASSES,
    CONFIDENCES,
    HEIGHT,
    WIDTH,
    Object,
    boxes,
    comparable,
    encoded,
    flags,
    keypoints,
    masks,
    outlines,
)
from tests.unit.shared.imports.test_formats import examine

IMAGES = [ExportedImage(name, WIDTH, HEIGHT, number) for name, number in (("b.jpg", 9), ("a.jpg", 4), ("c.jpg", 0))]
CATEGORIES = {
    name: NumberedCategory(name, number, ("nose", "left_eye", "right_eye"), ((1, 2),))
    for number, name in enumerate(CLASSES)
}
LIMITS = ImportLimits(FileLimits(10**7, 10**8), 100_000, 10**6)


def exported(
    images: Sequence[Sequence[Object]], file_format: ExportFormat, folder: Path, *, is_truth: bool = True
) -> tuple[Path, Any]:
    """The file and the report of an export of these objects, a list for each of the three images."""
    path = folder / "objects"
    rows = [
        ExportedObject(position, kind, name, confidence, encoded(data))
        for position, objects in enumerate(images)
        for kind, name, confidence, data in objects
    ]
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    source = ExportSource(IMAGES, CATEGORIES, path, 0, is_truth=is_truth)
    file, report = write(file_format, source, folder)
    assert isinstance(report, File)
    return folder / file.name, msgspec.json.decode(report.body)


def imported(path: Path, *, is_truth: bool = True, known: bool = True) -> dict[str, list[Object]]:
    """The objects of a file by image, read into a project that has the images already, or has nothing."""
    images = [KnownImage(uuid4(), image.filename, WIDTH, HEIGHT, image.number) for image in IMAGES]
    categories = [Category(each.name, each.number, each.keypoints, each.skeleton) for each in CATEGORIES.values()]
    project = Known(images, categories) if known else Known([], [])
    options = ImportOptions(path.name, None, "ground_truth" if is_truth else "predictions", {})
    made = plan(path, options, project, LIMITS, lambda _: None, examine)
    names: dict[UUID, str] = {image.id: image.filename for image in (*project.images, *made.new_images)}
    return {
        names[analysis.image_id]: [
            (one.annotation_type, one.class_name, one.confidence, json.loads(one.data)) for one in analysis.annotations
        ]
        for analysis in made.analyses
    }


def objects_of(data: st.SearchStrategy[dict[str, Any]], kind: str, *, flagged: bool = True) -> Any:
    """Objects of a type with what ground truth may say of them."""
    said = st.builds(lambda one, more: {**one, **more}, data, flags()) if flagged else data
    return st.tuples(st.just(kind), st.sampled_from(CLASSES), st.none(), said)


IN_COCO = st.one_of(
    objects_of(boxes(), "bounding_box"),
    objects_of(outlines(), "segmentation"),
    objects_of(masks(), "segmentation"),
    objects_of(keypoints(), "keypoint"),
)


def expected(images: Sequence[Sequence[Object]]) -> dict[str, list[Any]]:
    return {image.filename: [comparable(one) for one in objects] for image, objects in zip(IMAGES, images, strict=True)}


@given(images=st.tuples(*[st.lists(IN_COCO, max_size=4)] * 3), known=st.booleans())
def test_ground_truth_comes_back_from_cocos_file(images: Sequence[list[Object]], known: bool) -> None:
    with TemporaryDirectory() as folder:
        path, report = exported(images, "coco", Path(folder))
        found = imported(path, known=known)

    assert {name: [comparable(one) for one in objects] for name, objects in found.items()} == expected(images)
    assert report["annotations"] == sum(map(len, images))


@given(images=st.tuples(*[st.lists(IN_COCO, max_size=4)] * 3))
def test_an_export_of_an_import_of_an_export_is_the_same_file(images: Sequence[list[Object]]) -> None:
    with TemporaryDirectory() as folder:
        first = exported(images, "coco", Path(folder))[0].read_bytes()
        again = imported(Path(folder) / "annotations.json")
        second = exported([again[image.filename] for image in IMAGES], "coco", Path(folder))[0].read_bytes()

    assert msgspec.json.decode(first)["images"] == msgspec.json.decode(second)["images"]
    assert msgspec.json.decode(first)["categories"] == msgspec.json.decode(second)["categories"]
    for one, other in zip(
        msgspec.json.decode(first)["annotations"], msgspec.json.decode(second)["annotations"], strict=True
    ):
        assert one == {**other, "area": pytest.approx(other["area"], abs=1e-9), "bbox": pytest.approx(other["bbox"])}


DETECTIONS = st.one_of(
    objects_of(boxes(), "bounding_box", flagged=False),
    objects_of(outlines(), "segmentation", flagged=False),
    objects_of(masks(), "segmentation", flagged=False),
    objects_of(keypoints(), "keypoint", flagged=False),
)
WITH_CONFIDENCE = st.builds(lambda one, confidence: (*one[:2], confidence, one[3]), DETECTIONS, CONFIDENCES)


@pytest.mark.parametrize("file_format", ["coco", "coco_results"])
@given(images=st.tuples(*[st.lists(WITH_CONFIDENCE, min_size=1, max_size=4)] * 3))
def test_predictions_come_back_from_cocos_files(file_format: ExportFormat, images: Sequence[list[Object]]) -> None:
    with TemporaryDirectory() as folder:
        path, _ = exported(images, file_format, Path(folder), is_truth=False)
        found = imported(path, is_truth=False)

    assert {name: [comparable(one) for one in objects] for name, objects in found.items()} == expected(images)


BOXES_WITH_CONFIDENCE = st.tuples(st.just("bounding_box"), st.sampled_from(CLASSES), CONFIDENCES, boxes())
OUTLINES_OF_ONE_PART = st.tuples(st.just("segmentation"), st.sampled_from(CLASSES), CONFIDENCES, outlines(parts=1))


@given(images=st.tuples(*[st.lists(BOXES_WITH_CONFIDENCE, max_size=4)] * 3), is_truth=st.booleans())
def test_boxes_come_back_from_vocs_archive(images: Sequence[list[Object]], is_truth: bool) -> None:
    sent = [[(*one[:2], None if is_truth else one[2], one[3]) for one in objects] for objects in images]
    with TemporaryDirectory() as folder:
        path, report = exported(sent, "voc", Path(folder), is_truth=is_truth)
        found = imported(path, is_truth=is_truth)

    assert {name: [comparable(one) for one in objects] for name, objects in found.items()} == expected(sent)
    assert report["notices"] == []


@given(
    images=st.tuples(*[st.lists(st.one_of(BOXES_WITH_CONFIDENCE, OUTLINES_OF_ONE_PART), max_size=4)] * 3),
    is_truth=st.booleans(),
)
def test_boxes_and_outlines_come_back_from_yolos_archive(images: Sequence[list[Object]], is_truth: bool) -> None:
    sent = [[(*one[:2], None if is_truth else one[2], one[3]) for one in objects] for objects in images]
    with TemporaryDirectory() as folder:
        path, report = exported(sent, "yolo", Path(folder), is_truth=is_truth)
        found = imported(path, is_truth=is_truth)

    assert {name: [comparable(one) for one in objects] for name, objects in found.items()} == close(expected(sent))
    assert report["notices"] == []


def close(value: Any) -> Any:
    """What equals it to five decimals: a share of the image and back is not exact."""
    if isinstance(value, float):
        return pytest.approx(value, abs=1e-5)
    if isinstance(value, dict):
        return {name: close(one) for name, one in value.items()}
    return [close(one) for one in value] if isinstance(value, list | tuple) else value


EVERYTHING: list[list[Object]] = [
    [
        ("bounding_box", "car", None, {"format": "xyxy", "bbox": [1, 2, 11, 22], "iscrowd": 1}),
        ("bounding_box", "car", None, {"format": "xywh", "bbox": [60, 40, 10, 20]}),
        ("segmentation", "car", None, {"format": "polygon", "points": [[0, 0, 9, 0, 9, 9], [20, 20, 29, 20, 29, 29]]}),
        ("segmentation", "car", None, {"format": "rle", "rle": {"size": [HEIGHT, WIDTH], "counts": [0, 48]}}),
        ("keypoint", "car", 0.5, {"keypoints": [{"name": "nose", "x": 3, "y": 4, "confidence": 0.5}]}),
        ("keypoint", "car", None, {"keypoints": [{"name": "nose", "x": 3, "y": 4}, {"name": "nose", "x": 5, "y": 6}]}),
        ("classification", "car", None, {"scores": {"car": 1}}),
        ("bounding_box", "car", None, {"format": "xywh", "bbox": [1, 1, 2, 2], "area": 3, "attributes": {"a": 1}}),
    ],
    [],
    [],
]

NOTICES: dict[ExportFormat, list[str]] = {
    "coco": [
        "3 objects state no area, and have that of their outline, mask or keypoints.",
        "3 objects state no bbox, and have that of their outline, mask or keypoints.",
        "1 object has keypoints with confidences, which are left out.",
        "1 object with two keypoints of one name is left out.",
        "1 label or heat map of a whole image is left out.",
    ],
    "voc": [
        "1 group (iscrowd) is written as difficult, which only one detection may match.",
        "2 outlines and masks are written as the boxes around them.",
        "3 keypoints, labels and heat maps are left out.",
        "1 object states area, which is left out.",
        "1 object states attributes, which is left out.",
    ],
    "yolo": [
        "1 group or object that is ignored (iscrowd, ignore, difficult) is left out.",
        "1 object reaches over the edge of its image, and is cut off there.",
        "1 outline of several parts is left out.",
        "4 masks, keypoints, labels and heat maps are left out.",
        "1 object states area, which is left out.",
        "1 object states attributes, which is left out.",
    ],
}


@pytest.mark.parametrize("file_format", NOTICES)
def test_what_a_format_cannot_say_is_reported(tmp_path: Path, file_format: ExportFormat) -> None:
    _, report = exported(EVERYTHING, file_format, tmp_path)

    assert report["notices"] == NOTICES[file_format]
    assert report["annotations"] == {"coco": 6, "voc": 5, "yolo": 2}[file_format]


def test_pycocotools_opens_cocos_file_of_everything(tmp_path: Path) -> None:
    path, _ = exported(EVERYTHING, "coco", tmp_path)

    with contextlib.redirect_stdout(io.StringIO()):
        opened = COCO(path)

    assert (opened.getImgIds(), opened.getCatIds()) == ([0, 4, 9], [0, 1, 2, 3, 4, 5])
    assert [(one["bbox"], one["area"]) for one in opened.loadAnns(opened.getAnnIds(imgIds=[9]))] == [
        ([1, 2, 10, 20], 200),
        ([60, 40, 10, 20], 200),
        ([0, 0, 29, 29], 81),
        ([0, 0, 1, 48], 48),
        ([3, 4, 0, 0], 0),
        ([1, 1, 2, 2], 3),
    ]


def test_names_of_classes_that_xml_cannot_hold_are_left_out_and_reported(tmp_path: Path) -> None:
    source = ExportSource(IMAGES, {"a\x01": NumberedCategory("a\x01", 1)}, tmp_path / "objects", 0, is_truth=True)
    row = ExportedObject(0, "bounding_box", "a\x01", None, encoded({"format": "xywh", "bbox": [1, 2, 3, 4]}))
    source.objects_path.write_bytes(msgspec.json.encode(row))

    file, report = write("voc", source, tmp_path)

    assert isinstance(report, File)
    assert msgspec.json.decode(report.body)["notices"] == [
        "1 object has a class name that XML cannot hold, and is left out."
    ]
    with zipfile.ZipFile(tmp_path / file.name) as packed:
        assert packed.namelist() == ["Annotations/b.xml", "Annotations/a.xml", "Annotations/c.xml"]


@pytest.mark.parametrize("file_format", ["voc", "yolo"])
def test_images_whose_files_would_have_one_name_are_refused(tmp_path: Path, file_format: ExportFormat) -> None:
    images = [ExportedImage("a.jpg", 10, 10, 1), ExportedImage("a.png", 10, 10, 2)]
    (tmp_path / "objects").write_bytes(b"")

    with pytest.raises(FileNamesCollide) as refused:
        write(file_format, ExportSource(images, {}, tmp_path / "objects", 0, is_truth=True), tmp_path)

    assert "“a.jpg” and “a.png” would have the same file" in refused.value.detail
