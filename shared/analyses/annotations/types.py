"""The five types of annotations and their required fields; takes values and returns values."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.analyses.annotations import segmentations
from shared.analyses.annotations.formats import VISIBLE
from shared.analyses.annotations.members import OF_KEYPOINT, check_names, normalise
from shared.analyses.annotations.segmentations import MAX_SIDE
from shared.analyses.annotations.turned_boxes import as_outline, check_rotation
from shared.analyses.annotations.validation import Checker, escape, is_count
from shared.analyses.artifact_names import ArtifactReference, reference_of
from shared.kit.ids import uuid7

_BOX = 4


class CheckedAnnotation(NamedTuple):
    """A checked annotation: `data` is its JSON text.

    `artifact` is the artifact that it shows, if it shows one, and `mask_size` the height and width of run lengths.
    """

    id: UUID
    annotation_type: str
    class_name: str
    confidence: float | None
    data: str
    artifact: ArtifactReference | None = None
    mask_size: tuple[int, int] | None = None


def check(
    items: Iterable[Any], pointer: str = "/annotations", *, max_runs: int | None = None
) -> list[CheckedAnnotation]:
    """Validate a batch of annotations; raises InvalidInput with every fault in it, up to a hundred."""
    checker, annotations = Checker(max_runs=max_runs), []
    for number, item in enumerate(items):
        if annotation := check_item(checker, item, f"{pointer}/{number}"):
            annotations.append(annotation)
        if checker.is_full:
            break
    checker.finish()
    return annotations


def check_item(checker: Checker, sent: Any, pointer: str) -> CheckedAnnotation | None:
    """Validate one annotation; notes every fault in it, and returns None where its type is not known."""
    if not isinstance(sent, dict):
        checker.note(pointer, "expected an object")
        return None
    item, data = normalise(checker, sent, pointer)
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
    if not isinstance(checker.member(item, "data", pointer), dict):
        if item.get("data") is not None:
            checker.note(f"{pointer}/data", "expected an object")
        return None
    faults = checker.count
    check_data(checker, data, f"{pointer}/data")
    if kind == "bounding_box" and data.get("rotation") is not None and checker.count == faults:
        return _checked("segmentation", item, as_outline(data))
    return _checked(str(kind), item, data)


def _checked(kind: str, item: dict[str, Any], data: dict[str, Any]) -> CheckedAnnotation:
    artifact = reference_of(data) if kind == "heatmap" else None
    text = msgspec.json.encode(data).decode()
    size = segmentations.mask_size(data) if kind == "segmentation" else None
    return CheckedAnnotation(uuid7(), kind, str(item.get("class_name")), item.get("confidence"), text, artifact, size)


def _turned_box(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    _bounding_box(checker, data, pointer)
    check_rotation(checker, data, pointer)


def _segmentation(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    segmentations.check(checker, data, pointer)
    _stated_box(checker, data, pointer)


def _stated_box(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    """Check the box that is stated beside an outline or keypoints, as left, top, width and height."""
    if data.get("bbox") is not None:
        _bounding_box(checker, {"format": "xywh", "bbox": data["bbox"]}, pointer)


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


def _keypoint(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    _stated_box(checker, data, pointer)
    points = checker.member(data, "keypoints", pointer)
    if points is None:
        return
    for index, point in enumerate(checker.items(points, f"{pointer}/keypoints", min_items=1, of="keypoint")):
        point_pointer = f"{pointer}/keypoints/{index}"
        if not isinstance(point, dict):
            checker.note(point_pointer, "expected an object with name, x and y")
            continue
        _point_of_object(checker, point, point_pointer)


def _point_of_object(checker: Checker, point: dict[str, Any], pointer: str) -> None:
    check_names(checker, point, OF_KEYPOINT, pointer)
    for name in ("x", "y"):
        if (value := checker.member(point, name, pointer)) is not None:
            checker.coordinate(value, f"{pointer}/{name}")
    if (name := checker.member(point, "name", pointer)) is not None:
        checker.text(name, f"{pointer}/name")
    if point.get("confidence") is not None:
        checker.fraction(point["confidence"], f"{pointer}/confidence")
    if (visibility := point.get("visibility")) is not None and not (is_count(visibility) and visibility <= VISIBLE):
        checker.note(f"{pointer}/visibility", "expected 0 (not labelled), 1 (hidden) or 2 (visible)")


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
    for member in ("artifact_name", "storage_path"):
        if data.get(member) is not None and reference_of({member: data[member]}) is None:
            checker.note(f"{pointer}/{member}", f"expected the {member} of an artifact of this analysis")
    if all(data.get(member) is None for member in ("artifact_name", "storage_path", "width", "height")):
        checker.note(f"{pointer}/artifact_name", "send this, a storage_path, or the width and height of the map")
    for member in ("colormap", "color_map"):
        if data.get(member) is not None:
            checker.text(data[member], f"{pointer}/{member}")
    for side in ("width", "height"):
        if (value := data.get(side)) is not None and not (is_count(value) and 0 < value <= MAX_SIDE):
            checker.note(f"{pointer}/{side}", f"expected a whole number from 1 to {MAX_SIDE}")


_TYPES: dict[str, Callable[[Checker, dict[str, Any], str], None]] = {
    "bounding_box": _turned_box,
    "segmentation": _segmentation,
    "keypoint": _keypoint,
    "classification": _classification,
    "heatmap": _heatmap,
}

TYPES = tuple(_TYPES)
