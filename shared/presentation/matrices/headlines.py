"""The headline metrics of a matrix, with the reason where one has no value."""

from typing import NamedTuple

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Summary
from shared.evaluation.metrics import HEADLINES, Metric
from shared.evaluation.metrics.undefined import UndefinedMetric, undefined_headlines
from shared.kit.number_format import value_text
from shared.presentation.labels import plain_text


class MainMetric(NamedTuple):
    """A metric with its value, or the reason for which it has none; one of the two is None."""

    metric: Metric
    value: float | None
    why: str | None


def main_metrics(matrix: ConfusionMatrix, summary: Summary) -> list[MainMetric]:
    """Accuracy and the macro means of precision, recall and F1."""
    undefined = undefined_headlines(matrix, summary)
    return [
        MainMetric(
            metric,
            getattr(summary, field := str(metric.field)),
            reason_text(undefined[field]) if field in undefined else None,
        )
        for metric in HEADLINES
    ]


def reason_text(undefined: UndefinedMetric) -> str:
    """The reason for which a metric is undefined, and its value with undefined values counted as 0."""
    reason = f"undefined, because {plain_text(undefined.reason)}"
    if undefined.counted_as_zero is None:
        return reason
    return f"{reason}; {value_text(undefined.counted_as_zero)} if counted as 0"
