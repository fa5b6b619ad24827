"""Response bodies of metrics with their confidence intervals."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.evaluation.intervals.of_matrix import Confidence, Estimate, class_estimates, overall_estimates
from shared.evaluation.metrics import WITHOUT_INTERVAL
from shared.evaluation.metrics.definition import IntervalMethod
from shared.evaluation.metrics.matrix_result import MatrixResult


class ClassEstimates(msgspec.Struct):
    """A metric of each class with its interval, as columns in the order of the `classes`."""

    value: Annotated[list[float | None], Meta(description="Value of each class; null where undefined.")]
    low: Annotated[list[float | None], Meta(description="Lower bound of each class; null where there is none.")]
    high: Annotated[list[float | None], Meta(description="Upper bound of each class; null where there is none.")]
    method: Annotated[
        IntervalMethod | None, Meta(description="Method of the intervals; null if no class has an interval.")
    ]
    reason: Annotated[list[str | None], Meta(description="Why a class has no interval; null where it has one.")]

    @classmethod
    def of(cls, estimates: Sequence[Estimate]) -> "ClassEstimates":
        """The columns of one metric."""
        return cls(
            value=[one.value for one in estimates],
            low=[one.low for one in estimates],
            high=[one.high for one in estimates],
            method=next((one.method for one in estimates if one.method), None),
            reason=[one.reason for one in estimates],
        )


class Estimates(msgspec.Struct):
    """Metrics with their confidence intervals, by the ids of the catalogue; bounds lie within a metric's range."""

    overall: Annotated[dict[str, Estimate], Meta(description="Metrics of the whole matrix, by id.")]
    per_class: Annotated[
        dict[str, ClassEstimates], Meta(description="Metrics of the classes that have intervals, by id.")
    ]
    without_interval: Annotated[
        dict[str, str],
        Meta(description="Metrics that have no interval whatever the counts, those of the classes too: by id, why."),
    ]

    @classmethod
    def of(cls, result: MatrixResult, confidence: Confidence, shown: Sequence[int]) -> "Estimates":
        """Compute all of them; of the classes those at these positions."""
        by_class = class_estimates(result, confidence)
        return cls(
            overall=overall_estimates(result, confidence),
            per_class={
                name: ClassEstimates.of([estimates[at] for at in shown]) for name, estimates in by_class.items()
            },
            without_interval=WITHOUT_INTERVAL,
        )
