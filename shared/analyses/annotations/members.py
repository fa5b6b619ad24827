"""The members of an annotation: what is not known is refused by name, and other names of the confidence are read.

A member that is ignored changes what an annotation means without a word: `score` would leave a detection certain.
"""

from difflib import get_close_matches
from typing import Any

from shared.analyses.annotations.validation import MAX_COORDINATE, Checker, escape, is_number

# Other programs' names of the confidence.
_CONFIDENCE_NAMES = ("score", "conf")

# `id` and `ordering` come with annotations that were read before: an annotation gets a new id, and keeps its position
# among those that are sent with it.
_PASSED_OVER = ("id", "ordering")

# What ground truth says of an object; read beside `data` and in it, and stored in it.
FLAGS = ("iscrowd", "ignore", "difficult")
_OF_OBJECT = (*FLAGS, "area")

_OF_ANNOTATION = ("annotation_type", "class_name", "confidence", "data", "storage_path", *_OF_OBJECT, *_PASSED_OVER)

# `attributes` is the sender's own, and never read.
_OF_EVERY_DATA = ("attributes", "storage_path")

OF_DATA: dict[str, tuple[str, ...]] = {
    "bounding_box": ("format", "bbox", "rotation", *_OF_OBJECT),
    "segmentation": ("format", "points", "rle", "bbox", *_OF_OBJECT),
    "keypoint": ("keypoints", "skeleton", "bbox", *_OF_OBJECT),
    "classification": ("scores",),
    "heatmap": ("artifact_name", "colormap", "color_map", "width", "height"),
}

OF_KEYPOINT = ("name", "x", "y", "confidence", "visibility")
OF_RLE = ("size", "counts")

# Programs differ in the unit and the sense of an angle, and in the point around which a box is turned.
_REASONS = {
    "angle": "send rotation, in degrees clockwise around the centre, or the corners as a segmentation of the format "
    "polygon"
}


def normalise(checker: Checker, item: dict[str, Any], pointer: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an annotation and its data under the names that are stored; notes a fault for every other member.

    Data that are no object are returned as none; the caller notes that fault.
    """
    data = item.get("data")
    inner = dict(data) if isinstance(data, dict) else {}
    outer = dict(item)
    _read_confidence(checker, outer, inner, pointer)
    for name in ("storage_path", *_OF_OBJECT):
        _move(checker, outer, inner, name, pointer)
    _check_object(checker, inner, f"{pointer}/data")
    _drop_no_rotation(inner)
    check_names(checker, outer, _OF_ANNOTATION, pointer)
    kind = outer.get("annotation_type")
    if isinstance(kind, str) and kind in OF_DATA:
        check_names(checker, inner, (*OF_DATA[kind], *_OF_EVERY_DATA), f"{pointer}/data")
    if not isinstance(inner.get("attributes", {}), dict):
        checker.note(f"{pointer}/data/attributes", "expected an object")
    return outer, inner


def check_names(checker: Checker, value: dict[str, Any], known: tuple[str, ...], pointer: str) -> None:
    """Note a fault for every member that is not known, with the most similar name that is."""
    unknown = value.keys() - known
    for name in filter(unknown.__contains__, value) if unknown else ():
        checker.note(f"{pointer}/{escape(name)}", _REASONS.get(name) or _hint(name, known))


def _hint(name: str, known: tuple[str, ...]) -> str:
    if matches := get_close_matches(name, known, n=1):
        return f"not a member of this object; did you mean {matches[0]}?"
    return f"not a member of this object; its members are {', '.join(known)}"


def _read_confidence(checker: Checker, outer: dict[str, Any], inner: dict[str, Any], pointer: str) -> None:
    for place, holder in ((pointer, outer), (f"{pointer}/data", inner)):
        for name in _CONFIDENCE_NAMES:
            value = holder.pop(name, None)
            if value is None or not checker.fraction(value, f"{place}/{name}"):
                continue
            if outer.get("confidence") is None:
                outer["confidence"] = value
            elif outer["confidence"] != value:
                checker.note(f"{place}/{name}", "differs from another confidence of this annotation; send one of them")


def _move(checker: Checker, outer: dict[str, Any], inner: dict[str, Any], name: str, pointer: str) -> None:
    value = outer.pop(name, None)
    if value is not None and inner.setdefault(name, value) != value:
        checker.note(f"{pointer}/{name}", f"differs from data.{name}; send one of them")


def _check_object(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    for name in FLAGS:
        if data.get(name) not in (None, 0, 1):
            checker.note(f"{pointer}/{name}", "expected 0 or 1, or false or true")
    area = data.get("area")
    if area is not None and not (is_number(area) and 0 <= area <= MAX_COORDINATE**2):
        checker.note(f"{pointer}/area", "expected a number of square pixels, 0 or greater")


def _drop_no_rotation(inner: dict[str, Any]) -> None:
    # A box that is turned by nothing is a box.
    for name in ("rotation", *_REASONS):
        if inner.get(name) in (None, 0) and not isinstance(inner.get(name), bool):
            inner.pop(name, None)
