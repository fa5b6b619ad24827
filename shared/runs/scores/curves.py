"""Curves, calibration and thresholds of a run, from all of its scores."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from shared.evaluation.calibration.reliability import Binning, Reliability, reliability
from shared.evaluation.curves.ranked_scores import RankedScores
from shared.evaluation.curves.scored_curves import ScoredCurves, curves_of
from shared.evaluation.intervals.of_areas import area_estimate, average_precision_estimate
from shared.evaluation.intervals.of_matrix import Confidence, Estimate
from shared.evaluation.intervals.roc_band import RocBand, roc_band
from shared.evaluation.thresholds.choice import Choice, choose
from shared.evaluation.thresholds.goals import Goal
from shared.kit.platform import Platform
from shared.runs import answers
from shared.runs.errors import SamplesInsufficient, ScoresNotProbabilities
from shared.runs.records import ReadyRun
from shared.runs.results import area_estimates
from shared.runs.rows.filters import Condition
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.class_scores import ClassScores, position_of_scored_class, scores_of
from shared.runs.scores.prediction_scores import PredictionScores, scores_of_predictions

# The scores are those of a class, or those of what is predicted of each sample.
ScoreSource = Literal["class", "predictions"]


class ClassCurves(NamedTuple):
    """The curves of the class at a position; area under the ROC curve and average precision with intervals of 95 %.

    The band is around the ROC curve; there is none without such a curve, nor of weighted samples.
    """

    position: int
    curves: ScoredCurves
    area: Estimate
    average_precision: Estimate
    roc_band: RocBand | None


class ClassReliability(NamedTuple):
    """The reliability of the scores of the class at a position, or of the predictions; None of no samples."""

    position: int | None
    reliability: Reliability | None


class ClassChoice(NamedTuple):
    """The threshold for the class at a position."""

    position: int
    choice: Choice


async def curves(
    platform: Platform, run: ReadyRun, position: int | None, conditions: Sequence[Condition], max_points: int
) -> ClassCurves:
    """The curves of a class, the positive one if none is given; raises InvalidInput, ScoresMissing."""
    scored = scores_of(run.summary, position_of_scored_class(run, position))

    def measure(scan: RowScan) -> ScoredCurves:
        return curves_of(scored.ranked(scan, run.summary.rows, conditions), max_points)

    return with_intervals(run, scored.position, await answers.scan(platform, run, measure), conditions)


def with_intervals(run: ReadyRun, position: int, found: ScoredCurves, conditions: Sequence[Condition]) -> ClassCurves:
    """The curves of the class at a position of the rows that fulfil the conditions, with all intervals."""
    if run.summary.is_weighted:
        # Of all samples as it is in all other answers, to the last digit.
        area = (
            area_estimate(found.roc_auc, found.roc_auc_spread, found.sides, "weighted-delong")
            if conditions
            else area_estimates(run.summary, is_slice=False)[position]
        )
        precision = average_precision_estimate(found.average_precision, found.precision_spread, "weighted-influence")
        return ClassCurves(position, found, area, precision, None)
    precision = average_precision_estimate(found.average_precision, found.precision_spread)
    band = None if found.roc is None else roc_band(found.roc.curve, *found.sides, Confidence().critical)
    area = area_estimate(found.roc_auc, found.roc_auc_spread, found.sides)
    return ClassCurves(position, found, area, precision, band)


async def calibration(
    platform: Platform,
    run: ReadyRun,
    source: ScoreSource,
    position: int | None,
    conditions: Sequence[Condition],
    binning: Binning,
    bins: int,
) -> ClassReliability:
    """The reliability of the scores of a class, or of the predictions.

    Raises InvalidInput, ScoresMissing, ScoresNotProbabilities.
    """
    scored = (
        scores_of_predictions(run.summary, position)
        if source == "predictions"
        else scores_of(run.summary, position_of_scored_class(run, position))
    )
    refuse_margins(scored)

    def measure(scan: RowScan) -> Reliability | None:
        ranked = scored.ranked(scan, run.summary.rows, conditions)
        return reliability(ranked, binning, bins) if len(ranked.keys) else None

    return ClassReliability(scored.position, await answers.scan(platform, run, measure))


async def threshold(
    platform: Platform, run: ReadyRun, position: int | None, conditions: Sequence[Condition], goal: Goal
) -> ClassChoice:
    """The best threshold of a class for a goal; raises InvalidInput, ScoresMissing, SamplesInsufficient."""
    scored = scores_of(run.summary, position_of_scored_class(run, position))

    def find(scan: RowScan) -> Choice:
        ranked: RankedScores = scored.ranked(scan, run.summary.rows, conditions)
        refuse_one_kind(ranked)
        return choose(ranked, goal)

    return ClassChoice(scored.position, await answers.scan(platform, run, find))


def refuse_margins(scored: ClassScores | PredictionScores) -> None:
    """Raise ScoresNotProbabilities for scores that only rank."""
    if scored.is_margin:
        raise ScoresNotProbabilities(
            "Scores of the run lie outside 0 to 1, so they are margins or logits: they rank samples, but state no "
            "probability. Send probabilities, as a sigmoid or softmax makes them."
        )


def refuse_one_kind(ranked: RankedScores) -> None:
    """Raise SamplesInsufficient where all samples have the class, or none has: any threshold is as good then."""
    n = len(ranked.keys)
    if not n:
        raise SamplesInsufficient("There are no samples.")
    if not ranked.positives or not ranked.negatives:
        kind = "has" if ranked.positives else "lacks"
        raise SamplesInsufficient(f"Each of the {n:,} samples {kind} the class, so that no threshold tells them apart.")
