"""Outlines of masks and skeletons of keypoints as SVG draws them; pure."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from shared.analyses.annotations.formats import HIDDEN, NOT_LABELLED, mask_of_runs, visibility_of
from shared.evaluation.detection.geometry import outlines, polygons
from shared.presentation.images import ring_paths
from shared.presentation.images.overlay import Point


class ObjectDrawing(NamedTuple):
    """An SVG path in units of `grain` pixels, and the keypoints that it joins, in pixels."""

    path: str
    grain: float
    points: tuple[Point, ...] = ()


def of_text(text: str, limbs: Collection[tuple[str, str]], grain: float) -> ObjectDrawing | None:
    """Draw the data of an annotation, coarser than `grain` pixels nowhere.

    None for a box, and for an outline that is smaller than the grain. Keypoints are joined as the annotation states it,
    or else by `limbs`, pairs of their names.
    """
    data = msgspec.json.decode(text)
    if "keypoints" in data:
        return _skeleton(data, limbs, grain)
    match data["format"]:
        case "polygon":
            rings: Iterable[Any] = polygons.parts(data["points"])
        case "rle":
            rings = outlines.rings_of(mask_of_runs(data["rle"]))
        case _:
            return None
    path = "".join(ring_paths.closed(np.asarray(ring), grain) for ring in rings)
    return ObjectDrawing(path, grain) if path else None


def _skeleton(data: dict[str, Any], limbs: Collection[tuple[str, str]], grain: float) -> ObjectDrawing:
    points = data["keypoints"]
    is_drawn = [visibility_of(point) != NOT_LABELLED for point in points]
    lines = [
        _line(points[first], points[second], grain)
        for first, second in _stated(data.get("skeleton"), len(points)) or _named(points, limbs)
        if is_drawn[first] and is_drawn[second]
    ]
    drawn = (
        Point(float(one["x"]), float(one["y"]), str(one["name"]), is_hidden=visibility_of(one) == HIDDEN)
        for one, is_labelled in zip(points, is_drawn, strict=True)
        if is_labelled
    )
    return ObjectDrawing("".join(lines), grain, tuple(drawn))


def _stated(skeleton: Any, count: int) -> list[tuple[int, int]]:
    """Positions from 0 of the keypoints that a skeleton in COCO's form joins; none of one in any other form."""
    try:
        pairs = msgspec.convert(skeleton, list[tuple[int, int]])
    except msgspec.ValidationError:
        return []
    is_known = all(1 <= position <= count for pair in pairs for position in pair)
    return [(first - 1, second - 1) for first, second in pairs] if is_known else []


def _named(points: Sequence[dict[str, Any]], limbs: Collection[tuple[str, str]]) -> list[tuple[int, int]]:
    places = {str(point["name"]): place for place, point in enumerate(points)}
    return [(places[first], places[second]) for first, second in limbs if first in places and second in places]


def _line(first: dict[str, Any], second: dict[str, Any], grain: float) -> str:
    ends = np.array([[one["x"], one["y"]] for one in (first, second)], float)
    (x, y), (to_x, to_y) = ring_paths.on_grid(ends, grain).tolist()
    return f"M{x} {y}L{to_x} {to_y}"
