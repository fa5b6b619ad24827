"""Answers about samples that come in groups."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.evaluation.types import Label
from shared.runs.cluster_metrics import ClusteredRun


class ClusteredInterval(msgspec.Struct):
    """A metric with the interval that the groups allow."""

    metric: Annotated[str, Meta(description="Id of the metric, in the catalogue of metrics.")]
    label: Annotated[Label | None, Meta(description="Class that the metric is of; null of all classes.")]
    value: Annotated[float | None, Meta(description="Value of the metric; null if undefined.")]
    low: Annotated[float | None, Meta(description="Lower bound of the interval; null where there is none.")]
    high: Annotated[float | None, Meta(description="Upper bound of the interval; null where there is none.")]
    standard_error: Annotated[float | None, Meta(description="Standard error, clustered by group.")]
    design_effect: Annotated[
        float | None,
        Meta(description="Variance over that of as many independent samples; of F1 that of Jaccard's index."),
    ]
    groups: Annotated[int, Meta(description="Number of groups that have part in the metric.")]
    reason: Annotated[str | None, Meta(description="Why there is no interval; null where there is one.")]


class ClusteredIntervals(msgspec.Struct):
    """Intervals of a run whose samples come in groups."""

    run_id: Annotated[UUID, Meta(description="Id of the run.")]
    version: Annotated[int, Meta(description="Version of the run.")]
    column: Annotated[str, Meta(description="Column whose values are the groups.")]
    rows: Annotated[int, Meta(description="Number of samples counted.")]
    groups: Annotated[int, Meta(description="Number of groups.")]
    alpha: Annotated[float, Meta(description="1 minus the confidence of each interval.")]
    items: Annotated[list[ClusteredInterval], Meta(description="Accuracy, then the metrics of each class.")]
    weight: Annotated[float | None, Meta(description="Sum of the weights of these samples; null where they have none.")]

    @classmethod
    def of(cls, found: ClusteredRun) -> "ClusteredIntervals":
        """Present the estimates of a run."""
        items = [
            ClusteredInterval(
                metric=one.metric,
                label=one.label,
                value=one.estimate.value,
                low=one.estimate.low,
                high=one.estimate.high,
                standard_error=one.estimate.standard_error,
                design_effect=one.estimate.design_effect,
                groups=one.estimate.groups,
                reason=one.estimate.reason,
            )
            for one in found.metrics
        ]
        return cls(
            found.run_id, found.version, found.column, found.rows, found.groups, found.alpha, items, found.weight
        )
