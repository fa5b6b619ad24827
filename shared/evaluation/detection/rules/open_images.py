"""Open Images' rules (its object detection challenge, 2018 to 2019), at IoU 0.50.

A candidate has the object that it overlaps most, as in VOC. A group is one object to find, by the share of a candidate
that lies inside: the surest candidate in it is right, and the others are neither right nor wrong. Classes that were not
looked for in an image do not count there. Sides of boxes are real lengths.
"""

from dataclasses import replace

import numpy as np

from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.matching.image_labels import is_verified
from shared.evaluation.detection.matching.ranked_outcomes import Outcomes, Scene
from shared.evaluation.detection.rules import voc


def sought(references: ObjectTable) -> ObjectTable:
    """The ground truth with groups as objects to find, even where they are marked as ignored."""
    return replace(references, is_uncounted=references.is_uncounted & ~references.is_crowd)


def without_groups(references: ObjectTable) -> ObjectTable:
    """What `sought` returned with groups as other rules have them: they need not be found."""
    return replace(references, is_uncounted=references.is_uncounted | references.is_crowd)


def outcomes(scene: Scene, threshold: float) -> Outcomes:
    """Judge every candidate; the groups of the scene are those of `sought`."""
    references, candidates = scene.references, scene.candidates
    is_left_out = ~is_verified(references, candidates, scene.labels)
    pairs = scene.overlaps
    is_same = references.classes[pairs.references] == candidates.classes[pairs.candidates]
    pairs = pairs.where(is_same & (pairs.iou >= threshold) & ~is_left_out[pairs.candidates])
    is_group = references.is_crowd[pairs.references]
    is_uncounted = np.append(references.is_uncounted, False)
    single = voc.most_overlapped(pairs.where(~is_group), len(candidates))
    is_ignored = is_uncounted[single]
    is_right = (single >= 0) & ~is_ignored & voc.is_surest(single, candidates)
    is_open = ~is_right & ~is_ignored
    group = voc.most_overlapped(pairs.where(is_group & is_open[pairs.candidates]), len(candidates))
    opens_group = (group >= 0) & voc.is_surest(group, candidates) & ~is_uncounted[group]
    partners = np.where(is_right | is_ignored, single, group)
    is_wrong = is_open & (group < 0) & ~is_left_out
    return Outcomes(partners, is_right | opens_group, is_wrong, is_left_out)
