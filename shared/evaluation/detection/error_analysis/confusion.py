"""The confusion matrix of a detector, with a row and a column for the background."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.matching.ranked_matching import match_all, ranks_within
from shared.evaluation.detection.matching.ranked_outcomes import Outcomes, Scene, missed
from shared.evaluation.types import Flags, Floats, Integers


class DetectionCells(NamedTuple):
    """Where every object lies in the matrix: partners of candidates and references, of any class, or -1.

    `is_counted` are the candidates that are sure enough and neither ignored nor left out, `is_sought` the references.
    """

    of_candidates: Integers
    of_references: Integers
    is_counted: Flags
    is_sought: Flags


def cells(scene: Scene, found: Outcomes, threshold: float, confidence: float) -> DetectionCells:
    """Pair objects within their classes first, and then what is left regardless of class: the same under two names.

    The outcomes are those at the threshold.
    """
    is_sure = scene.candidates.confidences >= confidence
    partners = np.where(found.is_right & is_sure, found.partners, -1)
    is_wrong = found.is_wrong & is_sure
    others = _renamed(scene, threshold, is_wrong, missed(scene, found, is_sure))
    partners = np.where(others >= 0, others, partners)
    of_references = np.full(len(scene.references), -1, np.int64)
    paired = np.flatnonzero(partners >= 0)
    of_references[partners[paired]] = paired
    return DetectionCells(
        partners, of_references, (found.is_right & is_sure) | is_wrong, ~scene.references.is_uncounted
    )


def matrix(scene: Scene, placed: DetectionCells) -> NDArray[np.int64]:
    """Counts (k + 1, k + 1): rows are true classes, columns what was said; the last of each is the background."""
    background, size = scene.class_count, scene.class_count + 1
    said = np.append(scene.candidates.classes, background)
    true = np.append(scene.references.classes, background)
    pairs = true[:-1] * size + said[placed.of_references]
    alone = background * size + said[:-1]
    is_alone = placed.is_counted & (placed.of_candidates < 0)
    numbers = np.concatenate([pairs[placed.is_sought], alone[is_alone]])
    counts: NDArray[np.int64] = np.bincount(numbers, minlength=size * size).reshape(size, size)
    return counts


def _renamed(scene: Scene, threshold: float, is_wrong: Flags, open_references: NDArray[np.intp]) -> Integers:
    is_open = np.zeros(len(scene.references), bool)
    is_open[open_references] = True
    pairs = scene.overlaps
    # By some rules a candidate is wrong though an open object of its class is there: that is no other name.
    is_other = scene.references.classes[pairs.references] != scene.candidates.classes[pairs.candidates]
    left = pairs.where(is_wrong[pairs.candidates] & is_open[pairs.references] & is_other)
    places = ranks_within(left, scene.candidates.images, scene.candidates.confidences)
    nothing: Flags = np.zeros((1, len(scene.references)), bool)
    thresholds: Floats = np.array([threshold])
    partners: Integers = match_all(left, places, thresholds, nothing, nothing[0])[0, 0]
    return partners
