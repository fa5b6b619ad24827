"""The rules that can judge the scene of a detection run, and the scene as each of them measures it; pure."""

from dataclasses import replace
from typing import TypeAlias

from shared.detection_runs.options import DetectionOptions
from shared.evaluation.detection.error_analysis import foreign_matrices
from shared.evaluation.detection.error_analysis.error_types import BACKGROUND
from shared.evaluation.detection.error_analysis.foreign_matrices import MatrixProfile
from shared.evaluation.detection.geometry import overlaps
from shared.evaluation.detection.matching.ranked_outcomes import Scene
from shared.evaluation.detection.rules import open_images, voc
from shared.evaluation.detection.rules.profiles import PROFILES, ProfileName

RuleName: TypeAlias = ProfileName | MatrixProfile

_VOC = ("voc07", "voc12")


def rules_for(options: DetectionOptions) -> list[RuleName]:
    """The rules that can judge a run's scene, its own first.

    Those that need labels of images judge scenes that have them; those of matrices judge COCO's, but no oriented boxes,
    whose overlaps they estimate.
    """
    has_labels = PROFILES[options.profile].has_labels
    others: list[RuleName] = [
        profile.name
        for profile in PROFILES.values()
        if options.subject in profile.subjects and (has_labels or not profile.has_labels)
    ]
    if options.profile == "coco" and options.subject != "oriented_boxes":
        others += list(foreign_matrices.DEFAULTS)
    return [options.profile, *(name for name in others if name != options.profile)]


def measured_by(name: ProfileName, own: ProfileName, scene: Scene) -> Scene:
    """The scene of a run with the overlaps and the objects to find of other rules."""
    references, pairs = scene.references, scene.overlaps
    if own == "openimages" and name != "openimages":
        references = open_images.without_groups(references)
    elif name == "openimages":
        references = open_images.sought(references)
    if name in _VOC and own not in _VOC:
        pairs = voc.pairs_of(references, scene.candidates, BACKGROUND)
    elif own in _VOC and name not in _VOC:
        pairs = overlaps.of_boxes(references, scene.candidates, BACKGROUND, within_class=False)
    return replace(scene, references=references, overlaps=pairs)
