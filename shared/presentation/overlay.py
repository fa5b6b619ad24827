"""What analyses found in an image, as shapes to lay over it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from shared.analyses.converting import ShownAnnotation, box_of
from shared.evaluation.detection import rle
from shared.evaluation.detection.masks import of_counts
from shared.evaluation.detection.matching import match
from shared.evaluation.detection.objects import Objects

HUES = 8
# Objects overlap by so much when two models mean the same one.
SAME_OBJECT = 0.5
# A mask of more strokes is drawn coarser: every second column of them, or every third.
_MOST_STROKES = 6000


class Score(NamedTuple):
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
    `points`, `scores` and `artifact` is there. `agreed` says whether the other model found the same.
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
    scores: tuple[Score, ...] = ()
    artifact: str | None = None
    agreed: bool | None = None


def shapes(annotations: Sequence[ShownAnnotation], classes: Sequence[str]) -> list[Shape]:
    """The annotations as shapes; a class has the same hue everywhere."""
    hues = {name: number % HUES for number, name in enumerate(classes)}
    return [_shape(one, msgspec.json.decode(one.data), hues.get(one.class_name, 0)) for one in annotations]


def compared(first: Sequence[Shape], second: Sequence[Shape]) -> tuple[list[Shape], list[Shape]]:
    """The boxes of two models, each told whether the other found the same object and called it the same."""
    names = sorted({shape.class_name for shape in (*first, *second) if shape.box})
    left, right = ([shape for shape in side if shape.box] for side in (first, second))
    if not left or not right:
        matches: tuple[list[int], list[int]] = [-1] * len(left), [-1] * len(right)
    else:
        found = match(_objects(left, names), _objects(right, names), threshold=SAME_OBJECT)
        matches = found.of_reference.tolist(), found.of_candidate.tolist()
    agreed: dict[str, bool] = {}
    for side, other, partners in ((left, right, matches[0]), (right, left, matches[1])):
        for shape, partner in zip(side, partners, strict=True):
            agreed[shape.id] = partner >= 0 and other[partner].class_name == shape.class_name
    marked = [[shape._replace(agreed=agreed.get(shape.id)) for shape in side] for side in (first, second)]
    return marked[0], marked[1]


def _objects(side: Sequence[Shape], names: Sequence[str]) -> Objects:
    boxes = np.array([shape.box for shape in side if shape.box], np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return Objects(
        classes=np.array([names.index(shape.class_name) for shape in side], np.int64),
        confidences=np.array([1.0 if shape.confidence is None else shape.confidence for shape in side]),
        boxes=boxes,
    )


def _shape(one: ShownAnnotation, data: dict[str, Any], hue: int) -> Shape:
    shape = Shape(str(one.id), one.annotation_type, one.class_name, one.confidence, hue)
    match one.annotation_type:
        case "bounding_box":
            left, top, right, bottom = box_of(data)
            return shape._replace(box=(left, top, right - left, bottom - top))
        case "segmentation" if data["format"] == "polygon":
            corners = "L".join(f"{float(x):g} {float(y):g}" for x, y in data["points"])
            return shape._replace(polygon=f"M{corners}Z")
        case "segmentation":
            path, thickness = _runs(data["rle"])
            return shape._replace(runs=path, thickness=thickness)
        case "keypoint":
            points = (Point(float(p["x"]), float(p["y"]), str(p["name"])) for p in data["keypoints"])
            return shape._replace(points=tuple(points))
        case "classification":
            scores = sorted((Score(str(name), float(share)) for name, share in data["scores"].items()),
                            key=lambda score: -score.share)  # fmt: skip
            return shape._replace(scores=tuple(scores))
        case _:
            return shape._replace(artifact=str(data["artifact_name"]))


def _runs(mask: dict[str, Any]) -> tuple[str, int]:
    height, width = mask["size"]
    counts = mask["counts"]
    runs = of_counts(rle.decompress(counts) if isinstance(counts, str) else counts, height, width)
    # COCO counts down the columns; a run may go on in the next ones, and is a stroke in each.
    first, last = runs.starts // height, (runs.stops - 1) // height
    run = np.repeat(np.arange(len(first)), last - first + 1)
    column = first[run] + np.arange(len(run)) - np.searchsorted(run, run)
    top = np.where(column == first[run], runs.starts[run] % height, 0)
    bottom = np.where(column == last[run], (runs.stops[run] - 1) % height + 1, height)
    thickness = 1 + len(run) // _MOST_STROKES
    drawn = column % thickness == 0
    strokes = zip(column[drawn].tolist(), top[drawn].tolist(), (bottom - top)[drawn].tolist(), strict=True)
    return "".join(f"M{x} {y}v{length}" for x, y, length in strokes), thickness
