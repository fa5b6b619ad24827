"""Whether a detector may take the place of its baseline: the rule of gates, from images that are drawn again; pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from shared.detection_runs.judging import FEW_IMAGES, judged, resamples_for
from shared.detection_runs.options import DetectionGate, DetectionOptions, GatedFigure
from shared.detection_runs.results import DetectionGateReason, DetectionGateResult
from shared.evaluation.detection import image_bootstrap
from shared.evaluation.detection.boxes import Floats
from shared.evaluation.detection.image_bootstrap import JudgedCandidates
from shared.evaluation.detection.ranked_outcomes import Scene
from shared.evaluation.paired.gate_rule import DropEvidence, judge, outcome_of, worst

# As for intervals: whatever is drawn, the same scenes have the same verdict.
_SEED = 20

# Of COCO's ten thresholds, those that a figure averages.
_THRESHOLDS = {"map": slice(None), "map_50": slice(0, 1), "map_75": slice(5, 6)}


class GatedSide(NamedTuple):
    """A scene with the names of its classes in the order of their codes."""

    scene: Scene
    classes: Sequence[str]


def check_gate(
    baseline: GatedSide, candidate: GatedSide, options: DetectionOptions, gate: DetectionGate, image_count: int
) -> DetectionGateResult:
    """Judge the candidate by a gate; of fewer images than an interval needs, it fails without a test."""
    if image_count < FEW_IMAGES:
        return DetectionGateResult(verdict="fail", images=image_count, resamples=0, reasons=[])
    resamples = resamples_for(max(len(side.scene.candidates) for side in (baseline, candidate)))
    times = image_bootstrap.draws(image_count, resamples, _SEED)
    once = np.ones((image_count, 1), np.float32)
    sides = [(judged(side.scene, options), side.classes) for side in (baseline, candidate)]
    asked = [one for entry in gate.metrics for one in _of_classes(entry, baseline)]
    values = [[_mean(*side, one, np.hstack([once, times])) for side in sides] for one in asked]
    evidence = [_evidence(after - before, one.margin) for one, (before, after) in zip(asked, values, strict=True)]
    reasons = [
        DetectionGateReason(
            outcome=outcome_of(said.finding, allow_inconclusive=gate.allow_inconclusive),
            finding=said.finding,
            metric=one.metric,
            label=one.label,
            margin=one.margin,
            baseline=_defined(before[0]),
            candidate=_defined(after[0]),
            difference=found.difference,
            p_fail=said.p_fail,
            p_within=said.p_within,
        )
        for one, (before, after), found, said in zip(asked, values, evidence, judge(evidence, gate.alpha), strict=True)
    ]
    verdict = worst(reason.outcome for reason in reasons)
    return DetectionGateResult(verdict=verdict, images=image_count, resamples=resamples, reasons=reasons)


def _of_classes(entry: GatedFigure, side: GatedSide) -> Iterator[GatedFigure]:
    """An entry, or one for each class with an object to find where it asks for every class."""
    if not entry.every_class:
        yield entry
        return
    references = side.scene.references
    for code in np.unique(references.classes[~references.is_uncounted]).tolist():
        yield GatedFigure(metric=entry.metric, label=side.classes[code], margin=entry.margin)


def _mean(found: JudgedCandidates, classes: Sequence[str], entry: GatedFigure, times: image_bootstrap.Draws) -> Floats:
    levels = _THRESHOLDS[entry.metric]
    found = found._replace(is_right=found.is_right[levels], is_counted=found.is_counted[levels])
    if entry.label is None:
        return image_bootstrap.means(found, times)
    # No code is -1: a class that neither side has is not measured.
    code = list(classes).index(entry.label) if entry.label in classes else -1
    is_sought = found.sought_classes == code
    return image_bootstrap.means(
        found._replace(sought_images=found.sought_images[is_sought], sought_classes=found.sought_classes[is_sought]),
        times,
    )


def _evidence(differences: Floats, margin: float | None) -> DropEvidence:
    """What the samples say; the first difference is that of the images themselves."""
    if np.isnan(differences[0]):
        return DropEvidence(None, margin)
    drawn = differences[1:][~np.isnan(differences[1:])]
    p_drop = _share(drawn >= 0)
    if margin is None:
        return DropEvidence(float(differences[0]), None, p_drop)
    return DropEvidence(float(differences[0]), margin, p_drop, _share(drawn >= -margin), _share(drawn < -margin))


def _share(is_so: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    # The images as they are count as one sample, so that no P-value is 0.
    return float((1 + is_so.sum()) / (1 + is_so.size))


def _defined(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
