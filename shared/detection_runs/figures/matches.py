"""The objects of a detection run at one IoU and one confidence: their counts, and which they are; pure."""

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from shared.detection_runs.figures.judging import CHOSEN_AT, max_detections
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes.rules import RuleName, measured_by
from shared.detection_runs.scenes.scene_file import StoredScene, id_at
from shared.evaluation.detection.error_analysis import confusion, error_types, foreign_matrices
from shared.evaluation.detection.error_analysis.confusion import DetectionCells
from shared.evaluation.detection.error_analysis.error_types import ERROR_TYPES, ErrorType
from shared.evaluation.detection.matching.ranked_outcomes import (
    Outcomes,
    PrecisionRecall,
    best_confidence,
    missed,
    precision_recall,
    ranked_counts,
)
from shared.evaluation.detection.precision.detection_rates import DetectionRates, detection_rates
from shared.evaluation.detection.rules.profiles import PROFILES, judge

# What a candidate or an object of the ground truth counts as.
MatchKind = Literal["TP", "FP", "FN"]


class MatchLevel(NamedTuple):
    """From which overlap on two objects are the same, and from which confidence on a candidate counts.

    Without a confidence it is the one with the largest F1 at that overlap. Other rules than those of the run judge its
    scene as they measure it; with those of a foreign matrix, what is left out is as its program has it.
    """

    iou: float | None = None
    confidence: float | None = None
    rules: RuleName | None = None


class DetectionMatrix(msgspec.Struct, frozen=True):
    """The confusion matrix at a level; its last row and column are the background."""

    profile: Annotated[RuleName, Meta(description="Rules by which the objects are counted.")]
    iou: Annotated[float, Meta(description="Intersection over union from which two objects match.")]
    confidence: Annotated[float, Meta(description="Least confidence of a candidate.")]
    classes: Annotated[list[str], Meta(description="Names of the classes, in the order of rows and columns.")]
    counts: Annotated[
        list[list[int]],
        Meta(description="Rows are true classes, columns what the model says; the last of each is the background."),
    ]
    overall: Annotated[DetectionRates, Meta(description="Counts and rates of all classes together.")]
    per_class: Annotated[list[DetectionRates], Meta(description="The same of each class.")]


class MatchFilter(NamedTuple):
    """Which objects are asked for: codes of classes, None for any; `is_background` for those without a partner."""

    kind: MatchKind
    actual: int | None = None
    predicted: int | None = None
    is_background: bool = False
    error: ErrorType | None = None


class MatchedObject(msgspec.Struct, frozen=True):
    """An object of the other side."""

    annotation_id: Annotated[UUID, Meta(description="Id of the annotation.")]
    class_name: Annotated[str, Meta(description="Its class.")]
    confidence: Annotated[float | None, Meta(description="Its confidence; null for ground truth.")]
    box: Annotated[list[float], Meta(description="Left, top, width and height in pixels.")]
    iou: Annotated[float, Meta(description="Overlap of the two.")]


class JudgedObject(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate, or a missed object of the ground truth."""

    kind: Annotated[MatchKind, Meta(description="What it counts as.")]
    image_id: Annotated[UUID, Meta(description="Id of the image.")]
    reference_analysis_id: Annotated[UUID, Meta(description="Id of the analysis that is the image's ground truth.")]
    candidate_analysis_id: Annotated[UUID, Meta(description="Id of the model's analysis of the image.")]
    annotation_id: Annotated[UUID, Meta(description="Id of the annotation.")]
    class_name: Annotated[str, Meta(description="Its class.")]
    confidence: Annotated[float | None, Meta(description="Its confidence; null for ground truth.")]
    box: Annotated[list[float], Meta(description="Left, top, width and height in pixels.")]
    partner: Annotated[
        MatchedObject | None, Meta(description="The object of the other side in its place; null for the background.")
    ]
    error: Annotated[
        ErrorType | None, Meta(description="Type of the error (TIDE), at IoU 0.50 and any confidence; null for none.")
    ]


class SceneMatches:
    """The objects of a scene at one level: `stored` is as its rules measure it, `found` what they say of it."""

    def __init__(
        self, stored: StoredScene, options: DetectionOptions, classes: Sequence[str], level: MatchLevel
    ) -> None:
        self.stored, self._options, self.classes = stored, options, list(classes)
        self.profile: RuleName = level.rules or options.profile
        self._cells: DetectionCells
        match self.profile:
            case "ultralytics-matrix" | "supervision-matrix" as name:
                defaults = foreign_matrices.DEFAULTS[name]
                self.iou = defaults.iou if level.iou is None else level.iou
                self.confidence = defaults.confidence if level.confidence is None else level.confidence
                self.found, self._cells = foreign_matrices.judge_as(name, stored.scene, self.iou, self.confidence)
                self._is_sure = self._cells.is_counted
            case name:
                if name != options.profile:
                    scene = measured_by(name, options.profile, stored.scene)
                    self.stored = stored._replace(scene=scene, errors=None)
                    self._options = msgspec.structs.replace(options, profile=name)
                self._judge(level)

    def _judge(self, level: MatchLevel) -> None:
        scene = self.stored.scene
        self.iou = CHOSEN_AT if level.iou is None else level.iou
        self.found = self._judged(self.iou)
        best = best_confidence(ranked_counts(scene, self.found, None)) if level.confidence is None else None
        self.confidence = level.confidence if level.confidence is not None else (best.confidence if best else 0.0)
        self._is_sure = scene.candidates.confidences >= self.confidence
        self._cells = confusion.cells(scene, self.found, self.iou, self.confidence)

    def matrix(self) -> DetectionMatrix:
        """The counts of all cells."""
        counts = confusion.matrix(self.stored.scene, self._cells)
        diagonal, rows, columns = np.diag(counts)[:-1], counts.sum(axis=1)[:-1], counts.sum(axis=0)[:-1]
        of_classes = [
            detection_rates(int(right), int(said - right), int(true - right))
            for right, true, said in zip(diagonal, rows, columns, strict=True)
        ]
        right = int(diagonal.sum())
        overall = detection_rates(right, int(columns.sum()) - right, int(rows.sum()) - right)
        return DetectionMatrix(
            self.profile, self.iou, self.confidence, self.classes, counts.tolist(), overall, of_classes
        )

    def curve(self, code: int | None) -> PrecisionRecall | None:
        """The precision-recall curve of a class, or of all candidates together."""
        return precision_recall(ranked_counts(self.stored.scene, self.found, code))

    def objects(self, wanted: MatchFilter, *, start: int, limit: int) -> list[JudgedObject]:
        """The objects that are asked for, the worst first, from a position on.

        Wrong candidates by confidence, the surest first; missed objects by area, the largest first; right ones by
        overlap, the smallest first.
        """
        rows = self._rows(wanted)
        return [self._object(wanted.kind, int(row)) for row in rows[start : start + limit]]

    def images_of(self, wanted: MatchFilter) -> NDArray[np.int64]:
        """The positions of the images of all objects that are asked for, an entry for each object."""
        table = self.stored.scene.references if wanted.kind == "FN" else self.stored.scene.candidates
        positions: NDArray[np.int64] = table.images[self._rows(wanted)]
        return positions

    def _rows(self, wanted: MatchFilter) -> NDArray[np.intp]:
        return self._missed(wanted) if wanted.kind == "FN" else self._candidates(wanted)

    def _judged(self, iou: float) -> Outcomes:
        return judge(PROFILES[self._options.profile], self.stored.scene, iou, max_detections(self._options))

    @cached_property
    def _error_types(self) -> "_ErrorTypes":
        scene = self.stored.scene
        errors = self.stored.errors or error_types.classify(scene, self._judged(CHOSEN_AT))
        is_missed = np.zeros(len(scene.references), bool)
        is_missed[errors.missed] = True
        return _ErrorTypes(errors.types, is_missed)

    def _candidates(self, wanted: MatchFilter) -> NDArray[np.intp]:
        scene, partners = self.stored.scene, self._cells.of_candidates
        kept = (self.found.is_right if wanted.kind == "TP" else self.found.is_wrong) & self._is_sure
        true_classes = np.append(scene.references.classes, -1)[partners]
        kept &= _is(scene.candidates.classes, wanted.predicted) & _is(true_classes, wanted.actual)
        kept &= (partners < 0) | (not wanted.is_background)
        if wanted.error is not None:
            kept &= self._error_types.of_candidates == ERROR_TYPES.index(wanted.error)
        if wanted.kind == "FP":
            return scene.by_confidence[kept[scene.by_confidence]]
        rows = np.flatnonzero(kept)
        return rows[np.argsort(self._shares(rows, partners[rows]), kind="stable")]

    def _missed(self, wanted: MatchFilter) -> NDArray[np.intp]:
        scene, partners = self.stored.scene, self._cells.of_references
        rows = missed(scene, self.found, self._is_sure)
        said = np.append(scene.candidates.classes, -1)[partners[rows]]
        kept = _is(scene.references.classes[rows], wanted.actual) & _is(said, wanted.predicted)
        kept &= (partners[rows] < 0) | (not wanted.is_background)
        if wanted.error is not None:
            kept &= self._error_types.is_missed[rows] & (wanted.error == "missed")
        rows = rows[kept]
        return rows[np.argsort(-scene.references.areas[rows], kind="stable")]

    def _shares(self, candidates: NDArray[np.intp], references: NDArray[np.int64]) -> NDArray[np.float64]:
        """The overlaps of pairs, which stand in the order of candidate and reference."""
        pairs, width = self.stored.scene.overlaps, len(self.stored.scene.references) + 1
        numbers = pairs.candidates * width + pairs.references
        return pairs.iou[np.searchsorted(numbers, candidates * width + references)]

    def _object(self, kind: MatchKind, row: int) -> JudgedObject:
        stored, scene, types = self.stored, self.stored.scene, self._error_types
        is_missed = kind == "FN"
        table, ids = (scene.references, stored.references) if is_missed else (scene.candidates, stored.candidates)
        partner = int((self._cells.of_references if is_missed else self._cells.of_candidates)[row])
        number = int(types.of_candidates[row]) if not is_missed else -1
        error: ErrorType | None = "missed" if is_missed and types.is_missed[row] else None
        image = int(table.images[row])
        return JudgedObject(
            kind=kind,
            image_id=id_at(stored.images, image),
            reference_analysis_id=id_at(stored.reference_analyses, image),
            candidate_analysis_id=id_at(stored.candidate_analyses, image),
            annotation_id=id_at(ids, row),
            class_name=self.classes[int(table.classes[row])],
            confidence=None if is_missed else float(scene.candidates.confidences[row]),
            box=table.xywh[row].tolist(),
            partner=None if partner < 0 else self._partner(row, partner, is_missed=is_missed),
            error=ERROR_TYPES[number] if number >= 0 else error,
        )

    def _partner(self, row: int, partner: int, *, is_missed: bool) -> MatchedObject:
        stored, scene = self.stored, self.stored.scene
        table, ids = (scene.candidates, stored.candidates) if is_missed else (scene.references, stored.references)
        candidate, reference = (partner, row) if is_missed else (row, partner)
        return MatchedObject(
            annotation_id=id_at(ids, partner),
            class_name=self.classes[int(table.classes[partner])],
            confidence=float(scene.candidates.confidences[partner]) if is_missed else None,
            box=table.xywh[partner].tolist(),
            iou=float(self._shares(np.array([candidate]), np.array([reference]))[0]),
        )


class _ErrorTypes(NamedTuple):
    of_candidates: NDArray[np.int64]
    is_missed: NDArray[np.bool_]


def _is(codes: NDArray[np.int64], code: int | None) -> NDArray[np.bool_]:
    return np.ones(len(codes), bool) if code is None else codes == code
