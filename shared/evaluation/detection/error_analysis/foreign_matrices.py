"""Confusion matrices as ultralytics and supervision count them, object by object.

Neither knows groups or ignored objects: those of the ground truth are left out here. Both match regardless of class.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.error_analysis.confusion import DetectionCells
from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.detection.matching.ranked_matching import match_all, ranks_within
from shared.evaluation.detection.matching.ranked_outcomes import Outcomes, Scene
from shared.evaluation.types import Flags, Integers

MatrixProfile = Literal["ultralytics-matrix", "supervision-matrix"]


class MatrixDefaults(NamedTuple):
    """The thresholds that a program takes unless it is told others."""

    iou: float
    confidence: float


DEFAULTS: dict[MatrixProfile, MatrixDefaults] = {
    "ultralytics-matrix": MatrixDefaults(0.45, 0.25),
    "supervision-matrix": MatrixDefaults(0.5, 0.3),
}


def judge_as(
    profile: MatrixProfile, scene: Scene, threshold: float, confidence: float
) -> tuple[Outcomes, DetectionCells]:
    """Match the candidates of a scene as a program does; what has the wrong class is wrong, and missed as well."""
    confidences, pairs = scene.candidates.confidences, scene.overlaps
    is_sure = confidences > confidence if profile == "ultralytics-matrix" else confidences >= confidence
    is_sought = ~scene.references.is_uncounted
    kept = (pairs.iou > threshold) & is_sure[pairs.candidates] & is_sought[pairs.references]
    match = _by_confidence if profile == "ultralytics-matrix" else _by_overlap
    partners = match(scene, pairs.where(kept), threshold)
    of_references = np.full(len(scene.references), -1, np.int64)
    paired = np.flatnonzero(partners >= 0)
    of_references[partners[paired]] = paired
    is_right = (partners >= 0) & (np.append(scene.references.classes, -1)[partners] == scene.candidates.classes)
    nothing: Flags = np.zeros(len(partners), bool)
    found = Outcomes(np.where(is_right, partners, -1), is_right, is_sure & ~is_right, nothing)
    return found, DetectionCells(partners, of_references, is_sure, is_sought)


def _by_confidence(scene: Scene, pairs: Overlaps, threshold: float) -> Integers:
    """Each candidate takes the free object that it overlaps most, of equals the first; the surest chooses first."""
    last = len(scene.references) - 1
    # The matching takes the last of equals.
    reverse = pairs._replace(references=last - pairs.references)
    places = ranks_within(pairs, scene.candidates.images, scene.candidates.confidences)
    nothing: Flags = np.zeros((1, len(scene.references)), bool)
    found: Integers = match_all(reverse, places, np.array([threshold]), nothing, nothing[0])[0, 0]
    return np.where(found >= 0, last - found, -1)


def _by_overlap(scene: Scene, pairs: Overlaps, _threshold: float) -> Integers:
    """Pairs of one class first, then by their overlap; each object is in one pair at most."""
    is_other = scene.references.classes[pairs.references] != scene.candidates.classes[pairs.candidates]
    order = np.lexsort((pairs.candidates, pairs.references, -pairs.iou, is_other))
    candidates, references = pairs.candidates[order], pairs.references[order]
    partners = np.full(len(scene.candidates), -1, np.int64)
    while len(candidates):
        chosen = _is_first(candidates) & _is_first(references)
        partners[candidates[chosen]] = references[chosen]
        is_free = ~np.isin(candidates, candidates[chosen]) & ~np.isin(references, references[chosen])
        candidates, references = candidates[is_free], references[is_free]
    return partners


def _is_first(values: Integers) -> NDArray[np.bool_]:
    is_first = np.zeros(len(values), bool)
    is_first[np.unique(values, return_index=True)[1]] = True
    return is_first
