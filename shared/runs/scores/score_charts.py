"""All that a page draws of the scores of a class, from one reading and one sorting of them."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.evaluation.calibration.reliability import Reliability, reliability
from shared.evaluation.curves.score_profile import ChosenThreshold, ScoreProfile, profile
from shared.evaluation.curves.scored_curves import ScoredCurves, curves_of
from shared.kit.platform import Platform
from shared.runs import answers
from shared.runs.records import ReadyRun
from shared.runs.rows.filters import Condition
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.class_scores import position_of_scored_class, scores_of
from shared.runs.scores.curves import ClassCurves, with_intervals


class ChartSizes(NamedTuple):
    """The most points of a curve; the bins of equal mass of the reliability; the steps and bins of the profile."""

    points: int
    reliability_bins: int
    steps: int
    score_bins: int


class ScoreCharts(NamedTuple):
    """The curves of a class, its reliability, and where its scores lie.

    The reliability is None of no samples, and of margins, which state no probability.
    """

    curves: ClassCurves
    reliability: Reliability | None
    profile: ScoreProfile


async def score_charts(
    platform: Platform,
    run: ReadyRun,
    position: int | None,
    conditions: Sequence[Condition],
    sizes: ChartSizes,
    threshold: float | None = None,
) -> ScoreCharts:
    """The charts of a class, the positive one if none is given, with a step of the profile at the threshold.

    Raises InvalidInput, ScoresMissing.
    """
    scored = scores_of(run.summary, position_of_scored_class(run, position))

    def measure(scan: RowScan) -> tuple[ScoredCurves, Reliability | None, ScoreProfile]:
        ranked = scored.ranked(scan, run.summary.rows, conditions)
        is_share = not scored.is_margin
        measured = reliability(ranked, "equal_mass", sizes.reliability_bins) if is_share and len(ranked.keys) else None
        chosen = None if threshold is None else ChosenThreshold(threshold, scored.compared(scan, threshold))
        where = profile(ranked, sizes.steps, sizes.score_bins, is_share=is_share, chosen=chosen)
        return curves_of(ranked, sizes.points), measured, where

    found, measured, where = await answers.scan(platform, run, measure)
    return ScoreCharts(with_intervals(run, scored.position, found, conditions), measured, where)
