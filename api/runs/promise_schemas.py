"""Answers about promised thresholds and net benefit."""

import math
from typing import Annotated

import msgspec
from msgspec import Meta

from api.runs.score_schemas import OperatingPointOut
from shared.evaluation.thresholds.goals import Goal
from shared.evaluation.thresholds.net_benefit import NetBenefit
from shared.evaluation.thresholds.promises import Promise, PromisedMetric
from shared.evaluation.types import Label
from shared.kit.number_format import value_text
from shared.runs.records import ReadyRun
from shared.runs.scores.promises import ClassDecisionCurve, ClassPromise


class RunPromisedThreshold(msgspec.Struct):
    """The threshold that keeps a promise about samples yet to come, as far as these samples can tell."""

    version: Annotated[int, Meta(description="Version of the run.")]
    label: Annotated[Label, Meta(description="Class that the scores are of.")]
    metric: Annotated[PromisedMetric, Meta(description="Metric that is promised.")]
    at_least: Annotated[float, Meta(description="Value that the metric reaches.")]
    confidence: Annotated[float, Meta(description="Share of all such sets of samples whose threshold keeps it.")]
    is_promised: Annotated[bool, Meta(description="Whether these samples are enough to promise it of a threshold.")]
    point: Annotated[
        OperatingPointOut | None, Meta(description="The threshold and what holds there in these samples; null if none.")
    ]
    p_value: Annotated[
        float | None, Meta(description="Exact P-value of the threshold against a smaller value; null if there is none.")
    ]
    tested: Annotated[int, Meta(description="Number of thresholds that were tested, fixed before the labels are seen.")]
    detail: Annotated[str, Meta(description="The answer as a sentence.")]

    @classmethod
    def of(cls, run: ReadyRun, found: ClassPromise, promise: Promise) -> "RunPromisedThreshold":
        """Present a promise."""
        best = found.threshold
        point = None if best.point is None else OperatingPointOut.of(best.point, Goal(promise.metric))
        return cls(
            run.version,
            run.summary.classes[found.position],
            promise.metric,
            promise.at_least,
            promise.confidence,
            point is not None,
            point,
            best.p_value,
            best.tested,
            _sentence(point, promise),
        )


class DecisionCurvePoint(msgspec.Struct):
    """The net benefit of acting where the score reaches a threshold probability."""

    threshold: Annotated[float, Meta(description="Probability at which acting and not acting are as good.")]
    net_benefit: Annotated[
        float, Meta(description="TP / n - FP / n x threshold / (1 - threshold), by weights if there are any.")
    ]
    low: Annotated[
        float | None,
        Meta(description="Lower bound of its interval of 95 %; null where no sample reaches it."),
    ]
    high: Annotated[float | None, Meta(description="Upper bound of its interval of 95 %; null like `low`.")]
    of_all: Annotated[float, Meta(description="Net benefit of acting on every sample; that of acting on none is 0.")]
    gain: Annotated[float, Meta(description="Net benefit minus the better of acting on all and on none.")]
    gain_low: Annotated[
        float | None,
        Meta(description="Lower bound of the interval of 95 % of the gain; null where both decide every sample alike."),
    ]
    gain_high: Annotated[
        float | None, Meta(description="Upper bound of the interval of 95 % of the gain; null like `gain_low`.")
    ]

    @classmethod
    def of(cls, found: NetBenefit) -> "DecisionCurvePoint":
        """Present a point."""
        low, high = found.interval or (None, None)
        bounds = found.gain_interval or (None, None)
        return cls(found.threshold, found.net_benefit, low, high, found.of_all, found.gain, *bounds)


class RunDecisionCurve(msgspec.Struct):
    """The decision curve of the probabilities of one class."""

    version: Annotated[int, Meta(description="Version of the run.")]
    label: Annotated[Label, Meta(description="Class that the scores are of.")]
    positives: Annotated[int, Meta(description="Number of samples of the class.")]
    negatives: Annotated[int, Meta(description="Number of samples of the other classes.")]
    points: Annotated[list[DecisionCurvePoint], Meta(description="The net benefit at rising thresholds.")]
    positive_weight: Annotated[
        float | None, Meta(description="Sum of the weights of the positives; null where samples have none.")
    ] = None
    negative_weight: Annotated[float | None, Meta(description="Sum of the weights of the negatives.")] = None

    @classmethod
    def of(cls, run: ReadyRun, found: ClassDecisionCurve) -> "RunDecisionCurve":
        """Present a decision curve."""
        points = [DecisionCurvePoint.of(point) for point in found.points]
        label, weights = run.summary.classes[found.position], found.weights or (None, None)
        return cls(run.version, label, found.positives, found.negatives, points, *weights)


def _sentence(point: OperatingPointOut | None, promise: Promise) -> str:
    wish = f"a {promise.metric} of at least {promise.at_least:g} with a confidence of {promise.confidence:g}"
    if point is None:
        return f"No threshold can be promised {wish}: there are too few samples, or none comes far enough above it."
    assert point.threshold is not None and math.isfinite(point.threshold), "only scores that occur are promised"  # noqa: PT018 - one fact
    return f"The threshold {point.threshold:.12g} is promised {wish}; in these samples it is {_value(point, promise)}."


def _value(point: OperatingPointOut, promise: Promise) -> str:
    value: float | None = getattr(point, promise.metric)
    return "undefined" if value is None else value_text(value)
