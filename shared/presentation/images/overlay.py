"""The annotations of an image as shapes of an overlay."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
import numpy as np

from shared.analyses.annotations.formats import (
    HIDDEN,
    NOT_LABELLED,
    FormattedAnnotation,
    box_of,
    is_crowd,
    is_ignored,
    mask_of_runs,
    visibility_of,
)
from shared.analyses.artifact_names import reference_of
from shared.evaluation.detection.geometry import outlines, polygons
from shared.evaluation.detection.geometry.masks import Mask
from shared.presentation.images import ring_paths

HUES = 12
# A mask of more strokes is drawn coarser: every second column of them, or every third; and an outline of more corners.
_MAX_STROKES = 6000
# An outline has at most so many corners for each run of its mask; what has more than strokes is painted with strokes.
_MOST_CORNERS_OF_RUN = 4
# All that is drawn at once; many masks share it.
_MAX_STROKES_TOGETHER = 240_000


class MatchState(StrEnum):
    """The match of one object between two models."""

    AGREED = "agreed"
    RENAMED = "renamed"
    ALONE = "alone"


class ClassScore(NamedTuple):
    """A class and the confidence of the model in it, from 0 to 1."""

    class_name: str
    share: float


class Point(NamedTuple):
    """A keypoint; a hidden one lies behind something."""

    x: float
    y: float
    name: str
    is_hidden: bool = False


class Shape(NamedTuple):
    """An annotation as it is drawn, in pixels of the image.

    One of `box` (x, y, width, height), `polygon` (an SVG path), `runs` (a path of strokes of `thickness`, of an
    intricate mask), `points`, `scores` and `artifact` is set. `agreement` is the match with the annotations of another
    model, `partner` the id of its annotation of the same object, and `other_name` the class of that annotation. `note`
    says that a model need not find the object.
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
    note: str = ""


def shapes(annotations: Sequence[FormattedAnnotation], classes: Sequence[str]) -> list[Shape]:
    """The annotations as shapes; a class has the same hue everywhere."""
    hues = hues_of(classes)
    masks = sum(annotation.annotation_type == "segmentation" for annotation in annotations)
    max_strokes = min(_MAX_STROKES, max(_MAX_STROKES_TOGETHER // max(masks, 1), 1))
    return [
        _shape(annotation, msgspec.json.decode(annotation.data), hues.get(annotation.class_name, 0), max_strokes)
        for annotation in annotations
    ]


def hues_of(classes: Sequence[str]) -> dict[str, int]:
    """The number of each class's colour, by its position among the classes."""
    return {name: number % HUES for number, name in enumerate(classes)}


def _shape(annotation: FormattedAnnotation, data: dict[str, Any], hue: int, max_strokes: int) -> Shape:
    shape = Shape(
        str(annotation.id),
        annotation.annotation_type,
        annotation.class_name,
        annotation.confidence,
        hue,
        note="group" if is_crowd(data) else "ignored" if is_ignored(data) else "",
    )
    match annotation.annotation_type:
        case "bounding_box":
            left, top, right, bottom = box_of(data)
            return shape._replace(box=(left, top, right - left, bottom - top))
        case "segmentation" if data["format"] == "polygon":
            return shape._replace(polygon=_path(data["points"], max_strokes))
        case "segmentation":
            return _mask(shape, mask_of_runs(data["rle"]), max_strokes)
        case "keypoint":
            keypoints = (
                Point(float(p["x"]), float(p["y"]), str(p["name"]), is_hidden=visibility_of(p) == HIDDEN)
                for p in data["keypoints"]
                if visibility_of(p) != NOT_LABELLED
            )
            return shape._replace(points=tuple(keypoints))
        case "classification":
            scores = sorted((ClassScore(str(name), float(share)) for name, share in data["scores"].items()),
                            key=lambda score: -score.share)  # fmt: skip
            return shape._replace(scores=tuple(scores))
        case _:
            reference = reference_of(data)
            return shape._replace(artifact=reference.name if reference else None)


def _path(points: Any, max_strokes: int) -> str:
    parts = polygons.parts(points)
    step = 1 + sum(map(len, parts)) // max_strokes
    outlines = ("L".join(f"{x:g} {y:g}" for x, y in part[::step].tolist()) for part in parts)
    return "".join(f"M{corners}Z" for corners in outlines)


def _mask(shape: Shape, mask: Mask, max_strokes: int) -> Shape:
    if _MOST_CORNERS_OF_RUN * len(mask.starts) > max_strokes:
        path, thickness = _strokes(mask, max_strokes)
        return shape._replace(runs=path, thickness=thickness)
    rings = (np.array(ring) for ring in outlines.rings_of(mask))
    return shape._replace(polygon="".join(ring_paths.closed(ring, 1) for ring in rings))


def _strokes(runs: Mask, max_strokes: int) -> tuple[str, int]:
    height = runs.height
    # COCO counts down the columns; a run may go on in the next ones, and is a stroke in each.
    first, last = runs.starts // height, (runs.stops - 1) // height
    run = np.repeat(np.arange(len(first)), last - first + 1)
    column = first[run] + np.arange(len(run)) - np.searchsorted(run, run)
    top = np.where(column == first[run], runs.starts[run] % height, 0)
    bottom = np.where(column == last[run], (runs.stops[run] - 1) % height + 1, height)
    thickness = 1 + len(run) // max_strokes
    is_drawn = column % thickness == 0
    strokes = zip(column[is_drawn].tolist(), top[is_drawn].tolist(), (bottom - top)[is_drawn].tolist(), strict=True)
    return "".join(f"M{x} {y}v{length}" for x, y, length in strokes), thickness
