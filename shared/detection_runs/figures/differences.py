"""The boxes that other rules judge otherwise than those of a detection run, and why; pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from shared.detection_runs.figures.averages import averages_of
from shared.detection_runs.figures.difference_reasons import (
    FN,
    FP,
    JUDGEMENTS,
    TP,
    DifferenceReason,
    Judgement,
    RuledSide,
    reason_of,
)
from shared.detection_runs.figures.judging import CHOSEN_AT, max_detections
from shared.detection_runs.figures.matches import MatchLevel
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.results import RuleCounts, RuleSummary
from shared.detection_runs.scenes.rules import RuleName, measured_by
from shared.detection_runs.scenes.scene_file import StoredScene, id_at
from shared.evaluation.detection.error_analysis import foreign_matrices
from shared.evaluation.detection.matching.ranked_outcomes import Scene, best_confidence, ranked_counts
from shared.evaluation.detection.rules.profiles import PROFILES, judge
from shared.evaluation.types import Flags


class OtherJudgement(msgspec.Struct, frozen=True):
    """How other rules judge an object, and why."""

    profile: Annotated[RuleName, Meta(description="Name of the rules.")]
    judgement: Annotated[Judgement, Meta(description="What the object counts as.")]
    reason: Annotated[DifferenceReason, Meta(description="Why it is not what the rules of the run say.")]


class DifferingObject(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate or an object of the ground truth that two sets of rules judge differently."""

    image_id: Annotated[UUID, Meta(description="Id of the image.")]
    analysis_id: Annotated[UUID, Meta(description="Id of the analysis of the image that has the annotation.")]
    annotation_id: Annotated[UUID, Meta(description="Id of the annotation.")]
    is_truth: Annotated[bool, Meta(description="Whether it is an object of the ground truth.")]
    class_name: Annotated[str, Meta(description="Its class.")]
    confidence: Annotated[float | None, Meta(description="Its confidence; null for ground truth.")]
    box: Annotated[list[float], Meta(description="Left, top, width and height in pixels.")]
    judgement: Annotated[Judgement, Meta(description="What it counts as by the rules of the run.")]
    others: Annotated[list[OtherJudgement], Meta(description="The rules that judge it otherwise.")]


class RuleDifferences(NamedTuple):
    """The level, the counts of all rules, those of the run first, and some of the objects that they judge otherwise."""

    iou: float
    confidence: float
    rules: list[RuleCounts]
    objects: list[DifferingObject]


def compare_rules(
    stored: StoredScene,
    options: DetectionOptions,
    classes: Sequence[str],
    level: MatchLevel,
    others: Sequence[RuleName],
    page: slice,
) -> RuleDifferences:
    """Judge a scene by its own rules and by others at one IoU and confidence, and list the objects that differ.

    Candidates come first, the surest first, then objects of the ground truth, the largest first.
    """
    iou, confidence, (own, *sides) = _sides(stored.scene, options, level, others)
    differing = [own.judgements != side.judgements for side in sides]
    rows = _ordered(stored.scene, np.logical_or.reduce([np.zeros(_count(stored.scene), bool), *differing]))
    objects = [_object(stored, classes, int(row), own, _those_of(sides, differing, int(row))) for row in rows[page]]
    rules = [_counts(side, options, classes) for side in (own, *sides)]
    return RuleDifferences(iou, confidence, rules, objects)


def summarize(
    stored: StoredScene,
    options: DetectionOptions,
    classes: Sequence[str],
    others: Sequence[RuleName],
) -> list[RuleSummary]:
    """Count what other rules judge otherwise, and why, at IoU 0.50 and the confidence with the largest F1."""
    if not others:
        return []
    iou, confidence, (own, *sides) = _sides(stored.scene, options, MatchLevel(), others)
    summaries = []
    for side in sides:
        counts, split = _counts(side, options, classes), len(stored.scene.candidates)
        rows = np.flatnonzero(own.judgements != side.judgements).tolist()
        reasons = Counter(
            reason_of(own, side, row - split if row >= split else row, is_truth=row >= split) for row in rows
        )
        own_fields = {name: getattr(counts, name) for name in RuleCounts.__struct_fields__}
        summaries.append(
            RuleSummary(**own_fields, iou=iou, confidence=confidence, differing=len(rows), reasons=dict(reasons))
        )
    return summaries


def _sides(
    scene: Scene, options: DetectionOptions, level: MatchLevel, others: Sequence[RuleName]
) -> tuple[float, float, list[RuledSide]]:
    """The level, with what it leaves out, and the scene by its own rules and by the others."""
    iou = CHOSEN_AT if level.iou is None else level.iou
    found = judge(PROFILES[options.profile], scene, iou, max_detections(options))
    best = best_confidence(ranked_counts(scene, found, None)) if level.confidence is None else None
    confidence = level.confidence if level.confidence is not None else (best.confidence if best else 0.0)
    return iou, confidence, [_side(scene, options, name, iou, confidence) for name in (options.profile, *others)]


def _those_of(sides: Sequence[RuledSide], differing: Sequence[Flags], row: int) -> list[RuledSide]:
    return [side for side, differs in zip(sides, differing, strict=True) if differs[row]]


def _side(scene: Scene, options: DetectionOptions, name: RuleName, iou: float, confidence: float) -> RuledSide:
    match name:
        case "ultralytics-matrix" | "supervision-matrix":
            found, cells = foreign_matrices.judge_as(name, scene, iou, confidence)
            return RuledSide(name, iou, scene, found._replace(partners=cells.of_candidates), cells.is_counted)
        case _:
            measured = measured_by(name, options.profile, scene)
            found = judge(PROFILES[name], measured, iou, max_detections(options))
            return RuledSide(name, iou, measured, found, scene.candidates.confidences >= confidence)


def _count(scene: Scene) -> int:
    return len(scene.candidates) + len(scene.references)


def _ordered(scene: Scene, differs: Flags) -> NDArray[np.intp]:
    split = len(scene.candidates)
    candidates, references = np.flatnonzero(differs[:split]), np.flatnonzero(differs[split:])
    candidates = candidates[np.argsort(-scene.candidates.confidences[candidates], kind="stable")]
    references = references[np.argsort(-scene.references.areas[references], kind="stable")]
    return np.concatenate([candidates, references + split])


def _object(
    stored: StoredScene, classes: Sequence[str], row: int, own: RuledSide, others: Sequence[RuledSide]
) -> DifferingObject:
    split = len(stored.scene.candidates)
    is_truth = row >= split
    place = row - split if is_truth else row
    table: Any = stored.scene.references if is_truth else stored.scene.candidates
    ids = stored.references if is_truth else stored.candidates
    analyses, image = stored.reference_analyses if is_truth else stored.candidate_analyses, int(table.images[place])
    return DifferingObject(
        image_id=id_at(stored.images, image),
        analysis_id=id_at(analyses, image),
        annotation_id=id_at(ids, place),
        is_truth=is_truth,
        class_name=classes[int(table.classes[place])],
        confidence=None if is_truth else float(table.confidences[place]),
        box=table.xywh[place].tolist(),
        judgement=JUDGEMENTS[int(own.judgements[row])],
        others=[
            OtherJudgement(
                side.name, JUDGEMENTS[int(side.judgements[row])], reason_of(own, side, place, is_truth=is_truth)
            )
            for side in others
        ],
    )


def _counts(side: RuledSide, options: DetectionOptions, classes: Sequence[str]) -> RuleCounts:
    counts = np.bincount(side.judgements, minlength=len(JUDGEMENTS))
    return RuleCounts(side.name, _ap(side, options, classes), int(counts[TP]), int(counts[FP]), int(counts[FN]))


def _ap(side: RuledSide, options: DetectionOptions, classes: Sequence[str]) -> float | None:
    if side.name in foreign_matrices.DEFAULTS:
        return None
    rules = msgspec.structs.replace(options, profile=side.name)
    found = judge(PROFILES[rules.profile], side.scene, CHOSEN_AT, max_detections(rules))
    metrics = averages_of(side.scene, found, rules, classes, [None] * len(classes)).metrics
    return next(iter(metrics.values()))
