"""The headline metrics of a run, and the metrics of its classes, with intervals."""

from typing import Literal, NamedTuple

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.intervals.of_matrix import Estimate
from shared.evaluation.metrics import CATALOGUE
from shared.evaluation.multilabel.label_set_counts import LabelSetCounts
from shared.evaluation.types import Label
from shared.presentation.interval_text import IntervalText, interval_text
from shared.presentation.whiskers import Whisker, whisker
from shared.runs import label_set_results, results
from shared.runs.records import ReadyRun

_TWO = 2
_OF_POSITIVE = ("precision", "recall", "f1", "roc_auc")
_OF_SETS = ("subset_accuracy", "f1.micro", "f1.macro", "f1.samples", "hamming_loss")
_OF_ALL = ("precision.macro", "recall.macro", "f1.macro", "mcc")


class RunMetric(NamedTuple):
    """A metric of a run; `label` is the class that it is of, None of all classes."""

    title: str
    label: Label | None
    estimate: Estimate
    interval: IntervalText | None


class RunClass(NamedTuple):
    """The metrics of a class, in the order of CLASS_COLUMNS, and its F1 as it is drawn."""

    label: Label
    support: int
    predicted: int
    metrics: list[RunMetric]
    f1: Whisker
    # The sums of the weights of both, where samples are weighted.
    weight: float | None = None
    predicted_weight: float | None = None


CLASS_COLUMNS: dict[str, str] = {
    name: CATALOGUE[f"{name}.class"].title for name in ("precision", "recall", "f1", "roc_auc")
}
ClassSort = Literal["", "support", "predicted", "precision", "recall", "f1", "roc_auc"]
SortDirection = Literal["down", "up"]


def headlines(run: ReadyRun, matrix: ConfusionMatrix, *, is_slice: bool) -> list[RunMetric]:
    """The metrics of the positive class, if the run has one and two classes; else of all. Accuracy comes first."""
    has_labels = run.summary.has_labels
    overall = results.estimates(matrix, has_labels=has_labels)
    if not has_labels:
        return [_metric(one, None, overall[CATALOGUE[one].plain_name]) for one in results.OF_FLAGS]
    first = [_metric("accuracy", None, overall[CATALOGUE["accuracy"].plain_name])]
    positive = run.positive_position
    if positive is None or len(matrix.classes) != _TWO:
        return first + [_metric(one, None, overall[CATALOGUE[one].plain_name]) for one in _OF_ALL]
    by_class = _by_class(run, matrix, is_slice=is_slice)
    label = matrix.classes[positive]
    return first + [_metric(f"{name}.class", label, by_class[name][positive]) for name in _OF_POSITIVE]


def class_table(run: ReadyRun, matrix: ConfusionMatrix, *, is_slice: bool) -> list[RunClass]:
    """A row for each class, the positive one first."""
    by_class = _by_class(run, matrix, is_slice=is_slice)
    rows, counts = matrix.of_rows, matrix
    support, predicted = rows.actual.tolist(), rows.predicted.tolist()
    weights = [*zip(counts.actual.tolist(), counts.predicted.tolist(), strict=True)]
    return [
        RunClass(
            label,
            support[at],
            predicted[at],
            [_metric(f"{name}.class", label, by_class[name][at]) for name in CLASS_COLUMNS],
            whisker(by_class["f1"][at]),
            *(weights[at] if matrix.is_weighted else ()),
        )
        for at, label in sorted(enumerate(matrix.classes), key=lambda entry: entry[0] != run.positive_position)
    ]


def sort_classes(rows: list[RunClass], by: ClassSort, direction: SortDirection) -> list[RunClass]:
    """The rows by a column, the largest first where the direction is down; undefined values come last, ties stay."""
    if not by:
        return rows
    sign = -1 if direction == "down" else 1
    values = [(row, _value(row, by)) for row in rows]
    defined = sorted(((row, value) for row, value in values if value is not None), key=lambda one: sign * one[1])
    return [row for row, _ in defined] + [row for row, value in values if value is None]


def _value(row: RunClass, by: str) -> float | None:
    if by in CLASS_COLUMNS:
        return row.metrics[list(CLASS_COLUMNS).index(by)].estimate.value
    return row.support if by == "support" else row.predicted


def label_set_headlines(counts: LabelSetCounts) -> list[RunMetric]:
    """The metrics of label sets, that of whole sets first."""
    _, _, estimates = label_set_results.overall(counts)
    return [
        RunMetric(metric.title, None, estimate, interval_text(estimate))
        for name in _OF_SETS
        for metric, estimate in [(label_set_results.metric_named(name), estimates[name.replace(".", "_")])]
    ]


def label_table(run: ReadyRun, counts: LabelSetCounts, *, is_slice: bool) -> list[RunClass]:
    """A row for each label of samples with any number of them."""
    areas = results.area_estimates(run.summary, is_slice=is_slice)
    by_label = label_set_results.by_label(counts) | {"roc_auc": areas}
    _, support, predicted = counts.by_label.T.tolist()
    return [
        RunClass(
            label,
            support[at],
            predicted[at],
            [_metric(f"{name}.class", label, by_label[name][at]) for name in CLASS_COLUMNS],
            whisker(by_label["f1"][at]),
        )
        for at, label in enumerate(run.summary.classes)
    ]


def _by_class(run: ReadyRun, matrix: ConfusionMatrix, *, is_slice: bool) -> dict[str, list[Estimate]]:
    areas = results.area_estimates(run.summary, is_slice=is_slice)
    return results.estimates_by_class(matrix) | {"roc_auc": areas}


def _metric(metric_id: str, label: Label | None, estimate: Estimate) -> RunMetric:
    return RunMetric(CATALOGUE[metric_id].title, label, estimate, interval_text(estimate))
