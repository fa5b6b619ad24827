"""The sets of rules by which detectors are judged; every figure carries the name of its own."""

from typing import Literal, NamedTuple

from shared.evaluation.detection import ranked_outcomes, voc
from shared.evaluation.detection.class_precision import Interpolation
from shared.evaluation.detection.ranked_outcomes import Outcomes, Scene

ProfileName = Literal["coco", "voc07", "voc12"]


class Profile(NamedTuple):
    """A set of rules: how the precision is averaged, and whether the matches are COCO's or VOC's."""

    name: ProfileName
    interpolation: Interpolation
    is_voc: bool
    description: str


PROFILES: dict[ProfileName, Profile] = {
    "coco": Profile(
        "coco", "101-point", is_voc=False, description="COCO: mean over IoU 0.50 to 0.95, 101 points of recall."
    ),
    "voc07": Profile(
        "voc07", "11-point", is_voc=True, description="PASCAL VOC until 2009: IoU 0.50, 11 points of recall."
    ),
    "voc12": Profile(
        "voc12", "area", is_voc=True, description="PASCAL VOC from 2010 on: IoU 0.50, area below the envelope."
    ),
}


def judge(profile: Profile, scene: Scene, threshold: float, max_detections: int) -> Outcomes:
    """Judge every candidate by the rules of a profile."""
    if profile.is_voc:
        return voc.outcomes(scene, threshold)
    return ranked_outcomes.outcomes(scene, threshold, max_detections)
