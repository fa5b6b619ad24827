"""Boxes that are turned: stored as the outlines of their corners, which is what is drawn and compared."""

import math
from typing import Any

from shared.analyses.annotations.formats import xywh_of
from shared.analyses.annotations.validation import Checker, is_number

_FULL_TURN, _QUARTER = 360, 90

Point = tuple[float, float]


def corners_of(xywh: tuple[float, float, float, float], degrees: float, pivot: Point) -> list[list[float]]:
    """Return the corners of a box that is turned clockwise, as seen in the image, around a point."""
    left, top, width, height = xywh
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    if degrees % _QUARTER == 0:
        # Upright boxes stay so.
        cosine, sine = round(cosine), round(sine)
    corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    away = [(x - pivot[0], y - pivot[1]) for x, y in corners]
    return [[pivot[0] + x * cosine - y * sine, pivot[1] + x * sine + y * cosine] for x, y in away]


def around_centre(xywh: tuple[float, float, float, float], degrees: float) -> list[list[float]]:
    """Return the corners of a box that is turned clockwise around its centre."""
    left, top, width, height = xywh
    return corners_of(xywh, degrees, (left + width / 2, top + height / 2))


def check_rotation(checker: Checker, data: dict[str, Any], pointer: str) -> None:
    """Check the `rotation` of a box in degrees, if it states one."""
    value = data.get("rotation")
    if value is not None and not (is_number(value) and abs(value) <= _FULL_TURN):
        checker.note(f"{pointer}/rotation", "expected degrees clockwise around the centre, from -360 to 360")


def as_outline(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data of a checked box with `rotation` as those of a segmentation."""
    others = {name: value for name, value in data.items() if name not in {"format", "bbox", "rotation"}}
    return {"format": "polygon", "points": around_centre(xywh_of(data), float(data["rotation"])), **others}
