"""One object of COCO's files as an annotation of this product."""

from typing import Any, Literal

from shared.analyses.annotations.validation import Checker, is_count
from shared.imports.reading.formats.coco import box_modes
from shared.imports.reading.json_text import whole
from shared.imports.reading.meanings import is_turn, refuse_turns, take_flags
from shared.imports.reading.objects import Category
from shared.kit.plurals import counted

Shape = Literal["bounding_box", "segmentation", "keypoint"]

_POINT = 3

# Of the file, or computed from the rest: nothing is lost where these are not kept.
_PASSED_OVER = frozenset({"id", "image_id", "category_id", "num_keypoints", "segmentation", "keypoints", "bbox"})
_OF_OBJECT = ("iscrowd", "ignore", "difficult", "area")

# Names that other programs give the score.
_CONFIDENCES = ("conf", "confidence")
_READ = frozenset({*_PASSED_OVER, *_OF_OBJECT, "score", "attributes", *_CONFIDENCES, *box_modes.MEMBERS})


def shape_of(sent: dict[str, Any]) -> Shape:
    """Return the type of annotation that keeps most of what an object states."""
    if sent.get("keypoints"):
        return "keypoint"
    return "segmentation" if sent.get("segmentation") else "bounding_box"


def check_visibility(sent: dict[str, Any], checker: Checker, pointer: str) -> None:
    """Note keypoints of ground truth whose number or visibility says otherwise than they do.

    pycocotools goes by `num_keypoints`: an object with none of them is not counted.
    """
    points, count = sent.get("keypoints"), sent.get("num_keypoints")
    states = points[2::_POINT] if isinstance(points, list) else []
    if any(map(_is_fraction, states)):
        checker.note(f"{pointer}/keypoints", "expected 0, 1 or 2 as the visibility of each keypoint")
    labelled = sum(map(bool, states))
    if states and is_count(count) and bool(count) != bool(labelled):
        checker.note(f"{pointer}/num_keypoints", f"says {count}, and {labelled} of the keypoints are labelled")


def annotation_of(
    sent: dict[str, Any], category: Category, checker: Checker, pointer: str, shape: Shape
) -> tuple[dict[str, Any], list[str]]:
    """Return the annotation, and the names of members that are not kept; notes faults that would change its meaning."""
    data: dict[str, Any] = {name: sent[name] for name in _OF_OBJECT if sent.get(name) is not None}
    beyond = {name: sent[name] for name in sorted(sent.keys() - _READ)}
    take_flags(beyond, data, checker, pointer)
    refuse_turns(beyond, checker, pointer)
    unread = [name for name in beyond if not is_turn(name)]
    _refuse_confidence(sent, checker, pointer)
    if (attributes := sent.get("attributes")) is not None:
        data["attributes"] = attributes
    if isinstance(attributes, dict):
        data["attributes"] = said = dict(attributes)
        take_flags(said, data, checker, f"{pointer}/attributes")
        refuse_turns(said, checker, f"{pointer}/attributes")
    box = box_modes.box_in_sides(sent, checker, pointer)
    if shape == "bounding_box":
        data |= {"format": "xywh", "bbox": box}
    elif box:
        data["bbox"] = box
    if shape == "segmentation":
        data |= _segmentation(sent["segmentation"])
    if shape == "keypoint":
        data["keypoints"] = _keypoints(sent["keypoints"], category, checker, f"{pointer}/keypoints")
        if category.skeleton:
            data["skeleton"] = [list(pair) for pair in category.skeleton]
        unread += ["segmentation beside keypoints"] if sent.get("segmentation") else []
    item: dict[str, Any] = {"annotation_type": shape, "class_name": category.name, "data": data}
    if sent.get("score") is not None:
        item["confidence"] = sent["score"]
    return item, unread


def _segmentation(sent: Any) -> dict[str, Any]:
    # What is neither is refused by the check that all annotations pass.
    if isinstance(sent, dict):
        return {"format": "rle", "rle": sent}
    return {"format": "polygon", "points": sent}


def _keypoints(sent: Any, category: Category, checker: Checker, pointer: str) -> list[dict[str, Any]]:
    if not isinstance(sent, list) or len(sent) % _POINT:
        checker.note(pointer, "expected x, y and visibility of each keypoint in turn")
        return [{"name": "1", "x": 0, "y": 0}]
    count = len(sent) // _POINT
    names = category.keypoints or tuple(str(number) for number in range(1, count + 1))
    if len(names) != count:
        checker.note(pointer, f"the category has {counted(len(names), 'keypoint')}, and this object {count}")
        names = tuple(str(number) for number in range(1, count + 1))
    states = sent[2::_POINT]
    # Detectors write their confidence of each point where ground truth has its visibility.
    member = "confidence" if any(map(_is_fraction, states)) else "visibility"
    return [
        {"name": name, "x": x, "y": y, member: state if member == "confidence" else whole(state)}
        for name, x, y, state in zip(names, sent[0::_POINT], sent[1::_POINT], states, strict=True)
    ]


def _is_fraction(state: Any) -> bool:
    return isinstance(state, float) and not state.is_integer()


def _refuse_confidence(sent: dict[str, Any], checker: Checker, pointer: str) -> None:
    for name in _CONFIDENCES:
        if sent.get(name) not in (None, sent.get("score")):
            checker.note(f"{pointer}/{name}", "COCO calls the confidence score; rename it")
