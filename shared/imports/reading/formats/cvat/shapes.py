"""Shapes of CVAT's XML as types and data of annotations; every fault is noted at its place."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from shared.analyses.annotations.validation import Checker
from shared.imports.reading.run_lengths import MAX_PIXELS, of_crop
from shared.imports.reading.xml_text import number_of

Shape = tuple[str, dict[str, Any]]

_CORNERS = ("xtl", "ytl", "xbr", "ybr")
_SIDES = ("top", "left", "height", "width")
_POINT = 2


class Place(NamedTuple):
    """Where a shape stands in its file and image, whose size is (height, width)."""

    pointer: str
    size: tuple[int, int]
    checker: Checker

    def note(self, member: str, message: str) -> None:
        """Note a fault of a member."""
        self.checker.note(f"{self.pointer}/{member}", message)

    def number(self, shape: Element, name: str) -> float | None:
        """Return a member as a number."""
        return number_of(shape.get(name), self.checker, f"{self.pointer}/{name}")


def _box(shape: Element, place: Place) -> Shape:
    data = {"format": "xyxy", "bbox": [place.number(shape, corner) for corner in _CORNERS]}
    # In degrees clockwise around the centre, as here.
    rotation = place.number(shape, "rotation") if shape.get("rotation") else None
    return "bounding_box", data | ({"rotation": rotation} if rotation else {})


def _polygon(shape: Element, place: Place) -> Shape:
    return "segmentation", {"format": "polygon", "points": _points(shape, place)}


def _keypoints(shape: Element, place: Place) -> Shape:
    points = enumerate(_points(shape, place), start=1)
    return "keypoint", {"keypoints": [{"name": str(number), "x": x, "y": y} for number, (x, y) in points]}


def _skeleton(shape: Element, place: Place) -> Shape:
    keypoints = []
    for index, each in enumerate(shape.iterfind("points")):
        x, y = (_points(each, place._replace(pointer=f"{place.pointer}/points/{index}")) or [[0.0, 0.0]])[0]
        state = 0 if each.get("outside") == "1" else 1 if each.get("occluded") == "1" else 2
        keypoints.append({"name": each.get("label"), "x": x, "y": y, "visibility": state})
    return "keypoint", {"keypoints": keypoints}


def _mask(shape: Element, place: Place) -> Shape:
    faults = place.checker.count
    top, left, height, width = (_count(shape.get(side) or "", place, side) for side in _SIDES)
    runs = (shape.get("rle") or "").split(",")
    if place.checker.max_runs is not None and len(runs) > place.checker.max_runs:
        place.note("rle", f"expected at most {place.checker.max_runs:,} run lengths")
        runs = ["0"]
    counts = [_count(text, place, "rle") for text in runs]
    is_inside = 0 < width <= place.size[1] - left and 0 < height <= place.size[0] - top
    if not is_inside or width * height > MAX_PIXELS or sum(counts) != width * height:
        message = "expected run lengths of all pixels of a part of the image, which the size of the image is stated for"
        if place.checker.count == faults:
            place.note("rle", message)
        return "segmentation", {"format": "rle", "rle": {"size": list(place.size), "counts": [math.prod(place.size)]}}
    return "segmentation", {"format": "rle", "rle": of_crop(counts, (top, left, height, width), place.size)}


def _count(text: str, place: Place, member: str) -> int:
    if text.strip().isdecimal() and len(text.strip()) <= len(str(MAX_PIXELS)):
        return int(text)
    place.note(member, "expected whole numbers")
    return 0


def _points(shape: Element, place: Place) -> list[list[float]]:
    points = []
    for text in filter(None, (shape.get("points") or "").split(";")):
        values = [number_of(part, place.checker, f"{place.pointer}/points") for part in text.split(",")]
        if len(values) == _POINT:
            points.append([value or 0.0 for value in values])
        else:
            place.note("points", "expected x,y of each point, separated by semicolons")
    return points


SHAPES: dict[str, Callable[[Element, Place], Shape]] = {
    "box": _box,
    "polygon": _polygon,
    "points": _keypoints,
    "skeleton": _skeleton,
    "mask": _mask,
}
