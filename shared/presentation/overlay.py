"""What analyses found in an image, as shapes to lay over it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
import numpy as np

from shared.analyses.annotations.formats import FormattedAnnotation, box_of, mask_of_runs

HUES = 12
# A mask of more strokes is drawn coarser: every second column of them, or every third; and an outline of more corners.
_MAX_STROKES = 6000
# All that is drawn at once; many masks share it.
_MAX_STROKES_TOGETHER = 240_000


class MatchState(StrEnum):
    """What two models say of one object."""

    AGREED = "agreed"
    RENAMED = "renamed"
    ALONE = "alone"


class ClassScore(NamedTuple):
    """A class and how sure the model is of it, from 0 to 1."""

    class_name: str
    share: float


class Point(NamedTuple):
    """A keypoint."""

    x: float
    y: float
    name: str


class Shape(NamedTuple):
    """An annotation as it is drawn, in pixels of the image.

    One of `box` (x, y, width, height), `polygon` (an SVG path), `runs` (a path of vertical strokes of `thickness`),
    `points`, `scores` and `artifact` is there. `agreement` says how it stands to what another model found, and
    `partner` and `other_name` which annotation of it is the same object, and what the other model calls that.
    """

    id: str
    kind: str
    class_name: str
    confidence: float | None
    hue: int
    box: tuple[float, float, float, float] | None = None
    polygon: str | None = None
    runs: str | None = None
    thickness: int = 1
    points: tuple[Point, ...] = ()
    scores: tuple[ClassScore, ...] = ()
    artifact: str | None = None
    agreement: MatchState | None = None
    partner: str | None = None
    other_name: str | None = None


def shapes(annotations: Sequence[FormattedAnnotation], classes: Sequence[str]) -> list[Shape]:
    """The annotations as shapes; a class has the same hue everywhere."""
    hues = hues_of(classes)
    masks = sum(one.annotation_type == "segmentation" for one in annotations)
    most = min(_MAX_STROKES, max(_MAX_STROKES_TOGETHER // max(masks, 1), 1))
    return [_shape(one, msgspec.json.decode(one.data), hues.get(one.class_name, 0), most) for one in annotations]


def hues_of(classes: Sequence[str]) -> dict[str, int]:
    """The number of each class's colour, by its place among the classes."""
    return {name: number % HUES for number, name in enumerate(classes)}


def _shape(one: FormattedAnnotation, data: dict[str, Any], hue: int, most: int) -> Shape:
    shape = Shape(str(one.id), one.annotation_type, one.class_name, one.confidence, hue)
    match one.annotation_type:
        case "bounding_box":
            left, top, right, bottom = box_of(data)
            return shape._replace(box=(left, top, right - left, bottom - top))
        case "segmentation" if data["format"] == "polygon":
            points = data["points"][:: 1 + len(data["points"]) // most]
            corners = "L".join(f"{float(x):g} {float(y):g}" for x, y in points)
            return shape._replace(polygon=f"M{corners}Z")
        case "segmentation":
            path, thickness = _runs(data["rle"], most)
            return shape._replace(runs=path, thickness=thickness)
        case "keypoint":
            named = (Point(float(p["x"]), float(p["y"]), str(p["name"])) for p in data["keypoints"])
            return shape._replace(points=tuple(named))
        case "classification":
            scores = sorted((ClassScore(str(name), float(share)) for name, share in data["scores"].items()),
                            key=lambda score: -score.share)  # fmt: skip
            return shape._replace(scores=tuple(scores))
        case _:
            return shape._replace(artifact=str(data["artifact_name"]))


def _runs(mask: dict[str, Any], most: int) -> tuple[str, int]:
    runs = mask_of_runs(mask)
    height = runs.height
    # COCO counts down the columns; a run may go on in the next ones, and is a stroke in each.
    first, last = runs.starts // height, (runs.stops - 1) // height
    run = np.repeat(np.arange(len(first)), last - first + 1)
    column = first[run] + np.arange(len(run)) - np.searchsorted(run, run)
    top = np.where(column == first[run], runs.starts[run] % height, 0)
    bottom = np.where(column == last[run], (runs.stops[run] - 1) % height + 1, height)
    thickness = 1 + len(run) // most
    drawn = column % thickness == 0
    strokes = zip(column[drawn].tolist(), top[drawn].tolist(), (bottom - top)[drawn].tolist(), strict=True)
    return "".join(f"M{x} {y}v{length}" for x, y, length in strokes), thickness
