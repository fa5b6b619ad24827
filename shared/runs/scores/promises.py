"""What a run's scores promise: thresholds with a confidence, and the net benefit of acting on them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from shared.evaluation.curves.ranked_scores import RankedScores
from shared.evaluation.thresholds.net_benefit import NetBenefit, decision_curve
from shared.evaluation.thresholds.promises import MIN_SAMPLES, Promise, PromisedThreshold, promise_threshold
from shared.kit.platform import Platform
from shared.kit.plurals import there_are
from shared.runs import answers
from shared.runs.errors import SamplesInsufficient, WeightsUnsupported
from shared.runs.records import ReadyRun
from shared.runs.rows.filters import Condition
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.class_scores import ClassScores, position_of_scored_class, scores_of
from shared.runs.scores.curves import refuse_margins, refuse_one_kind

T = TypeVar("T")

_OF_EQUAL_SAMPLES = (
    "A promise is an exact test of samples that count alike: hits and misses with weights have no distribution that "
    "holds whatever the weights are. Set `columns.weight` to null for a promise about the samples as they were drawn."
)


class ClassPromise(NamedTuple):
    """The promised threshold of the class at a position."""

    position: int
    threshold: PromisedThreshold


class ClassDecisionCurve(NamedTuple):
    """The decision curve of the class at a position, with the numbers of its samples and of the others.

    `weights` are the sums of their weights, if samples have weights; those without weight are none of either.
    """

    position: int
    positives: int
    negatives: int
    weights: tuple[float, float] | None
    points: list[NetBenefit]


async def promised_threshold(
    platform: Platform, run: ReadyRun, position: int | None, conditions: Sequence[Condition], promise: Promise
) -> ClassPromise:
    """The threshold of a class that keeps a promise; raises InvalidInput, ScoresMissing, SamplesInsufficient.

    Raises WeightsUnsupported for weighted samples: their losses have no exact distribution for any weights.
    """
    if run.summary.is_weighted:
        raise WeightsUnsupported(_OF_EQUAL_SAMPLES)
    scored = scores_of(run.summary, position_of_scored_class(run, position))
    found = await _of_ranked(platform, run, scored, conditions, lambda ranked: promise_threshold(ranked, promise))
    return ClassPromise(scored.position, found)


async def net_benefit(
    platform: Platform, run: ReadyRun, position: int | None, conditions: Sequence[Condition], points: int
) -> ClassDecisionCurve:
    """The decision curve of a class at evenly spaced threshold probabilities.

    Raises InvalidInput, ScoresMissing, ScoresNotProbabilities, SamplesInsufficient.
    """
    scored = scores_of(run.summary, position_of_scored_class(run, position))
    refuse_margins(scored)
    # One more step than points, so that neither 0 nor 1, where the odds are 0 or infinite, is one of them.
    thresholds = np.arange(1, points + 1) / (points + 1)

    def measure(ranked: RankedScores) -> ClassDecisionCurve:
        positives = int(np.count_nonzero(ranked.keys & 1))
        weights = None if ranked.weighted is None else (ranked.positives, ranked.negatives)
        counted = positives, len(ranked.keys) - positives
        return ClassDecisionCurve(scored.position, *counted, weights, decision_curve(ranked, thresholds))

    return await _of_ranked(platform, run, scored, conditions, measure)


async def _of_ranked(
    platform: Platform,
    run: ReadyRun,
    scored: ClassScores,
    conditions: Sequence[Condition],
    work: Callable[[RankedScores], T],
) -> T:
    def measure(scan: RowScan) -> T:
        ranked = scored.ranked(scan, run.summary.rows, conditions)
        _check(ranked)
        return work(ranked)

    return await answers.scan(platform, run, measure)


def _check(ranked: RankedScores) -> None:
    n = len(ranked.keys)
    # Of equal weights rounding may leave a little less than their number.
    if n >= MIN_SAMPLES and ranked.weighted is not None and round(ranked.weighted.worth, 6) < MIN_SAMPLES:
        worth = f"By their weights the {n:,} samples are worth {ranked.weighted.worth:.2g} of equal weight"
        raise SamplesInsufficient(f"{worth}; at least {MIN_SAMPLES} are needed.")
    if n < MIN_SAMPLES:
        raise SamplesInsufficient(f"{there_are(n, 'sample')}; at least {MIN_SAMPLES} are needed.")
    refuse_one_kind(ranked)
