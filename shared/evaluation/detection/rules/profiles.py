"""The sets of rules by which detectors are judged; every figure carries the name of its own."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from shared.evaluation.detection.matching import ranked_outcomes
from shared.evaluation.detection.matching.ranked_outcomes import Outcomes, Scene
from shared.evaluation.detection.precision.class_precision import Interpolation
from shared.evaluation.detection.rules import lvis, open_images, voc

ProfileName = Literal["coco", "lvis", "voc07", "voc12", "openimages", "dota"]

# What is compared: boxes, masks, keypoints by their similarity, or boxes that are turned.
DetectionSubject = Literal["boxes", "masks", "keypoints", "oriented_boxes"]


class Profile(NamedTuple):
    """A set of rules: what it judges, how the precision is averaged, and whether at IoU 0.50 alone.

    One that knows labels judges a class only in images that were searched for it.
    """

    name: ProfileName
    subjects: tuple[DetectionSubject, ...]
    interpolation: Interpolation
    at_one_iou: bool
    has_labels: bool
    description: str


PROFILES: dict[ProfileName, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            "coco",
            ("boxes", "masks", "keypoints", "oriented_boxes"),
            "101-point",
            at_one_iou=False,
            has_labels=False,
            description="COCO: mean over IoU 0.50 to 0.95, 101 points of recall.",
        ),
        Profile(
            "lvis",
            ("boxes", "masks"),
            "101-point",
            at_one_iou=False,
            has_labels=True,
            description="LVIS: as COCO, of the classes that each image was searched for.",
        ),
        Profile(
            "voc07",
            ("boxes",),
            "11-point",
            at_one_iou=True,
            has_labels=False,
            description="PASCAL VOC until 2009: IoU 0.50, 11 points of recall.",
        ),
        Profile(
            "voc12",
            ("boxes",),
            "area",
            at_one_iou=True,
            has_labels=False,
            description="PASCAL VOC from 2010 on: IoU 0.50, area below the envelope.",
        ),
        Profile(
            "openimages",
            ("boxes",),
            "area",
            at_one_iou=True,
            has_labels=True,
            description="Open Images: IoU 0.50, groups are found once, classes that each image was searched for.",
        ),
        Profile(
            "dota",
            ("oriented_boxes",),
            "11-point",
            at_one_iou=True,
            has_labels=False,
            description="DOTA, oriented boxes: IoU above 0.50, 11 points of recall.",
        ),
    )
}


def judge(profile: Profile, scene: Scene, threshold: float, max_detections: int) -> Outcomes:
    """Judge every candidate by the rules of a profile; `max_detections` of an image and class are COCO's."""
    return judge_at(profile, scene, [threshold], max_detections)[0]


def judge_at(profile: Profile, scene: Scene, thresholds: Sequence[float], max_detections: int) -> list[Outcomes]:
    """Judge as `judge` does, at each threshold."""
    match profile.name:
        case "coco":
            return ranked_outcomes.outcomes_at(scene, thresholds, max_detections)
        case "lvis":
            return lvis.outcomes_at(scene, thresholds)
        case "openimages":
            return [open_images.outcomes(scene, threshold) for threshold in thresholds]
        case "dota":
            # Its development kit takes an overlap that exceeds the threshold.
            return [voc.outcomes(scene, float(np.nextafter(threshold, 1))) for threshold in thresholds]
        case _:
            return [voc.outcomes(scene, threshold) for threshold in thresholds]
