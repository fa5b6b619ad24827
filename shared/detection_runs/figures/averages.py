"""The averages of a detection run by the rules of its profile; pure."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.detection_runs.options import DetectionOptions
from shared.evaluation.detection.geometry import keypoints
from shared.evaluation.detection.matching.ranked_outcomes import Outcomes, Scene
from shared.evaluation.detection.precision import average_precision, keypoint_precision
from shared.evaluation.detection.precision.coco_figures import SIZES, Figures, figures, mean_of_defined
from shared.evaluation.detection.rules import lvis, voc
from shared.evaluation.detection.rules.lvis import Frequency
from shared.evaluation.detection.rules.profiles import PROFILES

_AT_75 = 5


class ClassAverages(NamedTuple):
    """The averages of one class; None where undefined."""

    ap: float | None
    ap_50: float | None
    ap_75: float | None
    sizes: dict[str, float | None]


class ProfileAverages(NamedTuple):
    """All figures of a profile by name, the average precision first, and those of each class."""

    metrics: dict[str, float | None]
    classes: list[ClassAverages]


def averages_of(
    scene: Scene,
    found: Outcomes,
    options: DetectionOptions,
    classes: Sequence[str],
    frequencies: Sequence[Frequency | None],
) -> ProfileAverages:
    """Average a scene, whose outcomes are those at IoU 0.50; `frequencies` are those of the classes, for LVIS."""
    if PROFILES[options.profile].at_one_iou:
        return _at_one_iou(scene, found, options)
    parts = scene.references, scene.candidates, scene.overlaps, scene.class_count
    if options.subject == "keypoints":
        of_points = figures(*parts, sizes=keypoints.SIZES, max_detections=keypoints.MAX_DETECTIONS)
        return _by_size(of_points, keypoint_precision.of_figures(of_points, classes).summary, list(keypoints.SIZES))
    if options.profile == "lvis":
        federated = lvis.figures_of(scene)
        return _by_size(federated, lvis.summary(federated, frequencies), list(SIZES))
    of_shapes = figures(*parts)
    return _by_size(of_shapes, average_precision.of_figures(of_shapes, classes).summary, list(SIZES))


def _by_size(found: Figures, metrics: dict[str, float | None], sizes: Sequence[str]) -> ProfileAverages:
    return ProfileAverages(metrics, [_of_class(found, code, sizes) for code in range(found.precision.shape[2])])


def _of_class(found: Figures, code: int, sizes: Sequence[str]) -> ClassAverages:
    precision = found.precision[:, :, code]
    return ClassAverages(
        mean_of_defined(precision[..., 0]),
        mean_of_defined(precision[0, :, 0]),
        mean_of_defined(precision[_AT_75, :, 0]),
        {name: mean_of_defined(precision[..., size]) for size, name in enumerate(sizes) if name != "all"},
    )


def _at_one_iou(scene: Scene, found: Outcomes, options: DetectionOptions) -> ProfileAverages:
    values = voc.average_precisions(scene, found, PROFILES[options.profile].interpolation)
    defined = [value for value in values if value is not None]
    mean = sum(defined) / len(defined) if defined else None
    return ProfileAverages({"map_50": mean}, [ClassAverages(value, value, None, {}) for value in values])
