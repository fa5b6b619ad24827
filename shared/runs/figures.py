"""The figures of a run that lists show and sort by: metrics of all samples, and of the positive class of two."""

from collections.abc import Iterable
from typing import NamedTuple

from shared.evaluation.intervals.of_matrix import Estimate
from shared.evaluation.metrics import CATALOGUE, Metric
from shared.runs import label_set_results, results
from shared.runs.records import positive_position
from shared.runs.summary import RunSummary

_TWO = 2
_OF_POSITIVE = ("f1.class", "precision.class", "recall.class", "roc_auc.class")
_OF_SETS = tuple(f"multilabel.{name}" for name in label_set_results.OVERALL)

# What a list can be sorted by, those of the positive class first.
FIGURES: dict[str, Metric] = {
    metric_id: CATALOGUE[metric_id] for metric_id in (*_OF_POSITIVE, *results.OVERALL, *_OF_SETS)
}
# The first of them that a run has stands for it.
HEADLINES = ("f1.class", "accuracy", "multilabel.subset_accuracy")


class RunFigureRecord(NamedTuple):
    """A metric of a run with its interval of 95 %; the bounds are None where none is offered.

    `label` is the class that it is of, None of all classes. The fields are the columns, in this order.
    """

    metric_id: str
    label: str | None
    value: float
    low: float | None
    high: float | None

    @property
    def metric(self) -> Metric:
        """The metric."""
        return CATALOGUE[self.metric_id]


def figures_of(summary: RunSummary, positive: str | None) -> list[RunFigureRecord]:
    """The figures of a run whose owner named this positive class, if any; undefined ones are left out."""
    if (counts := summary.label_counts) is not None:
        _, _, estimates = label_set_results.overall(counts)
        pairs = [(metric_id, estimates[name.replace(".", "_")])
                 for metric_id, name in zip(_OF_SETS, label_set_results.OVERALL, strict=True)]  # fmt: skip
        return _defined(pairs, None)
    estimates = results.estimates(summary.matrix, has_labels=summary.has_labels)
    figures = _defined([(one, estimates[CATALOGUE[one].plain_name]) for one in results.OVERALL], None)
    position = positive_position(positive, summary)
    if not summary.has_labels or position is None or len(summary.classes) != _TWO:
        return figures
    by_class = results.estimates_by_class(summary.matrix)
    by_class["roc_auc"] = results.area_estimates(summary, is_slice=False)
    of_positive = [(one, by_class[one.removesuffix(".class")][position]) for one in _OF_POSITIVE]
    return figures + _defined(of_positive, str(summary.classes[position]))


def headline_of(figures: Iterable[RunFigureRecord]) -> RunFigureRecord | None:
    """The figure that stands for a run; None where it has none."""
    by_id = {figure.metric_id: figure for figure in figures}
    return next((by_id[one] for one in HEADLINES if one in by_id), None)


def _defined(pairs: Iterable[tuple[str, Estimate]], label: str | None) -> list[RunFigureRecord]:
    return [
        RunFigureRecord(metric_id, label, estimate.value, estimate.low, estimate.high)
        for metric_id, estimate in pairs
        if estimate.value is not None
    ]
