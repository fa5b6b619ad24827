"""What the page of a detection run draws."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shared.detection_runs.answers import DetectionOverview
from shared.detection_runs.drawn_data import DrawnData
from shared.detection_runs.figures.difference_reasons import DifferenceReason
from shared.detection_runs.figures.matches import DetectionMatrix, JudgedObject
from shared.detection_runs.records import DetectionRunRecord, ShownImage
from shared.detection_runs.results import DetectionFigures
from shared.evaluation.curves.roc_and_pr import CurvePoints
from shared.evaluation.detection.matching.ranked_outcomes import PrecisionRecall
from shared.presentation.curves import curve_drawing
from shared.presentation.curves.curve_drawing import SIDE
from shared.presentation.images.judged_boxes import small_drawing
from shared.presentation.images.object_drawings import ObjectDrawing
from shared.presentation.matrices.cell_colours import levels

# A table of more classes is not read; its largest confusions are listed instead.
MAX_TABLE_CLASSES = 20
MAX_CONFUSIONS = 30
# Of 101 recalls these are drawn larger, so that a finger meets one.
POINT_STEP = 5

# In the order of the tiles.
TITLES = {
    "map": "mAP", "map_50": "mAP at IoU 0.50", "map_75": "mAP at IoU 0.75", "map_small": "mAP, small objects",
    "map_medium": "mAP, medium objects", "map_large": "mAP, large objects", "map_rare": "mAP, rare classes",
    "map_common": "mAP, common classes", "map_frequent": "mAP, frequent classes", "mar_300": "mAR, 300 detections",
    "mar_1": "mAR, 1 detection",
    "mar_10": "mAR, 10 detections", "mar_20": "mAR, 20 detections", "mar_100": "mAR, 100 detections",
    "mar_50": "mAR at IoU 0.50", "mar_75": "mAR at IoU 0.75", "mar_small": "mAR, small objects",
    "mar_medium": "mAR, medium objects", "mar_large": "mAR, large objects",
}  # fmt: skip

ERROR_TITLES = {
    "class": "right place, wrong class",
    "location": "right class, IoU below 0.50",
    "both": "wrong class and IoU below 0.50",
    "duplicate": "found twice",
    "background": "nothing there",
    "missed": "not found at all",
}


REASON_TITLES: dict[DifferenceReason, str] = {
    "crowd": "a group counts otherwise",
    "ignored": "an object that need not be found counts otherwise",
    "not_searched": "the image was not searched for the class",
    "not_exhaustive": "the image does not mark every object of the class",
    "max_detections": "another number of candidates of an image counts",
    "threshold": "an overlap or a confidence equals its threshold",
    "pixel": "sides count their last pixel",
    "class": "objects of two classes match",
    "tie": "of equal overlaps or confidences another comes first",
    "matching_order": "another side chooses first",
}


class MatrixCell(NamedTuple):
    """A cell: classes of row and column, None for the background, number of objects, and its shade."""

    actual: str | None
    predicted: str | None
    objects: int
    shade: int

    @property
    def is_right(self) -> bool:
        """Whether the two are the same class."""
        return self.actual is not None and self.actual == self.predicted


class JudgedSample(NamedTuple):
    """An object and its image, None if that is deleted; drawings of the two sides are None where boxes are drawn."""

    found: JudgedObject
    image: ShownImage | None
    drawing: ObjectDrawing | None
    partner_drawing: ObjectDrawing | None


class CurvePoint(NamedTuple):
    """A point of a curve with its confidence, where it is drawn, and whether larger than others."""

    recall: float
    precision: float
    confidence: float
    x: float
    y: float
    is_large: bool


class DetectionDrawing(NamedTuple):
    """The rows of the matrix, or its largest confusions where it has too many classes, a curve and the samples."""

    rows: list[list[MatrixCell]]
    confusions: list[MatrixCell]
    curve: str | None
    points: list[CurvePoint]
    samples: list[JudgedSample]


def draw(found: DetectionOverview, data: DrawnData) -> DetectionDrawing:
    """Draw what a page shows of a level."""
    cells = _cells(found.matrix)
    is_table = len(found.matrix.classes) <= MAX_TABLE_CLASSES
    wrong = sorted(
        (cell for row in cells for cell in row if cell.objects and not cell.is_right), key=lambda cell: -cell.objects
    )
    samples = [_sample(one, found.images.get(one.image_id), data) for one in found.objects]
    confusions = [] if is_table else wrong[:MAX_CONFUSIONS]
    return DetectionDrawing(cells if is_table else [], confusions, _curve(found.curve), _points(found.curve), samples)


def changes(runs: Sequence[DetectionRunRecord]) -> list[float | None]:
    """What the average precision of each run, the newest first, differs from the run of its model and rules before.

    None where there is none among them, or a figure is undefined.
    """
    earlier = dict[tuple[str, str, str], float]()
    found = list[float | None]()
    for run in reversed(runs):
        key = (run.model_name, run.asked.profile, run.asked.subject)
        found.append(run.ap - earlier[key] if run.ap is not None and key in earlier else None)
        if run.ap is not None:
            earlier[key] = run.ap
    return found[::-1]


def tiles(figures: DetectionFigures) -> list[tuple[str, float | None]]:
    """The figures of the profile with their titles."""
    return [(TITLES[name], value) for name, value in figures.metrics.items()]


def _sample(one: JudgedObject, image: ShownImage | None, data: DrawnData) -> JudgedSample:
    sides = (one, one.partner)
    drawings = (
        small_drawing(data, side.annotation_id, side.class_name, image) if side and image else None for side in sides
    )
    return JudgedSample(one, image, *drawings)


def _cells(matrix: DetectionMatrix) -> list[list[MatrixCell]]:
    names: Sequence[str | None] = [*matrix.classes, None]
    return [
        [
            MatrixCell(actual, predicted, count, _shade(count, sum(row)))
            for predicted, count in zip(names, row, strict=True)
        ]
        for actual, row in zip(names, matrix.counts, strict=True)
    ]


def _shade(count: int, total: int) -> int:
    return int(levels(np.array(count / total))) if count else 0


def _curve(curve: PrecisionRecall | None) -> str | None:
    if curve is None:
        return None
    points = np.array(curve.recalls), np.array(curve.precision)
    return curve_drawing.path(CurvePoints(*points, np.zeros(len(curve.recalls))), stepped=True)


def _points(curve: PrecisionRecall | None) -> list[CurvePoint]:
    """Every recall that is reached; every fifth is large, and the last."""
    if curve is None:
        return []
    reached = [
        (recall, precision, confidence)
        for recall, precision, confidence in zip(curve.recalls, curve.precision, curve.confidence, strict=True)
        if confidence is not None
    ]
    return [
        CurvePoint(
            *point,
            round(point[0] * SIDE, 1),
            round((1 - point[1]) * SIDE, 1),
            is_large=number % POINT_STEP == 0 or number == len(reached) - 1,
        )
        for number, point in enumerate(reached)
    ]
