"""Answers about the recalibration of a run."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.evaluation.calibration.maps import BetaMap, CalibrationMap, CalibrationMethod, TemperatureMap
from shared.evaluation.calibration.multiclass import FittedTemperature, TemperaturePlan
from shared.evaluation.calibration.recalibration import (
    CalibrationMetric,
    MeasuredValue,
    MetricChange,
    RecalibrationPlan,
)
from shared.evaluation.types import Label
from shared.kit.number_format import value_text
from shared.runs.records import ReadyRun
from shared.runs.scores.recalibration import ClassRecalibration


class CalibrationMapOut(msgspec.Struct):
    """A map of a score s to a probability; what another method needs is null."""

    method: Annotated[CalibrationMethod, Meta(description="Kind of the map.")]
    temperature: Annotated[
        float | None, Meta(description="Of a temperature: 1 / (1 + exp(-ln(s / (1 - s)) / temperature)).")
    ] = None
    a: Annotated[float | None, Meta(description="Of a beta map: 1 / (1 + exp(-(a ln s - b ln(1 - s) + c))).")] = None
    b: Annotated[float | None, Meta(description="Of a beta map, as `a` is 0 or more.")] = None
    c: Annotated[float | None, Meta(description="Of a beta map.")] = None
    scores: Annotated[
        list[float] | None,
        Meta(description="Of an isotonic map: rising scores, with straight lines between and the ends beyond them."),
    ] = None
    probabilities: Annotated[
        list[float] | None, Meta(description="Of an isotonic map: the probability of each of the scores.")
    ] = None

    @classmethod
    def of(cls, found: CalibrationMap) -> "CalibrationMapOut":
        """Present a map."""
        if isinstance(found, TemperatureMap):
            return cls("temperature", temperature=found.temperature)
        if isinstance(found, BetaMap):
            return cls("beta", a=found.a, b=found.b, c=found.c)
        return cls("isotonic", scores=found.scores.tolist(), probabilities=found.probabilities.tolist())


class IntervalValue(msgspec.Struct):
    """A value with its interval of 95 %."""

    value: Annotated[float, Meta(description="Value in the judged samples.")]
    low: Annotated[float, Meta(description="Lower bound.")]
    high: Annotated[float, Meta(description="Upper bound.")]

    @classmethod
    def of(cls, measured: MeasuredValue) -> "IntervalValue":
        """Present a value."""
        return cls(*measured)


class CalibrationChange(msgspec.Struct):
    """A metric of the judged samples without and with the map; lower is better."""

    metric: Annotated[CalibrationMetric, Meta(description="Log loss in nats, Brier score, or ECE of equal widths.")]
    before: Annotated[IntervalValue, Meta(description="Of the scores as they are.")]
    after: Annotated[IntervalValue, Meta(description="Of the mapped scores.")]
    change: Annotated[
        IntervalValue | None, Meta(description="After minus before, of the same samples; null for the ECE.")
    ]

    @classmethod
    def of(cls, found: MetricChange) -> "CalibrationChange":
        """Present a metric."""
        change = None if found.change is None else IntervalValue.of(found.change)
        return cls(found.metric, IntervalValue.of(found.before), IntervalValue.of(found.after), change)


class RunRecalibration(msgspec.Struct):
    """A map of the probabilities of one class, fitted on one part of the samples and judged on the other."""

    version: Annotated[int, Meta(description="Version of the run.")]
    label: Annotated[Label, Meta(description="Class that the scores are of.")]
    map: Annotated[CalibrationMapOut, Meta(description="Map from scores to probabilities.")]
    seed: Annotated[int, Meta(description="Seed of the split; the same seed splits the same.")]
    fitted: Annotated[int, Meta(description="Number of samples that the map was fitted on.")]
    judged: Annotated[int, Meta(description="Number of other samples, that it was judged on.")]
    bin_count: Annotated[int, Meta(description="Number of bins of the ECE.")]
    metrics: Annotated[list[CalibrationChange], Meta(description="Log loss, Brier score and ECE, before and after.")]
    detail: Annotated[str, Meta(description="The answer as a sentence.")]

    @classmethod
    def of(cls, run: ReadyRun, found: ClassRecalibration, plan: RecalibrationPlan) -> "RunRecalibration":
        """Present a recalibration."""
        made = found.recalibration
        return cls(
            run.version,
            run.summary.classes[found.position],
            CalibrationMapOut.of(made.map),
            plan.seed,
            made.fitted,
            made.judged,
            plan.bins,
            [CalibrationChange.of(change) for change in made.metrics],
            _sentence(made.metrics),
        )


class RunTemperature(msgspec.Struct):
    """A temperature of the probabilities of all classes, fitted on one part of the samples and judged on the other."""

    version: Annotated[int, Meta(description="Version of the run.")]
    temperature: Annotated[
        float,
        Meta(description="The logarithms of the probabilities are divided by it, and each sample sums to 1 again."),
    ]
    seed: Annotated[int, Meta(description="Seed of the split; the same seed splits the same.")]
    fitted: Annotated[int, Meta(description="Number of samples that the temperature was fitted on.")]
    judged: Annotated[int, Meta(description="Number of other samples, that it was judged on.")]
    bin_count: Annotated[int, Meta(description="Number of bins of the ECE.")]
    metrics: Annotated[
        list[CalibrationChange],
        Meta(description="Log loss, Brier score over all classes, and ECE of the most probable class."),
    ]
    detail: Annotated[str, Meta(description="The answer as a sentence.")]

    @classmethod
    def of(cls, run: ReadyRun, found: FittedTemperature, plan: TemperaturePlan) -> "RunTemperature":
        """Present a temperature."""
        changes = [CalibrationChange.of(change) for change in found.metrics]
        return cls(
            run.version,
            found.temperature,
            plan.seed,
            found.fitted,
            found.judged,
            plan.bins,
            changes,
            _sentence(found.metrics, "The temperature"),
        )


def _sentence(metrics: Sequence[MetricChange], subject: str = "The map") -> str:
    change = metrics[0].change
    assert change is not None, "only the ECE has no interval of its change"
    size = f"from {value_text(metrics[0].before.value)} to {value_text(metrics[0].after.value)}"
    if change.high < 0:
        return f"{subject} lowers the log loss {size}."
    if change.low > 0:
        return f"{subject} raises the log loss {size}: it makes the scores worse."
    return f"The log loss goes {size}, which may be chance: the samples do not show that it helps."
