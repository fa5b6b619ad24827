"""Counts of a detection run at usual overlaps and any confidence, found in a table without reading its scene; pure.

Candidates stand in one order, the surest first, cut into chunks. The table has the counts of each class before each
chunk, so a confidence is a search in the ends of chunks and one chunk that is counted.
"""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from shared.detection_runs.figures.judging import max_detections
from shared.detection_runs.figures.matches import DetectionMatrix
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes.rules import RuleName
from shared.evaluation.detection.matching.ranked_outcomes import RankedCounts, Scene, best_confidence, ranked_counts
from shared.evaluation.detection.precision.detection_rates import DetectionRates, detection_rates
from shared.evaluation.detection.rules.profiles import PROFILES, ProfileName, judge, judge_at

# From the least overlap that a scene keeps, in the steps of the page; each costs a matching when the run is made.
GRID = tuple(round(0.05 * step, 2) for step in range(2, 20))

# Rows that are read and counted for one answer: a few milliseconds' work.
CHUNK = 32_768

# Beside 0, of what is ignored.
_RIGHT, _WRONG = 1, 2
_CODES = 3

# One column of both is one read.
_ROWS = np.dtype([("confidence", np.float64), ("class", np.int32)])

Columns = Mapping[str, NDArray[Any]]


class LevelCounts(msgspec.Struct, frozen=True):
    """True positives, false positives and false negatives at a level."""

    profile: Annotated[RuleName, Meta(description="Rules by which the objects are counted.")]
    iou: Annotated[float, Meta(description="Intersection over union from which two objects match.")]
    confidence: Annotated[float, Meta(description="Least confidence of a candidate.")]
    classes: Annotated[list[str], Meta(description="Names of the classes.")]
    overall: Annotated[DetectionRates, Meta(description="Counts and rates of all classes together.")]
    per_class: Annotated[list[DetectionRates], Meta(description="The same of each class.")]


class LevelTotals(NamedTuple):
    """Candidates (k,) of each class that are right and wrong, objects (k,) to find, and the confidence they hold at."""

    right: NDArray[np.int64]
    wrong: NDArray[np.int64]
    sought: NDArray[np.int64]
    confidence: float

    def present(self, profile: ProfileName, iou: float, classes: list[str]) -> LevelCounts:
        """Return the counts with their rates."""
        rows = zip(self.right.tolist(), self.wrong.tolist(), self.sought.tolist(), strict=True)
        per_class = [detection_rates(right, wrong, sought - right) for right, wrong, sought in rows]
        right, wrong, sought = int(self.right.sum()), int(self.wrong.sum()), int(self.sought.sum())
        overall = detection_rates(right, wrong, sought - right)
        return LevelCounts(profile, iou, self.confidence, classes, overall, per_class)


def tabulate(scene: Scene, options: DetectionOptions) -> dict[str, NDArray[Any]]:
    """Return the columns of the table; `count_at` reads few of them."""
    order = scene.by_confidence
    confidences, classes = scene.candidates.confidences[order], scene.candidates.classes[order].astype(np.int32)
    chunks = np.arange(len(order)) // CHUNK
    numbers, bounds = (chunks * scene.class_count + classes) * _CODES, range(0, len(order), CHUNK)
    sought = _sought(scene)
    total = int(sought.sum())
    columns: dict[str, NDArray[Any]] = {}
    best, outcomes = list[float](), list[NDArray[np.int8]]()
    for step, found in enumerate(judge_at(PROFILES[options.profile], scene, GRID, max_detections(options))):
        of_all = (_RIGHT * found.is_right.view(np.int8) + _WRONG * found.is_wrong.view(np.int8))[order]
        outcomes.append(of_all)
        best.append(_best(of_all, confidences, total))
        before = np.zeros((len(bounds) + 1, 2, scene.class_count), np.int32)
        counts = np.bincount(numbers + of_all, minlength=len(bounds) * scene.class_count * _CODES)
        before[1:] = np.cumsum(counts.reshape(len(bounds), scene.class_count, _CODES)[..., 1:], axis=0).swapaxes(1, 2)
        columns[f"level_before_{step}"] = before
    ends = [confidences[start : start + CHUNK][-1] for start in bounds]
    columns["level_index"] = np.concatenate([best, sought, ends])
    for chunk, start in enumerate(bounds):
        some = slice(start, start + CHUNK)
        rows = np.empty(len(confidences[some]), _ROWS)
        rows["confidence"], rows["class"] = confidences[some], classes[some]
        columns[f"level_rows_{chunk}"] = rows
        for step, of_step in enumerate(outcomes):
            columns[f"level_outcomes_{chunk}_{step}"] = of_step[some]
    return columns


def _best(outcomes: NDArray[np.int8], confidences: NDArray[np.float64], total: int) -> float:
    """The confidence with the largest F1, of candidates (n,) with the surest first; 0 without any."""
    rows = np.flatnonzero(outcomes)
    right = np.cumsum(outcomes[rows] == _RIGHT, dtype=float)
    chosen = best_confidence(RankedCounts(confidences[rows], right, np.arange(1, len(rows) + 1) - right, total))
    return chosen.confidence if chosen else 0.0


def count_at(columns: Columns, iou: float, confidence: float | None) -> LevelTotals | None:
    """Count from the table; without a confidence, at that with the largest F1. None if the table lacks the overlap."""
    if iou not in GRID or "level_index" not in columns:
        return None
    step = GRID.index(iou)
    before = columns[f"level_before_{step}"].astype(np.int64)
    best, sought, ends = np.split(columns["level_index"], [len(GRID), len(GRID) + before.shape[2]])
    least = float(best[step]) if confidence is None else confidence
    chunk = int((ends >= least).sum())
    right, wrong = before[chunk]
    if chunk < len(ends):
        rows, outcomes = columns[f"level_rows_{chunk}"], columns[f"level_outcomes_{chunk}_{step}"]
        is_sure = rows["confidence"] >= least
        right += np.bincount(rows["class"][is_sure & (outcomes == _RIGHT)], minlength=len(right))
        wrong += np.bincount(rows["class"][is_sure & (outcomes == _WRONG)], minlength=len(wrong))
    return LevelTotals(right, wrong, sought.astype(np.int64), least)


def count(scene: Scene, options: DetectionOptions, iou: float, confidence: float | None) -> LevelTotals:
    """Count at any overlap, from the scene as a whole."""
    found = judge(PROFILES[options.profile], scene, iou, max_detections(options))
    best = best_confidence(ranked_counts(scene, found, None)) if confidence is None else None
    least = confidence if confidence is not None else (best.confidence if best else 0.0)
    is_sure = scene.candidates.confidences >= least
    right, wrong = (
        np.bincount(scene.candidates.classes[flags & is_sure], minlength=scene.class_count)
        for flags in (found.is_right, found.is_wrong)
    )
    return LevelTotals(right, wrong, _sought(scene), least)


def of_matrix(matrix: DetectionMatrix) -> LevelCounts:
    """Return the counts of a matrix without its cells."""
    return LevelCounts(matrix.profile, matrix.iou, matrix.confidence, matrix.classes, matrix.overall, matrix.per_class)


def _sought(scene: Scene) -> NDArray[np.int64]:
    return np.bincount(scene.references.classes[~scene.references.is_uncounted], minlength=scene.class_count)
