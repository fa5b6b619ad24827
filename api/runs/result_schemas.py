"""Answers from the counts and rows of a run."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shared.evaluation.confusion.cell_list import most_errors
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.intervals.of_matrix import Estimate
from shared.evaluation.metrics.undefined import UndefinedMetric
from shared.evaluation.multilabel.label_set_counts import LabelSetCounts
from shared.evaluation.types import Label
from shared.runs import label_set_results, results
from shared.runs.records import ReadyRun
from shared.runs.results import SliceResult
from shared.runs.rows.filters import Condition

# With every metric and its interval a class takes a kilobyte.
MAX_SHOWN = 100


class RunMatrix(msgspec.Struct):
    """The confusion matrix of a run, or of a slice of it; with a class, that class against the rest."""

    version: Annotated[int, Meta(description="Version of the run.")]
    rows: Annotated[int, Meta(description="Number of samples counted.")]
    classes: Annotated[list[Label], Meta(description="Classes of the rows and columns, in their order.")]
    confusion_matrix: Annotated[
        list[list[int | float]] | None,
        Meta(
            description="Counts, or sums of weights: rows are actual classes, columns predicted ones. Null for more "
            "than 1,000 classes, whose counts are at `/cells`; with a class, of that class against the rest."
        ),
    ]
    positive: Annotated[Label | None, Meta(description="Positive class; null if the run has none.")]
    predicted_by: Annotated[
        str, Meta(description="What the predictions are: a column, the highest score, or a threshold.")
    ]
    weight: Annotated[
        float | None, Meta(description="Sum of the weights of the samples; null where samples have none.")
    ] = None
    sample_counts: Annotated[
        list[list[int]] | None, Meta(description="Numbers of samples, where the matrix has sums of weights; else null.")
    ] = None

    @classmethod
    def of(cls, run: ReadyRun, matrix: ConfusionMatrix, position: int | None) -> "RunMatrix":
        """Present the counts."""
        shown = matrix if position is None else results.one_against_rest(matrix, position)
        counts = None if shown.is_sparse else shown.counts.tolist()
        rows, positive = int(shown.of_rows.sample_count), _positive(run)
        found = cls(run.version, rows, list(shown.classes), counts, positive, run.summary.predicted_by)
        if shown.is_weighted:
            found.weight, found.sample_counts = shown.weight, shown.of_rows.counts.tolist()
        return found


class ClassMetrics(msgspec.Struct):
    """The metrics of one class against the rest; null where undefined."""

    label: Annotated[Label, Meta(description="Label of the class.")]
    support: Annotated[int, Meta(description="Number of samples of the class.")]
    predicted: Annotated[int, Meta(description="Number of samples predicted as the class.")]
    precision: Annotated[float | None, Meta(description="Share of right ones among those predicted as the class.")]
    recall: Annotated[float | None, Meta(description="Share of the class that was predicted as it.")]
    f1: Annotated[float | None, Meta(description="Harmonic mean of precision and recall.")]
    jaccard: Annotated[float | None, Meta(description="True positives over all that occur or are predicted.")]
    roc_auc: Annotated[
        float | None, Meta(description="Exact area under the ROC curve; null without scores, and in slices.")
    ]
    estimates: Annotated[
        dict[str, Estimate], Meta(description="Each metric with its interval of 95 % and the method, by name.")
    ]
    support_weight: Annotated[
        float | None, Meta(description="Weight of the samples of the class; null where samples have none.")
    ] = None
    predicted_weight: Annotated[
        float | None, Meta(description="Weight of the samples predicted as the class; null where samples have none.")
    ] = None


class RunMetrics(msgspec.Struct):
    """The metrics of a run, or of a slice of it."""

    version: Annotated[int, Meta(description="Version of the run.")]
    rows: Annotated[int, Meta(description="Number of samples counted.")]
    positive: Annotated[Label | None, Meta(description="Positive class; null if the run has none.")]
    overall: Annotated[
        dict[str, float | None], Meta(description="Metrics of all classes together, by name; null if undefined.")
    ]
    undefined: Annotated[dict[str, UndefinedMetric], Meta(description="Why an overall metric is null.")]
    estimates: Annotated[
        dict[str, Estimate], Meta(description="Each overall metric with its interval of 95 % and the method, by name.")
    ]
    classes: Annotated[
        list[ClassMetrics],
        Meta(
            description="Metrics of each class, the positive one first; none without labels. Of more than 1,000 "
            "classes the 100 with the most errors; ask for others by `class`."
        ),
    ]
    score_kind: Annotated[
        str | None,
        Meta(description="What the scores are: probabilities, one-vs-rest, margins or confidence; null without."),
    ]
    threshold: Annotated[
        float | None, Meta(description="Score from which the positive side is predicted; null if none separates them.")
    ]
    weight: Annotated[
        float | None,
        Meta(description="Sum of the weights of the samples, by which all metrics are weighted; null without weights."),
    ] = None

    @classmethod
    def of(cls, run: ReadyRun, matrix: ConfusionMatrix, position: int | None, *, is_slice: bool) -> "RunMetrics":
        """Compute the metrics; those of one class only, if its position is given."""
        has_labels = run.summary.has_labels
        overall, undefined = results.overall(matrix, has_labels=has_labels)
        positive = run.positive_position
        every = most_errors(matrix, MAX_SHOWN) if matrix.is_sparse else range(len(matrix.classes))
        positions = [position] if position is not None else every
        order = sorted(positions, key=lambda at: at != positive)
        classes = _classes(run, matrix, order, is_slice=is_slice) if has_labels else []
        return cls(
            version=run.version,
            rows=int(matrix.of_rows.sample_count),
            weight=matrix.weight,
            positive=_positive(run),
            overall=overall,
            undefined=undefined,
            estimates=results.estimates(matrix, has_labels=has_labels),
            classes=classes,
            score_kind=run.summary.score_kind,
            threshold=run.summary.threshold,
        )

    @classmethod
    def of_sets(cls, run: ReadyRun, counts: LabelSetCounts, position: int | None, *, is_slice: bool) -> "RunMetrics":
        """Compute the metrics of label sets; those of one label only, if its position is given."""
        overall, undefined, estimates = label_set_results.overall(counts)
        positions = [position] if position is not None else list(range(len(run.summary.classes)))
        return cls(
            version=run.version,
            rows=counts.rows,
            positive=None,
            overall=overall,
            undefined=undefined,
            estimates=estimates,
            classes=_labels(run, counts, positions, is_slice=is_slice),
            score_kind=run.summary.score_kind,
            threshold=None,
        )


class SliceOut(msgspec.Struct):
    """The samples that have one value in a column, or in each of two."""

    column: Annotated[str, Meta(description="Name of the column; of two with a comma between them.")]
    value: Annotated[str, Meta(description="Value in the column, or a range of numbers.")]
    support: Annotated[int, Meta(description="Number of samples.")]
    errors: Annotated[int, Meta(description="Number of samples predicted wrongly.")]
    metric: Annotated[float | None, Meta(description="Value of the metric; null if undefined.")]
    weight: Annotated[
        float | None, Meta(description="Sum of the weights of the samples; null where samples have none.")
    ]
    slice: Annotated[list[str], Meta(description="The slice as values of the parameter `slice`.")]

    @classmethod
    def of(cls, result: SliceResult) -> "SliceOut":
        """Present a slice."""
        conditions = result.conditions or (Condition(result.column, result.value, is_literal=True),)
        column = ", ".join(condition.column for condition in conditions)
        value = ", ".join(condition.value for condition in conditions)
        wanted = [condition.text for condition in conditions]
        return cls(column, value, result.support, result.errors, result.metric, result.weight, wanted)


class SlicePage(msgspec.Struct):
    """Slices of a run, from the worst metric to the best."""

    version: Annotated[int, Meta(description="Version of the run.")]
    metric: Annotated[str, Meta(description="Id of the metric, in the catalogue of metrics.")]
    whole: Annotated[float | None, Meta(description="Value of the metric of all samples; null if undefined.")]
    columns: Annotated[list[str], Meta(description="Columns that can be sliced by.")]
    items: Annotated[list[SliceOut], Meta(description="The slices.")]


def _positive(run: ReadyRun) -> Label | None:
    position = run.positive_position
    return None if position is None else run.summary.classes[position]


def _classes(run: ReadyRun, matrix: ConfusionMatrix, order: list[int], *, is_slice: bool) -> list[ClassMetrics]:
    estimates = results.estimates_by_class(matrix) | {"roc_auc": results.area_estimates(run.summary, is_slice=is_slice)}
    sums = _sides(matrix.of_rows)
    weights = _sides(matrix) if matrix.is_weighted else ([None] * len(matrix.classes),) * 2
    return [
        ClassMetrics(
            label=matrix.classes[at],
            support=sums[0][at],
            predicted=sums[1][at],
            support_weight=weights[0][at],
            predicted_weight=weights[1][at],
            estimates={name: ones[at] for name, ones in estimates.items()},
            **{name: ones[at].value for name, ones in estimates.items()},
        )
        for at in order
    ]


def _sides(matrix: ConfusionMatrix) -> tuple[list[Any], list[Any]]:
    return matrix.actual.tolist(), matrix.predicted.tolist()


def _labels(run: ReadyRun, counts: LabelSetCounts, positions: list[int], *, is_slice: bool) -> list[ClassMetrics]:
    areas = {"roc_auc": results.area_estimates(run.summary, is_slice=is_slice)}
    by_label = label_set_results.by_label(counts) | areas
    _, support, predicted = counts.by_label.T.tolist()
    return [
        ClassMetrics(
            label=run.summary.classes[at],
            support=support[at],
            predicted=predicted[at],
            estimates={name: ones[at] for name, ones in by_label.items()},
            **{name: ones[at].value for name, ones in by_label.items()},
        )
        for at in positions
    ]
