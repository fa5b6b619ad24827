"""What became of each candidate at one threshold: right, wrong, or ignored; everything at one confidence follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.detection.matching.image_labels import NO_LABELS, ImageLabels
from shared.evaluation.detection.matching.ranked_matching import (
    Positions,
    Turns,
    match_in_turns,
    ranks,
    sorted_again,
    surest_first,
    turn_order,
)
from shared.evaluation.types import Flags, Floats, Integers


@dataclass(frozen=True, eq=False)
class Scene:
    """The ground truth and the candidates of many images, and the pairs of them that overlap, of any class."""

    references: ObjectTable
    candidates: ObjectTable
    overlaps: Overlaps
    class_count: int
    labels: ImageLabels = NO_LABELS

    @cached_property
    def by_confidence(self) -> Positions:
        """The order (n,) of all candidates, the surest first."""
        return surest_first(self.candidates.confidences)

    @cached_property
    def places(self) -> Integers:
        """The place (n,) of each candidate among those of its image and class, from 0: the surest first."""
        groups = self.candidates.images * self.class_count + self.candidates.classes
        return ranks(groups, self.candidates.confidences, self.by_confidence)

    @cached_property
    def turn_rows(self) -> Positions:
        """The positions (q,) of those pairs that are of one class, in the order in which candidates choose."""
        pairs = self.overlaps
        is_same = self.references.classes[pairs.references] == self.candidates.classes[pairs.candidates]
        rows = np.flatnonzero(is_same & (pairs.iou > 0))
        return rows[turn_order(pairs.where(rows), self.places)]

    @cached_property
    def turns(self) -> Turns:
        """The pairs of one class, in the order in which candidates choose."""
        pairs = self.overlaps.where(self.turn_rows)
        return Turns(pairs, self.places[pairs.candidates])


class Outcomes(NamedTuple):
    """For each candidate the position of its partner of the same class, or -1, and what it counts as.

    `is_left_out` are those beyond the largest number of detections, or of classes that the image was not searched for,
    which nothing counts.
    """

    partners: Integers
    is_right: Flags
    is_wrong: Flags
    is_left_out: Flags


def outcomes(scene: Scene, threshold: float, max_detections: int) -> Outcomes:
    """Match within classes, as COCO does at all sizes together; raising a confidence later changes no match."""
    return outcomes_at(scene, [threshold], max_detections)[0]


def outcomes_at(scene: Scene, thresholds: Sequence[float], max_detections: int) -> list[Outcomes]:
    """Match as `outcomes` does at each threshold."""
    return outcomes_without(scene, thresholds, scene.places >= max_detections)


def outcomes_without(scene: Scene, thresholds: Sequence[float], is_left_out: Flags) -> list[Outcomes]:
    """Match as `outcomes` does at each threshold, without these candidates (n,)."""
    references, turns = scene.references, scene.turns
    if is_left_out.any():
        turns = turns.where(~is_left_out[turns.pairs.candidates])
    uncounted = references.is_uncounted
    matched = match_in_turns(turns, len(scene.candidates), np.array(thresholds), uncounted[None], references.is_crowd)[
        0
    ]
    found = list[Outcomes]()
    for partners in matched:
        has_partner = partners >= 0
        is_ignored = np.append(uncounted, False)[partners]
        found.append(Outcomes(partners, has_partner & ~is_ignored, ~has_partner & ~is_left_out, is_left_out))
    return found


def missed(scene: Scene, found: Outcomes, is_sure: Flags) -> NDArray[np.intp]:
    """The references that no candidate that is sure enough has found."""
    is_found = np.zeros(len(scene.references), bool)
    is_found[found.partners[found.is_right & is_sure]] = True
    return np.flatnonzero(~is_found & ~scene.references.is_uncounted)


class PrecisionRecall(NamedTuple):
    """Precision at 101 recalls and the confidence there; None for a recall that is not reached."""

    recalls: list[float]
    precision: list[float]
    confidence: list[float | None]
    total: int


class BestConfidence(NamedTuple):
    """The least confidence at which F1 is largest, with what holds there."""

    confidence: float
    precision: float
    recall: float
    f1: float


class RankedCounts(NamedTuple):
    """The counts of right and wrong candidates down to each confidence, the highest first, and all that is to find."""

    confidences: Floats
    right: Floats
    wrong: Floats
    total: int


def ranked_counts(scene: Scene, found: Outcomes, code: int | None) -> RankedCounts:
    """Count the candidates of a class, or all of them, from the surest on; what is ignored is not there."""
    kept = found.is_right | found.is_wrong
    if code is not None:
        kept &= scene.candidates.classes == code
    rows = scene.by_confidence[kept[scene.by_confidence]]
    is_sought = ~scene.references.is_uncounted
    total = int(is_sought.sum() if code is None else (is_sought & (scene.references.classes == code)).sum())
    right = np.cumsum(found.is_right[rows], dtype=float)
    return RankedCounts(scene.candidates.confidences[rows], right, np.arange(1, len(rows) + 1) - right, total)


def ranked_counts_by_class(scene: Scene, found: Outcomes) -> list[RankedCounts]:
    """The counts of each class as `ranked_counts` has them, with one look at the candidates."""
    rows = scene.by_confidence[(found.is_right | found.is_wrong)[scene.by_confidence]]
    rows = sorted_again(rows, scene.candidates.classes)
    bounds = np.searchsorted(scene.candidates.classes[rows], np.arange(scene.class_count + 1)).tolist()
    totals = np.bincount(scene.references.classes[~scene.references.is_uncounted], minlength=scene.class_count)
    is_right, confidences = found.is_right[rows], scene.candidates.confidences[rows]
    counts = list[RankedCounts]()
    for (start, stop), total in zip(pairwise(bounds), totals.tolist(), strict=True):
        right = np.cumsum(is_right[start:stop], dtype=float)
        counts.append(RankedCounts(confidences[start:stop], right, np.arange(1, len(right) + 1) - right, total))
    return counts


def precision_recall(counts: RankedCounts) -> PrecisionRecall | None:
    """The curve as COCO draws it; None where there is nothing to find."""
    if not counts.total:
        return None
    precision = counts.right / (counts.right + counts.wrong + np.spacing(1))
    envelope = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
    recalls = np.linspace(0, 1, 101)
    reached = np.searchsorted(counts.right / counts.total, recalls)
    confidences = np.append(counts.confidences, np.nan)[reached].tolist()
    at_recalls = [None if np.isnan(confidence) else confidence for confidence in confidences]
    return PrecisionRecall(recalls.tolist(), envelope[reached].tolist(), at_recalls, counts.total)


def best_confidence(counts: RankedCounts) -> BestConfidence | None:
    """The confidence from which on F1 is largest; None without a right candidate."""
    if not counts.total or not counts.right.size or not counts.right[-1]:
        return None
    # Of equal confidences all are taken or none.
    lasts = np.flatnonzero(np.append(counts.confidences[1:] != counts.confidences[:-1], True))
    right, wrong = counts.right[lasts], counts.wrong[lasts]
    f1 = 2 * right / (right + wrong + counts.total)
    best = int(np.argmax(f1))
    return BestConfidence(
        float(counts.confidences[lasts[best]]),
        float(right[best] / (right[best] + wrong[best])),
        float(right[best] / counts.total),
        float(f1[best]),
    )
