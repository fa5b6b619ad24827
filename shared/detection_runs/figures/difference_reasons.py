"""Why two sets of rules judge one box differently; pure."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from shared.evaluation.detection.error_analysis.foreign_matrices import MatrixProfile
from shared.evaluation.detection.matching.image_labels import is_partial, is_verified
from shared.evaluation.detection.matching.ranked_outcomes import Outcomes, Scene
from shared.evaluation.detection.rules.profiles import PROFILES, ProfileName
from shared.evaluation.types import Flags, Integers

# A group, an object that need not be found, a class that the image was not searched for or does not mark exhaustively,
# candidates beyond the most, an overlap or a confidence that equals its threshold, sides that count their last pixel,
# objects of another class, equal overlaps or confidences, or who chooses which object in which order.
DifferenceReason = Literal[
    "crowd",
    "ignored",
    "not_searched",
    "not_exhaustive",
    "max_detections",
    "threshold",
    "pixel",
    "class",
    "tie",
    "matching_order",
]


# Of a candidate, or `found` and `FN` of an object of the ground truth.
Judgement = Literal["TP", "FP", "ignored", "left_out", "found", "FN"]
JUDGEMENTS: tuple[Judgement, ...] = get_args(Judgement)
TP, FP, IGNORED, LEFT_OUT, FOUND, FN = range(len(JUDGEMENTS))


@dataclass(frozen=True, eq=False)
class RuledSide:
    """A scene as some rules measure it, and what they say of it at an IoU; `is_sure` (n,) are candidates that count."""

    name: ProfileName | MatrixProfile
    iou: float
    scene: Scene
    found: Outcomes
    is_sure: Flags

    @cached_property
    def finders(self) -> Integers:
        """The candidate (m,) that finds each reference, or -1."""
        finders = np.full(len(self.scene.references), -1, np.int64)
        rows = np.flatnonzero(self.found.is_right & self.is_sure)
        finders[self.found.partners[rows]] = rows
        return finders

    @property
    def is_found(self) -> Flags:
        """Which references (m,) are found."""
        return self.finders >= 0

    @cached_property
    def judgements(self) -> Integers:
        """What the candidates and then the references (n + m,) count as, as positions in JUDGEMENTS."""
        found = self.found
        of_candidates = np.select(
            [found.is_left_out | ~self.is_sure, found.is_right, found.is_wrong], [LEFT_OUT, TP, FP], IGNORED
        )
        of_references = np.select([self.scene.references.is_uncounted, self.is_found], [IGNORED, FOUND], FN)
        return np.concatenate([of_candidates, of_references])

    def shares(self, candidate: int) -> dict[int, float]:
        """The references that a candidate overlaps from the IoU on, with how far."""
        pairs = self.scene.overlaps
        first, last = np.searchsorted(pairs.candidates, [candidate, candidate + 1])
        shares = dict(zip(pairs.references[first:last].tolist(), pairs.iou[first:last].tolist(), strict=True))
        return {reference: share for reference, share in shares.items() if share >= self.iou}

    def rivals(self, reference: int) -> Integers:
        """The candidates that overlap a reference, however far."""
        references, candidates = self._by_reference
        first, last = np.searchsorted(references, [reference, reference + 1])
        return candidates[first:last]

    @cached_property
    def _by_reference(self) -> tuple[Integers, Integers]:
        pairs = self.scene.overlaps
        order = np.argsort(pairs.references, kind="stable")
        return pairs.references[order], pairs.candidates[order]


def reason_of(own: RuledSide, other: RuledSide, row: int, *, is_truth: bool) -> DifferenceReason:
    """Why a candidate or a reference, at its position, is judged differently."""
    if not is_truth:
        return _of_candidate(own, other, row)
    if own.scene.references.is_uncounted[row] != other.scene.references.is_uncounted[row]:
        return "crowd"
    return _of_candidate(own, other, max(int(own.finders[row]), int(other.finders[row])))


def _of_candidate(own: RuledSide, other: RuledSide, row: int) -> DifferenceReason:
    if own.found.is_left_out[row] != other.found.is_left_out[row]:
        # Whether an image was searched for a class matters to rules with labels of images alone.
        has_labels = any(name in PROFILES and PROFILES[name].has_labels for name in (own.name, other.name))
        table = own.scene.candidates.take(np.array([row]))
        is_searched = not has_labels or is_verified(own.scene.references, table, own.scene.labels)[0]
        return "max_detections" if is_searched else "not_searched"
    if own.is_sure[row] != other.is_sure[row]:
        return "threshold"
    return _by_object(own, row) or _by_object(other, row) or _by_overlaps(own, other, row)


def _by_object(side: RuledSide, row: int) -> DifferenceReason | None:
    """What is special about the object that the candidate is paired with, or about its class."""
    partner, references = int(side.found.partners[row]), side.scene.references
    if partner < 0:
        is_neither = not (side.found.is_right[row] or side.found.is_wrong[row])
        is_unmarked = is_partial(side.scene.candidates.take(np.array([row])), side.scene.labels)[0]
        return "not_exhaustive" if is_neither and is_unmarked else None
    if references.is_crowd[partner]:
        return "crowd"
    if references.is_uncounted[partner]:
        return "ignored"
    return "class" if references.classes[partner] != side.scene.candidates.classes[row] else None


def _by_overlaps(own: RuledSide, other: RuledSide, row: int) -> DifferenceReason:
    code, classes = own.scene.candidates.classes[row], own.scene.references.classes
    ours, theirs = (
        {reference: share for reference, share in side.shares(row).items() if classes[reference] == code}
        for side in (own, other)
    )
    if ours.keys() != theirs.keys():
        return "pixel"
    if own.iou in {*ours.values(), *theirs.values()}:
        return "threshold"
    if len(set(ours.values())) < len(ours) or _has_rival(own, row, list(ours)):
        return "tie"
    return "matching_order"


def _has_rival(side: RuledSide, row: int, references: list[int]) -> bool:
    """Whether another candidate of the same confidence overlaps one of these references."""
    confidences = side.scene.candidates.confidences
    rivals = np.concatenate([side.rivals(reference) for reference in references] or [np.array([], np.int64)])
    return bool((confidences[rivals[rivals != row]] == confidences[row]).any())
