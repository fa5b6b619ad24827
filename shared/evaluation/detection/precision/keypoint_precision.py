"""COCO's ten figures of keypoints."""

from collections.abc import Sequence

from shared.evaluation.detection.geometry.keypoints import MAX_DETECTIONS, SIZES, Points, similarities
from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.precision.average_precision import AveragePrecision
from shared.evaluation.detection.precision.coco_figures import THRESHOLDS, Figures, figures, mean_of_defined
from shared.evaluation.types import Floats

NAMES = (
    "map", "map_50", "map_75", "map_medium", "map_large", "mar_20", "mar_50", "mar_75", "mar_medium", "mar_large",
)  # fmt: skip

_ALL, _MEDIUM, _LARGE = range(len(SIZES))
_AT_50, _AT_75 = 0, 5


def keypoint_precision(
    references: ObjectTable,
    candidates: ObjectTable,
    points: tuple[Points, Points],
    sigmas: Floats,
    classes: Sequence[str],
) -> AveragePrecision:
    """Evaluate the keypoints of all images; `sigmas` (k,) say how far apart two of the same point may lie."""
    pairs = similarities(references, candidates, points, sigmas, float(THRESHOLDS[0]))
    found = figures(references, candidates, pairs, len(classes), sizes=SIZES, max_detections=MAX_DETECTIONS)
    return of_figures(found, classes)


def of_figures(found: Figures, classes: Sequence[str]) -> AveragePrecision:
    """Summarise precision and recall as COCO does for keypoints."""
    precision, recall = found.precision, found.recall[..., 0]
    values = [
        value
        for side in (precision, recall)
        for value in (
            *(side[level][..., _ALL] for level in (slice(None), _AT_50, _AT_75)),
            *(side[..., size] for size in (_MEDIUM, _LARGE)),
        )
    ]
    return AveragePrecision(
        summary=dict(zip(NAMES, map(mean_of_defined, values), strict=True)),
        per_class={name: mean_of_defined(precision[:, :, code, _ALL]) for code, name in enumerate(classes)},
        per_class_50={name: mean_of_defined(precision[_AT_50, :, code, _ALL]) for code, name in enumerate(classes)},
    )
