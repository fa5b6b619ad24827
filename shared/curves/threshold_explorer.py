"""One class of a classifier: its two curves, and the 2 x 2 matrix at each stop of a threshold slider."""

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shared import jobs
from shared.curves.inputs import CurveInputs, unpack
from shared.evaluation.curves.one_vs_rest import count_class
from shared.evaluation.curves.operating_points import best_thresholds
from shared.evaluation.curves.roc_and_pr import (
    CurvePoints,
    average_precision,
    pr_corners,
    pr_curve,
    roc_area,
    roc_corners,
    roc_curve,
)
from shared.evaluation.curves.thinning import thin
from shared.evaluation.curves.thresholds import ThresholdCounts
from shared.evaluation.intervals.of_matrix import Confidence
from shared.evaluation.intervals.roc_band import RocBand, roc_band
from shared.evaluation.types import Label
from shared.jobs import JobRecord
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform

# A slider with more steps cannot be set exactly, and no screen shows more points.
STEPS = 400
MAX_POINTS = 400


class Step(NamedTuple):
    """A threshold, and the 2 x 2 counts when every sample that reaches it is predicted positive."""

    threshold: float
    tp: float
    fp: float
    fn: float
    tn: float


@dataclass(frozen=True, slots=True)
class ThresholdExplorer:
    """A class against the rest; no curve, and no area, where the class or the rest does not occur.

    The band is around the ROC curve, at 95 % for each point by itself; there is none of weighted samples.
    `steps` go from the highest threshold down; `best` is the position of the one with the best Youden index.
    """

    classes: tuple[Label, ...]
    column: int
    roc: CurvePoints | None
    roc_band: RocBand | None
    pr: CurvePoints | None
    roc_area: float | None
    average_precision: float | None
    steps: list[Step]
    best: int


async def explore_thresholds(platform: Platform, job: JobRecord, column: int) -> ThresholdExplorer:
    """Measure the class in that column of a curve job; raises InvalidInput where there is none, or InputsNotKept."""
    packed = await jobs.read_inputs(platform, job)
    return await asyncio.to_thread(_measure, packed, column)


def _measure(packed: bytes, column: int) -> ThresholdExplorer:
    return measure_class(unpack(packed), column)


def measure_class(inputs: CurveInputs, column: int) -> ThresholdExplorer:
    """Measure the class in that column of the inputs; takes a sort of the column."""
    if not 0 <= column < len(inputs.classes):
        raise InvalidInput(Fault("/column", f"column: must be from 0 to {len(inputs.classes) - 1}."))
    counts = count_class(inputs.probabilities, inputs.codes, column, inputs.weights, scored=inputs.scored)
    if not counts.positives or not counts.negatives:
        return ThresholdExplorer(inputs.classes, column, None, None, None, None, None, [], 0)
    positions = _stop_positions(counts)
    stops = counts.pick(positions)
    youden = stops.tp / counts.positives - stops.fp / counts.negatives
    best = best_thresholds(counts).youden.threshold
    best_stops = np.flatnonzero(stops.thresholds == best)
    roc = thin(roc_curve(roc_corners(counts)), MAX_POINTS, monotone=True).curve
    sides = int(counts.positives), int(counts.negatives)
    return ThresholdExplorer(
        classes=inputs.classes,
        column=column,
        roc=roc,
        roc_band=None if inputs.weights is not None else roc_band(roc, *sides, Confidence().critical),
        pr=thin(pr_curve(pr_corners(counts)), MAX_POINTS, monotone=False).curve,
        roc_area=roc_area(counts),
        average_precision=average_precision(counts),
        steps=[
            Step(threshold, tp, fp, counts.positives - tp, counts.negatives - fp)
            for threshold, tp, fp in zip(stops.thresholds.tolist(), stops.tp.tolist(), stops.fp.tolist(), strict=True)
        ],
        best=int(best_stops[0]) if len(best_stops) else int(np.argmax(youden)),
    )


def _stop_positions(counts: ThresholdCounts) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    # Without the first, infinity: no sample is called positive there.
    last = len(counts.thresholds) - 1
    if last <= STEPS:
        return np.arange(1, last + 1)
    return np.unique(np.linspace(1, last, STEPS).round().astype(np.intp))
