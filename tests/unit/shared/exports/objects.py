"""Objects of a project as tests make them, and what of them has to come back from a file."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from shared.analyses.annotations.formats import (
    NOT_LABELLED,
    box_of,
    computed_area_of,
    is_crowd,
    is_ignored,
    mask_of_runs,
    visibility_of,
)
from shared.evaluation.detection.geometry import polygons

WIDTH, HEIGHT = 64, 48
CLASSES = ("car", "traffic light", "ампула", "yes", "7", "a: b")

Object = tuple[str, str, float | None, dict[str, Any]]

NUMBERS = st.floats(0, 40, allow_nan=False).map(lambda value: round(value, 3))
SIDES = st.floats(0.5, 8, allow_nan=False).map(lambda value: round(value, 3))
CONFIDENCES = st.floats(0, 1, allow_nan=False)


@st.composite
def boxes(draw: st.DrawFn) -> dict[str, Any]:
    left, top, width, height = draw(NUMBERS), draw(NUMBERS), draw(SIDES), draw(SIDES)
    if draw(st.booleans()):
        return {"format": "xywh", "bbox": [left, top, width, height]}
    return {"format": "xyxy", "bbox": [left, top, left + width, top + height]}


POINTS = st.tuples(NUMBERS, NUMBERS).map(list)
OUTLINES = st.lists(POINTS, min_size=3, max_size=6)


@st.composite
def outlines(draw: st.DrawFn, parts: int = 3) -> dict[str, Any]:
    drawn = draw(st.lists(OUTLINES, min_size=1, max_size=parts))
    return {"format": "polygon", "points": drawn if len(drawn) > 1 else drawn[0]}


@st.composite
def masks(draw: st.DrawFn) -> dict[str, Any]:
    counts = draw(st.lists(st.integers(0, 200), min_size=1, max_size=10))
    return {"format": "rle", "rle": {"size": [HEIGHT, WIDTH], "counts": counts}}


@st.composite
def keypoints(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(["nose", "left_eye", "right_eye"]), min_size=1, unique=True))
    points: list[dict[str, Any]] = [{"name": name, "x": draw(NUMBERS), "y": draw(NUMBERS)} for name in names]
    for point in points:
        if (visibility := draw(st.sampled_from([None, 0, 1, 2]))) is not None:
            point["visibility"] = visibility
    return {"keypoints": points}


@st.composite
def flags(draw: st.DrawFn) -> dict[str, Any]:
    chosen: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "iscrowd": st.just(1),
                "ignore": st.just(1),
                "difficult": st.just(1),
                "area": st.floats(1, 1000),
                "attributes": st.just({"occluded": True}),
            },
        )
    )
    return chosen


def comparable(annotation: Object) -> Any:
    """An object in one form, whatever form states it."""
    kind, class_name, confidence, data = annotation
    said = [kind, class_name, confidence, is_crowd(data), is_ignored(data), data.get("difficult", 0)]
    said.append(data.get("attributes"))
    if kind == "keypoint":
        points = {point["name"]: point for point in data["keypoints"] if visibility_of(point) != NOT_LABELLED}
        return [*said, {name: (one["x"], one["y"], visibility_of(one)) for name, one in sorted(points.items())}]
    area = round(computed_area_of(data) if data.get("area") is None else data["area"], 6)
    if kind == "bounding_box":
        return [*said, area, [round(value, 6) for value in box_of(data)]]
    if data["format"] == "polygon":
        return [*said, area, [part.tolist() for part in polygons.parts(data["points"])]]
    mask = mask_of_runs(data["rle"])
    return [*said, area, mask.counts.tolist()]


def encoded(data: dict[str, Any]) -> msgspec.Raw:
    """The data as they lie in a row."""
    return msgspec.Raw(msgspec.json.encode(data))
