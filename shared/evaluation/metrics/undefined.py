"""The reasons for which a metric of a confusion matrix has no value."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Summary
from shared.evaluation.metrics import CATALOGUE, HEADLINES, OVERALL, Metric
from shared.evaluation.metrics.circumstances import OF_CLASS, OF_MATRIX, class_counts
from shared.evaluation.metrics.definition import NO_SAMPLES
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.types import Label

_MAX_NAMED, _MAX_NAME_LENGTH = 3, 40


@dataclass(frozen=True, slots=True)
class UndefinedMetric:
    """Why a metric is null.

    `reason` completes "undefined, because", and `classes` are those that it names. A mean over the classes has the mean
    in which what is undefined counts as 0, as with scikit-learn's `zero_division=0`; any other metric has null there.
    """

    metric: str
    reason: str
    classes: tuple[Label, ...] = ()
    counted_as_zero: float | None = None


def undefined_headlines(matrix: ConfusionMatrix, summary: Summary) -> dict[str, UndefinedMetric]:
    """The reason for each of the headline metrics that is undefined, by its field."""
    undefined = [metric for metric in HEADLINES if getattr(summary, str(metric.field)) is None]
    if not undefined:
        return {}
    result = MatrixResult(matrix)
    return {str(metric.field): why_undefined(metric, result) for metric in undefined}


def undefined_statistics(matrix: ConfusionMatrix, statistics: Statistics) -> dict[str, UndefinedMetric]:
    """The reason for each overall statistic that is undefined, by PyCM's name."""
    result = MatrixResult(matrix, statistics)
    return {
        metric.pycm: why_undefined(metric, result)
        for metric in OVERALL.metrics
        if metric.pycm and statistics.overall[metric.pycm] is None
    }


def why_undefined(metric: Metric, result: MatrixResult) -> UndefinedMetric:
    """The reason why a metric of the whole matrix has no value."""
    if not result.total:
        return UndefinedMetric(metric.id, NO_SAMPLES)
    reasons, classes_at_fault = [], set()
    counts = class_counts(result)
    for circumstance in metric.undefined:
        if circumstance in OF_MATRIX:
            if OF_MATRIX[circumstance](result):
                reasons.append(circumstance)
            continue
        positions = [i for i, sums in enumerate(counts) if OF_CLASS[circumstance](sums)]
        if positions:
            reasons.append(circumstance.format(_class_names([result.matrix.classes[i] for i in positions])))
            classes_at_fault.update(positions)
    return UndefinedMetric(
        metric.id,
        # With weights, rounding can turn a value close to zero into zero.
        " and ".join(reasons) or metric.undefined_when(),
        tuple(result.matrix.classes[i] for i in sorted(classes_at_fault)),
        _mean_with_zeros(metric, result),
    )


def _mean_with_zeros(metric: Metric, result: MatrixResult) -> float | None:
    if metric.mean_of is None:
        return None
    values = CATALOGUE[metric.mean_of].read(result)
    return sum(value or 0.0 for value in values) / len(values)


def _class_names(classes: Sequence[Label]) -> str:
    texts = [f"“{_shorten(str(label))}”" for label in classes[:_MAX_NAMED]]
    if len(classes) == 1:
        return f"class {texts[0]}"
    if len(classes) > _MAX_NAMED:
        return f"each of {len(classes)} classes ({', '.join(texts)}, …)"
    return f"each of the classes {', '.join(texts[:-1])} and {texts[-1]}"


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_NAME_LENGTH else f"{text[: _MAX_NAME_LENGTH - 1]}…"
