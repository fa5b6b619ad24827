"""Answers from all scores of a run."""

import math
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.evaluation import rates
from shared.evaluation.curves.thinning import ThinnedCurve
from shared.evaluation.intervals.of_matrix import Estimate
from shared.evaluation.intervals.roc_band import RocBand
from shared.evaluation.metrics.without_interval import CHOSEN_THRESHOLD
from shared.evaluation.thresholds.goals import Goal, PointCounts
from shared.evaluation.types import Label
from shared.kit.number_format import counted_text, value_text
from shared.runs.records import ReadyRun
from shared.runs.scores.curves import ClassChoice, ClassCurves

_CHANCE = 0.5
# Of an operating point.
_RATES = ("precision", "recall", "specificity", "f1", "accuracy", "balanced_accuracy")


class RunCurve(msgspec.Struct):
    """The points of a curve; a point is what holds when a score of its threshold or more is predicted positive."""

    x: Annotated[list[float], Meta(description="False positive rate of a ROC curve, recall of the other.")]
    y: Annotated[list[float], Meta(description="True positive rate of a ROC curve, precision of the other.")]
    thresholds: Annotated[
        list[float | None],
        Meta(description="Threshold of each point, from the highest; null where nothing reaches it."),
    ]
    area_error: Annotated[
        float, Meta(description="Most by which the area below these points differs from that below all of them.")
    ]

    low: Annotated[
        list[float] | None,
        Meta(description="Lower bounds of y of 95 %, each by itself; null of a precision-recall curve."),
    ]
    high: Annotated[
        list[float] | None,
        Meta(description="Upper bounds of y of 95 %, each by itself; null of a precision-recall curve."),
    ]

    @classmethod
    def of(cls, thinned: ThinnedCurve | None, band: RocBand | None) -> "RunCurve | None":
        """Present a curve, if there is one."""
        if thinned is None:
            return None
        curve = thinned.curve
        thresholds = [None if math.isinf(value) else value for value in curve.thresholds.tolist()]
        low, high = (None, None) if band is None else (band.low.tolist(), band.high.tolist())
        return cls(curve.x.tolist(), curve.y.tolist(), thresholds, thinned.area_error, low, high)


class RunCurves(msgspec.Struct):
    """The ROC and the precision-recall curve of one class against the rest."""

    version: Annotated[int, Meta(description="Version of the run.")]
    label: Annotated[Label, Meta(description="Class that the scores are of.")]
    positives: Annotated[int, Meta(description="Number of samples of the class.")]
    negatives: Annotated[int, Meta(description="Number of samples of the other classes.")]
    score_kind: Annotated[
        str | None, Meta(description="What the scores are: probabilities, one-vs-rest, margins or confidence.")
    ]
    roc_auc: Annotated[
        float | None, Meta(description="Exact area below the ROC curve, equal scores counting half; null if undefined.")
    ]
    roc_auc_estimate: Annotated[Estimate, Meta(description="The same area with its interval of 95 %.")]
    average_precision: Annotated[
        float | None,
        Meta(description="Mean precision, weighted by the recall that each score adds; null if undefined."),
    ]
    average_precision_estimate: Annotated[Estimate, Meta(description="The same with its interval of 95 %.")]
    roc: Annotated[RunCurve | None, Meta(description="ROC curve; null unless both kinds of samples occur.")]
    pr: Annotated[RunCurve | None, Meta(description="Precision-recall curve; null if no sample has the class.")]
    notices: Annotated[list[str], Meta(description="What looks wrong, or why something is null.")]
    positive_weight: Annotated[
        float | None, Meta(description="Weight of the samples of the class; null where samples have none.")
    ] = None
    negative_weight: Annotated[
        float | None, Meta(description="Weight of the samples of the other classes; null where samples have none.")
    ] = None

    @classmethod
    def of(cls, run: ReadyRun, found: ClassCurves) -> "RunCurves":
        """Present the curves."""
        curves, summary = found.curves, run.summary
        return cls(
            version=run.version,
            label=summary.classes[found.position],
            positives=int(curves.positives) if curves.rows is None else curves.rows[0],
            negatives=int(curves.negatives) if curves.rows is None else curves.rows[1],
            positive_weight=None if curves.rows is None else curves.positives,
            negative_weight=None if curves.rows is None else curves.negatives,
            score_kind=summary.score_kind,
            roc_auc=curves.roc_auc,
            average_precision=curves.average_precision,
            roc_auc_estimate=found.area,
            average_precision_estimate=found.average_precision,
            roc=RunCurve.of(curves.roc, found.roc_band),
            pr=RunCurve.of(curves.pr, None),
            notices=_notices(found),
        )


class OperatingPointOut(msgspec.Struct):
    """What holds at a threshold: a score of it or more is predicted positive, so equal scores are decided alike."""

    threshold: Annotated[float | None, Meta(description="Threshold; null: no sample is predicted positive.")]
    tp: Annotated[int | float, Meta(description="True positives, or the sum of their weights.")]
    fp: Annotated[int | float, Meta(description="False positives, or the sum of their weights.")]
    fn: Annotated[int | float, Meta(description="False negatives, or the sum of their weights.")]
    tn: Annotated[int | float, Meta(description="True negatives, or the sum of their weights.")]
    precision: Annotated[float | None, Meta(description="TP / (TP + FP); null if undefined.")]
    recall: Annotated[float | None, Meta(description="TP / (TP + FN); null if undefined.")]
    specificity: Annotated[float | None, Meta(description="TN / (TN + FP); null if undefined.")]
    f1: Annotated[float | None, Meta(description="2 TP / (2 TP + FP + FN); null if undefined.")]
    accuracy: Annotated[float | None, Meta(description="Share of right predictions; null if undefined.")]
    balanced_accuracy: Annotated[float | None, Meta(description="Mean of recall and specificity; null if undefined.")]
    cost: Annotated[float | None, Meta(description="Cost of all errors; null unless both costs were sent.")]

    @classmethod
    def of(cls, point: PointCounts, goal: Goal) -> "OperatingPointOut":
        """Present the counts and their rates."""
        threshold, tp, fp, fn, tn = point
        sums = tp, tp + fn, tp + fp
        recall, specificity = rates.ratio(*rates.recall(*sums)), rates.ratio(tn, tn + fp)
        return cls(
            None if math.isinf(threshold) else threshold,
            *(tp, fp, fn, tn),
            rates.defined(rates.ratio(*rates.precision(*sums))),
            rates.defined(recall),
            rates.defined(specificity),
            rates.defined(rates.ratio(*rates.f1(*sums))),
            rates.defined(rates.ratio(tp + tn, tp + fp + fn + tn)),
            rates.defined((recall + specificity) / 2),
            None if goal.costs is None else goal.costs.fp * fp + goal.costs.fn * fn,
        )


class RunThreshold(msgspec.Struct):
    """The best threshold for a goal."""

    version: Annotated[int, Meta(description="Version of the run.")]
    label: Annotated[Label, Meta(description="Class that the scores are of.")]
    is_reached: Annotated[bool, Meta(description="Whether a threshold fulfils the goal; else the closest is given.")]
    point: Annotated[
        OperatingPointOut | None, Meta(description="The threshold and what holds there; null if there is none.")
    ]
    detail: Annotated[str, Meta(description="The answer as a sentence.")]
    without_interval: Annotated[
        dict[str, str], Meta(description="Metrics of the point, none of which has an interval: by name, why.")
    ]

    @classmethod
    def of(cls, run: ReadyRun, found: ClassChoice, goal: Goal) -> "RunThreshold":
        """Present the choice."""
        is_reached, best = found.choice
        point = None if best is None else OperatingPointOut.of(best, goal)
        return cls(
            run.version,
            run.summary.classes[found.position],
            is_reached,
            point,
            _sentence(point, goal, is_reached=is_reached),
            {} if point is None else dict.fromkeys(_RATES, CHOSEN_THRESHOLD),
        )


def _notices(found: ClassCurves) -> list[str]:
    curves, notices = found.curves, []
    if not curves.positives or not curves.negatives:
        notices.append("All samples are of one kind, so that no ROC curve exists.")
    if curves.roc_auc is not None and curves.roc_auc < _CHANCE:
        notices.append(
            f"The ROC AUC is {value_text(curves.roc_auc)}, below 0.5: the scores are probably those of another class."
        )
    return notices


def _sentence(point: OperatingPointOut | None, goal: Goal, *, is_reached: bool) -> str:
    within = (
        "" if goal.max_positives is None else f" with at most {counted_text(goal.max_positives, 'predicted positive')}"
    )
    name = "" if goal.metric is None else goal.metric.replace("_", " ")
    if point is None:
        return f"The {name} is undefined at every threshold{within}."
    where = (
        "by predicting no sample positive" if point.threshold is None else f"at the threshold {point.threshold:.12g}"
    )
    value = None if goal.metric is None else getattr(point, goal.metric)
    if goal.at_least is None:
        return f"The best choice{within} is {where.removeprefix('at ')}."
    assert value is not None, "a goal with a bound has a metric"
    shown = value_text(value)
    if is_reached:
        return f"The {name} is {shown}{within} {where}, which is at least {goal.at_least:g}."
    return f"No threshold reaches a {name} of {goal.at_least:g}{within}; the best is {shown} {where}."
