"""Recalibration of a run's scores: a map fitted on a part of the rows and judged on the others."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.calibration.fitting import NothingToFit
from shared.evaluation.calibration.recalibration import (
    Recalibration,
    RecalibrationPlan,
    TooFewOfAKind,
    recalibrate,
)
from shared.evaluation.types import Floats
from shared.kit.platform import Platform
from shared.runs import answers
from shared.runs.errors import SamplesInsufficient
from shared.runs.records import ReadyRun
from shared.runs.rows.filters import Condition
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.class_scores import ClassScores, position_of_scored_class, scores_of
from shared.runs.scores.curves import refuse_margins
from shared.runs.scores.probabilities import with_weight


class ClassRecalibration(NamedTuple):
    """The recalibration of the class at a position."""

    position: int
    recalibration: Recalibration


async def recalibration(
    platform: Platform, run: ReadyRun, position: int | None, conditions: Sequence[Condition], plan: RecalibrationPlan
) -> ClassRecalibration:
    """Recalibrate a class; raises InvalidInput, ScoresMissing, ScoresNotProbabilities, SamplesInsufficient."""
    scored = scores_of(run.summary, position_of_scored_class(run, position))
    refuse_margins(scored)

    def measure(scan: RowScan) -> Recalibration:
        scores, positive, weights = scored_rows(scan, scored, conditions)
        try:
            return recalibrate(scores, positive, plan, weights)
        except (NothingToFit, TooFewOfAKind) as error:
            raise SamplesInsufficient(str(error)) from error

    return ClassRecalibration(scored.position, await answers.scan(platform, run, measure))


class WeighedScores(NamedTuple):
    """The score of a class in each row, whether the row is of the class, and its weight; None without weights."""

    scores: NDArray[Any]
    positive: NDArray[np.bool_]
    weights: Floats | None


def scored_rows(scan: RowScan, scored: ClassScores, conditions: Sequence[Condition]) -> WeighedScores:
    """The rows that fulfil the conditions; of weighted ones those with a weight, as the others count for nothing."""
    scores: list[NDArray[Any]] = [np.zeros(0, np.float32)]
    positive: list[NDArray[np.bool_]] = [np.zeros(0, np.bool_)]
    weights: list[Floats] = [np.zeros(0)]
    for part in scan.select([*scored.columns, *scan.weighed], conditions):
        table = with_weight(scan, part)
        scores.append(scored.values(scan, table))
        positive.append(scan.classes_in(table, "t") == scored.position)
        if (of_rows := scan.weights(table)) is not None:
            weights.append(of_rows)
    all_weights = np.concatenate(weights) if scan.weighed else None
    return WeighedScores(np.concatenate(scores), np.concatenate(positive), all_weights)
