"""The five types of annotations and their required fields; takes values and returns values."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.analyses.annotations.validation import Checker, escape, is_count
from shared.analyses.artifact_names import is_artifact_name
from shared.evaluation.detection import rle
from shared.kit.ids import uuid7

# The side of an image; the number of its pixels stays below what COCO's 32-bit run lengths hold.
MAX_SIDE = 65_535

_SIZE, _BOX, _POINT, _CORNERS = 2, 4, 2, 3


class CheckedAnnotation(NamedTuple):
    """A checked annotation; `data` is its JSON text, `artifact_name` the artifact that it shows, if it shows one."""

    id: UUID
    annotation_type: str
    class_name: str
    confidence: float | None
    data: str
    artifact_name: str | None = None


def check(items: list[Any], pointer: str = "/annotations") -> list[CheckedAnnotation]:
    """Validate a batch of annotations; raises InvalidInput with every fault in it, up to a hundred."""
    checker, annotations = Checker(), []
    for number, item in enumerate(items):
        if annotation := _check_item(checker, item, f"{pointer}/{number}"):
            annotations.append(annotation)
        if checker.is_full:
            break
    checker.finish()
    return annotations


def _check_item(checker: Checker, item: Any, pointer: str) -> CheckedAnnotation | None:
    if not isinstance(item, dict):
        checker.note(pointer, "expected an object")
        return None
    kind, class_name, confidence = item.get("annotation_type"), item.get("class_name"), item.get("confidence")
    if class_name is None:
        checker.note(f"{pointer}/class_name", "this field is required")
    else:
        checker.text(class_name, f"{pointer}/class_name")
    if confidence is not None:
        checker.fraction(confidence, f"{pointer}/confidence")
    check_data = _TYPES.get(kind) if isinstance(kind, str) else None
    if check_data is None:
        checker.note(f"{pointer}/annotation_type", f"expected one of {', '.join(_TYPES)}")
        return None
    data = checker.member(item, "data", pointer)
    if not isinstance(data, dict):
        if data is not None:
            checker.note(f"{pointer}/data", "expected an object")
        return None
    check_data(checker, data, f"{pointer}/data")
    name = data.get("artifact_name") if kind == "heatmap" else None
    return CheckedAnnotation(uuid7(), str(kind), str(class_name), confidence, msgspec.json.encode(data).decode(), name)


def _bounding_box(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    box_format, bbox = data.get("format"), checker.member(data, "bbox", pointer)
    if not isinstance(box_format, str) or box_format not in {"xywh", "xyxy"}:
        checker.note(f"{pointer}/format", "expected xywh or xyxy")
    if bbox is None:
        return
    if not isinstance(bbox, list) or len(bbox) != _BOX:
        checker.note(f"{pointer}/bbox", "expected a list of four numbers")
        return
    are_coordinates = [checker.coordinate(value, f"{pointer}/bbox/{index}") for index, value in enumerate(bbox)]
    if not all(are_coordinates):
        return
    for index in (2, 3):
        if box_format == "xywh" and bbox[index] < 0:
            checker.note(f"{pointer}/bbox/{index}", "must be 0 or greater")
        if box_format == "xyxy" and bbox[index] < bbox[index - 2]:
            checker.note(f"{pointer}/bbox/{index}", "must not be less than the same coordinate of the first corner")


def _segmentation(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    if data.get("format") == "polygon":
        _polygon(checker, checker.member(data, "points", pointer), f"{pointer}/points")
    elif data.get("format") == "rle":
        _rle(checker, checker.member(data, "rle", pointer), f"{pointer}/rle")
    else:
        checker.note(f"{pointer}/format", "expected polygon or rle")


def _polygon(checker: Checker, points: Any, pointer: str) -> None:
    if points is None:
        return
    for index, point in enumerate(checker.items(points, pointer, min_items=_CORNERS, of="points")):
        if isinstance(point, list) and len(point) == _POINT:
            checker.coordinate(point[0], f"{pointer}/{index}/0")
            checker.coordinate(point[1], f"{pointer}/{index}/1")
        else:
            checker.note(f"{pointer}/{index}", "expected a point [x, y]")


def _rle(checker: Checker, mask: Any, pointer: str) -> None:
    if mask is None:
        return
    if not isinstance(mask, dict):
        checker.note(pointer, "expected an object with counts and size")
        return
    size = checker.member(mask, "size", pointer)
    is_size = isinstance(size, list) and len(size) == _SIZE and all(is_count(side) for side in size)
    if size is not None and not (is_size and min(size) > 0 and max(size) <= MAX_SIDE):
        checker.note(f"{pointer}/size", f"expected [height, width], each from 1 to {MAX_SIDE}")
        is_size = False
    counts = _counts(checker, checker.member(mask, "counts", pointer), f"{pointer}/counts")
    if counts is not None and is_size and sum(counts) > size[0] * size[1]:
        checker.note(
            f"{pointer}/counts", f"the run lengths cover more pixels than the {size[0]} x {size[1]} of the mask"
        )


def _counts(checker: Checker, counts: Any, pointer: str) -> list[int] | None:
    if counts is None:
        return None
    if isinstance(counts, str):
        try:
            lengths = rle.decompress(counts)
        except rle.InvalidRunLengths as error:
            checker.note(pointer, f"expected COCO's compressed run lengths: {error}")
            return None
        if any(count < 0 for count in lengths):
            checker.note(pointer, "every run length must be 0 or greater")
            return None
        return lengths
    if not isinstance(counts, list):
        checker.note(pointer, "expected a list of run lengths, or a string of COCO's compressed run lengths")
        return None
    indexes = [index for index, count in enumerate(counts) if not is_count(count)]
    for index in indexes:
        checker.note(f"{pointer}/{index}", "must be a whole number, 0 or greater")
    return None if indexes else counts


def _keypoint(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    points = checker.member(data, "keypoints", pointer)
    if points is None:
        return
    for index, point in enumerate(checker.items(points, f"{pointer}/keypoints", min_items=1, of="keypoint")):
        point_pointer = f"{pointer}/keypoints/{index}"
        if not isinstance(point, dict):
            checker.note(point_pointer, "expected an object with name, x and y")
            continue
        for name in ("x", "y"):
            if (value := checker.member(point, name, point_pointer)) is not None:
                checker.coordinate(value, f"{point_pointer}/{name}")
        if (name := checker.member(point, "name", point_pointer)) is not None:
            checker.text(name, f"{point_pointer}/name")
        if point.get("confidence") is not None:
            checker.fraction(point["confidence"], f"{point_pointer}/confidence")


def _classification(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    scores = checker.member(data, "scores", pointer)
    if scores is None:
        return
    if not isinstance(scores, dict) or not scores:
        checker.note(f"{pointer}/scores", "expected an object that maps class names to scores")
        return
    for name, score in scores.items():
        score_pointer = f"{pointer}/scores/{escape(name)}"
        if checker.text(name, score_pointer):
            checker.fraction(score, score_pointer)


def _heatmap(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    name = checker.member(data, "artifact_name", pointer)
    if name is not None and not is_artifact_name(name):
        checker.note(f"{pointer}/artifact_name", "expected the name of an artifact of this analysis")
    if data.get("colormap") is not None:
        checker.text(data["colormap"], f"{pointer}/colormap")
    for side in ("width", "height"):
        if (value := data.get(side)) is not None and not (is_count(value) and 0 < value <= MAX_SIDE):
            checker.note(f"{pointer}/{side}", f"expected a whole number from 1 to {MAX_SIDE}")


_TYPES: dict[str, Callable[[Checker, dict[str, Any], str], None]] = {
    "bounding_box": _bounding_box,
    "segmentation": _segmentation,
    "keypoint": _keypoint,
    "classification": _classification,
    "heatmap": _heatmap,
}

TYPES = tuple(_TYPES)
