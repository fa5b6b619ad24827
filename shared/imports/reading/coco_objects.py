"""One object of COCO's files as an annotation of this product."""

from typing import Any, Literal

from shared.analyses.annotations.validation import Checker
from shared.imports.reading.objects import Category

Shape = Literal["bounding_box", "segmentation", "keypoint"]

_POINT = 3

# Of the file, or computed from the rest: nothing is lost where these are not kept.
_PASSED_OVER = frozenset({"id", "image_id", "category_id", "num_keypoints", "segmentation", "keypoints", "bbox"})
_OF_OBJECT = ("iscrowd", "ignore", "difficult", "area")

# Members that are not COCO's and would change what an object means.
_ANGLES, _CONFIDENCES = ("rotation", "angle"), ("conf", "confidence")


def shape_of(sent: dict[str, Any]) -> Shape:
    """Return the type of annotation that keeps most of what an object states."""
    if sent.get("keypoints"):
        return "keypoint"
    return "segmentation" if sent.get("segmentation") else "bounding_box"


def annotation_of(
    sent: dict[str, Any], category: Category, checker: Checker, pointer: str, shape: Shape
) -> tuple[dict[str, Any], list[str]]:
    """Return the annotation, and the names of members that are not kept; notes faults that would change its meaning."""
    data: dict[str, Any] = {name: sent[name] for name in _OF_OBJECT if sent.get(name) is not None}
    unread = sorted(sent.keys() - _PASSED_OVER - {*_OF_OBJECT, "score", "attributes", *_ANGLES, *_CONFIDENCES})
    _refuse_rotation(sent, checker, pointer)
    _refuse_confidence(sent, checker, pointer)
    if sent.get("attributes") is not None:
        data["attributes"] = sent["attributes"]
        _refuse_rotation(sent["attributes"], checker, f"{pointer}/attributes")
    if shape == "bounding_box":
        data |= {"format": "xywh", "bbox": sent.get("bbox")}
    elif sent.get("bbox"):
        data["bbox"] = sent["bbox"]
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
        checker.note(pointer, f"the category has {len(names)} keypoints, and this object {count}")
        names = tuple(str(number) for number in range(1, count + 1))
    points = zip(sent[0::_POINT], sent[1::_POINT], sent[2::_POINT], strict=True)
    return [
        {"name": name, "x": x, "y": y, "visibility": int(state) if isinstance(state, float) else state}
        for name, (x, y, state) in zip(names, points, strict=True)
    ]


def _refuse_rotation(holder: Any, checker: Checker, pointer: str) -> None:
    for name in _ANGLES if isinstance(holder, dict) else ():
        if holder.get(name):
            checker.note(f"{pointer}/{name}", "rotated boxes are not compared; export the corners as a polygon")


def _refuse_confidence(sent: dict[str, Any], checker: Checker, pointer: str) -> None:
    for name in _CONFIDENCES:
        if sent.get(name) not in (None, sent.get("score")):
            checker.note(f"{pointer}/{name}", "COCO calls the confidence score; rename it")
